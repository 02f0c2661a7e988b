"""How answers are scored; figures worked out by hand."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as coco

from evals.worlds import WorldQuestion
from evals.worlds.scoring import Answer, instance_j, score
from twins.queries import InstanceFrame, InstanceResult, Rle


def counts(left: int, right: int) -> str:
    """Return the run lengths of a band of columns in a picture of 10 by 10."""
    mask = np.zeros((10, 10), np.uint8, order="F")
    mask[:, left:right] = 1
    return coco.encode(mask)["counts"].decode("ascii")


def frame(left: int, right: int, share: float = 1.0) -> dict[str, Any]:
    return {"box": [left, 0, right, 10], "share": share, "counts": counts(left, right)}


def returned(name: str, *bands: tuple[int, int] | None) -> InstanceResult:
    frames = [
        InstanceFrame(
            frame_index=index,
            seconds=index / 10,
            box=(band[0], 0, band[1], 10),
            mask=Rle(size=(10, 10), counts=counts(*band)),
        )
        for index, band in enumerate(bands)
        if band
    ]
    return InstanceResult(id=name, category="object", frames=tuple(frames))


GOLD = {
    "size": [10, 10],
    "things": {
        "a": {"frames": [frame(0, 4), frame(1, 5), frame(2, 3, share=0.05)]},
        "b": {"frames": [frame(6, 8), frame(6, 8), None]},
    },
}


def test_j_is_the_mean_over_the_frames_in_which_both_are_seen() -> None:
    # 4 of 4 columns, then 2 of 6; the third frame shows too little of the thing.
    assert instance_j(GOLD, ["a"], [returned("x", (0, 4), (3, 7), (8, 9))]) == pytest.approx((1 + 2 / 6) / 2)


def test_frames_without_a_returned_mask_do_not_count() -> None:
    assert instance_j(GOLD, ["a"], [returned("x", None, (1, 5))]) == 1.0


def test_things_and_instances_are_paired_one_to_one() -> None:
    both = [returned("x", (6, 8)), returned("y", (0, 4))]
    assert instance_j(GOLD, ["a", "b"], both) == 1.0
    assert instance_j(GOLD, ["a", "b"], both[1:]) == 0.5
    assert instance_j(GOLD, ["a", "b"], [both[1], returned("z", (0, 4))]) == 0.5


def test_superfluous_instances_cost_nothing_and_none_at_all_is_zero() -> None:
    assert instance_j(GOLD, ["b"], [returned("x", (6, 8)), returned("y", (0, 4))]) == 1.0
    assert instance_j(GOLD, ["b"], []) == 0.0


def test_a_mask_of_another_size_is_an_error() -> None:
    small = Rle(size=(5, 5), counts=coco.encode(np.ones((5, 5), np.uint8, order="F"))["counts"].decode())
    wrong = InstanceResult(
        id="x", category="object", frames=(InstanceFrame(frame_index=0, seconds=0, box=(0, 0, 5, 5), mask=small),)
    )
    with pytest.raises(ValueError, match=r"size \(5, 5\).*\(10, 10\)"):
        instance_j(GOLD, ["a"], [wrong])


def question(identity: str, clip: str, tags: set[str], demo: bool = False) -> WorldQuestion:
    return WorldQuestion(identity, identity, ("?",), clip, (), ("a",), ((0, 1),), frozenset(tags), demo)


def test_shares_are_cut_by_difficulty_and_wrong_answers_have_no_j(tmp_path: Path) -> None:
    (tmp_path / "clip_1.json").write_text(json.dumps(GOLD))
    asked = [question("one", "clip_1", {"small"}, demo=True), question("two", "clip_2", {"small", "occlusion"})]
    answers = {
        "one": [Answer(["clip_1", "clip_2"], [returned("x", (0, 2))]), Answer(["clip_3", "clip_1"])],
        "two": [Answer(["clip_9", "clip_8", "clip_7", "clip_2"]), Answer([])],
    }
    report = score(asked, answers, tmp_path)
    assert (report.overall.asked, report.overall.right, report.overall.mean_j) == (4, 0.25, 0.5)
    assert report.overall.reciprocal_rank == pytest.approx((1 + 0.5 + 0.25 + 0) / 4)
    assert (report.by_difficulty["small"].asked, report.by_difficulty["occlusion"].right) == (4, 0.0)
    assert (report.demo.asked, report.demo.right) == (2, 0.5)
    assert np.isnan(report.by_family["two"].mean_j)


def test_questions_that_were_not_asked_are_not_counted(tmp_path: Path) -> None:
    assert score([question("one", "clip_1", set())], {}, tmp_path).overall.asked == 0
