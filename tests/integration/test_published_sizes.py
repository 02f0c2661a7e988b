"""Whether the models that are measured are as large as those that are published."""

import pytest

from benchmarks.published_sizes import PUBLISHED, made


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_model_that_is_measured_has_as_many_parameters_as_the_published_one(name: str) -> None:
    model, _ = made(name, "meta")
    assert sum(each.numel() for each in model.parameters()) == pytest.approx(PUBLISHED[name][1], rel=0.01)
