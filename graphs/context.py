"""What the retrieve graph works with: handed in at run time, never part of its state."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from typing import Literal

from graphs.ranking import Judged
from graphs.recall import Recalled
from twins.observations import EffectiveTwin
from twins.protocols import Candidate, Decomposer, Investigator, Judge, ToolOffer
from twins.queries import Decomposition, ResultWarning, ToolCall, ToolFinding
from twins.store import Store


@dataclass(frozen=True)
class RetrieveOptions:
    """How far a question is followed.

    Args:
        top: hits that are shown.
        candidates: videos that the judge looks at.
        screened: videos that the rules look at, to choose those for a judge with a model.
        threshold: a lower score is dropped.
        masks: masks of no frame, of the key frames, or of all sampled frames.
        concurrency: candidates that are judged at once.
        seconds: what the rules may take; when it is spent, what is left is ranked by recall alone, and marked.
    """

    top: int = 5
    candidates: int = 60
    screened: int = 60
    threshold: float = 0.5
    masks: Literal["none", "key", "all"] = "key"
    concurrency: int = 1
    seconds: float = 60.0


def _no_tool(video_id: str, call: ToolCall) -> ToolFinding:
    return ToolFinding(call=call, text=f"there is no tool {call.tool!r} here")


Compare = Callable[[str, Sequence[Judged]], list[str]]
"""Given a question and videos that were judged alike, returns their ids, the best answer first."""


@dataclass(frozen=True)
class RetrieveContext:
    """The library and the agents of one question.

    Args:
        store: where masks and sources are read.
        read: returns the effective twin of a video; it may keep them from question to question.
        decomposer, judge: the agents.
        recall: ranks every video by its sentences.
        diagnose: what the library as a whole cannot answer of a question (no labels, say), judged by a model or not.
        labels: returns what the things of the library are called.
        options: how far to go.
        investigator: a judge that may look closer; then ``judge`` is who takes over where it gives up.
        tools: what it can call.
        call: makes a call about a video and keeps what it found; it never raises.
        seconds_left: what the models of the question have left; then rules judge, for ``options.seconds`` at most.
        compare: orders videos that were judged alike, given the question; none leaves them as they are.
    """

    store: Store
    read: Callable[[str], EffectiveTwin]
    decomposer: Decomposer
    judge: Judge
    recall: Callable[[Decomposition], Recalled]
    diagnose: Callable[[Decomposition, bool], Sequence[ResultWarning]]
    options: RetrieveOptions
    investigator: Investigator | None = None
    tools: Sequence[ToolOffer] = ()
    labels: Callable[[], frozenset[str]] = frozenset
    call: Callable[[str, ToolCall], ToolFinding] = _no_tool
    seconds_left: Callable[[], float] = lambda: inf
    compare: Compare | None = None

    def candidate(self, video_id: str, coarse_score: float) -> Candidate:
        """Read the effective twin of one video. Raises :class:`TwinseekError` where it is damaged or gone."""
        effective = self.read(video_id)
        return Candidate(video_id, effective.twin, effective.geometry, coarse_score)
