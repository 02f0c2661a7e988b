"""Qwen2.5-VL and Qwen3-VL as describer, of random weights: what reaches the model, and what becomes of its answers."""

import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
import torch

from tests.checkpoints import qwen_vl as checkpoint
from tests.checkpoints.folders import no_numbers
from tests.e2e.films import write_squares
from tests.integration.forced import force
from tests.plugins import ROOT, install_built_in
from tools import pretrained, qwen_weights
from tools.describers import PluggedDescriber
from tools.plugged import SpecialistContext, open_plugged
from tools.pretrained import Weights
from tools.qwen_vl import build
from tools.qwen_weights import loaded
from twins.errors import TwinseekError
from twinseek.library import Library

SHOT = '{"caption": "Two squares slide", "scene": "a dark room", "events": ["they move"], "confidence": 0.7}'
THING = '{"what": "a flat square", "looks": ["plain"], "does": "slides to the right", "confidence": 0.8}'
ONE_FAMILY = pytest.mark.parametrize("family", ["qwen3_vl"], indirect=True)
"""Of what does not hang on the family."""
FRAME, INSIDE = (10, 20, 30), (220, 120, 40)
BOX = (40.0, 30.0, 140.0, 90.0)


def answer(prompt: str) -> str:
    return SHOT if "You look at frames of one shot" in prompt else THING


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    place = tmp_path_factory.mktemp("weights")
    return {family: checkpoint.build(place / family, family) for family in checkpoint.FAMILIES}


@pytest.fixture(params=checkpoint.FAMILIES)
def family(request):
    return request.param


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """Load anew in each test, and with one thread: two contend for small matrices longer than they compute."""
    monkeypatch.setattr(pretrained, "_PLACES", {})
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def describer(folders, family):
    """Return a function that builds a describer of a family with settings, and returns it with its loaded model."""

    def describer(**settings):
        made = build(SpecialistContext(1, "cpu", {"weights": str(folders[family]), **settings}))
        return made, loaded(Weights(folders[family]))

    return describer


def frame() -> np.ndarray:
    image = np.full((120, 200, 3), FRAME, np.uint8)
    image[30:90, 40:140] = INSIDE
    return image


def pixels(inputs, kind: str, size: int) -> np.ndarray:
    """Return normalised pixels by patch and channel: (patches, 3, time x height x width)."""
    values = inputs[kind].float().numpy()
    return values.reshape(len(values), 3, 2 * size * size)


def test_pictures_reach_the_model_in_the_order_of_colours_that_its_processor_is_made_for(describer, family):
    made, local = describer(batch_size=1)
    heard = force(local, answer)
    made.describe([frame()] * 2, [{"t1": BOX}] * 2, [0.5, 1.0])
    processor, size = local.processor.image_processor, 14 if family == "qwen2_5_vl" else 16
    mean, std = np.array(processor.image_mean), np.array(processor.image_std)
    assert mean == pytest.approx([0.48145466, 0.4578275, 0.40821073] if size == 14 else [0.5] * 3)
    shot, thing = heard.inputs
    outside, inside = ((np.array(colour) / 255 - mean) / std for colour in (FRAME, INSIDE))
    corner = pixels(shot, "pixel_values_videos", size)[0].mean(axis=1)
    assert corner == pytest.approx(outside, abs=0.02)
    assert "pixel_values" not in shot
    crops = pixels(thing, "pixel_values", size)
    assert len(thing["image_grid_thw"]) == 2
    central = np.median(crops, axis=(0, 2))  # most of a crop is its thing, a little what lies around it
    assert central == pytest.approx(inside, abs=0.02)
    share = (abs(crops.mean(axis=2) - inside) < 0.05).all(axis=1).mean()
    assert 0.35 < share < 0.6
    for edge in (crops[0], crops[-1]):  # the first and the last patch: the thing is in the middle
        assert edge.mean(axis=1) == pytest.approx(outside, abs=0.15)


def test_times_reach_the_model_as_each_family_reads_them(describer, family):
    made, local = describer()
    heard = force(local, answer)
    made.describe([frame()] * 4, [{}] * 4, [12.2, 12.7, 13.2, 13.7])
    (prompt,), (inputs,) = heard.rows, heard.inputs
    if family == "qwen3_vl":
        assert "<12.4 seconds>" in prompt or "<12.5 seconds>" in prompt  # 12.45: two frames are one patch in time
        assert "<13.4 seconds>" in prompt or "<13.5 seconds>" in prompt
    else:
        assert inputs["second_per_grid_ts"].tolist() == [1.0]
    assert inputs["video_grid_thw"][0, 0] == 2
    assert "There are 4 frames, taken at 12.2 s, 12.7 s, 13.2 s, 13.7 s." in prompt
    assert prompt.startswith("<|im_start|>system\nYou look at frames of one shot")


