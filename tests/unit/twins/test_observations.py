from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from twins.geometry import Geometry, Visibility
from twins.masks import encode_mask
from twins.observations import anchor, anchored, fold, observation_key
from twins.relinking import link, places
from twins.schema import Fact, Observation, ObservedMask, ObservedNearness, ObservedTrack, Provenance, Track, Twin

NAN = float("nan")
Frame = tuple[int, float, tuple[float, float, float, float]]


def a_twin(*ids: str) -> Twin:
    return Twin(
        video_id="v",
        duration=2.0,
        width=100,
        height=100,
        frame_count=20,
        origin="perceived",
        sources={"seg": Provenance(specialist="seg", version="1")},
        tracks=tuple(Track(id=name, source="seg") for name in ids),
    )


def a_geometry(boxes: dict[str, list[list[float]]], seconds: list[float]) -> Geometry:
    array = np.array(list(boxes.values()), np.float32).reshape(len(boxes), len(seconds), 4)
    seen = np.isfinite(array).all(axis=2)
    return Geometry(
        track_ids=tuple(boxes),
        frame_index=np.array([round(s * 10) for s in seconds]),
        seconds=np.array(seconds),
        boxes=array,
        area=(array[..., 2:] - array[..., :2]).prod(axis=-1),
        nearness=np.full(seen.shape, NAN, np.float32),
        visibility=np.where(seen, Visibility.VISIBLE, Visibility.ABSENT).astype(np.uint8),
        width=100,
        height=100,
    )


LEFT, RIGHT = [0.0, 0.0, 20.0, 20.0], [60.0, 0.0, 80.0, 20.0]
TWIN = a_twin("t1", "t2")
GEOMETRY = a_geometry({"t1": [LEFT] * 3, "t2": [RIGHT] * 3}, [0.0, 0.5, 1.0])


def an_observation(
    key: str, *tracks: ObservedTrack, facts: tuple[Fact, ...] = (), created: str = "2026-01-01"
) -> Observation:
    return Observation(
        key=key,
        tool="find",
        tool_version="3",
        weights="w",
        args={},
        source_sha256="0" * 64,
        created=created,
        facts=facts,
        tracks=tracks,
    )


def seen(
    name: str, *frames: tuple[float, list[float]], category: str = "cup", confidence: float = 0.5
) -> ObservedTrack:
    anchors: list[Frame] = [(round(s * 10), s, (b[0], b[1], b[2], b[3])) for s, b in frames]
    return ObservedTrack(id=name, category=category, confidence=confidence, frames=tuple(anchors))


def says(text: str, about: str | None = None, *others: str) -> Fact:
    return Fact(about=about, others=others, kind="state", text=text, source="find")


def test_a_new_instance_becomes_a_track_with_boxes_where_it_was_seen_and_nowhere_else() -> None:
    middle = [30.0, 30.0, 50.0, 40.0]
    twin, geometry, _ = fold(
        TWIN, GEOMETRY, [an_observation("k", seen("x", (0.5, middle)), facts=(says("empty", "x"),))]
    )
    assert twin.track("o-k-0").category == "cup"
    assert twin.facts == (Fact(about="o-k-0", kind="state", text="empty", source="o-k"),)
    assert twin.sources["o-k"] == Provenance(specialist="find", version="3", weights="w")
    row = geometry.row("o-k-0")
    assert geometry.boxes[row, 1].tolist() == middle
    assert geometry.area[row, 1] == 200
    assert geometry.visibility[row].tolist() == [Visibility.NOT_SAMPLED, Visibility.VISIBLE, Visibility.NOT_SAMPLED]
    assert np.isnan(geometry.boxes[row, [0, 2]]).all()


def test_a_moment_that_was_not_sampled_gains_a_column_of_which_nothing_else_is_known() -> None:
    _, geometry, _ = fold(TWIN, GEOMETRY, [an_observation("k", seen("x", (0.7, [30.0, 30.0, 50.0, 40.0])))])
    assert geometry.seconds.tolist() == [0.0, 0.5, 0.7, 1.0]
    assert geometry.frame_index.tolist() == [0, 5, 7, 10]
    assert geometry.visibility[:2, 2].tolist() == [Visibility.NOT_SAMPLED] * 2
    assert geometry.boxes[0, [0, 1, 3]].tolist() == [LEFT] * 3
    assert np.isnan(geometry.boxes[:2, 2]).all()


