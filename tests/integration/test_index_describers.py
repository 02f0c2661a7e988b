"""Plugins that describe: what they say is in the twin and searched, what they suggest is looked for."""

import sys

import pytest

from tests.e2e.films import write_film
from tests.integration.specialists import (
    BY_HUE,
    DESCRIBER,
    SEEKER,
    SEGMENTER,
    SUGGEST,
    of_colour,
)
from twinseek.library import Library

OF_ALL = """
        things = {name: [self.word, ("action", "hovers", 0.9), "x " * 500, self.word] for name in boxes[0]}
        return {**things, "": ["a stage\\n  by night"], "t999": ["unseen"]}
"""


WHERE = """
        red = {name: [] for name in boxes[0]}
        for image, those in zip(images, boxes):
            for name, (x1, y1, x2, y2) in those.items():
                inside = image[round(y1) : round(y2), round(x1) : round(x2), 0] > 150
                red.setdefault(name, []).append((inside.mean(), inside.sum() / max(1, (image[..., 0] > 150).sum())))
        return {name: [" ".join(f"{min(each):.2f}" for each in zip(*seen))] for name, seen in red.items() if seen}
"""


def said(twin) -> list[tuple[str | None, str, str]]:
    return [(fact.about, fact.kind, fact.text) for fact in twin.facts if fact.source == "describer:teller"]


def test_what_a_describer_says_become_facts_that_are_searched(put, index, tmp_path, decoded, monkeypatch):
    put("teller", DESCRIBER.format(body=OF_ALL), "describers")
    _, before, _, _ = index()
    monkeypatch.setattr("graphs.index_stages.Perceiver", None)
    decoded.clear()
    stages, twin, _, _ = index(describer="teller")
    assert stages == ["descriptions", "components"]
    assert len(decoded) == 4
    facts = said(twin)
    assert {about for about, _, _ in facts} == {None, *(track.id for track in twin.tracks)}
    assert (None, "scene", "a stage by night") in facts
    assert ("t1", "attribute", "velvet") in facts
    assert ("t1", "action", "hovers") in facts
    assert len([fact for fact in facts if fact[0] == "t1"]) == 3
    assert max(len(text) for _, _, text in facts) <= 120
    assert twin.sources["describer:teller"].version == "5"
    with Library.open(tmp_path / "library") as library:
        texts = [part.text for part in library.store.components(twin.video_id, library.store.current(twin.video_id))]
    assert {"velvet", "a stage by night"} < set(texts)
    assert index(describer="teller")[0] == []
    stages, twin, _, _ = index(describer="teller", plugins={"teller": {"word": "silk"}})
    assert stages == ["descriptions", "components"]
    assert "silk" in {text for _, _, text in said(twin)}
    assert "velvet" not in {text for _, _, text in said(twin)}
    stages, twin, _, _ = index()
    assert stages == ["components"]
    assert twin == before


def test_the_boxes_that_a_describer_is_given_lie_on_their_things_in_its_frames(put, index):
    put("cutter", SEGMENTER.format(body=BY_HUE), "segmenters")
    put("teller", DESCRIBER.format(body=WHERE), "describers")
    _, twin, _, _ = index(segmenter="cutter", describer="teller")
    told = {about: [float(share) for share in text.split()] for about, _, text in said(twin)}
    filled, held = told[of_colour(twin, "red")]
    assert (filled, held) == (pytest.approx(1, abs=0.15), pytest.approx(1, abs=0.15))
    assert told[of_colour(twin, "blue")] == [0, 0]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("raise ValueError('no')", "the plugin teller failed (ValueError: no)"),
        ("return ['a stage']", "the plugin teller returned ['a stage'] for descriptions"),
        ("return {'': 'a stage'}", "the plugin teller returned 'a stage' for a list of phrases"),
        ("return {'': [3]}", "the plugin teller returned 3 for a phrase"),
        ("return {'': [('role', 'a stage')]}", "returned 'role' for a kind (scene, action, event, purpose)"),
        ("return {'': [('scene', 'a stage', 'sure')]}", "returned 'sure' for a confidence"),
    ],
)
def test_a_describer_that_fails_fails_that_video_by_name(put, index, clips, body, why):
    write_film(clips / "other.mp4", size=(160, 112))
    put("teller", DESCRIBER.format(body=f"if images[0].shape[0] == 112: return {{}}\n        {body}"), "describers")
    _, twin, _, report = index(describer="teller")
    assert twin is None
    assert len(report.indexed) == 1
    (failed,) = report.failed.values()
    assert why in failed


def test_a_describer_says_what_else_an_open_detector_looks_for(put, index):
    seeker = put("seeker", SEEKER, "detectors")
    silent = DESCRIBER.format(body="return {}")
    put("teller", silent.replace("def build", f"{SUGGEST}def build"), "describers")
    _, twin, _, _ = index(labeller="seeker")
    assert sys.modules[seeker].NAMES[-1] == ["cup"]
    stages, twin, _, _ = index(labeller="seeker", describer="teller")
    assert "labels" in stages
    assert sys.modules[seeker].NAMES[-1] == ["cup", "velvet stamp"]
    assert twin.track("d1").category == "velvet stamp"
    assert index(labeller="seeker", describer="teller")[0] == []
    stages, twin, _, _ = index(labeller="seeker", describer="teller", plugins={"teller": {"word": "silk"}})
    assert "labels" in stages
    assert "tracks" not in stages
    assert twin.track("d1").category == "silk stamp"


def test_a_describer_that_suggests_nothing_leaves_the_names_alone(put, index):
    put("seeker", SEEKER, "detectors")
    put("teller", DESCRIBER.format(body="return {}"), "describers")
    index(labeller="seeker")
    assert index(labeller="seeker", describer="teller")[0] == ["descriptions", "components"]


def test_suggestions_that_are_none_fail_that_video_by_name(put, index):
    put("seeker", SEEKER, "detectors")
    broken = SUGGEST.replace('["cup", self.word + " stamp"]', "[3]")
    put("teller", DESCRIBER.format(body="return {}").replace("def build", f"{broken}def build"), "describers")
    _, twin, _, report = index(labeller="seeker", describer="teller")
    (failed,) = report.failed.values()
    assert "the plugin teller returned [3] for names of things" in failed
    assert twin is None


def test_a_describer_that_is_not_ready_stops_all_processes_before_any_work(put, clips, tmp_path):
    for number in range(3):
        write_film(clips / f"{number}.mp4", frames=10 + number)
    ready = "    def ready(self): raise OSError('nobody is there')\n"
    put(
        "teller",
        DESCRIBER.format(body="return {}").replace("    def describe", f"{ready}    def describe"),
        "describers",
    )
    events: list[dict] = []
    with Library.open(tmp_path / "library", create=True, index={"describer": "teller", "text": False}) as library:
        report = library.index([clips], jobs=2, on_event=events.append)
        assert library.video_ids() == []
    assert set(report.failed.values()) == {"the plugin teller failed (OSError: nobody is there)"}
    assert len(report.failed) + len(report.untried) == 4
    assert report.untried
    assert events[-1] == {"event": "stopped", "left": len(report.untried)}
    assert f"{len(report.untried)} not tried: they would fail alike" in report.summary()