def test_all_questions_of_a_shot_go_in_batches_and_answers_come_back_to_their_things(describer):
    made, local = describer(batch_size=3)
    heard = force(local, lambda prompt: answer(prompt).replace("flat", f"flat {prompt.count('<|image_pad|>') // 15}"))
    boxes = [{f"t{n}": (10.0 * n, 10, 10.0 * n + 80, 60) for n in range(4)}, {"t3": (30.0, 10, 110, 60)}]
    found = made.describe([frame()] * 2, boxes, [0.5, 1.0])
    assert heard.calls == 2
    assert [len(call) for call in heard.prompts] == [3, 2]
    assert list(found) == ["", "t0", "t1", "t2", "t3"]
    assert found[""] == [
        ("scene", "Two squares slide", 0.7),
        ("scene", "a dark room", 0.7),
        ("event", "they move", 0.7),
    ]
    assert found["t0"][1:] == [("attribute", "plain", 0.8), ("action", "slides to the right", 0.8)]
    assert found["t3"][0] != found["t0"][0]  # it was seen in two frames
    assert "There are 2 cut-outs, seen at 0.5 s, 1.0 s." in heard.rows[-1]


def test_what_is_shorter_is_filled_up_on_the_left_so_that_answers_do_not_hang_on_their_neighbours(describer):
    made, _ = describer()
    together, alone = (describer(batch_size=batch, tokens=16)[0]._eyes for batch in (8, 1))
    said = []
    for eyes in (together, alone):
        questions = []
        made._eyes.answer = lambda asked, kept=questions: kept.extend(asked) or [_message("{}")] * len(asked)
        made.describe([frame()] * 2, [{"t1": BOX}, {}], [0.5, 1.0])
        said.append([message.text for message in eyes.answer(questions[:2])])
    assert said[0] == said[1]


def _message(text):
    from langchain_core.messages import AIMessage

    return AIMessage(text)


@ONE_FAMILY
def test_a_wrong_answer_is_sent_back_once_with_what_was_wrong_and_then_left_out_and_counted(describer, caplog):
    made, local = describer()

    def stubborn(prompt):
        if "You look at frames" not in prompt:
            return THING
        return "I see squares." if "Answer again" not in prompt else '{"caption": "tidy\\u202egnp"}'

    heard = force(local, stubborn)
    found = made.describe([frame()], [{"t1": BOX}], [0.5])
    assert list(found) == ["t1"]
    assert heard.calls == 2
    assert "I see squares." in heard.rows[2]
    assert "Your answer is not one JSON object" in heard.rows[2]
    assert "1 of 2 answers could not be read and are left out" in caplog.text


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ('{"what": "' + "x" * 121 + '"}', "what"),
        ('{"what": ""}', "what"),
        ('{"what": "a box", "confidence": 7}', "confidence"),
        ('{"what": "a box", "looks": "plain"}', "looks"),
        ('{"what": "a box", "does": "rolls\\u0007"}', "control characters"),
    ],
)
def test_an_answer_that_does_not_fit_is_corrected(folders, wrong, problem):
    made = build(SpecialistContext(1, "cpu", {"weights": str(folders["qwen3_vl"])}))
    force(loaded(Weights(folders["qwen3_vl"])), lambda prompt: THING if problem in prompt[-400:] else wrong)
    found = made.describe([frame()], [{"t1": BOX}], [0.5])
    assert found["t1"][0] == ("attribute", "a flat square", 0.8)


@ONE_FAMILY
def test_a_full_memory_halves_the_batch_and_is_told_of(describer, monkeypatch, caplog):
    made, local = describer(batch_size=8)
    heard = force(local, answer)
    generate = local.model.generate

    def full(**given):
        if len(given["input_ids"]) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return generate(**given)

    local.model.generate = full
    boxes = [{f"t{n}": BOX for n in range(4)}]
    assert len(made.describe([frame()], boxes, [0.5])) == 5
    assert [len(call) for call in heard.prompts] == [2, 2, 1]
    made.describe([frame()], boxes, [0.5])
    (said,) = [each for each in caplog.messages if "not enough memory" in each]
    assert said.startswith("the model has not enough memory on cpu for 5 questions at once: it is given fewer")
    assert [len(call) for call in heard.prompts] == [2, 2, 1] * 2

    def fuller(**given):
        raise torch.OutOfMemoryError("CUDA out of memory")

    local.model.generate = fuller
    with pytest.raises(TwinseekError, match="not enough memory on cpu for a single question: choose smaller"):
        made.describe([frame()], boxes, [0.5])


