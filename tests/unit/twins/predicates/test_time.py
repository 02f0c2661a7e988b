"""Allen's relations, by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twins.errors import TwinseekError
from twins.predicates.time import RELATIONS, Ordering, relate
from twins.predicates.truth import Truth

CASES = {
    "before": ((0.0, 1.0), (2.0, 3.0)),
    "meets": ((0.0, 2.0), (2.0, 4.0)),
    "overlaps": ((0.0, 2.0), (1.0, 4.0)),
    "starts": ((0.0, 1.0), (0.0, 4.0)),
    "during": ((1.0, 2.0), (0.0, 4.0)),
    "finishes": ((3.0, 4.0), (0.0, 4.0)),
    "equals": ((0.0, 2.0), (0.0, 2.0)),
}
INVERSE = {"before": "after", "meets": "met_by", "overlaps": "overlapped_by", "starts": "started_by"}
INVERSE |= {"during": "contains", "finishes": "finished_by", "equals": "equals"}


@pytest.mark.parametrize("name", sorted(CASES))
def test_each_relation_holds_in_its_picture_and_its_inverse_the_other_way_round(name: str) -> None:
    x, y = CASES[name]
    assert relate(name, [x], [y]) == Ordering("holds", x, y)
    assert relate(INVERSE[name], [y], [x]).state == "holds"
    if name != "equals":
        assert relate(name, [y], [x]).state == "fails"


def test_overlapping_is_neither_before_nor_during() -> None:
    x, y = CASES["overlaps"]
    assert relate("before", [x], [y]).state == "fails"
    assert relate("during", [x], [y]).state == "fails"
    assert relate("while", [x], [y]).state == "holds"


def test_one_pair_of_spans_is_enough_and_the_earliest_is_returned() -> None:
    assert relate("before", [(5.0, 6.0), (1.0, 2.0)], [(3.0, 4.0), (8.0, 9.0)]) == Ordering(
        "holds", (1.0, 2.0), (3.0, 4.0)
    )


def test_what_is_not_known_to_happen_leaves_the_order_unknown() -> None:
    assert relate("before", [], [(1.0, 2.0)]).state == "unknown"
    assert relate("before", Truth((), ()), [(1.0, 2.0)], clip=(0.0, 5.0)).state == "unknown"


def test_what_is_known_never_to_happen_comes_before_nothing() -> None:
    never = Truth((), ((0.0, 5.0),))
    assert relate("before", never, [(1.0, 2.0)], clip=(0.0, 5.0)).state == "fails"
    assert relate("after", [(1.0, 2.0)], never, clip=(0.0, 5.0)).state == "fails"


def test_an_unknown_relation_is_refused_with_the_names_that_exist() -> None:
    with pytest.raises(TwinseekError, match=r"no relation of time 'ere': choose one of after, before"):
        relate("ere", [], [])


spans = st.tuples(st.floats(0, 10), st.floats(0.05, 5)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(spans, spans)
def test_nothing_is_both_before_and_after(x: tuple[float, float], y: tuple[float, float]) -> None:
    assert not (RELATIONS["before"](x, y) and RELATIONS["after"](x, y))


@given(spans, spans)
def test_each_relation_is_the_inverse_of_its_inverse(x: tuple[float, float], y: tuple[float, float]) -> None:
    for name, inverse in INVERSE.items():
        assert RELATIONS[name](x, y) == RELATIONS[inverse](y, x)
