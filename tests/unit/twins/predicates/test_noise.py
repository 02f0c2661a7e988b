"""Every predicate under box jitter of 5 %, 20 % missing frames and an id break, against worlds of similar look."""

import pytest

from benchmarks.predicate_worlds import WORLDS
from benchmarks.predicates import score
from twins.predicates import PREDICATES


def test_every_predicate_is_measured() -> None:
    assert sorted(WORLDS) == sorted(PREDICATES)


@pytest.mark.parametrize("name", sorted(PREDICATES))
def test_precision_and_recall_hold_under_noise(name: str) -> None:
    result = score(name, seed=11, clips=12)
    assert result.precision >= 0.8, result
    assert result.recall >= 0.8, result