def test_a_new_column_takes_the_camera_of_the_nearest_sample() -> None:
    camera = np.stack([np.array([[1, 0, 10 * t], [0, 1, 0]], np.float32) for t in range(3)])
    moving = Geometry(**{**GEOMETRY.__dict__, "camera": camera})
    _, geometry, _ = fold(TWIN, moving, [an_observation("k", seen("x", (0.9, [30.0, 30.0, 50.0, 40.0])))])
    assert geometry.camera[:, 0, 2].tolist() == [0, 10, 20, 20]


def test_a_track_seen_where_a_known_one_is_lends_it_its_facts_and_its_name() -> None:
    close = [1.0, 0.0, 21.0, 20.0]
    observation = an_observation("k", seen("x", (0.5, close), (0.75, close)), facts=(says("full", "x", "t2"),))
    twin, geometry, _ = fold(TWIN, GEOMETRY, [observation])
    assert [track.id for track in twin.tracks] == ["t1", "t2"]
    assert twin.facts[0].instances == ("t1", "t2")
    assert (twin.track("t1").category, twin.track("t1").source) == ("cup", "o-k")
    assert geometry is GEOMETRY


def test_another_name_for_a_named_track_is_an_alternative() -> None:
    named = TWIN.model_copy(
        update={"tracks": (Track(id="t1", category="mug", confidence=0.9, source="seg"), TWIN.tracks[1])}
    )
    twin, _, _ = fold(named, GEOMETRY, [an_observation("k", seen("x", (0.5, LEFT)))])
    assert twin.track("t1").category == "mug"
    assert [(a.category, a.confidence) for a in twin.track("t1").alternatives] == [("cup", 0.5)]


def test_facts_follow_their_object_into_a_generation_with_other_ids() -> None:
    kept = anchored(an_observation("k", facts=(says("is red", "t2"),)), TWIN, GEOMETRY)
    swapped = a_geometry({"t1": [RIGHT] * 2, "t2": [LEFT] * 2}, [0.0, 1.0])
    twin, _, _ = fold(a_twin("t1", "t2"), swapped, [kept])
    assert twin.facts[0].about == "t1"


def test_what_a_track_was_called_when_a_tool_looked_at_it_is_no_finding_of_the_tool() -> None:
    mug = a_twin("t2").tracks[0].model_copy(update={"category": "mug", "confidence": 0.4})
    then = TWIN.model_copy(update={"tracks": (TWIN.tracks[0], mug)})
    kept = anchored(an_observation("k", facts=(says("is red", "t2"),)), then, GEOMETRY)
    now = mug.model_copy(update={"category": "vase", "confidence": 0.9})
    twin, _, _ = fold(then.model_copy(update={"tracks": (TWIN.tracks[0], now)}), GEOMETRY, [kept])
    assert twin.track("t2") == now
    unnamed, _, _ = fold(TWIN, GEOMETRY, [kept])
    assert unnamed.track("t2") == TWIN.track("t2")


def test_facts_of_an_object_that_is_no_longer_found_are_kept_unlinked() -> None:
    kept = anchored(an_observation("k", facts=(says("is red", "t2"),)), TWIN, GEOMETRY)
    twin, geometry, _ = fold(a_twin("t1"), a_geometry({"t1": [LEFT] * 2}, [0.0, 1.0]), [kept])
    assert twin.facts[0].about == "o-k-0"
    assert geometry.boxes[geometry.row("o-k-0"), 0].tolist() == RIGHT


def test_a_later_observation_can_speak_of_an_instance_that_an_earlier_one_found() -> None:
    first = an_observation("a", seen("x", (0.7, [30.0, 30.0, 50.0, 40.0])), created="2026-01-01")
    twin, geometry, _ = fold(TWIN, GEOMETRY, [first])
    second = anchored(an_observation("b", facts=(says("is red", "o-a-0"),), created="2026-01-02"), twin, geometry)
    twin, geometry, _ = fold(TWIN, GEOMETRY, [second, first])
    assert [track.id for track in twin.tracks] == ["t1", "t2", "o-a-0"]
    assert twin.facts[0].about == "o-a-0"


def a_mask(seconds: float, box: tuple[int, int, int, int], size: int = 100) -> ObservedMask:
    mask = np.zeros((size, size), bool)
    mask[box[1] : box[3], box[0] : box[2]] = True
    return ObservedMask(frame_index=round(seconds * 10), seconds=seconds, size=(size, size), counts=rle_counts(mask))


def rle_counts(mask: np.ndarray) -> str:
    return str(encode_mask(mask)["counts"])


