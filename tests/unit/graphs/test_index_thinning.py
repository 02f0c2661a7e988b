"""Which frames stay while they come, without anybody knowing how many there will be."""

from hypothesis import given
from hypothesis import strategies as st

from graphs.index_thinning import Thinned, columns_kept, evenly


def at_most(count):
    return lambda _: count


def test_bins_double_when_too_many_are_filled():
    assert columns_kept(range(4), Thinned(1, at_most(4))) == [0, 1, 2, 3]
    assert columns_kept(range(5), Thinned(1, at_most(4))) == [0, 2, 4]
    assert columns_kept(range(9), Thinned(1, at_most(4))) == [0, 4, 8]


def test_the_first_of_a_bin_stays():
    assert columns_kept([0.1, 0.2, 0.6, 1.4, 1.9], Thinned(1, at_most(4))) == [0, 3]


def test_what_goes_is_told():
    thinned = Thinned(1, at_most(2))
    assert [thinned.add(place, lambda place=place: f"p{place}") for place in range(5)] == [
        [],
        [],
        ["p1"],
        [],
        ["p2"],
    ]
    assert thinned.things == ["p0", "p4"]


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=80), st.integers(1, 9))
def test_what_was_made_stays_or_was_told_to_go(steps, most):
    made, gone = [], []
    thinned = Thinned(0.125, at_most(most))
    place = 0.0
    for number, step in enumerate(steps):
        place += step
        gone += thinned.add(place, lambda number=number: (made.append(number), number)[1])
        assert len(thinned.things) <= most
        assert sorted([*gone, *thinned.things]) == made


def test_an_even_choice_has_the_middle_of_each_part():
    assert evenly(range(16), 4) == [2, 6, 10, 14]
    assert evenly([1, 2, 3], 4) == [1, 2, 3]
