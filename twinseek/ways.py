"""Which of several ways to understand a question an answer speaks of, in words."""

from agents.readings import shares_of
from agents.situations import GRAMMAR
from twins.queries import Hit, ResultRecord

PLAINLY = "word for word"
OTHERS = 2
"""Other ways that are named beside the words themselves, the likeliest first."""


def told_way(hit: Hit, record: ResultRecord) -> str:
    """Return how the question was understood in this hit; nothing where there is only one way."""
    if hit.reading is None or len(shares_of(record.sub_queries)) < 2:
        return ""
    return PLAINLY if hit.reading == GRAMMAR else f"as {_named(hit.reading)}"


def told_plainly(record: ResultRecord) -> str:
    """Say what it means that a hit answers the question word for word, and what helps; nothing where none does."""
    if not any(told_way(hit, record) == PLAINLY for hit in record.results):
        return ""
    shares = shares_of(record.sub_queries)
    others = sorted((way for way in shares if way != GRAMMAR), key=lambda way: -shares[way])[:OTHERS]
    meant = " or ".join(f"'{_named(way)}'" for way in others)
    return (
        f"{PLAINLY.capitalize()}: only what the words themselves say was looked for. "
        f"If {meant} is meant, say in a whole sentence what happens, and to whom."
    )


def _named(way: str) -> str:
    return way.replace("_", " ")
