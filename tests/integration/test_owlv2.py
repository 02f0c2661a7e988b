"""OWLv2 with few random weights: what reaches the model, and what becomes of its boxes."""

import json
import shutil

import numpy as np
import pytest

from graphs.tool_calls import ToolRunner, run_call
from tests.checkpoints import folders, owlv2
from tests.e2e.films import write_film
from tests.plugins import install_built_in
from tools.context import make_context
from tools.door import open_tools
from tools.namers import PluggedDetector
from tools.owlv2 import MOST_FOUND, _load
from tools.plugged import open_plugged
from tools.pretrained import loaded
from tools.specialists import OpenSpecialists
from twins.errors import TwinseekError
from twins.frames import Frame
from twins.queries import ToolCall
from twinseek.library import Library

NAMES = ["cup", "dog", "red kettle"]
WIDE, HIGH = (60, 120), (120, 60)


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    return owlv2.build(tmp_path_factory.mktemp("owl") / "small")


@pytest.fixture
def opened(tmp_path, monkeypatch, weights):
    """Return a function that opens the plugin as the index does."""
    install_built_in(tmp_path, monkeypatch)

    def opened(folder=None, **settings):
        given = {"weights": str(folder or weights), "vocabulary": NAMES, **settings}
        return open_plugged([PluggedDetector], "owlv2", given)

    return opened


@pytest.fixture
def watch():
    """Return a function that keeps the handle of a hook; all are taken off again."""
    handles = []
    yield handles.append
    for handle in handles:
        handle.remove()


def model_of(detector):
    return loaded(detector.plugin._weights, _load)[0]


def a_frame(size=WIDE, colour=(0, 0, 0)):
    image = np.zeros((*size, 3), np.uint8)
    image[:] = colour
    return Frame(0, 0.0, image)


def seen_by(detector, watch):
    """Return a list that fills with what reaches the model that sees."""
    shown = []
    watch(
        model_of(detector).owlv2.vision_model.register_forward_pre_hook(
            lambda _, args, kwargs: shown.append(kwargs["pixel_values"] if "pixel_values" in kwargs else args[0]),
            with_kwargs=True,
        )
    )
    return shown


def read_by(detector, watch):
    """Return a list that fills with the numbers of texts that reach the model that reads."""
    counts = []
    watch(
        model_of(detector).owlv2.text_model.register_forward_pre_hook(
            lambda _, args, kwargs: counts.append(len(kwargs["input_ids"])), with_kwargs=True
        )
    )
    return counts


def finding(detector, watch, *things):
    """Let the model see just these: (cx, cy, w, h) as shares of the square, and a score for each name."""
    import torch

    model = model_of(detector)
    boxes = torch.full((owlv2.PATCHES, 4), 0.5)
    scores = torch.full((owlv2.PATCHES, len(things[0][1]) if things else len(NAMES)), 1e-6)
    for number, (box, sure) in enumerate(things):
        boxes[number], scores[number] = torch.tensor(box), torch.tensor(sure)
    boxes, scores = boxes.double().logit(), scores.double().logit()
    watch(
        model.box_head.register_forward_hook(lambda _m, _a, output: (boxes - model.box_bias).repeat(len(output), 1, 1))
    )
    watch(model.class_head.register_forward_hook(lambda _m, _a, output: (scores.expand_as(output[0]), output[1])))


def told(detections):
    """Return names, scores and boxes, rounded as far as half a pixel counts."""
    return [(d.category, round(d.confidence, 2), [round(side, 1) for side in d.box]) for d in detections]


def test_red_reaches_the_model_first_normalised_and_above_the_padding(opened, watch):
    detector = opened(batch_size=2)
    shown = seen_by(detector, watch)
    detector.detect([a_frame(WIDE, (255, 0, 0)), a_frame(WIDE, (255, 0, 0))])
    (pixels,) = shown
    assert tuple(pixels.shape) == (2, 3, owlv2.SIDE, owlv2.SIDE)
    mean, std = np.array([0.48145466, 0.4578275, 0.40821073]), np.array([0.26862954, 0.26130258, 0.27577711])
    half = owlv2.SIDE // 2
    for picture in pixels:
        assert picture[:, : half - 2].mean(dim=(1, 2)).tolist() == pytest.approx(
            (np.array([1, 0, 0]) - mean) / std, abs=1e-4
        )
        assert picture[:, half + 2 :].mean(dim=(1, 2)).tolist() == pytest.approx(-mean / std, abs=1e-4)


def test_a_high_picture_is_padded_on_its_right(opened, watch):
    detector = opened()
    shown = seen_by(detector, watch)
    detector.detect([a_frame(HIGH, (255, 255, 255))])
    half = owlv2.SIDE // 2
    assert float(shown[0][0, :, :, : half - 2].min()) > 1.9
    assert float(shown[0][0, :, :, half + 2 :].max()) < -1.4


