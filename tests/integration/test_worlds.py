"""A library of made-up worlds as files: real encoded video, gold beside it."""

import json
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from pycocotools import mask as coco

from evals.worlds import WorldQuestion, build_library, questions, worlds, write_world
from evals.worlds.scoring import Answer, score
from evals.worlds.sheet import contact_sheet
from twins.errors import TwinseekError
from twins.queries import InstanceFrame, InstanceResult, Rle


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder, gold = tmp_path_factory.mktemp("clips"), tmp_path_factory.mktemp("gold")
    build_library(folder, gold, seed=21, size=4, jobs=2)
    return folder, gold


def decoded(path: Path) -> tuple[list[float], list[np.ndarray]]:
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    return [frame.time for frame in frames], [frame.to_ndarray(format="rgb24") for frame in frames]


def test_the_folder_holds_nothing_but_clips_with_neutral_names(library: tuple[Path, Path]) -> None:
    folder, gold = library
    assert sorted(path.name for path in folder.iterdir()) == [f"clip_00{number}.mp4" for number in range(4)]
    assert sorted(path.name for path in gold.iterdir()) == [f"clip_00{number}.json" for number in range(4)] + [
        "questions.json"
    ]
    with av.open(str(folder / "clip_000.mp4")) as container:
        assert set(container.metadata) <= {"major_brand", "minor_version", "compatible_brands", "encoder"}


def test_a_clip_decodes_to_the_frames_and_times_of_its_gold(library: tuple[Path, Path]) -> None:
    folder, gold = library
    for path in folder.iterdir():
        truth = json.loads((gold / f"{path.stem}.json").read_text())
        seconds, frames = decoded(path)
        assert seconds == pytest.approx(truth["seconds"], abs=1e-3)
        assert len(frames) == 4 * truth["fps"]
        assert list(frames[0].shape[:2]) == truth["size"]


def test_gold_masks_lie_on_the_things_in_the_decoded_frames(library: tuple[Path, Path]) -> None:
    folder, gold = library
    truth = json.loads((gold / "clip_000.json").read_text())
    _, frames = decoded(folder / "clip_000.mp4")
    for thing in truth["things"].values():
        entry = thing["frames"][50]
        mask = coco.decode({"size": truth["size"], "counts": entry["counts"].encode()}).astype(bool)
        x1, y1, x2, y2 = entry["box"]
        assert mask[y1:y2, x1:x2].sum() == mask.sum() > 0
        around = frames[50][max(0, y1 - 6) : y2 + 6, max(0, x1 - 6) : x2 + 6].astype(float)
        inside = frames[50][mask].astype(float).mean(axis=0)
        assert np.linalg.norm(inside - around.reshape(-1, 3).mean(axis=0)) > 8


def test_questions_name_clips_that_exist(library: tuple[Path, Path]) -> None:
    folder, gold = library
    clips = {path.stem for path in folder.iterdir()}
    for question in json.loads((gold / "questions.json").read_text()):
        assert {question["clip"], *question["distractors"]} <= clips


def test_the_truth_itself_scores_one_and_the_same_masks_three_frames_late_score_less(
    library: tuple[Path, Path],
) -> None:
    _, gold = library
    asked = questions(worlds(21, 4))
    for late, low, high in ((0, 1.0, 1.0), (3, 0.3, 0.95)):
        answers = {question.id: [Answer([question.clip], seen(gold, question, late))] for question in asked}
        overall = score(asked, answers, gold).overall
        assert overall.right == 1.0
        assert low <= overall.mean_j <= high


def seen(gold: Path, question: WorldQuestion, late: int) -> list[InstanceResult]:
    """Return the gold instances of a question, with the masks that they had some frames earlier."""
    truth = json.loads((gold / f"{question.clip}.json").read_text())
    results = []
    for name in question.instances:
        frames = truth["things"][name]["frames"]
        moved = [
            InstanceFrame(
                frame_index=index,
                seconds=truth["seconds"][index],
                box=tuple(frames[index - late]["box"]),
                mask=Rle(size=tuple(truth["size"]), counts=frames[index - late]["counts"]),
            )
            for index in range(late, len(frames))
            if frames[index - late] and frames[index - late]["box"]
        ]
        results.append(InstanceResult(id=f"o{name}", category="object", frames=tuple(moved)))
    return results


def test_a_world_is_filmed_to_the_same_bytes_each_time(tmp_path: Path) -> None:
    spec = replace(worlds(3, 4)[0].spec, width=160, height=90, seconds=1.0)
    assert write_world(spec, tmp_path / "one.mp4") == write_world(spec, tmp_path / "two.mp4")
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()


def test_answers_are_not_put_among_the_clips(tmp_path: Path) -> None:
    with pytest.raises(TwinseekError, match="the answers would lie among the clips"):
        build_library(tmp_path, tmp_path / "gold", seed=1, size=4)
    assert not list(tmp_path.iterdir())


def test_a_contact_sheet_has_a_row_for_every_world(tmp_path: Path) -> None:
    import cv2

    small = [replace(world, spec=replace(world.spec, width=160, height=90, fps=5)) for world in worlds(3, 4)]
    contact_sheet(small, tmp_path / "sheet.png", columns=3, width=160)
    assert cv2.imread(str(tmp_path / "sheet.png")).shape == (4 * 92, 3 * 162, 3)
