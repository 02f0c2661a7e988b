"""What a question says beside any situation that it may tell of: how often, and from or to which side."""

from collections.abc import Sequence

from agents.situations.recogniser import Match
from twins.queries import SubQuery

SIDEWAYS = frozenset({"moves_left", "moves_right", "moves_up", "moves_down"})
PASSAGE = frozenset({"enters", "leaves"})


def said_anyway(made: Sequence[SubQuery], matches: Sequence[Match]) -> list[SubQuery]:
    """Return the parts that grammar read and that no way to understand a question may leave out.

    Situations do not tell sides, so that *in from the left* would be met by what comes from the right; nor do they tell
    numbers of times, but for their own.

    Args:
        made: what grammar read; the ids of its parts are not final yet.
        matches: the situations that the question may tell of.
    """
    if any(step.times for match in matches for step in match.situation.steps):
        return []
    repeated = [part for part in made if part.relation == "count" and (part.object or "").endswith("times")]
    repeated += [part for part in made if part.kind == "temporal" and part.relation is None]  # number that was not read
    counted = {part.subject for part in repeated}
    passing = {part.subject for part in made if part.relation in PASSAGE}
    sides = [part for part in made if part.relation in SIDEWAYS and part.subject in passing]
    return [part for part in made if part in repeated or part in sides or (part.id and part.id in counted)]