@pytest.mark.parametrize(
    ("size", "share", "box"),
    [
        # The square's side is 120 in both: shares are of that, across and down.
        (WIDE, (0.5, 0.25, 0.5, 0.25), [30, 15, 90, 45]),
        (HIGH, (0.25, 0.5, 0.25, 0.5), [15, 30, 45, 90]),
        (WIDE, (0.9, 0.1, 0.4, 0.4), [84, 0, 120, 36]),
        (WIDE, (0.5, 0.45, 0.25, 0.25), [45, 39, 75, 60]),
        (HIGH, (0.45, 0.95, 0.3, 0.3), [36, 96, 60, 120]),
    ],
)
def test_boxes_are_told_in_pixels_of_the_picture_and_end_with_it(opened, watch, size, share, box):
    detector = opened()
    finding(detector, watch, (share, (0.1, 0.9, 0.1)))
    assert told(detector.detect([a_frame(size)])[0]) == [("dog", 0.9, box)]


def test_what_is_found_in_the_padding_is_nothing(opened, watch):
    detector = opened()
    finding(detector, watch, ((0.5, 0.8, 0.2, 0.2), (0.9, 0.1, 0.1)))
    assert detector.detect([a_frame(WIDE)]) == [[]]


def test_less_sure_names_of_a_thing_are_its_alternatives(opened, watch):
    detector = opened()
    finding(
        detector,
        watch,
        ((0.2, 0.2, 0.2, 0.2), (0.3, 0.1, 0.8)),
        ((0.21, 0.2, 0.2, 0.2), (0.1, 0.1, 0.7)),  # the same kettle, by the next patch
        ((0.8, 0.2, 0.2, 0.2), (0.6, 0.1, 0.1)),
    )
    (kettle, cup) = detector.detect([a_frame(WIDE)])[0]
    assert (kettle.category, round(kettle.confidence, 2)) == ("red kettle", 0.8)
    assert [(other.category, other.confidence) for other in kettle.alternatives] == [("cup", 0.3)]
    assert (cup.category, cup.alternatives) == ("cup", ())


def test_two_patches_that_tell_one_thing_by_one_name_less_alike_are_one_detection_too(opened, watch):
    detector = opened()
    # 0.6 of their union is shared: too little for two names of one thing, enough for one name.
    finding(detector, watch, ((0.2, 0.2, 0.2, 0.2), (0.1, 0.1, 0.8)), ((0.25, 0.2, 0.2, 0.2), (0.1, 0.1, 0.7)))
    assert told(detector.detect([a_frame(WIDE)])[0]) == [("red kettle", 0.8, [12, 12, 36, 36])]


def test_nothing_sure_enough_is_no_detection(opened, watch):
    detector = opened(threshold=0.5)
    finding(detector, watch, ((0.2, 0.2, 0.2, 0.2), (0.4, 0.1, 0.49)))
    assert detector.detect([a_frame(), a_frame()]) == [[], []]


def test_thousands_of_boxes_become_the_surest_hundred(opened, tmp_path):
    folder = owlv2.build(tmp_path / "fine", patch=2)
    detector = opened(folder, threshold=0.0)
    (found,) = detector.detect([a_frame((96, 96), (90, 90, 90))])
    assert len(found) == MOST_FOUND == 100
    raw = detector.plugin.detect(a_frame((96, 96), (90, 90, 90)).image)
    assert MOST_FOUND < len(raw) <= 4 * MOST_FOUND


def test_what_is_found_is_what_the_model_finds_by_its_own_forward(opened, weights):
    import torch
    from transformers import Owlv2ForObjectDetection, Owlv2Processor

    image = np.random.default_rng(0).integers(0, 256, (90, 160, 3), dtype=np.uint8)
    model = Owlv2ForObjectDetection.from_pretrained(weights)
    processor = Owlv2Processor.from_pretrained(weights)
    asked = [[f"a photo of a {name}" for name in NAMES]]
    with torch.inference_mode():
        output = model(**processor(text=asked, images=image, truncation=True, return_tensors="pt"))
    (wanted,) = processor.post_process_grounded_object_detection(output, 0.2, [(90, 160)], [NAMES])
    shown = wanted["boxes"][:, 1] < 90
    assert shown.sum() > 10
    (found,) = opened().detect([Frame(0, 0.0, image)])
    expected = sorted(
        (name, round(score, 3))
        for name, score, inside in zip(wanted["text_labels"], wanted["scores"].tolist(), shown.tolist(), strict=True)
        if inside
    )
    assert sorted((each.category, round(each.confidence, 3)) for each in found) == expected


