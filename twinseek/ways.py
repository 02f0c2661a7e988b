"""Which of several ways to understand a question an answer speaks of, in words."""

from agents.readings import shares_of
from agents.situations import GRAMMAR
from twins.queries import Hit, ResultRecord


def told_way(hit: Hit, record: ResultRecord) -> str:
    """Return how the question was understood in this hit; nothing where there is only one way."""
    if hit.reading is None or len(shares_of(record.sub_queries)) < 2:
        return ""
    return "by its grammar alone" if hit.reading == GRAMMAR else f"as {hit.reading.replace('_', ' ')}"
