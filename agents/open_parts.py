"""Parts of a question that nothing settled: told as open, so that a reader sees what was not checked."""

from collections.abc import Collection, Iterable

from agents.descriptions import describe
from agents.situations import GRAMMAR
from twins.queries import Claim, SubQuery

SOURCE = "question"
"""Source of a claim that nobody made: a part of the question of which nothing was verified or refuted."""
IN_PART = " (only in part)"
DENYING = frozenset({"not", "no", "nothing", "nobody", "never", "without"})


def open_parts(
    parts: Iterable[SubQuery],
    settled: Collection[str | None],
    reading: str | None = None,
    backed: Collection[str | None] = (),
) -> list[Claim]:
    """Return the parts that are still open, each as a claim that cannot be recomputed; what two say alike once.

    Args:
        parts: of the question.
        settled: ids of those of which something was said.
        reading: the way to understand the question that was followed; its grammar by default.
        backed: ids of those for which something was verified that cannot say all of it.
    """
    ways = (None, reading or GRAMMAR)
    left = [part for part in parts if part.id not in settled and part.reading in ways and _demands(part)]
    texts = {
        text.lower(): Claim(claim=text, sub_query=part.id, source=SOURCE)
        for part in left
        for text in [told_part(part) + IN_PART * (part.id in backed)]
    }
    return list(texts.values())


def says_not(part: SubQuery) -> bool:
    """Say whether the text of a denied part denies it already."""
    return bool(DENYING & set(part.text.lower().split()))


def told_part(part: SubQuery) -> str:
    """Return what a part demands as a text that denies where it is denied."""
    return f"not: {part.text}" if part.negated and not says_not(part) else part.text


def _demands(part: SubQuery) -> bool:
    """Say whether a part demands anything: that there is something is true of every video."""
    if part.relation is not None or part.kind not in ("object", "attribute"):
        return True
    return bool(describe(part.subject or part.text).demands)
