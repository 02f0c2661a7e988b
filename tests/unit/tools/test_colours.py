import numpy as np
import pytest

from tools.colours import colour_shares


@pytest.mark.parametrize(
    ("rgb", "name"),
    [
        ((200, 30, 30), "red"),
        ((120, 15, 20), "red"),
        ((240, 140, 20), "orange"),
        ((250, 220, 40), "yellow"),
        ((30, 130, 50), "green"),
        ((30, 60, 200), "blue"),
        ((110, 40, 160), "purple"),
        ((250, 150, 190), "pink"),
        ((110, 70, 35), "brown"),
        ((15, 15, 18), "black"),
        ((245, 245, 243), "white"),
        ((128, 130, 128), "grey"),
    ],
)
def test_colours_are_called_by_their_basic_terms(rgb: tuple[int, int, int], name: str):
    shares = colour_shares(np.full((50, 3), rgb, np.uint8))
    assert next(iter(shares)) == name
    assert shares[name] == 1.0
