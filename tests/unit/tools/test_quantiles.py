import numpy as np
import pytest

from tools.quantiles import quantile


@pytest.mark.parametrize("count", [1, 2, 5, 24])
@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.8, 1.0])
def test_a_quantile_is_interpolated_as_numpy_does(count: int, share: float):
    values = np.random.default_rng(count).integers(0, 50, count)
    assert quantile(values, share) == pytest.approx(np.quantile(values, share))
