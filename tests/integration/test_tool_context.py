"""What a tool may look at, on a real clip."""

import subprocess
import sys

import numpy as np
import pytest
from langchain_core.tools import ToolException

from tests.e2e.films import picture, write_film
from tests.plugins import ROOT
from tools import context as contexts
from tools.context import describe_twin, make_context
from twins.geometry import Visibility
from twinseek.library import Library


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("indexed")
    with Library.open(folder / "library", create=True) as library:
        library.index([write_film(folder / "square.mp4", frames=40)], jobs=1)
        yield library


@pytest.fixture
def look(library):
    return make_context(library.store, library.store.effective)


@pytest.fixture
def video(library):
    return library.video_ids()[0]


def test_frames_come_with_exact_times_in_the_displayed_size_and_each_once(look, video):
    seconds, images = look.frames(video, seconds=[0.41, 0.2, 0.2, 99.0, -1.0])
    assert seconds == pytest.approx([0.0, 0.2, 0.4, 1.56])  # the frames on display then, 25 a second
    assert [image.shape for image in images] == [(120, 160, 3)] * 4
    assert images[1].dtype == np.uint8
    assert abs(images[1].astype(int) - picture(5)).mean() < 12  # RGB, not BGR


def test_a_span_gives_sampled_moments_and_never_more_than_asked_for(look, library, video):
    seconds, _ = look.frames(video, span=(0.2, 1.2), max_frames=4)
    sampled = library.store.geometry(video).seconds
    assert len(seconds) == 4
    assert all(0.2 <= second < 1.2 for second in seconds)
    assert all(np.abs(sampled - second).min() < 1e-6 for second in seconds)


def test_frames_are_bounded_by_number_and_by_size(look, video, monkeypatch):
    assert len(look.frames(video, span=(0.0, 1.6), max_frames=10_000)[0]) <= contexts.MOST_FRAMES
    monkeypatch.setattr(contexts, "MOST_BYTES", 3 * 160 * 120 * 2)
    assert len(look.frames(video, span=(0.0, 1.6), max_frames=8)[0]) == 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "either seconds or a span"),
        ({"seconds": [1.0], "span": (0.0, 1.0)}, "either seconds or a span"),
        ({"seconds": []}, "name at least one moment"),
        ({"seconds": [float("nan")]}, "name at least one moment"),
    ],
)
def test_a_look_at_nothing_is_refused_in_a_sentence(look, video, given, said):
    with pytest.raises(ToolException, match=said):
        look.frames(video, **given)


def test_a_damaged_file_and_an_unknown_video_are_told_in_a_sentence(look, library, video, tmp_path, monkeypatch):
    (tmp_path / "bad.mp4").write_bytes(b"no video")
    monkeypatch.setattr(type(library.store), "path", lambda self, name: tmp_path / "bad.mp4")
    with pytest.raises(ToolException, match=r"cannot be read: bad\.mp4 is"):  # and in no folder
        look.frames(video, seconds=[0.0])
    with pytest.raises(ToolException, match="twin of this video cannot be read"):
        look.twin("nothing-0000000000")


def test_a_twin_is_plain_json_with_a_summary_of_each_track(library, video):
    known = library.store.effective(video)
    told = describe_twin(known)
    assert set(told) == {"video_id", "duration", "width", "height", "tracks", "shots", "facts"}
    for track in told["tracks"]:
        row = known.geometry.boxes[known.geometry.row(track["id"])]
        seen = known.geometry.seconds[np.isfinite(row).all(axis=1)]
        assert (track["first_seen"], track["last_seen"]) == (seen[0], seen[-1])
        assert 1 <= len(track["boxes"]) <= contexts.TRACK_BOXES
        assert track["boxes"][0]["seconds"] == seen[0]
    fact = next(fact for fact in told["facts"] if fact["predicate"] == "moves_right")
    assert set(fact) == {"about", "others", "kind", "text", "confidence", "span", "predicate"}


def test_a_box_is_given_where_it_is_known(look, library, video):
    geometry = library.store.geometry(video)
    name = geometry.track_ids[0]
    column = int(np.flatnonzero(np.isfinite(geometry.boxes[0]).all(axis=1))[0])
    known, unknown = look.boxes(video, name, [float(geometry.seconds[column]), 500.0])
    assert known == pytest.approx(geometry.boxes[0, column].tolist(), abs=0.05)
    assert unknown is None


def test_a_library_that_needs_no_plugin_imports_none():
    code = (
        "import sys, tempfile\nfrom pathlib import Path\nfrom twinseek.library import Library\n"
        "from tests.e2e.films import write_film\nfolder = Path(tempfile.mkdtemp())\n"
        "film = write_film(folder / 'a.mp4', frames=10)\n"
        "library = Library.open(folder / 'library', create=True)\nlibrary.index([film], jobs=1)\nlibrary.ask('a dog')\n"
        "unwanted = {'tools.door', 'tools.namers', 'tools.plugged', 'tools.specialists', 'graphs.plugged_encoder',"
        " 'tools.measure', 'graphs.tool_calls', 'openai'}\n"
        "print(sorted(unwanted & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"


def test_a_tool_gets_smaller_frames_masks_and_what_is_seen_at_sampled_moments(look, library, video):
    geometry = library.store.geometry(video)
    name = geometry.track_ids[0]
    _, (image,) = look.frames(video, seconds=[0.4], max_side=80)
    assert image.shape == (60, 80, 3)
    sampled = look.sampled(video, 0.3, 0.9)
    assert sampled == [t for t in geometry.seconds.tolist() if 0.3 <= t <= 0.9]
    (mask, nothing) = look.masks(video, name, [sampled[0], sampled[0] + 0.02])
    column = int(np.abs(geometry.seconds - sampled[0]).argmin())
    assert mask.shape == (120, 160)
    x1, y1, x2, y2 = geometry.boxes[0, column]
    assert mask.any(axis=0).nonzero()[0][[0, -1]] == pytest.approx((x1, x2 - 1), abs=1)
    assert mask.any(axis=1).nonzero()[0][[0, -1]] == pytest.approx((y1, y2 - 1), abs=1)
    assert nothing is None, "no sample was taken then"
    visible = geometry.visibility[0, np.isin(geometry.seconds, sampled)] == Visibility.VISIBLE
    assert look.in_view(video, name, sampled) == visible.tolist()
    assert 0 < visible.sum() < len(visible)
    with pytest.raises(ToolException, match="there is no instance 't99'"):
        look.masks(video, "t99", sampled)