def test_names_are_encoded_once_in_batches(opened, watch):
    detector = opened(vocabulary=[f"thing {n}" for n in range(130)])
    counts = read_by(detector, watch)
    detector.detect([a_frame()])
    detector.detect([a_frame(), a_frame()])
    assert counts == [128, 2]
    detector.find([a_frame()], ["red kettle"])
    detector.find([a_frame()], ["red kettle", "thing 3"])
    assert counts == [128, 2, 1]


def test_a_long_name_is_cut_where_the_model_ends(opened):
    assert len(opened().find([a_frame()], ["a very long name of a thing with many words in it"])) == 1


def test_pictures_go_through_the_model_in_batches_with_the_same_result(opened, watch):
    frames = [
        Frame(n, n / 2, np.random.default_rng(n).integers(0, 256, (60, 120, 3), dtype=np.uint8)) for n in range(5)
    ]
    detector = opened(batch_size=2)
    shown = seen_by(detector, watch)
    together = detector.detect(frames)
    assert [len(pixels) for pixels in shown] == [2, 2, 1]
    assert together[0] != together[1]
    alone = [detector.detect([frame])[0] for frame in frames]
    assert [told(each) for each in alone] == [told(each) for each in together]


def test_a_gpu_that_is_too_small_for_a_batch_gets_smaller_ones(opened, watch, caplog):
    import torch

    detector, sizes = opened(batch_size=4), []

    def crowded(_module, args, kwargs):
        sizes.append(len(kwargs["pixel_values"] if "pixel_values" in kwargs else args[0]))
        if sizes[-1] > 1:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    watch(model_of(detector).owlv2.vision_model.register_forward_pre_hook(crowded, with_kwargs=True))
    assert len(detector.find([a_frame()] * 4, ["cup"])) == 4
    assert sizes == [4, 2, 1, 1, 1, 1]
    assert len([each for each in caplog.messages if "not enough memory" in each]) == 1


def test_numbers_that_are_none_are_no_detections_and_an_error_where_there_are_no_others(opened, watch):
    detector, nan = opened(), float("nan")
    finding(
        detector,
        watch,
        ((0.2, 0.2, nan, 0.2), (0.9, 0.1, 0.1)),
        ((0.8, 0.2, 0.2, 0.2), (0.9, nan, 0.1)),
        ((0.5, 0.2, 0.2, 0.2), (0.1, 0.7, 0.1)),
    )
    assert [each.category for each in detector.detect([a_frame()])[0]] == ["dog"]
    watch(model_of(detector).class_head.register_forward_hook(lambda _m, _a, output: (output[0] * nan, output[1])))
    with pytest.raises(TwinseekError, match="gives no numbers: its weights are damaged"):
        detector.detect([a_frame()])


@pytest.mark.parametrize("size", [(1, 1), (3, 3), (2, 40), (300, 2)])
def test_the_tiniest_pictures_can_be_looked_at(opened, size):
    (found,) = opened().detect([a_frame(size)])
    assert all(0 <= d.box[0] < d.box[2] <= size[1] and 0 <= d.box[1] < d.box[3] <= size[0] for d in found)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_finds_the_same_at_the_same_place(opened, dtype):
    frame = Frame(0, 0.0, np.random.default_rng(0).integers(0, 256, (60, 120, 3), dtype=np.uint8))
    (exact,), (half,) = opened().detect([frame]), opened(dtype=dtype).detect([frame])
    assert len(exact) == len(half) > 5
    for one, other in zip(sorted(exact, key=lambda d: d.box), sorted(half, key=lambda d: d.box), strict=True):
        assert one.box == pytest.approx(other.box, abs=0.02)
        assert one.confidence == pytest.approx(other.confidence, abs=0.01)


def test_what_reaches_its_threshold_counts_later_too(opened):
    assert (opened().sure, opened(threshold=0.4).sure, opened(threshold=0).sure) == (0.2, 0.4, 0.0)


def test_other_names_are_another_version_wherever_their_file_lies(opened, tmp_path):
    (tmp_path / "names.txt").write_text("cup\n")
    first = opened(vocabulary=str(tmp_path / "names.txt")).provenance.version
    (tmp_path / "names.txt").write_text("mug\n")
    second = opened(vocabulary=str(tmp_path / "names.txt")).provenance.version
    assert second != first
    (tmp_path / "moved.txt").write_text("mug\n")
    assert opened(vocabulary=str(tmp_path / "moved.txt")).provenance.version == second
    assert opened(vocabulary=["mug"]).provenance.version == second


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"vocabulary": []}, "its vocabulary has 0 names"),
        ({"vocabulary": "/nowhere.txt"}, "/nowhere.txt cannot be read"),
        ({"threshold": 2}, "its threshold is 2, not a score from 0 to 1"),
        ({"prompt": "a photo"}, "its prompt 'a photo' has no {}"),
        ({"dtype": "int8"}, "its dtype is 'int8'"),
    ],
)
def test_settings_that_will_not_do_are_refused_before_any_work(opened, settings, said):
    with pytest.raises(TwinseekError) as error:
        opened(**settings)
    assert said in str(error.value)


