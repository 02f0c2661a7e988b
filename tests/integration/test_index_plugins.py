"""Detectors and labellers as plugins: named by a setting, contained, and only the labels are made anew."""

import hashlib
import pickle

import pytest

from tests.e2e.films import write_film
from tests.plugins import install
from tools import namers, plugged
from tools.namers import open_namer
from twins.errors import TwinseekError
from twins.frames import frames_at
from twinseek.library import Library

DETECTOR = """
class Finder:
    version = "3"
    def __init__(self, settings): self.settings = settings
    def detect(self, image):
        {body}
def build(context): return Finder(dict(context.settings))
"""
ONE = 'return [(self.settings.get("category", "cup"), 0.9, (100.0, 90.0, 140.0, 118.0))]'


@pytest.fixture
def put(tmp_path, monkeypatch):
    def put(name="finder", body=ONE, group="twinseek.detectors", code=None, **options):
        return install(tmp_path, monkeypatch, name, code or DETECTOR.format(body=body), group=group, **options)

    return put


@pytest.fixture
def film(tmp_path):
    return write_film(tmp_path / "square.mp4", frames=30)


@pytest.fixture
def index(tmp_path, film):
    """Return a function that indexes the film and returns the stages that ran, the twin, and what failed."""

    def index(labeller="finder", **settings):
        events = []
        given = {"index": {"labeller": labeller}, "plugins": {"finder": settings}} if labeller else {}
        with Library.open(tmp_path / "library", create=True, **given) as library:
            report = library.index([film], jobs=1, on_event=events.append)
            twin = library.twin(library.video_ids()[0]) if library.video_ids() else None
        stages = next((event["stages"] for event in events if event["event"] == "indexed"), [])
        return stages, twin, list(report.failed.values())

    return index


def test_a_detector_names_things_and_only_labels_are_made_anew(put, index, tmp_path):
    put()
    index(None)
    stages, twin, _ = index()
    assert stages == ["labels", "facts", "components"]
    found = twin.track("d1")
    assert (found.category, found.source) == ("cup", "finder")
    assert twin.sources["finder"].version == "3"
    assert index()[0] == []
    stages, twin, _ = index(category="mug")
    assert stages == ["labels", "facts", "components"]
    assert twin.track("d1").category == "mug"
    stages, twin, _ = index(None)
    assert stages == ["labels", "facts", "components"]
    assert {track.category for track in twin.tracks} == {"object"}


def test_what_counts_of_weights_is_their_content(put, index, tmp_path):
    put()
    for name, content in (("a", b"one"), ("b", b"one"), ("c", b"two")):
        (tmp_path / name).write_bytes(content)
    assert "tracks" in index(weights=str(tmp_path / "a"))[0]
    assert index(weights=str(tmp_path / "b"))[0] == []
    stages, twin, _ = index(weights=str(tmp_path / "c"))
    assert stages == ["labels", "facts", "components"]
    assert twin.sources["finder"].weights == hashlib.sha256(b"two").hexdigest()


def test_a_labeller_is_shown_the_tracks(put, index):
    code = """
class Namer:
    def label(self, image, boxes):
        return {**{name: ("stamp", 0.7) for name in boxes}, "t999": ("ghost", 0.9)}
def build(context): return Namer()
"""
    put(group="twinseek.labellers", code=code)
    _, twin, _ = index()
    assert {track.category for track in twin.tracks} == {"stamp"}


def test_the_boxes_that_a_labeller_is_given_lie_on_their_things(put, index):
    code = """
class Namer:
    def label(self, image, boxes):
        red = image[..., 0] > 150
        def held(x1, y1, x2, y2): return red[round(y1) : round(y2), round(x1) : round(x2)].sum() / red.sum()
        return {name: (f"{held(*box):.1f} of the red", 0.7) for name, box in boxes.items()}
def build(context): return Namer()
"""
    put(group="twinseek.labellers", code=code)
    _, twin, _ = index()
    assert {track.category for track in twin.tracks} == {"1.0 of the red"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"code": "import nothing_of_that_name"}, "finder of first cannot be used: it cannot be imported"),
        ({"code": "def build(context): raise KeyError('weights')"}, "it cannot be built (KeyError: 'weights')"),
        ({"code": "def build(context): return object()"}, "returned object, which has no method detect"),
    ],
)
def test_a_plugin_that_cannot_be_loaded_stops_the_index_before_any_work(put, index, options, said):
    put(distribution="first", **options)
    with pytest.raises(TwinseekError) as error:
        index()
    assert said in str(error.value)


def test_a_name_that_nobody_has_is_answered_with_those_that_there_are(put, index):
    put("finder")
    with pytest.raises(TwinseekError, match=r"by the name of 'other' \(installed: .*finder"):
        index("other")


def test_of_two_with_one_name_neither_is_used(put, index):
    put(distribution="first")
    put(distribution="second", group="twinseek.labellers")
    with pytest.raises(TwinseekError, match="first and second both have a finder"):
        index()


def test_missing_weights_are_named(put, index, tmp_path):
    put()
    with pytest.raises(TwinseekError, match=r"weights .*gone.onnx of the plugin finder cannot be read"):
        index(weights=str(tmp_path / "gone.onnx"))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("raise ValueError('no')", "the plugin finder failed (ValueError: no)"),
        ("return 3", "the plugin finder failed (TypeError"),
        ("return [('cup', 0.9)]", "returned ('cup', 0.9) for a detection"),
        ("return [('cup', float('nan'), (0, 0, 9, 9))]", "returned nan for a confidence"),
        ("return [(7, 0.9, (0, 0, 9, 9))]", "returned 7 for a category"),
        ("import time; time.sleep(9)", "the plugin finder gave no answer within 0.5 s"),
    ],
)
def test_a_plugin_that_fails_on_a_video_fails_that_video_by_name(put, index, monkeypatch, body, said):
    monkeypatch.setattr(plugged, "FRAME_SECONDS", 0.5)
    put(body=body)
    stages, twin, (failed,) = index()
    assert said in failed
    assert (stages, twin) == ([], None)


def test_boxes_outside_the_picture_are_cut_or_dropped_and_their_number_is_bounded(put, film):
    outside = "('cup', 0.9, (-5, -5, 20, 999)), ('cup', 0.9, (500, 0, 510, 9)), ('x', .1, 3)"
    put(body=f"return [{outside}] + [('y', 0.5, (n % 80, n // 80, n % 80 + 1, n // 80 + 1)) for n in range(900)]")
    detector = open_namer("finder", {})
    (found,) = detector.detect(frames_at(film, [0.0]))
    assert found[0].box == (0, 0, 20, 120)
    assert [detection.category for detection in found].count("cup") == 1
    assert len(found) == namers.MOST_DETECTIONS


def test_a_plugin_goes_to_other_processes_by_name(put, film):
    put(body="self.count = getattr(self, 'count', 0) + 1; return [(f'cup {self.count}', 0.9, (0, 0, 9, 9))]")
    detector = open_namer("finder", {"a": 1})
    frame = frames_at(film, [0.0])
    assert detector.detect(frame)[0][0].category == "cup 1"
    there = pickle.loads(pickle.dumps(detector))
    assert there.provenance == detector.provenance
    assert there.detect(frame)[0][0].category == "cup 1"
    assert detector.detect(frame)[0][0].category == "cup 2"