def test_masks_of_a_new_instance_are_the_twins_at_the_displayed_scale() -> None:
    place = seen("x", (0.5, [40.0, 40.0, 60.0, 60.0]))
    found = place.model_copy(update={"masks": (a_mask(0.5, (20, 20, 30, 30), 50), a_mask(0.7, (22, 20, 32, 30), 50))})
    _, geometry, masks = fold(TWIN, GEOMETRY, [an_observation("k", found)])
    assert sorted(masks["o-k-0"]) == [5, 7]
    row = geometry.row("o-k-0")
    assert geometry.boxes[row, geometry.seconds == 0.7].tolist() == [[44.0, 40.0, 64.0, 60.0]]
    assert geometry.area[row][np.isfinite(geometry.area[row])].tolist() == [400.0, 400.0]


def test_masks_of_a_known_instance_change_nothing_that_is_known_and_survive_a_new_generation() -> None:
    mask = a_mask(0.5, (2, 0, 24, 20))
    named = anchor(TWIN.track("t1"), GEOMETRY).model_copy(update={"masks": (mask, a_mask(0.72, (2, 0, 24, 20)))})
    kept = anchored(an_observation("k", named), TWIN, GEOMETRY)
    twin, geometry, masks = fold(TWIN, GEOMETRY, [kept])
    assert [track.id for track in twin.tracks] == ["t1", "t2"]
    assert masks == {"t1": {5: {"size": [100, 100], "counts": mask.counts}}}
    assert np.array_equal(geometry.boxes, GEOMETRY.boxes)
    assert geometry.area[0].tolist() == [400.0] * 3
    swapped = a_geometry({"t1": [RIGHT] * 3, "t2": [LEFT] * 3}, [0.0, 0.5, 1.0])
    assert set(fold(a_twin("t1", "t2"), swapped, [kept])[2]) == {"t2"}
    gone = a_geometry({"t1": [RIGHT] * 3}, [0.0, 0.5, 1.0])
    twin, _, masks = fold(a_twin("t1"), gone, [kept])
    assert [track.id for track in twin.tracks] == ["t1", "o-k-0"]
    assert sorted(masks["o-k-0"]) == [5, 7]


def test_what_was_unknown_of_an_instance_is_known_by_its_masks_and_by_that_it_is_known_again() -> None:
    once = an_observation("a", seen("x", (0.5, [40.0, 40.0, 60.0, 60.0])), created="2026-01-01")
    twin, geometry, _ = fold(TWIN, GEOMETRY, [once])
    followed = anchor(twin.track("o-a-0"), geometry)
    followed = followed.model_copy(update={"masks": tuple(a_mask(s, (42, 40, 62, 60)) for s in (0.0, 0.5, 1.0))})
    more = anchored(an_observation("b", followed, created="2026-01-02"), twin, geometry)
    twin, geometry, masks = fold(TWIN, GEOMETRY, [once, more])
    assert [track.id for track in twin.tracks] == ["t1", "t2", "o-a-0"]
    row = geometry.row("o-a-0")
    assert geometry.boxes[row, :, 0].tolist() == [42.0, 40.0, 42.0]
    assert (geometry.visibility[row] == Visibility.VISIBLE).all()
    assert sorted(masks["o-a-0"]) == [0, 5, 10]
    said = anchored(an_observation("c", facts=(says("is red", "o-a-0"),), created="2026-01-03"), twin, geometry)
    twin, _, _ = fold(TWIN, GEOMETRY, [once, more, said])
    assert [track.id for track in twin.tracks] == ["t1", "t2", "o-a-0"]
    assert twin.facts[-1].about == "o-a-0"


def test_masks_of_an_observation_on_disk_are_checked() -> None:
    with pytest.raises(ValidationError, match="letters that no run length has"):
        ObservedMask(frame_index=0, seconds=0.0, size=(100, 100), counts="garbage")


NEAR = Provenance(specialist="near", version="2")


def measured(name: str, *values: tuple[float, float], by: Provenance = NEAR, scale: str = "relative") -> ObservedTrack:
    nearness = ObservedNearness.model_validate({"scale": scale, "by": by, "values": values})
    return anchor(TWIN.track(name), GEOMETRY).model_copy(update={"nearness": nearness})


