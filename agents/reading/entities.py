"""What a reading is made of: things, and what is said of them."""

from dataclasses import dataclass, field

from agents.descriptions import ORDINALS, excluding, same_word
from agents.lexicon import lexicon
from agents.phrase_reader import Phrase

FRAME = "frame"
"""The object of a relation to the picture itself (``on the left``)."""


@dataclass(eq=False)
class Entity:
    """One thing that a question speaks of; the same object wherever it is meant again."""

    words: list[str]
    looks: list[tuple[str, str]] = field(default_factory=list)
    nouns: list[str] = field(default_factory=list)
    bound: str | None = None
    plural: bool = False
    ordinal: int = 0
    twin: "Entity | None" = None
    span: tuple[int, int] | None = None  # positions of the phrase that named it first
    excluded: list[str] = field(default_factory=list)  # what it is not: `anything but the blue one`
    whole: str = ""  # all of what must look as it does: of `all small things are red` the small things
    shown: tuple[int, int] = (0, 0)  # positions of the words that say how these look

    @property
    def text(self) -> str:
        """The noun phrase by which sub-queries name it."""
        words = " ".join(self.words) or "thing"
        named = f"{ORDINALS[min(self.ordinal, len(ORDINALS)) - 1]} {words}" if self.ordinal else words
        return excluding(named, self.excluded)

    @property
    def is_described(self) -> bool:
        """Say whether its words narrow down what it is."""
        return bool(self.looks or self.nouns or self.excluded)


@dataclass(eq=False)
class Part:
    """A predicate between entities, as the question states it."""

    predicate: str
    subject: Entity
    object: Entity | None = None
    negated: bool = False
    times: str | None = None
    words: set[int] = field(default_factory=set)
    surface: str = ""
    to_frame: bool = False
    generic_subject: bool = False
    denial: tuple[int, int] | None = None  # positions of the words that deny it
    rank: str | None = None  # first or last of all that do it
    rivals: str = "thing"  # the noun phrase of all

    @property
    def is_denied(self) -> bool:
        """Say whether it is denied, by its verb or because nobody does it or has it done (``nobody is chased``)."""
        return self.negated != any(thing is not None and thing.bound == "0" for thing in (self.subject, self.object))


@dataclass
class Reading:
    """All that was understood, in the order of the question.

    ``order`` holds (relation, earlier or inner part, other part); ``covered`` the positions of the words that some
    part or entity explains; ``denials`` start and end of words that deny what no part says, ``settled``
    the positions of words that only tie, date or repeat; ``alike`` who looks like whom; ``shared`` who has
    a look of some kind in common with whom, or has not; ``exclusions`` start and end of
    the words that say what a thing is not, and ``excepted`` all or none, each with the one of which that is not so.
    """

    entities: list[Entity] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    order: list[tuple[str, Part, Part]] = field(default_factory=list)
    covered: set[int] = field(default_factory=set)
    absent: list[Entity] = field(default_factory=list)
    counted: list[Entity] = field(default_factory=list)
    denials: list[tuple[int, int]] = field(default_factory=list)
    settled: set[int] = field(default_factory=set)
    alike: list[tuple[Entity, Entity]] = field(default_factory=list)
    shared: list[tuple[Entity, Entity, str, bool]] = field(default_factory=list)
    exclusions: list[tuple[int, int]] = field(default_factory=list)
    excepted: list[tuple[Entity, Entity]] = field(default_factory=list)


@dataclass
class Open:
    """A predicate that still waits for its object."""

    parts: list[Part]
    swapped: bool
    until: int | None = None


def same_words(first: Entity, second: Entity) -> bool:
    """Say whether two things are called the same, in the singular or the plural."""
    return [singular(w) for w in first.words] == [singular(w) for w in second.words]


def fits(phrase: Phrase, entity: Entity) -> bool:
    """Say whether a definite phrase may go back to an entity: it says nothing that was not said."""
    if any(look not in entity.looks for look in phrase.looks):
        return False
    kinds = {word: lexicon().looks.get(word, ("", ""))[0] for word in phrase.words}
    naming = [word for word in phrase.words if word in phrase.nouns or kinds[word] == "shape"]
    return all(any(same_word(noun, other) for other in entity.words) for noun in naming)


def singular(word: str) -> str:
    """Return the singular of a noun, by its ending."""
    if word in ("people", "men", "women", "children"):
        return {"people": "person", "men": "man", "women": "woman", "children": "child"}[word]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("xes", "shes", "ches", "sses")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
