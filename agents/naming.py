"""Situations that a question names by its grammar, so that no likeness to examples need be asked.

By who is excepted, by the side on which something comes out again, by the order of two happenings, or because its
parts are just the steps of one situation and nothing else is said.
"""

import re
from collections.abc import Sequence
from itertools import pairwise, permutations

from agents.clauses import AUXILIARIES, Token
from agents.exceptions import exception
from agents.failures import failed_flight
from agents.lexicon import DETERMINERS, closed_class, lexicon
from agents.negations import IMMINENT, SUPPOSED, denials
from agents.reading import Part, Reading
from agents.reading.changes import are_ends
from agents.reading.figures import figures
from agents.situations import Situation, situations
from agents.sub_queries import free_words, is_content

HIDING = frozenset(["hides_behind", "reappears"])
PASSING = frozenset(["enters", "leaves", "crosses_view", "leaves_as_it_came"])
"""At the sides of the picture itself nothing hides a thing."""
TIES = frozenset(["until", "till", "before", "after", "then", "but", "while", "when", "because", "so", "if", "without"])
SIDE = r"(?:side|end|edge|border|flank)"
FAR = re.compile(rf"\b(?:other|opposite|far|farther|further|facing|different) {SIDE}\b")
NEAR = re.compile(
    rf"\b(?:same|near|very) {SIDE}\b|\bthe same way\b"
    rf"|\b(?:{SIDE}|way|place|where|spot)(?: (?:that|which|where|by which|from which|at which))?"
    r" (?:it|he|she|they|one)(?: had| has)? (?:came|come|went|gone|entered|vanished|disappeared|hid|left)\b"
)


def named_situation(tokens: Sequence[Token], reading: Reading) -> str | None:
    """Return the situation that a question names by its grammar, or none."""
    words = [token.text for token in tokens]
    return (
        exception(tokens, reading)
        or _by_side(_undenied(tokens), reading)
        or _by_order(reading)
        or _by_turn(reading)
        or failed_flight(" ".join(words))
        or _by_number(words, reading)
        or _by_parts(reading, set(free_words(tokens, reading)) - figures(words), words)
    )


def denied_predicates(tokens: Sequence[Token], reading: Reading) -> frozenset[str]:
    """Return the predicates that a question denies, and says of nothing; what is only supposed denies nothing."""
    if SUPPOSED & {token.text for token in tokens}:
        return frozenset()
    said = {part.predicate for part in reading.parts if not part.is_denied}
    return frozenset(part.predicate for part in reading.parts) - said


def affirmed_predicates(tokens: Sequence[Token], reading: Reading) -> frozenset[str]:
    """Return the predicates that a question says, and denies of nothing; what is supposed or at hand is not said."""
    if (SUPPOSED | IMMINENT) & {token.text for token in tokens}:
        return frozenset()
    denied = {part.predicate for part in reading.parts if part.is_denied}
    return frozenset(part.predicate for part in reading.parts) - denied


def tells_more(tokens: Sequence[Token], reading: Reading) -> bool:
    """Say whether a question may tell more than grammar reads: it has words of its own, not only denials.

    ``nobody enters`` and ``it never stops`` say just that, not what happens instead, ``a red ball`` only how a thing
    looks, and ``the first`` nothing at all.
    """
    words = [token.text for token in tokens]
    if set(free_words(tokens, reading)) - figures(words):
        return True
    if reading.excepted or any(part.rank is not None for part in reading.parts):
        return False  # `enters first`, `only the red one enters`: no situation tells of all others
    if not reading.parts:
        seen = bool(reading.entities) and all(entity.looks and not entity.nouns for entity in reading.entities)
        return not seen and any(is_content(word) for word in words)
    things = [entity for part in reading.parts for entity in (part.subject, part.object)]
    if any(entity.span is not None and entity not in things for entity in reading.entities):
        return True
    return not all(part.is_denied for part in reading.parts)


def only_part(tokens: Sequence[Token], reading: Reading) -> Part | None:
    """Return the part of a question that every word belongs to, with its things; none where it may say more.

    ``something hides`` does not say that it stays hidden, ``something hides for good`` does.
    """
    if len({(part.predicate, part.is_denied, id(part.subject), id(part.object)) for part in reading.parts}) != 1:
        return None
    part = reading.parts[0]
    things = [entity for entity in (part.subject, part.object) if entity is not None]
    if any(set(entity.nouns) & closed_class("abstract") for entity in things):
        return None  # `its size goes down`: nothing sinks
    told = set().union(*(same.words for same in reading.parts))
    told.update(at for entity in things if entity.span is not None for at in range(*entity.span))
    told.update(at for start, end in reading.exclusions for at in range(start, end))
    if tokens[0].text in AUXILIARIES:
        told.add(0)  # `does something stop` asks whether it does, and says no more of it
    whole = all(at in told or token.is_break or token.text in DETERMINERS for at, token in enumerate(tokens))
    return part if whole else None


