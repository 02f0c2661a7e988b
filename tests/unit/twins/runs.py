"""Run lengths counted by hand, for the tests of what reads them."""

import numpy as np


def plain(mask: np.ndarray) -> list[int]:
    """Count runs down the columns by hand, the first of them of pixels that are off."""
    runs, value = [0], False
    for pixel in mask.T.ravel():
        if bool(pixel) != value:
            runs.append(0)
            value = bool(pixel)
        runs[-1] += 1
    return runs
