"""What a library knows goes out in formats of others and comes back, through the real command line."""

import json
import subprocess
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as coco
from pycocotools.coco import COCO

from tests.e2e.command_line import in_turn, twinseek
from tests.e2e.films import write_film
from tests.e2e.libraries import ask, index
from twins.davis import palette
from twins.errors import TwinseekError
from twins.excerpt import Excerpt
from twins.masks import decode_mask, mask_iou
from twinseek.importing import FORMATS as IMPORTED
from twinseek.library import Library

TIMES = [40 * n + 7 * (n % 3) for n in range(40)]
"""Milliseconds of the clip's frames: uneven, as phones film."""


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """Return a folder with an upright clip of uneven times, and a library that has indexed it."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "clips").mkdir()
    write_film(folder / "clips" / "clip one.mp4", frames=40, pts=TIMES, rotate=90)
    index(folder / "clips", folder / "library")
    return folder


@pytest.fixture(scope="module")
def exported(made) -> Path:
    """Return the library's clip as YouTube-VIS, exported with the command's own choice of a name."""
    done = twinseek("export", "clip one", "--library", made / "library", "--json", cwd=made)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    (video,) = report["videos"]
    assert report["files"] == [f"{video['video_id']}.coco-vis.json"]
    return made / report["files"][0]


def succeeded(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


def failed(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1 and done.stderr.startswith("error: ") and done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def command(*words: str | Path) -> str:
    return succeeded(twinseek(*words))


def refused(*words: str | Path) -> str:
    return failed(twinseek(*words))


def test_a_twin_comes_back_pixel_by_pixel_and_is_exported_alike(made, exported, tmp_path):
    there = ("--library", tmp_path / "library")
    for done in in_turn(
        ("import", exported, "--format", "coco-vis", *there, "--videos", made / "clips"),
        ("export", "clip-one", *there, "--to", tmp_path / "again.json"),
    ):
        succeeded(done)
    assert (tmp_path / "again.json").read_text() == exported.read_text()
    with Library.open(made / "library") as first, Library.open(tmp_path / "library") as second:
        (name,) = first.video_ids()
        assert second.video_ids() == [name]
        old, new = first.store.geometry(name), second.store.geometry(name)
        assert new.track_ids == old.track_ids and len(old.track_ids) > 0
        assert new.seconds.tolist() == old.seconds.tolist() and new.frame_index.tolist() == old.frame_index.tolist()
        assert np.array_equal(new.visibility, old.visibility)
        assert [t.category for t in second.twin(name).tracks] == [t.category for t in first.twin(name).tracks]
        with first.store.masks(name) as before, second.store.masks(name) as after:
            pairs = [(track, frame) for track in before.track_ids() for frame in before.frames(track)]
            assert pairs and pairs == [(t, frame) for t in after.track_ids() for frame in after.frames(t)]
            for track, frame in pairs:
                assert np.array_equal(before.mask(track, frame), after.mask(track, frame))
        # The clip was found by its file's name, so that what was imported can be looked at and asked.
        assert second.path(name) == made / "clips" / "clip one.mp4"
        assert second.store.components(name)


def test_everything_is_in_displayed_pixels(made, exported):
    document = json.loads(exported.read_text())
    (video,) = document["videos"]
    # Filmed as 160 x 120, shown turned.
    assert (video["width"], video["height"]) == (120, 160)
    assert {round(1000 * moment) for moment in video["seconds"]} <= set(TIMES)
    assert video["seconds"] == [TIMES[n] / 1000 for n in video["frame_index"]]
    for annotation in document["annotations"]:
        for mask, box, area in zip(*(annotation[k] for k in ("segmentations", "bboxes", "areas")), strict=True):
            assert (mask is None) == (box is None) == (area is None)
            if mask is not None:
                assert mask["size"] == [160, 120] and area == decode_mask(mask).sum()
                assert coco.iou([coco.toBbox(mask)], [box], [0])[0, 0] > 0.6


def test_coco_is_loaded_by_pycocotools_and_has_the_same_masks(made, exported, tmp_path):
    there = ("--format", "coco", "--library", tmp_path / "library")
    for done in in_turn(
        ("export", "clip-one", "--format", "coco", "--library", made / "library", "--to", tmp_path / "coco.json"),
        ("import", tmp_path / "coco.json", *there),
        ("export", "clip-one", *there, "--to", tmp_path / "2.json"),
    ):
        succeeded(done)
    loaded = COCO(tmp_path / "coco.json")
    document = json.loads(exported.read_text())
    (video,) = document["videos"]
    masks = {
        a["track_id"]: dict(zip(video["frame_index"], a["segmentations"], strict=True)) for a in document["annotations"]
    }
    annotations = loaded.loadAnns(loaded.getAnnIds())
    assert len(annotations) == sum(mask is not None for frames in masks.values() for mask in frames.values()) > 10
    for annotation in annotations:
        (image,) = loaded.loadImgs(annotation["image_id"])
        assert mask_iou(loaded.annToRLE(annotation), masks[annotation["track_id"]][image["frame_index"]]) == 1.0
    assert (tmp_path / "2.json").read_text() == (tmp_path / "coco.json").read_text()


def test_davis_pictures_have_the_palette_and_the_ids(made, exported, tmp_path):
    report = json.loads(
        command("export", "clip-one", "--format", "davis", "--library", made / "library", "--to", tmp_path, "--json")
    )
    folder = Path(report["files"][0])
    record = json.loads(folder.with_name(folder.name + ".json").read_text())
    document = json.loads(exported.read_text())
    (video,) = document["videos"]
    assert folder == tmp_path / video["name"]
    assert sorted(p.name for p in folder.iterdir()) == [f"{index:05d}.png" for index in video["frame_index"]]
    n = next(n for n, mask in enumerate(document["annotations"][0]["segmentations"]) if mask is not None)
    with Image.open(folder / record["frames"][n]["file"]) as picture:
        assert picture.mode == "P" and picture.getpalette() == palette()
        number = next(
            int(k) for k, v in record["instances"].items() if v["track_id"] == document["annotations"][0]["track_id"]
        )
        alone = sum(a["segmentations"][n] is not None for a in document["annotations"]) == 1
        if alone:
            assert np.array_equal(
                np.asarray(picture) == number, decode_mask(document["annotations"][0]["segmentations"][n])
            )
    assert [frame["seconds"] for frame in record["frames"]] == video["seconds"]


def test_an_overlay_is_a_film_that_plays_with_the_clips_times(made, exported, tmp_path):
    command("export", "clip-one", "--format", "mp4", "--library", made / "library", "--to", tmp_path / "o.mp4")
    (video,) = json.loads(exported.read_text())["videos"]
    with av.open(str(tmp_path / "o.mp4")) as container:
        times = [(frame.time, frame.width, frame.height) for frame in container.decode(video=0)]
    assert [time for time, _, _ in times] == pytest.approx(video["seconds"], abs=1e-4)
    assert {(width, height) for _, width, height in times} == {(120, 160)}


def test_an_answer_is_exported_with_its_instances_and_spans_only(made, tmp_path):
    answer = ask(made / "library")
    hits = [hit for hit in answer["results"] if hit["instances"]]
    assert hits
    hits[0]["spans"] = [[0.3, 0.9]]
    wanted = {instance["id"] for instance in hits[0]["instances"]}
    (tmp_path / "good.json").write_text(json.dumps(answer))
    (tmp_path / "no answer.json").write_text('{"results": 3}')
    (tmp_path / "nothing.json").write_text(json.dumps({**answer, "results": []}))
    hits[0]["instances"][0]["id"] = "t99"
    (tmp_path / "nobody.json").write_text(json.dumps(answer))
    why = {"nobody": "no instance 't99'", "no answer": "is no answer", "nothing": "nothing to export"}
    there = ("--library", made / "library", "--to")
    good, *refusals = in_turn(
        ("export", tmp_path / "good.json", *there, tmp_path / "out.json"),
        *(("export", tmp_path / f"{name}.json", *there, tmp_path / "2.json") for name in why),
    )
    succeeded(good)
    document = json.loads((tmp_path / "out.json").read_text())
    assert {a["track_id"] for a in document["annotations"]} == wanted
    assert document["videos"][0]["seconds"] and all(0.3 <= s < 0.9 for s in document["videos"][0]["seconds"])
    for done, reason in zip(refusals, why.values(), strict=True):
        assert reason in failed(done)


@pytest.mark.parametrize("form", ["coco", "coco-vis", "davis", "mp4"])
def test_nothing_is_replaced_unless_that_is_asked_for_and_nothing_half_done_is_left(made, tmp_path, form):
    place = tmp_path if form == "davis" else tmp_path / ("out.mp4" if form == "mp4" else "out.json")
    with Library.open(made / "library") as library:
        library.export("clip-one", format=form, to=place)
        before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        with pytest.raises(TwinseekError, match=r"is there already.*--to.*--force"):
            library.export("clip-one", format=form, to=place)
        assert {path: path.read_bytes() for path in before} == before
        next(iter(before)).write_bytes(b"old")
        library.export("clip-one", format=form, to=place, force=True)
    after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert set(after) == set(before) and b"old" not in after.values()
    assert all(path.stat().st_mode & 0o044 for path in tmp_path.rglob("*"))


def test_the_command_replaces_a_file_only_when_told_to(made, tmp_path):
    words = ("export", "clip-one", "--library", made / "library", "--to")
    kept, lost = tmp_path / "kept.json", tmp_path / "lost.json"
    for place in (kept, lost):
        place.write_text("mine")
    unasked, told = in_turn((*words, kept), (*words, lost, "--force"))
    assert "kept.json is there already" in failed(unasked)
    assert kept.read_text() == "mine"
    succeeded(told)
    assert lost.read_text() != "mine"


@pytest.mark.parametrize("form", ["coco-vis", "davis", "mp4"])
def test_an_export_that_fails_leaves_nothing(made, tmp_path, monkeypatch, form):
    def fail(*_: object) -> None:
        raise TwinseekError("enough")

    place = tmp_path / {"coco-vis": "out.json", "davis": "", "mp4": "out.mp4"}[form]
    with Library.open(made / "library") as library:
        monkeypatch.setattr(Excerpt, "sighting", fail)
        with pytest.raises(TwinseekError, match="enough"):
            library.export("clip-one", format=form, to=place)
    assert not list(tmp_path.iterdir())


def test_without_its_clip_an_overlay_is_refused_and_masks_are_not(made, exported, tmp_path):
    there = ("--library", tmp_path / "library")
    imported, film, masks = in_turn(
        ("import", exported, "--format", "coco-vis", *there),
        ("export", "clip-one", "--format", "mp4", *there, "--to", tmp_path / "o.mp4"),
        ("export", "clip-one", "--format", "davis", *there, "--to", tmp_path),
    )
    succeeded(imported)
    error = failed(film)
    assert "is gone" in error and "coco-vis" in error
    assert not list(tmp_path.glob("*.mp4")) and not list(tmp_path.glob(".unfinished*"))
    succeeded(masks)


def test_what_was_indexed_is_not_replaced_by_its_own_export(made, exported):
    error = refused("import", exported, "--format", "coco-vis", "--library", made / "library")
    assert "was indexed from its video" in error and "another library" in error


def test_a_wrong_file_leaves_no_twin_of_the_right_ones(made, exported, tmp_path):
    document = json.loads(exported.read_text())
    document["annotations"][0]["category_id"] = 77
    (tmp_path / "wrong.json").write_text(json.dumps(document))
    error = refused(
        "import", exported, tmp_path / "wrong.json", "--format", "coco-vis", "--library", tmp_path / "library"
    )
    assert "wrong.json: annotations.0.category_id: there is no category 77" in error
    assert not (tmp_path / "library").exists()


def test_masklets_are_imported_and_can_be_asked(made, exported, tmp_path):
    annotation = json.loads(exported.read_text())["annotations"][0]
    masks = [mask for mask in annotation["segmentations"] if mask is not None]
    masklet = {
        "video_id": "clip one",
        "video_frame_count": 4.0 * len(masks),
        "video_height": 160.0,
        "video_width": 120.0,
        "masklet": [[mask] for mask in masks],
        "masklet_id": [0],
    }
    (tmp_path / "clip_manual.json").write_text(json.dumps(masklet))
    there = ("--library", tmp_path / "library", "--json")
    imported, answered = in_turn(
        ("import", tmp_path / "clip_manual.json", "--format", "sa-v", "--videos", made, *there),
        ("ask", "something moves", *there),
    )
    assert json.loads(succeeded(imported))["imported"] == ["clip one"]
    with Library.open(tmp_path / "library") as library:
        assert library.path("clip one") == made / "clips" / "clip one.mp4"
        assert library.twin("clip one").facts
    assert json.loads(succeeded(answered))["ranking"] == ["clip one"]


def test_the_commands_offer_the_formats_that_there_are(made):
    from twinseek.commands import export_command, import_command
    from twinseek.exporting import FORMATS

    assert set(export_command.FORMATS) == set(FORMATS) and set(import_command.FORMATS) == set(IMPORTED)
    completed = twinseek(
        _TWINSEEK_COMPLETE="bash_complete",
        COMP_WORDS="twinseek export cli",
        COMP_CWORD="2",
        TWINSEEK_LIBRARY=str(made / "library"),
    )
    assert "plain,clip-one-" in completed.stdout and "file,cli" in completed.stdout


def test_a_video_is_completed_by_its_id_or_else_by_the_name_of_its_file(made):
    def completed(begun):
        words = {"COMP_WORDS": f"twinseek show '{begun}", "COMP_CWORD": "2", "TWINSEEK_LIBRARY": str(made / "library")}
        return twinseek(_TWINSEEK_COMPLETE="bash_complete", **words).stdout.splitlines()

    assert [line.rsplit("-", 1)[0] for line in completed("clip-o")] == ["plain,clip-one"]
    assert completed("clip o") == ["plain,clip one.mp4"]
    assert not any(completed("nothing"))


def test_a_profile_is_completed_by_the_names_of_those_that_come_along():
    for words in ("index --profile ", "tools --profile g", "models pull --profile g"):
        said = twinseek(
            _TWINSEEK_COMPLETE="bash_complete",
            COMP_WORDS=f"twinseek {words}",
            COMP_CWORD=str(len(words.split(" "))),
        ).stdout.splitlines()
        assert "plain,gpu" in said
        assert ("plain,offline" in said) is words.endswith(" ")


def test_the_command_starts_without_what_only_drawing_needs():
    import sys

    code = (
        "import sys; import twinseek.commands.export_command, twinseek.exporting, twinseek.importing;"
        "print(sorted({'supervision', 'matplotlib', 'torch', 'cv2', 'PIL'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_python_has_the_same_door(made, tmp_path):
    with Library.open(made / "library") as library:
        events = []
        report = library.export("clip-one", format="davis", to=tmp_path, on_event=events.append)
        assert report.videos[0].frames > 10 and Path(report.files[0]).is_dir()
        assert [event["event"] for event in events] == ["exporting", "exported"]
        answer = library.ask("a red thing moves to the right")
        assert library.export(answer, to=tmp_path / "answer.json").format == "coco-vis"
