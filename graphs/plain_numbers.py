"""Numbers in what somebody else's code returned."""

import math

import numpy as np


def as_numbers(value: object, count: int) -> list[float] | None:
    """Return so many finite numbers, NumPy's among them; none where the value is something else."""
    if not isinstance(value, list | tuple | np.ndarray) or len(value) != count:
        return None
    try:
        numbers = [float(number) for number in value if not isinstance(number, str | bool)]
    except (TypeError, ValueError, OverflowError):
        return None
    return numbers if len(numbers) == count and all(map(math.isfinite, numbers)) else None