def _undenied(tokens: Sequence[Token]) -> str:
    """Return the words of a question that stand in no denial."""
    denied = {at for denial in denials(tokens) for at in range(denial.start, denial.end)}
    return " ".join(token.text for at, token in enumerate(tokens) if at not in denied)


def _by_side(text: str, reading: Reading) -> str | None:
    """Tell *out on the other side* from *out where it went in*; ``back`` says neither: it may mean ``again``."""
    predicates = {part.predicate for part in reading.parts if not part.is_denied}
    if not predicates & HIDING or predicates & PASSING:
        return None
    if NEAR.search(text):
        return "emerging_back"
    return "emerging_beyond" if FAR.search(text) else None


def _by_order(reading: Reading) -> str | None:
    """Return the only situation of which two steps come in the order in which the question says that they do."""
    ordered = [(a, b) if relation == "before" else (b, a) for relation, a, b in reading.order if relation != "during"]
    fitting = {
        situation.name
        for situation in situations().values()
        for relation, first, second in situation.order
        for a, b in ordered
        if relation == "before" and _are(situation, (first, second), (a, b))
    }
    return fitting.pop() if len(fitting) == 1 else None


def _by_turn(reading: Reading) -> str | None:
    """``first it trails, later it leads``: who follows and then is followed has overtaken, and the other way round."""
    for relation, first, second in reading.order:
        follow = first.predicate == second.predicate == "follows" and not (first.is_denied or second.is_denied)
        if relation == "before" and follow and (first.subject is second.object or first.object is second.subject):
            return "overtaking"
    return None


def _by_number(words: Sequence[str], reading: Reading) -> str | None:
    """``two at the start, three at the end``: something comes up, or vanishes, where nothing else is said to happen."""
    if reading.parts or len({entity.text for entity in reading.entities if entity.is_described}) > 1:
        return None
    known, said = lexicon(), list(words)
    numbers = [
        (at, known.numbers[word])
        for at, word in enumerate(said)
        if word in known.numbers
        and not (known.longest(known.order, said, at) or known.longest(known.adverbials, said, at))
    ]
    for (at, before), (behind, after) in pairwise(numbers):
        if before != after and are_ends(words, at, behind):
            return "materialising" if after > before else "vanishing"
    return None


def _are(situation: Situation, steps: tuple[int, int], parts: tuple[Part, Part]) -> bool:
    first, second = (situation.steps[number] for number in steps)
    pairs = zip(parts, (first, second), strict=True)
    if any(part.predicate != step.relation or part.is_denied for part, step in pairs):
        return False
    return (first.roles[0] == second.roles[0]) == (parts[0].subject is parts[1].subject)


def _by_parts(reading: Reading, free: set[int], words: Sequence[str]) -> str | None:
    """Return the situation whose steps are the parts of a question that says nothing beside them."""
    if free or not reading.parts or reading.counted or reading.absent or _goes_on(reading, words):
        return None
    if any(e.bound not in (None, "2", "=2") or set(e.nouns) & closed_class("abstract") for e in reading.entities):
        return None
    if reading.excepted or any(part.times or part.rank for part in reading.parts):
        return None
    if any(part.predicate == "parts_from" and "behind" in {words[at] for at in part.words} for part in reading.parts):
        return None  # `is left behind`: by one that goes on, that overtakes it, or that just goes away
    for situation in situations().values():
        more = situation.order or situation.counts or any(step.times for step in situation.steps)
        if not more and len(situation.steps) == len(reading.parts):
            orders = [reading.parts] if reading.order else permutations(reading.parts)
            if any(_are_the_steps(situation, parts) for parts in orders):
                return situation.name
    return None


def _are_the_steps(situation: Situation, parts: Sequence[Part]) -> bool:
    """Say whether parts are a situation's steps one by one, each role one thing and each thing one role."""
    things: dict[str, int] = {}
    for step, part in zip(situation.steps, parts, strict=True):
        if (step.relation, step.negated) != (part.predicate, part.negated):
            return False
        for role, entity in zip(step.roles, (part.subject, part.object), strict=False):
            if entity is not None and len(role) == 1 and things.setdefault(role, id(entity)) != id(entity):
                return False
    return len(set(things.values())) == len(things)


def _goes_on(reading: Reading, words: Sequence[str]) -> bool:
    """Say whether a word ties something to what was read that was not read (``until it has it``)."""
    return not reading.order and bool(TIES & set(words))
