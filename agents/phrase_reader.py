"""A noun phrase, and the state of reading one."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from agents.clauses import Token, match_verb
from agents.lexicon import lexicon


@dataclass(frozen=True)
class Phrase:
    """A noun phrase as it stands in the question.

    Args:
        words: what is left without determiner and number, in reading order.
        looks: (attribute kind, basic term) of the words that say how it looks.
        nouns: words that name a category; none where the phrase fits anything (``the red thing``).
        bound: how many, as in a count sub-query (``3``, ``>=2``, ``0``, ``all``).
        says: (predicate, voice) of participles and adjectives (``the moving ball``).
        name: (predicate, role) of a noun that names a happening or a part in it (``the pursuer``).
        start, end: positions of its tokens.
    """

    words: tuple[str, ...] = ()
    looks: tuple[tuple[str, str], ...] = ()
    nouns: tuple[str, ...] = ()
    bound: str | None = None
    says: tuple[tuple[str, str], ...] = ()
    name: tuple[str, str] | None = None
    pronoun: str | None = None
    definite: bool = False
    plural: bool = False
    other: bool = False
    start: int = 0
    end: int = 0

    @property
    def text(self) -> str:
        """The phrase as the key of a variable: its words, or *thing* where it has none."""
        return " ".join(self.words) or "thing"


@dataclass
class PhraseReader:
    """The state of reading one phrase: how far it is, and what was found."""

    tokens: Sequence[Token]
    at: int
    determined: bool = False
    head: bool = False
    singular: bool = False
    words: list[str] = field(default_factory=list)
    looks: list[tuple[str, str]] = field(default_factory=list)
    nouns: list[str] = field(default_factory=list)
    says: list[tuple[str, str]] = field(default_factory=list)
    phrase: Phrase = field(default_factory=Phrase)

    @property
    def text(self) -> str:
        """The word at hand; empty behind the last one."""
        return self.tokens[self.at].text if self.at < len(self.tokens) else ""

    def peek(self, ahead: int = 1) -> str:
        """Return the word so many places on; empty behind the last one."""
        place = self.at + ahead
        return self.tokens[place].text if place < len(self.tokens) else ""

    def note(self, **changes: Any) -> None:
        """Write down what was found of the phrase."""
        self.phrase = replace(self.phrase, **changes)

    def name_a_thing(self) -> None:
        """Take the phrase to mean anything: nothing names what it is."""
        self.words.append("thing")
        self.head = True

    @property
    def starts_verb_here(self) -> bool:
        """Whether there is a word at hand that begins a verb."""
        return self.at < len(self.tokens) and self.starts_verb

    @property
    def starts_verb(self) -> bool:
        """Whether the word at hand begins a verb: of the lexicon, or a common one."""
        token = self.tokens[self.at]
        return match_verb(self.tokens, self.at) is not None or bool(token.stems & lexicon().common_verbs)
