import math
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twins.fingerprints import NOT_IDENTITY, digest, fingerprint, stale_stages
from twins.schema import Provenance

SAM = Provenance(specialist="sam", version="2", weights="abc")
BASE = fingerprint("segment", "1", specialist=SAM, settings={"points": 32}, inputs=["f1", "f2"])


@pytest.mark.parametrize(
    "other",
    [
        fingerprint("track", "1", specialist=SAM, settings={"points": 32}, inputs=["f1", "f2"]),
        fingerprint("segment", "2", specialist=SAM, settings={"points": 32}, inputs=["f1", "f2"]),
        fingerprint("segment", "1", specialist=None, settings={"points": 32}, inputs=["f1", "f2"]),
        fingerprint(
            "segment",
            "1",
            specialist=SAM.model_copy(update={"weights": "abd"}),
            settings={"points": 32},
            inputs=["f1", "f2"],
        ),
        fingerprint("segment", "1", specialist=SAM, settings={"points": 33}, inputs=["f1", "f2"]),
        fingerprint("segment", "1", specialist=SAM, settings={"points": 32, "more": None}, inputs=["f1", "f2"]),
        fingerprint("segment", "1", specialist=SAM, settings={"points": 32}, inputs=["f2", "f1"]),
    ],
)
def test_anything_that_changes_the_result_changes_the_fingerprint(other: str) -> None:
    assert other != BASE


@pytest.mark.parametrize("setting", sorted(NOT_IDENTITY))
def test_where_and_how_fast_a_stage_runs_does_not_count(setting: str) -> None:
    settings = {"points": 32, setting: "cuda:1"}
    assert fingerprint("segment", "1", specialist=SAM, settings=settings, inputs=["f1", "f2"]) == BASE


def test_a_fingerprint_stays_the_same_from_release_to_release() -> None:
    # Libraries hold these: a change here makes every one of them index everything again.
    assert BASE == "9c70e7044ca15d16b5365135b22de454"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), json_values, min_size=2, max_size=5))
def test_the_order_of_keys_does_not_count(value: dict[str, object]) -> None:
    assert digest(value) == digest(dict(reversed(value.items())))


def test_a_whole_number_written_as_a_float_is_the_same_number() -> None:
    assert digest({"seconds": [1, 2.5]}) == digest({"seconds": [1.0, 2.5]})
    assert digest(True) != digest(1)


def test_a_value_that_is_no_json_is_refused() -> None:
    with pytest.raises(TypeError):
        digest({"path": object()})
    with pytest.raises(TypeError):
        digest({1: "a"})
    with pytest.raises(ValueError, match="JSON compliant"):
        digest(math.nan)


def test_only_stages_with_another_fingerprint_are_stale() -> None:
    recorded: Mapping[str, str] = {"decode": "d1", "label": "l1", "dropped": "x"}
    assert stale_stages(recorded, {"decode": "d1", "label": "l2", "vectors": "v1"}) == ("label", "vectors")