def test_nearness_that_covers_what_picture_cues_knew_takes_their_place() -> None:
    weak = replace(GEOMETRY, nearness=np.array([[0.5] * 3, [0.6] * 3], np.float32))
    both = an_observation("k", measured("t1", (0.5, 4.0)), measured("t2", (0.55, 2.0)))
    twin, geometry, _ = fold(TWIN, weak, [both])
    assert geometry.nearness.tolist() == [[4.0] * 3, [2.0] * 3]
    assert (geometry.nearness_scale, twin.sources["depth:near"]) == ("relative", NEAR)
    twin, geometry, _ = fold(TWIN, weak, [an_observation("k", measured("t1", (0.5, 4.0)))])
    assert geometry.nearness is weak.nearness, "half of it: two scales would be compared"
    assert (geometry.nearness_scale, "depth:near" in twin.sources) == ("weak", False)


def test_nearness_is_added_only_to_what_the_same_specialist_measured() -> None:
    half = replace(GEOMETRY, nearness=np.array([[3.0] * 3, [NAN] * 3], np.float32), nearness_scale="relative")
    deep = TWIN.model_copy(update={"sources": TWIN.sources | {"depth:near": NEAR}})
    found = an_observation("k", measured("t1", (0.5, 9.0)), measured("t2", (0.5, 2.0)))
    _, geometry, _ = fold(deep, half, [found])
    assert geometry.nearness.tolist() == [[3.0] * 3, [2.0] * 3]
    other = Provenance(specialist="near", version="3")
    found = an_observation("k", measured("t1", (0.5, 9.0), by=other), measured("t2", (0.5, 2.0), by=other))
    _, geometry, _ = fold(deep, half, [found])
    assert geometry.nearness is half.nearness
    found = an_observation("k", measured("t2", (0.8, 2.0)))
    assert np.isnan(fold(deep, half, [found])[1].nearness[1]).all(), "no sample was taken then"


def test_two_observed_tracks_are_never_the_same_known_one() -> None:
    worse = [4.0, 0.0, 24.0, 20.0]
    anchors = [seen("x", (0.5, worse)).frames, seen("y", (0.5, LEFT)).frames]
    assert link(anchors, GEOMETRY) == [None, 0]


@pytest.mark.parametrize(("shift", "row"), [(6.6, 0), (6.7, None)])
def test_tracks_are_one_from_half_overlap_on(shift: float, row: int | None) -> None:
    # IoU of two 20-wide boxes shifted by s is (20 - s) / (20 + s): 1/2 at 6.67.
    anchors = [seen("x", (0.5, [shift, 0.0, 20.0 + shift, 20.0])).frames]
    assert link(anchors, GEOMETRY) == [row]


def test_a_track_with_no_place_at_most_anchors_is_not_compared() -> None:
    anchors = [seen("x", (0.5, LEFT), (1.5, LEFT), (2.0, LEFT)).frames]
    assert link(anchors, GEOMETRY) == [None]


def test_places_are_interpolated_between_samples_but_not_over_long_gaps_or_outside() -> None:
    seconds = np.array([0.0, 1.0, 3.0])
    boxes = np.array([[0, 0, 10, 10], [10, 0, 20, 10], [30, 0, 40, 10]], np.float32)
    found = places(seconds, boxes, np.array([-0.1, 0.0, 0.25, 1.0, 2.0, 3.0, 3.1]))
    assert found[:, 0].tolist() == pytest.approx([NAN, 0, 2.5, 10, NAN, 30, NAN], nan_ok=True)


@pytest.mark.parametrize(
    "box", [[NAN, 0.0, 1.0, 1.0], [5.0, 5.0, 5.0, 9.0], [9.0, 0.0, 3.0, 4.0], [200.0, 0.0, 210.0, 9.0]]
)
def test_a_box_that_is_none_of_the_picture_is_dropped(box: list[float]) -> None:
    twin, geometry, _ = fold(TWIN, GEOMETRY, [an_observation("k", seen("x", (0.5, box)))])
    assert twin.track("o-k-0").category == "cup"
    assert np.isnan(geometry.boxes[geometry.row("o-k-0")]).all()


def test_a_box_that_leaves_the_picture_is_clipped() -> None:
    _, geometry, _ = fold(TWIN, GEOMETRY, [an_observation("k", seen("x", (0.5, [90.0, 50.0, 120.0, 170.0])))])
    assert geometry.boxes[geometry.row("o-k-0"), 1].tolist() == [90, 50, 100, 100]


