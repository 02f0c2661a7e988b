"""How near everything is, by Depth-Anything V2 (https://arxiv.org/abs/2406.09414) through transformers.

There are two kinds of checkpoint, told apart by ``depth_estimation_type`` of their configuration.

- A **metric** one gives metres; nearness is their inverse, and ratios are those of distances.
- A **relative** one gives an inverse distance up to a scale and a shift, ``a / metres + b``. Neither is known, both may
  differ from frame to frame, and one picture does not tell them: so none is made up, and what the model gives is handed
  on. Who is nearer in a frame does not hang on them. By which share does: a shift below zero makes too much of a
  difference, one above zero too little, and the predicates' thresholds for shares are as rough as that. From frame to
  frame it is a weak cue; there the predicates let it speak only against what the size says.

Settings:
    weights: a folder in transformers' format.
    batch_size: most pictures at once; 8 on a GPU, else 4.
    dtype: float32, float16 or bfloat16; half precision on a GPU, else float32.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tools.plugin_settings import check_names
from tools.precision import Dtype, dtype_of, usual_settings
from tools.pretrained import Weights, all_numbers, folder_of, load_model, load_processor, loaded, unload
from twins.geometry import Bytes, Floats

if TYPE_CHECKING:
    from tools.plugged import SpecialistContext

MODEL_TYPE = "depth_anything"
SETTINGS = ("weights", "revision", "batch_size", "dtype")
PATCH = 14
"""Sides of a picture are multiples of that many pixels, where the configuration names no other number."""
LEAST_METRES = 0.01
"""What is said to be nearer than that is unknown: the model's depths end there, and its inverse would be huge."""


def build(context: "SpecialistContext") -> "DepthAnything":
    """Return the plugin. Raises ValueError or TwinseekError where its folder does not hold such a model."""
    check_names(context.settings, SETTINGS)
    folder, config = folder_of(context.settings, MODEL_TYPE)
    return DepthAnything(folder, config, context.device, dtype_of(context.settings))


class DepthAnything:
    """Tells how near every pixel is. ``scale`` is ``metric`` (one through metres) or ``relative``."""

    version = "2"

    def __init__(self, folder: Path, config: dict[str, Any], device: str, dtype: Dtype) -> None:
        self.scale = str(config.get("depth_estimation_type", "relative"))
        if self.scale not in ("relative", "metric"):
            raise ValueError(f"{folder} says its depth is {self.scale!r}, not relative or metric: use another model")
        self.usual = usual_settings(device)
        self.batch_size = 4 if device == "cpu" else 8
        self._weights, self._patch = Weights(folder, device, dtype), int(config.get("patch_size", PATCH))

    def nearness(self, image: Bytes) -> Floats:
        """Return (h, w) nearness of an (h, w, 3) uint8 RGB image; NaN where it is unknown."""
        return self.nearness_batch([image])[0]

    def nearness_batch(self, images: Sequence[Bytes]) -> list[Floats]:
        """Return (h, w) nearness of each of some (h, w, 3) uint8 RGB images of one size, in one pass of the model."""
        import torch

        model, processor = loaded(self._weights, _load)
        height, width = images[0].shape[:2]
        side = min(processor.size["height"], processor.size["width"])
        if side * min(height, width) < self._patch / 2 * max(height, width):
            # So thin a picture would be made less than half a patch high.
            return [np.full((height, width), np.nan, np.float32) for _ in images]
        with torch.inference_mode():
            pixels = processor(
                images=list(images),
                # A picture three pixels high must not be taken for one with its channels first.
                input_data_format="channels_last",
                ensure_multiple_of=self._patch,
                return_tensors="pt",
                device=model.device,
            ).pixel_values
            found = model(pixel_values=pixels.to(model.device, model.dtype))
            found.predicted_depth = all_numbers(found.predicted_depth.float(), self._weights.folder)
            told = processor.post_process_depth_estimation(found, target_sizes=[(height, width)] * len(images))
            # A side of one pixel is lost on the way.
            depths = [each["predicted_depth"].reshape(height, width).cpu().numpy() for each in told]
        return [self._near(depth) for depth in depths]

    def unload(self) -> None:
        """Free the memory of the model."""
        unload(self._weights, _load)

    def _near(self, depth: Floats) -> Floats:
        if self.scale == "metric":
            return np.asarray(1 / np.where(depth > LEAST_METRES, depth, np.nan), np.float32)
        # Resizing overshoots at outlines; the model itself never goes below zero.
        return np.asarray(np.maximum(depth, 0), np.float32)


def _load(weights: Weights) -> tuple[Any, Any]:
    from transformers import DepthAnythingForDepthEstimation, DPTImageProcessor

    return load_model(DepthAnythingForDepthEstimation, weights), load_processor(DPTImageProcessor, weights)
