"""SAM-2 and its siblings with small random weights, opened, and pictures for them."""

from types import SimpleNamespace

import numpy as np

from tests.checkpoints import sam2 as checkpoint
from tools.sam2 import build

SIDE = checkpoint.SIDE
THROUGH = {"predicted_iou": 0.0, "stability": 0.0, "box_nms": 1.0, "covered": 1.0, "largest": 1.0}
"""Settings that let random masks through."""
SMALL = {**THROUGH, "points_per_side": 4, "most": 3}
WIDTH, HEIGHT = 160, 90


def opened(folder, **settings):
    given = {"weights": str(folder), **SMALL, **settings}
    return build(SimpleNamespace(api_version=1, device="cpu", settings=given))


def pictures(count, seed=0):
    return list(np.random.default_rng(seed).integers(0, 255, (count, HEIGHT, WIDTH, 3), np.uint8))


def normalised(image):
    """Return a picture as the processor is documented to make it: RGB, stretched to a square, ImageNet's statistics."""
    import torch

    values = torch.from_numpy(image).permute(2, 0, 1).float()[None]
    values = torch.nn.functional.interpolate(values, (SIDE, SIDE), mode="bilinear", antialias=True)[0] / 255
    mean, deviation = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    return (values - mean[:, None, None]) / deviation[:, None, None]