def test_slivers_specks_and_boxes_beside_the_picture_are_shown_as_they_can_be_or_left_out(describer):
    made, local = describer()
    heard = force(local, answer)
    boxes = [
        {"thin": (0.0, 50, 200, 50.1), "wide": (0.0, 50, 200, 51), "off": (190.0, 110, 400, 300), "none": (5.0,) * 4}
    ]
    found = made.describe([frame()], boxes, [0.5])
    assert list(found) == ["", "thin", "wide", "off"]
    assert heard.calls == 1


@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=pytest.mark.gpu)])
def test_weights_in_half_precision_take_pictures_too(folders, family, device):
    made = build(SpecialistContext(1, device, {"weights": str(folders[family]), "dtype": "bfloat16"}))
    local = loaded(Weights(folders[family], device, "bfloat16"))
    assert (local.model.dtype, local.model.device.type) == (torch.bfloat16, device)
    force(local, answer)
    assert set(made.describe([frame()] * 2, [{"t1": BOX}, {}], [0.5, 1.0])) == {"", "t1"}


def test_a_device_that_is_not_there_is_named(folders):
    if torch.cuda.is_available():
        pytest.skip("this machine has the device")
    made = build(SpecialistContext(1, "cuda", {"weights": str(folders["qwen3_vl"])}))
    with pytest.raises(TwinseekError, match="torch finds no cuda: set the device to cpu"):
        made.describe([frame()], [{}], [0.5])


def test_a_describer_that_is_built_has_imported_no_framework(folders):
    code = (
        "import sys; from tools.plugged import SpecialistContext; from tools.qwen_vl import build; "
        "build(SpecialistContext(1, 'cpu', {'weights': sys.argv[1]})); "
        "print({'torch', 'transformers', 'torchvision'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", code, str(folders["qwen3_vl"])]
    ran = subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert ran.stdout.strip() == "set()", ran.stderr


@ONE_FAMILY
def test_names_for_a_labeller_are_words_that_were_seen(describer):
    made, local = describer()
    heard = force(local, lambda prompt: '{"names": ["square", "dark room", ""]}')
    assert made.names([frame()] * 10, [0.5 * n for n in range(10)]) == ["square", "dark room"]
    assert "There are 4 frames, taken at 0.0 s, 1.5 s, 3.0 s, 4.5 s." in heard.rows[0]


@ONE_FAMILY
def test_weights_are_loaded_once_at_the_first_question_and_again_after_they_were_let_go(folders, family, monkeypatch):
    loads = []
    load = qwen_weights._load
    monkeypatch.setattr(qwen_weights, "_load", lambda weights: loads.append(weights) or load(weights))
    context = SpecialistContext(1, "cpu", {"weights": str(folders[family]), "tokens": 16})
    first, second = build(context), build(context)
    assert loads == []
    for made in (first, second):
        made.describe([frame()], [{}], [0.5])
    assert len(loads) == 1
    first.unload()
    second.describe([frame()], [{}], [0.5])
    assert len(loads) == 2


@pytest.fixture
def index(tmp_path, monkeypatch):
    """Return a function that indexes one clip with the describer; it returns stages and the twin."""
    install_built_in(tmp_path, monkeypatch)
    clip = write_squares(tmp_path / "squares.mp4")

    def index(**settings):
        events = []
        given = {"index": {"text": False, "describer": "qwen_vl"}, "plugins": {"qwen_vl": settings}}
        with Library.open(tmp_path / "library", create=True, **given) as library:
            report = library.index([clip], jobs=1, on_event=events.append)
            assert not report.failed, report.failed
            stages = [event["stages"] for event in events if event["event"] == "indexed"]
            return stages[0] if stages else [], library.twin(library.video_ids()[0])

    return index


