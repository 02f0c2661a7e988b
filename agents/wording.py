"""What is measured, said as a sentence."""

from agents.descriptions import OTHER_THAN, parted
from agents.reading.entities import FRAME, singular
from twins.predicates import PREDICATES, RELATIVE

SIDES = {
    "left_of": "is on the left of the picture",
    "right_of": "is on the right of the picture",
    "above": "is at the top of the picture",
    "below": "is at the bottom of the picture",
    "in_front_of": "is in the foreground",
    "behind": "is in the background",
}
"""How a relation to the picture itself is said."""
ANYTHING = {
    "thing": "something",
    "other thing": "something else",
    "someone": "someone",
    "other someone": "someone else",
}
"""How a thing is called of which a question says nothing."""


def say(subject: str, predicate: str, other: str | None = None, *, negated: bool = False, plural: bool = False) -> str:
    """Return a sentence: ``the red ball does not turn back``.

    Args:
        subject, other: noun phrases, as :func:`call` makes them; ``other`` may be the picture (:data:`FRAME`).
    """
    if other == FRAME:
        return f"{subject} {inflect(SIDES.get(predicate, PREDICATES[predicate].phrases[0]), negated, plural)}"
    if other is not None:
        predicate = RELATIVE.get(predicate, predicate)
    done = inflect(PREDICATES[predicate].phrases[0], negated, plural)
    if PREDICATES[predicate].arity == 1:
        return f"{subject} {done}"
    return f"{subject} {done} {other or ('anything' if negated else 'something')}"


def in_time(first: str, relation: str, second: str) -> str:
    """Return two sentences tied by a relation of time: ``something turns back while something hides``."""
    return f"{first} {'while' if relation == 'during' else relation} {second}"


def in_rank(sentence: str, rank: str, rivals: str) -> str:
    """Return a sentence of what is done first, or last, among some: ``the red ball stops, the first ball to``."""
    return f"{sentence}, {'before' if rank == 'first' else 'after'} any other {rivals.removeprefix('other ')}"


def call(phrase: str | None) -> str:
    """Return how a sentence names what a sub-query calls so: ``red ball``: the red ball; ``thing``: something."""
    if not phrase or phrase == FRAME:
        return phrase or "something"
    head, but = _told_apart(phrase)
    known = ANYTHING.get(head)
    numbered = head.split(" ")[0] in ("third", "fourth", "fifth", "sixth")
    article = "the" if not (numbered or but) else "an" if head[:1] in "aeiou" else "a"
    return (known or f"{article} {head}") + but


def _told_apart(phrase: str) -> tuple[str, str]:
    """Return a noun phrase without what it excludes, and how that is told: `` other than the red one``."""
    head, excluded = parted(phrase)
    return head, OTHER_THAN + " or ".join(map(call, excluded)) if excluded else ""


def is_plural(phrase: str) -> bool:
    """Say whether a noun phrase's last word is a plural; what it excludes does not count."""
    last = parted(phrase)[0].split(" ")[-1]
    return singular(last) != last


def inflect(phrase: str, negated: bool, plural: bool) -> str:
    """Return a predicate's phrase (third person singular) denied, or in the plural."""
    verb, _, rest = phrase.partition(" ")
    if verb == "is":
        verb = ("are" if plural else "is") + (" not" if negated else "")
    elif negated:
        verb = f"{'do' if plural else 'does'} not {_base(verb)}"
    elif plural:
        verb = _base(verb)
    return f"{verb} {rest}" if rest else verb


def _base(verb: str) -> str:
    """Return the base form of a verb in the third person singular (``carries``: carry)."""
    if verb.endswith("ies"):
        return verb[:-3] + "y"
    if verb.endswith(("sses", "shes", "ches", "xes", "oes")):
        return verb[:-2]
    return verb.removesuffix("s")


def nobody(phrase: str) -> str:
    """Return the subject of a sentence that denies something of all that a phrase may mean: nothing, no red ball."""
    head, but = _told_apart(phrase)
    return ("nothing" if head in ANYTHING else f"no {head}") + but


def several(phrase: str, number: int) -> str:
    """Return a number of what a phrase means: ``3 red balls``."""
    head, but = _told_apart(phrase)
    return f"{number} {head if number == 1 or is_plural(head) else head + 's'}{but}"


def some_crowds(number: int) -> str:
    """Return what follows a number of things of which some are crowds; nothing where none is."""
    return f", {'one of them a crowd' if number == 1 else f'{number} of them crowds'}" if number else ""


def how_many(bound: str, phrase: str) -> str:
    """Return a bound on what a phrase means: ``at least 2 red balls``, ``all things``, ``no cup``."""
    told = bound.lstrip("=")
    if told in ("0", "all"):
        head, but = _told_apart(phrase)
        return f"no {head}{but}" if told == "0" else f"all {head if is_plural(head) else head + 's'}{but}"
    for sign, words in ((">=", "at least "), ("<=", "at most ")):
        if told.startswith(sign):
            return words + several(phrase, int(told.removeprefix(sign)))
    return several(phrase, int(told)) if told.isdigit() else f"{told} {phrase}"
