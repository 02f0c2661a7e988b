"""What the layers above implement and hand in: encoders and the agents that decide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from twins.geometry import Floats, Geometry
from twins.queries import CheckedClaim, Decomposition, Plan, ToolFinding, Verdict
from twins.schema import Twin


@dataclass(frozen=True)
class WordStates:
    """The words of one text with a vector each.

    Args:
        words: lower-cased words, in reading order; word pieces are joined, punctuation and stop words left out.
        states: (len(words), d) float32, mean of the last-layer states of a word's pieces; not normalised.
    """

    words: tuple[str, ...]
    states: Floats


class TextEncoder(Protocol):
    """Turns sentences into vectors."""

    @property
    def name(self) -> str:
        """Short name, a valid folder name, unique among encoders and their weights."""

    @property
    def dimensions(self) -> int: ...

    @property
    def fingerprint(self) -> str:
        """Hash over code version and weights: equal fingerprints give equal vectors."""

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return (len(texts), dimensions) float32 unit rows."""

    def encode_words(self, texts: Sequence[str]) -> list[WordStates]:
        """Return the word states of every text."""

    def encode_both(self, texts: Sequence[str]) -> tuple[Floats, list[WordStates]]:
        """Return what :meth:`encode` and :meth:`encode_words` return, for the price of one."""


@dataclass(frozen=True)
class Candidate:
    """A video that recall proposed, as a judge sees it: the effective twin and where its tracks are."""

    video_id: str
    twin: Twin
    geometry: Geometry
    coarse_score: float


class Decomposer(Protocol):
    """Takes a question apart into sub-queries that can be checked; ``labels`` are what things are called."""

    @property
    def name(self) -> str: ...

    def decompose(self, query: str, labels: frozenset[str] = frozenset()) -> Decomposition: ...


class Judge(Protocol):
    """Says how well one candidate answers a question, and by which claims."""

    @property
    def name(self) -> str: ...

    def judge(self, decomposition: Decomposition, candidate: Candidate) -> Verdict: ...


@dataclass(frozen=True)
class ToolOffer:
    """A specialist that can be called just in time, as a model is told of it.

    Args:
        name: by which it is called.
        description: what it finds out, in a sentence or two.
        parameters: JSON schema of its arguments, without those that the graph fills in.
    """

    name: str
    description: str
    parameters: Mapping[str, object]


@dataclass(frozen=True)
class Case:
    """One candidate in the hands of a judge that may look closer.

    Args:
        decomposition: the question and its parts.
        candidate: the video, with all that was found out about it so far.
        findings: what this question's calls have found.
        refuted: claims of the verdict before, which the twin contradicts; it is asked for once more.
        tools: what can still be called; none, and the judge has to decide.
    """

    decomposition: Decomposition
    candidate: Candidate
    findings: Sequence[ToolFinding] = ()
    refuted: Sequence[CheckedClaim] = ()
    tools: Sequence[ToolOffer] = ()


class Investigator(Protocol):
    """A judge that sees what is missing, and calls specialists to find it out before it decides."""

    @property
    def name(self) -> str: ...

    def step(self, case: Case) -> Plan | Verdict: ...
