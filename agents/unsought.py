"""Which words of a question nothing looks for, where nobody has put videos into words."""

from dataclasses import dataclass

from agents.asked import read_words
from agents.camera import asks_only, without_camera
from agents.clauses import Token, tokenise
from agents.denials import unheard_places
from agents.descriptions import names_of
from agents.lexicon import closed_class, lexicon
from agents.nameable import may_name, names_no_thing, says_nothing
from agents.reading import Entity, Reading
from agents.reading.figures import figures
from agents.situations import GRAMMAR
from agents.stand_ins import put_back, with_stand_ins
from agents.sub_queries import acting, free_words
from twins.queries import Decomposition

HIDING = frozenset(["hides_behind", "reappears", "disappears", "behind", "covers"])
"""Of what hides a thing only the hiding is seen."""
RECOGNISED = 0.5
"""Share of the question that situations explain, from which they stand for the words that grammar did not read."""


@dataclass(frozen=True)
class Unsought:
    """Words in the order of the question.

    Args:
        names: what things are called, which only labels could confirm.
        others: what no predicate, colour, count or label can look for.
    """

    names: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """All of them; what things are called first."""
        return (*self.names, *(word for word in self.others if word not in self.names))


def unsought(decomposition: Decomposition, labels: frozenset[str] = frozenset()) -> Unsought:
    """Return the words of a question that the tracks of a video say nothing of.

    Args:
        decomposition: of the question.
        labels: what the things of the library are called.
    """
    tokens, filmed = without_camera(tokenise(decomposition.query))
    if filmed and asks_only(tokens):
        return Unsought((), ())
    tokens, said = with_stand_ins(tokens, names_of(labels))
    tokens, reading = read_words(tokens)
    words = [token.text for token in tokens]
    nouns = {noun for entity in reading.entities for noun in entity.nouns}
    nouns_of = ((noun, entity) for entity in reading.entities for noun in entity.nouns)
    called = {n for n, e in nouns_of if not (_is_cover(n, e, reading) or says_nothing(n) or names_no_thing(n))}
    seen = {noun for entity in acting(reading) for noun in entity.nouns}
    free = set(free_words(tokens, reading)) - figures(words)
    names = [
        word
        for at, word in enumerate(words)
        if word in called and (word in seen or (at in free and may_name(tokens, at)))
    ]
    nameless = [at for at in sorted(free) if words[at] not in nouns or not may_name(tokens, at)]
    beside, unread = unheard_places(tokens, reading, free)
    denied = beside | unread
    others = [words[at] for at in sorted({*nameless, *denied}) if at in denied or not _is_looked_for(tokens[at])]
    situated = [part for part in decomposition.sub_queries if part.reading not in (None, GRAMMAR)]
    if sum({part.reading: part.weight for part in situated}.values()) >= RECOGNISED:
        names = [name for name in names if name in seen]
        # A situation that denies something itself explains a denial that grammar did not read.
        others = [words[at] for at in sorted(beside if any(part.negated for part in situated) else denied)]
    return Unsought(tuple(dict.fromkeys(put_back(name, said) for name in names)), tuple(dict.fromkeys(others)))


def _is_looked_for(token: Token) -> bool:
    """Say whether a word that grammar did not read has its predicate all the same, or names nothing to be seen."""
    verbs = (pattern for stem in token.stems for pattern in lexicon().verbs.get(stem, ()))
    alone = any(pattern.literal == 1 for pattern in verbs)
    asked = token.text in closed_class("properties")
    return alone or asked or says_nothing(token.text) or token.text in lexicon().asking["covers"]


def _is_cover(noun: str, entity: Entity, reading: Reading) -> bool:
    """Say whether a noun names what something hides behind, or only stands about."""
    if noun not in lexicon().asking["covers"]:
        return False
    return all(part.predicate in HIDING for part in reading.parts if entity in (part.subject, part.object))