def test_equal_calls_have_equal_keys_and_others_have_not() -> None:
    base = observation_key("s", "depth", "1", None, {"seconds": [1.0, 2.5], "near": True})
    assert base == observation_key("s", "depth", "1", None, {"near": True, "seconds": [1, 2.5]})
    others = [
        observation_key("r", "depth", "1", None, {"seconds": [1.0, 2.5], "near": True}),
        observation_key("s", "other", "1", None, {"seconds": [1.0, 2.5], "near": True}),
        observation_key("s", "depth", "2", None, {"seconds": [1.0, 2.5], "near": True}),
        observation_key("s", "depth", "1", "w", {"seconds": [1.0, 2.5], "near": True}),
        observation_key("s", "depth", "1", None, {"seconds": [1.0, 2.5], "near": False}),
    ]
    assert base not in others


coordinate = st.floats(-20, 120, width=32)
moment = st.integers(0, 20).map(lambda n: n / 10)
frame = st.tuples(st.integers(0, 20), moment, st.tuples(coordinate, coordinate, coordinate, coordinate))
names = st.sampled_from(["x", "y", "t1", "t2", "t9", "o-aa-0"])
tracks = st.builds(
    ObservedTrack, id=names, category=st.sampled_from(["object", "cup"]), frames=st.lists(frame, max_size=4).map(tuple)
)
facts = st.builds(
    Fact,
    about=st.none() | names,
    others=st.lists(names, max_size=2).map(tuple),
    kind=st.just("state"),
    text=st.just("x"),
    source=st.just("find"),
)
observations = st.builds(
    lambda key, created, tracks, facts: an_observation(key, *tracks, facts=tuple(facts), created=created),
    st.sampled_from(["aa", "bb", "cc"]),
    st.sampled_from(["2026-01-01", "2026-01-02"]),
    st.lists(tracks, max_size=3),
    st.lists(facts, max_size=3),
)
histories = st.lists(observations, max_size=4, unique_by=lambda o: o.key)


def same(a: tuple[Twin, Geometry], b: tuple[Twin, Geometry]) -> bool:
    arrays = ("frame_index", "seconds", "boxes", "area", "nearness", "visibility", "camera")
    return (
        a[0] == b[0]
        and a[1].track_ids == b[1].track_ids
        and all(np.array_equal(getattr(a[1], n), getattr(b[1], n), equal_nan=True) for n in arrays[1:])
    )


@settings(max_examples=40)
@given(histories, st.randoms())
def test_folding_does_not_depend_on_the_order_or_number_of_times_observations_are_given(history, random) -> None:  # type: ignore[no-untyped-def]
    once = fold(TWIN, GEOMETRY, history)
    again = [*history, *history]
    random.shuffle(again)
    assert same(fold(TWIN, GEOMETRY, again), once)


@settings(max_examples=40)
@given(histories)
def test_what_is_folded_in_is_not_folded_in_again(history: list[Observation]) -> None:
    once = fold(TWIN, GEOMETRY, history)
    assert same(fold(*once[:2], history), once)


@settings(max_examples=40)
@given(histories)
def test_folding_leaves_its_input_alone(history: list[Observation]) -> None:
    before = TWIN.model_dump_json(), GEOMETRY.boxes.tobytes(), GEOMETRY.seconds.tobytes(), GEOMETRY.track_ids
    fold(TWIN, GEOMETRY, history)
    assert before == (TWIN.model_dump_json(), GEOMETRY.boxes.tobytes(), GEOMETRY.seconds.tobytes(), GEOMETRY.track_ids)


@settings(max_examples=40)
@given(histories)
def test_every_instance_that_a_fact_names_is_a_track_with_a_row(history: list[Observation]) -> None:
    twin, geometry, _ = fold(TWIN, GEOMETRY, history)
    assert len(twin.facts) == sum(len(observation.facts) for observation in history)
    ids = [track.id for track in twin.tracks]
    assert len(set(ids)) == len(ids)
    assert set(ids) == set(geometry.track_ids)
    assert {name for fact in twin.facts for name in fact.instances} <= set(ids)
    assert ids[:2] == ["t1", "t2"]


@settings(max_examples=40)
@given(histories)
def test_nothing_that_was_known_of_a_track_is_lost(history: list[Observation]) -> None:
    _, geometry, _ = fold(TWIN, GEOMETRY, history)
    old = np.isin(geometry.seconds, GEOMETRY.seconds)
    assert np.array_equal(geometry.boxes[:2, old], GEOMETRY.boxes)


@settings(max_examples=40)
@given(histories)
def test_anchoring_twice_changes_nothing(history: list[Observation]) -> None:
    for observation in history:
        once = anchored(observation, TWIN, GEOMETRY)
        assert anchored(once, TWIN, GEOMETRY) == once