def test_a_clip_is_described_while_it_is_indexed_and_only_once(index, folders, family, monkeypatch):
    heard = force(loaded(Weights(folders[family])), answer)
    _, twin = index(weights=str(folders[family]), batch_size=2)
    said = {(fact.about, fact.kind, fact.text) for fact in twin.facts if fact.source == "describer:qwen_vl"}
    assert (None, "scene", "Two squares slide") in said
    assert (None, "event", "they move") in said
    assert {(track.id, "action", "slides to the right") for track in twin.tracks} < said
    assert heard.calls == -(-(1 + len(twin.tracks)) // 2)
    assert "taken at 0.0 s, 0.3 s, 1.0 s, 1.3 s" in heard.rows[0]
    source = twin.sources["describer:qwen_vl"]
    assert len(source.weights) == 64
    assert "describe_shot-1-describe_instance-1" in source.version
    assert index(weights=str(folders[family]), batch_size=2)[0] == []
    monkeypatch.setattr("tools.qwen_vl.PROMPTS", ("describe_shot",))  # as another version of a prompt would
    assert index(weights=str(folders[family]), batch_size=2)[0] == ["descriptions", "components"]


def spoil(folder, how):
    config = json.loads((folder / "config.json").read_text())
    weights = folder / "model.safetensors"
    if how == "nothing":
        shutil.rmtree(folder)
    elif how == "another model":
        (folder / "config.json").write_text(json.dumps({**config, "model_type": "owlv2"}))
    elif how == "no json":
        (folder / "config.json").write_text("{")
    elif how == "no weights":
        weights.unlink()
    elif how.endswith((".json", ".jinja")):
        (folder / how).unlink()
    elif how == "cut":
        weights.write_bytes(weights.read_bytes()[:1000])
    elif how == "pickle":
        index = {"weight_map": {"a": "pytorch_model.bin"}}
        (folder / "model.safetensors.index.json").write_text(json.dumps(index))


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("nothing", r"the weights .*spoilt of the plugin qwen_vl cannot be read \(No such file"),
        ("another model", "holds a 'owlv2' model, not qwen2_5_vl or qwen3_vl or qwen3_vl_moe"),
        ("no json", "config.json is no JSON"),
        ("no weights", "has no .safetensors file"),
        ("processor_config.json", "has no preprocessor_config.json, which says how pictures are prepared"),
        ("tokenizer.json", "has no tokenizer.json, by which it reads words: fetch it too"),
        ("chat_template.jinja", "has no chat_template.jinja, by which questions are written down for it: fetch it too"),
        ("cut", "model.safetensors is damaged"),
        ("pickle", "names 'pytorch_model.bin' as a part of the model"),
    ],
)
def test_a_folder_that_cannot_be_used_is_refused_when_the_plugin_is_opened(tmp_path, folders, monkeypatch, how, says):
    install_built_in(tmp_path, monkeypatch)
    folder = shutil.copytree(folders["qwen3_vl"], tmp_path / "spoilt")
    spoil(folder, how)
    with pytest.raises(TwinseekError, match=says):
        open_plugged([PluggedDescriber], "qwen_vl", {"weights": str(folder)})


def test_weights_that_lack_a_part_are_not_filled_up_with_random_numbers(tmp_path, folders):
    from safetensors.torch import load_file, save_file

    folder = shutil.copytree(folders["qwen3_vl"], tmp_path / "spoilt")
    tensors = load_file(folder / "model.safetensors")
    name = next(name for name in tensors if "layers.1" in name)
    save_file(
        {key: value for key, value in tensors.items() if key != name}, folder / "model.safetensors", {"format": "pt"}
    )
    with pytest.raises(TwinseekError, match=r"lacks 1 of its weights \(.*layers\.1.*\): fetch it again"):
        loaded(Weights(folder))


def test_what_is_no_number_is_an_error_and_not_a_silent_model(tmp_path, folders):
    folder = shutil.copytree(folders["qwen3_vl"], tmp_path / "spoilt")
    no_numbers(folder, "embed_tokens")
    made = build(SpecialistContext(1, "cpu", {"weights": str(folder), "tokens": 16}))
    with pytest.raises(ValueError, match="gives no numbers: its weights are damaged, or overflow in half precision"):
        made.describe([frame()], [{}], [0.5])


def test_code_that_lies_beside_weights_is_never_run_nor_asked_about(tmp_path, folders, monkeypatch):
    folder = shutil.copytree(folders["qwen3_vl"], tmp_path / "spoilt")
    (folder / "own.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\nclass Own: pass\n")
    settings = folder / "processor_config.json"
    told = json.loads(settings.read_text()) | {"processor_class": "Own", "auto_map": {"AutoProcessor": "own.Own"}}
    settings.write_text(json.dumps(told))
    monkeypatch.setattr("builtins.input", lambda *_: "y")
    with pytest.raises(TwinseekError, match="wants code of its own to be run, and none is"):
        loaded(Weights(folder))
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({}, "set either weights"),
        ({"weights": ".", "base_url": "http://localhost/v1"}, "set either weights"),
        ({"base_url": "http://localhost/v1"}, "set model to the name"),
        ({"base_url": "localhost"}, "its setting base_url is .localhost.: give an address"),
        ({"wieghts": "."}, "it has no setting .wieghts.: did you mean .weights."),
        ({"weights": ".", "dtype": "int8"}, "its setting dtype is .int8.: give .auto., .float32."),
    ],
)
def test_settings_that_do_not_fit_are_named(settings, says):
    with pytest.raises(TwinseekError, match=says):
        build(SpecialistContext(1, "cpu", settings))
