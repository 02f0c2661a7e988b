"""Every model computes without keeping what only training needs."""

from types import SimpleNamespace

import numpy as np
import pytest

from tests.checkpoints import depth_anything, owlv2, qwen_vl, sam2
from tools import pretrained, qwen_weights
from tools.depth_anything import _load as load_depth
from tools.depth_anything import build as build_depth
from tools.owlv2 import _load as load_owlv2
from tools.owlv2 import build as build_owlv2
from tools.pretrained import Weights, loaded
from tools.qwen_vl import build as build_qwen
from tools.sam2 import build as build_sam2
from tools.sam2_network import load_network

IMAGES = list(np.random.default_rng(0).integers(0, 255, (2, 60, 100, 3), np.uint8))
FEW = {"points_per_side": 2, "most": 1, "predicted_iou": 0.0, "stability": 0.0, "box_nms": 1.0, "largest": 1.0}
MODELS = {
    "sam2": (sam2.build, build_sam2, load_network, FEW, lambda plugin: plugin.segment(IMAGES)),
    "depth": (depth_anything.build, build_depth, load_depth, {}, lambda plugin: plugin.nearness_batch(IMAGES)),
    "owlv2": (owlv2.build, build_owlv2, load_owlv2, {}, lambda plugin: plugin.detect_batch(IMAGES)),
    "qwen_vl": (
        lambda folder: qwen_vl.build(folder, "qwen3_vl"),
        build_qwen,
        qwen_weights._load,
        {"tokens": 16},
        lambda plugin: plugin.describe(IMAGES, [{}, {}], [0.0, 0.5]),
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_every_part_of_a_model_is_asked_in_inference_mode(name, tmp_path, monkeypatch):
    import torch

    monkeypatch.setattr(pretrained, "_PLACES", {})
    make, build, load, settings, ask = MODELS[name]
    folder = make(tmp_path / name)
    plugin = build(SimpleNamespace(api_version=1, device="cpu", settings={"weights": str(folder), **settings}))
    made = loaded(Weights(folder), load)
    model = made[0] if isinstance(made, tuple) else made.model
    modes = []
    for module in model.modules():
        module.register_forward_pre_hook(lambda *_: modes.append(torch.is_inference_mode_enabled()))
    ask(plugin)
    assert len(modes) > 10 and all(modes)