def test_a_folder_of_another_model_or_with_spoilt_weights_is_refused(opened, weights, tmp_path):
    folder = shutil.copytree(weights, tmp_path / "copy")
    name = folders.without_a_tensor(folder)
    with pytest.raises(TwinseekError, match=f"lacks 1 of its weights \\({name} …\\)"):
        opened(folder).detect([a_frame()])
    (folder / "config.json").write_text('{"model_type": "owlvit"}')
    with pytest.raises(TwinseekError, match="holds a 'owlvit' model, not owlv2"):
        opened(folder)
    folders.cut(folder)
    with pytest.raises(TwinseekError, match="is damaged"):
        opened(folder)


def test_a_folder_without_a_tokenizer_is_refused_before_any_work(opened, weights, tmp_path):
    folder = shutil.copytree(weights, tmp_path / "copy")
    (folder / "tokenizer.json").unlink()
    with pytest.raises(TwinseekError, match=r"has no tokenizer.json, by which it reads words: fetch it too"):
        opened(folder)


def test_a_tokenizer_in_two_files_as_published_reads_words_alike(opened, weights, tmp_path):
    folder = shutil.copytree(weights, tmp_path / "copy")
    model = json.loads((folder / "tokenizer.json").read_text())["model"]
    (folder / "tokenizer.json").unlink()
    (folder / "vocab.json").write_text(json.dumps(model["vocab"]))
    pairs = [pair if isinstance(pair, str) else " ".join(pair) for pair in model["merges"]]
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *pairs]) + "\n")
    there, here = opened(folder).detect([a_frame()]), opened().detect([a_frame()])
    assert told(there[0]) == told(here[0]) != []


@pytest.fixture
def index(opened, tmp_path, weights):
    """Return a function that indexes a clip; it returns the stages that ran, and the twin."""
    clip = write_film(tmp_path / "square.mp4")

    def index(folder=weights, **settings):
        events = []
        given = {
            "index": {"labeller": "owlv2", "text": False},
            "plugins": {"owlv2": {"weights": str(folder), "vocabulary": NAMES, **settings}},
        }
        with Library.open(tmp_path / "library", create=True, **given) as library:
            report = library.index([clip], jobs=1, on_event=events.append)
            assert not report.failed
            twin = library.twin(library.video_ids()[0])
        return next((event["stages"] for event in events if event["event"] == "indexed"), []), twin

    return index


def test_a_twin_has_names_with_alternatives_and_says_whose_they_are(index, tmp_path):
    _, twin = index()
    detected = [track for track in twin.tracks if track.source == "owlv2"]
    assert detected
    assert {track.category for track in detected} <= set(NAMES)
    assert any(track.alternatives for track in detected)
    before = twin.sources["owlv2"]
    assert (before.specialist, len(before.weights)) == ("owlv2", 64)
    assert index()[0] == []
    stages, twin = index(owlv2.build(tmp_path / "other", seed=1))
    assert stages == ["labels", "facts", "components"]
    assert twin.sources["owlv2"].weights != before.weights


def test_a_followed_thing_is_called_what_the_model_sees_there(index, opened, watch):
    # The red square is 30 pixels wide and goes to the right on a row 40 to 70 of 160 x 120; here, where it is halfway.
    finding(opened(), watch, ((0.45, 0.344, 0.24, 0.1875), (0.3, 0.1, 0.8)))
    _, twin = index()
    (square,) = [track for track in twin.tracks if track.id.startswith("t")]
    assert (square.category, square.source) == ("red kettle", "owlv2")
    assert [other.category for other in square.alternatives] == ["cup"]


def test_words_outside_the_vocabulary_are_found_just_in_time(index, opened, watch, tmp_path):
    index()
    section = {"weights": str(opened().settings["weights"]), "vocabulary": ["cup"]}
    specialists = OpenSpecialists({"labeller": "owlv2"}, {"owlv2": section})
    counts = read_by(specialists.detector(), watch)
    with Library.open(tmp_path / "library") as library:
        (video,) = library.video_ids()
        toolbox = open_tools(make_context(library.store, library.store.effective, specialists=specialists))
        assert "red kettle" in toolbox.tools["find_objects"].offer.description
        call = ToolCall(tool="find_objects", args={"seconds": [0.4], "category": "blue teapot"})
        found = run_call(call, video, ToolRunner(library.store, toolbox, library.store.effective))
        kept = library.store.observation(video, found.key)
    assert "blue teapot" in found.text
    assert {track.category for track in kept.tracks} == {"blue teapot"}
    assert counts == [1]
