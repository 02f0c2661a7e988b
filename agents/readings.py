"""Which ways to understand a question are looked for, and how likely each is."""

from collections.abc import Iterable

from agents.situations import GRAMMAR
from twins.queries import SubQuery

LEAST_SHARE = 0.1
"""Where situations leave less doubt than this, what grammar read is not looked for."""


def shares_of(parts: Iterable[SubQuery]) -> dict[str, float]:
    """Return each reading that is looked for, with its share; they add up to 1, and none where parts name no reading.

    The weight of a situation's parts is how likely it is; grammar has the rest.
    """
    weights = {part.reading: part.weight for part in parts if part.reading is not None}
    shares = {name: weight for name, weight in weights.items() if name != GRAMMAR}
    left = 1 - sum(shares.values())
    if GRAMMAR in weights and (left >= LEAST_SHARE or not shares):
        shares[GRAMMAR] = left
    return {name: share / sum(shares.values()) for name, share in shares.items()}
