"""The models on a GPU, with small random weights: the same answers as on a processor, and memory that is too short."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from tests.checkpoints import depth_anything, owlv2, sam2
from tests.plugins import install_built_in
from tools import pretrained
from tools.depths import PluggedDepth
from tools.namers import open_namer
from tools.plugged import open_plugged
from tools.sam2 import build as build_sam2
from twins.frames import Frame

pytestmark = pytest.mark.gpu

HEIGHT, WIDTH = 90, 160
MEGABYTE = 2**20


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """Load anew in each test, and leave nothing on the GPU."""
    import torch

    monkeypatch.setattr(pretrained, "_PLACES", {})
    yield
    torch.cuda.set_per_process_memory_fraction(1.0)
    torch.cuda.empty_cache()


@pytest.fixture
def plugins(tmp_path, monkeypatch):
    install_built_in(tmp_path, monkeypatch)


def pictures(count):
    return list(np.random.default_rng(0).integers(0, 255, (count, HEIGHT, WIDTH, 3), np.uint8))


def depth_on(device, folder, **settings):
    return open_plugged([PluggedDepth], "depth_anything", {"weights": str(folder), **settings}, device)


@pytest.mark.parametrize(("dtype", "share"), [("float32", 0.01), ("auto", 0.03)])
def test_depth_is_the_same_as_on_a_processor(plugins, tmp_path, dtype, share):
    folder, images = depth_anything.build(tmp_path / "depth"), pictures(3)
    expected = depth_on("cpu", folder).nearness(images)
    for found, told in zip(depth_on("cuda", folder, dtype=dtype).nearness(images), expected, strict=True):
        # Pictures are made smaller on the GPU, where a level of grey may be rounded the other way.
        assert np.abs(found - told).mean() < share * np.ptp(told)


@pytest.mark.parametrize(("dtype", "pixels"), [("float32", 0.5), ("auto", 2.0)])
def test_boxes_are_the_same_as_on_a_processor(plugins, tmp_path, dtype, pixels):
    frames = [Frame(n, n / 10, image) for n, image in enumerate(pictures(2))]
    given = {"weights": str(owlv2.build(tmp_path / "owlv2")), "threshold": 0.0}
    expected = open_namer("owlv2", given, "cpu").find(frames, ["dog", "cup"])
    found = open_namer("owlv2", given | {"dtype": dtype}, "cuda").find(frames, ["dog", "cup"])
    for ours, theirs in zip(found, expected, strict=True):
        assert ours
        places = np.array([each.box for each in theirs])
        for each in ours:
            assert np.abs(places - each.box).max(axis=1).min() < pixels


@pytest.mark.parametrize(("dtype", "share"), [("float32", 0.99), ("bfloat16", 0.9)])
def test_things_are_followed_as_on_a_processor(tmp_path, dtype, share):
    folder, images = sam2.build(tmp_path / "sam2"), pictures(6)
    spots = [{"position": 0, "box": (20, 20, 60, 60)}, {"position": 3, "point": (100, 40)}]

    def followed(device, dtype):
        settings = {"weights": str(folder), "dtype": dtype}
        return build_sam2(SimpleNamespace(api_version=1, device=device, settings=settings)).follow(images, spots)

    for (ours, sure), (theirs, told) in zip(followed("cuda", dtype), followed("cpu", dtype), strict=True):
        assert ours.keys() == theirs.keys() == set(range(6))
        assert sure == pytest.approx(told, abs=0.05)
        assert np.mean([ours[at] == theirs[at] for at in ours]) > share


@pytest.mark.parametrize("dtype", ["float32", "auto"])
def test_new_things_are_looked_for(tmp_path, dtype):
    through = {"predicted_iou": 0.0, "stability": 0.0, "box_nms": 1.0, "covered": 1.0, "largest": 1.0}
    settings = {"weights": str(sam2.build(tmp_path / "sam2")), "dtype": dtype, "points_per_side": 4, "most": 3}
    shot = build_sam2(SimpleNamespace(api_version=1, device="cuda", settings=settings | through)).begin()
    found = shot.segment(pictures(9)) + shot.segment(pictures(4))
    assert found
    assert all(mask.shape == (HEIGHT, WIDTH) for _, masks, _ in found for mask in masks.values())


def test_a_batch_that_is_too_large_for_the_gpu_is_halved_and_nothing_else_changes(plugins, tmp_path, caplog):
    import torch

    folder, images = depth_anything.build(tmp_path / "depth"), pictures(8)
    told = folder / "preprocessor_config.json"
    told.write_text(json.dumps(json.loads(told.read_text()) | {"size": {"height": 1400, "width": 1400}}))
    depth = depth_on("cuda", folder, batch_size=8)
    torch.cuda.reset_peak_memory_stats()
    expected = [depth.plugin.nearness(image) for image in images]
    one = torch.cuda.max_memory_reserved()
    torch.cuda.empty_cache()
    assert one > 20 * MEGABYTE  # below, the allocator's own steps are larger
    torch.cuda.set_per_process_memory_fraction(3 * one / torch.cuda.get_device_properties(0).total_memory)
    found = depth.nearness(images)
    assert [text for text in caplog.messages if "not enough memory on cuda" in text]
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=0.1)


def test_what_is_unloaded_leaves_the_gpu(plugins, tmp_path):
    import torch

    before = torch.cuda.memory_allocated()
    depth = depth_on("cuda", depth_anything.build(tmp_path / "depth"))
    depth.nearness(pictures(1))
    taken = torch.cuda.memory_allocated() - before
    depth.plugin.unload()
    # What processors keep for the next time: a mean and a deviation a colour.
    assert torch.cuda.memory_allocated() - before < taken / 10
