"""What changes in size or in depth: *big at first, small at last*, *from tiny to huge*, *closes in on the camera*."""

from collections.abc import Sequence
from itertools import pairwise

from agents.clauses import ADVERBS, CONJUNCTIONS, PREPOSITIONS, Token
from agents.lexicon import closed_class, lexicon
from agents.reading.entities import Entity, Part, Reading

CHANGES = {("small", "large"): "grows", ("large", "small"): "shrinks"}
CHANGING = frozenset(["starts", "stops", "turns", "moves", "moves_toward", "moves_away"])
"""What the verb before a size may read as: ``starts small``, ``turns from small to big``, ``goes from big to …``."""
NEARER = frozenset(["approaches", "moves_toward", "meets"])
FARTHER = frozenset(["parts_from", "moves_away"])
OUT_OF = frozenset(["appears", "reappears", "enters"])
BEFORE_SIZE = 3
"""Words before a size in which its verb stands."""


def settle_changes(reading: Reading, tokens: Sequence[Token]) -> None:
    """Read two opposite sizes, one at each end, as a change of one thing."""
    words = [token.text for token in tokens]
    sizes = [(at, lexicon().looks[word][1]) for at, word in enumerate(words) if _is_said_of_a_thing(words, at)]
    for (at, early), (behind, late) in pairwise(sizes):
        predicate = CHANGES.get((early, late))
        if predicate is not None and are_ends(words, at, behind):
            _settle_verbs(reading, tokens, at, behind)
            _change(reading, predicate, {at, behind}, (words[at], words[behind]))
            return


def settle_camera(reading: Reading) -> None:
    """Read movement to and from the camera, or who looks on, as movement in depth: ``closes in on us``."""
    for part in reading.parts:
        other = part.object
        if other is None or other.looks:
            continue
        eye, far = set(other.nouns) & closed_class("eye"), set(other.nouns) & closed_class("far")
        nearer = part.predicate in (NEARER if eye else FARTHER | OUT_OF)
        farther = part.predicate in (FARTHER if eye else NEARER)
        if (eye or far) and (nearer or farther):
            part.predicate, part.object = "moves_toward" if nearer else "moves_away", None
            reading.settled.update(range(*other.span) if other.span is not None else ())
            reading.entities = [e for e in reading.entities if e is not other]


def _is_said_of_a_thing(words: Sequence[str], at: int) -> bool:
    """Say whether a size stands here that no noun follows: ``is big``, but not ``the big box``."""
    if lexicon().looks.get(words[at], ("",))[0] != "size":
        return False
    follows = words[at + 1] if at + 1 < len(words) else ","
    return follows in ",;:.!?()" or follows in CONJUNCTIONS | PREPOSITIONS | ADVERBS


def are_ends(words: Sequence[str], at: int, behind: int) -> bool:
    """Say whether words around two positions say that one is the beginning and the other the end."""
    if "from" in words[max(at - BEFORE_SIZE, 0) : at] and {"to", "into"} & set(words[at + 1 : behind]):
        return True
    known = lexicon()
    around = [known.longest(known.order, list(words), n) for n in range(max(at - 5, 0), min(behind + 5, len(words)))]
    dated = any(found is not None and found[0] in ("first", "before") for found in around)
    return dated or bool(set(words[at + 1 : behind]) & closed_class("ending"))


def _settle_verbs(reading: Reading, tokens: Sequence[Token], *places: int) -> None:
    """Take the verbs before two sizes for telling the change, and nothing else."""
    near = {n for at in places for n in range(max(at - BEFORE_SIZE, 0), at)}
    told = [part for part in reading.parts if part.predicate in CHANGING and part.words and part.words <= near]
    reading.parts = [part for part in reading.parts if part not in told]
    reading.order = [(r, a, b) for r, a, b in reading.order if a not in told and b not in told]
    reading.settled |= {n for n in near if tokens[n].stems & lexicon().common_verbs}.union(*(p.words for p in told))


def _change(reading: Reading, predicate: str, places: set[int], said: tuple[str, str]) -> None:
    """Say of the thing that is spoken of that it changes; its sizes are no looks of it."""
    sized = [e for e in reading.entities if set(said) & set(e.words)]
    for entity in sized:
        entity.looks = [look for look in entity.looks if look[0] != "size"]
        entity.words = [word for word in entity.words if word not in said] or ["thing"]
    described = [entity for entity in sized if entity.is_described]
    others = [entity for entity in reading.entities if entity not in sized]
    subject = (described or others or sized or [Entity(["thing"])])[0]
    reading.entities = [*others, *(entity for entity in described if entity not in others)]
    if subject not in reading.entities:
        reading.entities.append(subject)
    for part in reading.parts:
        part.subject = subject if part.subject not in reading.entities else part.subject
    reading.parts.append(Part(predicate, subject, words=places, surface=" ".join(said)))
