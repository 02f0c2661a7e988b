"""A checkpoint of SAM-2 for video, of EdgeTAM or of SAM-3 in a local folder, and how it is loaded."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.automatic_masks import MaskGenerator, MaskLimits
from tools.precision import Dtype, torch_dtype
from tools.weights import config_of

FAMILIES = {
    "sam2_video": ("Sam2VideoModel", "Sam2VideoProcessor"),
    "edgetam_video": ("EdgeTamVideoModel", "Sam2VideoProcessor"),
    "sam3_tracker_video": ("Sam3TrackerVideoModel", "Sam3TrackerVideoProcessor"),
    "sam3_video": ("Sam3TrackerVideoModel", "Sam3TrackerVideoProcessor"),
}
"""By ``model_type`` of a checkpoint the classes that load it; of SAM-3's whole the part that follows what is shown."""


@dataclass(frozen=True)
class Network:
    """A loaded model with its processor.

    Args:
        device: ``cpu`` or ``cuda``.
        dtype: of its weights, a ``torch.dtype``.
        features: pictures of which the encoder's output is kept.
    """

    model: Any
    processor: Any
    generator: MaskGenerator
    points_per_side: int
    device: str
    dtype: Any
    features: int


def load_network(folder: Path, limits: MaskLimits, *, device: str, dtype: Dtype, features: int) -> Network:
    """Load a checkpoint.

    Args:
        dtype: see :func:`tools.precision.torch_dtype`.
        features: pictures of which the encoder's output is kept.

    Raises:
        ValueError: the folder does not hold the whole of a model, or there is no such device.
    """
    import torch
    import transformers

    silence: Callable[[], None] = transformers.utils.logging.disable_progress_bar
    silence()  # its bar would run into that of the index
    if device == "cuda" and not torch.cuda.is_available():
        raise ValueError("torch finds no GPU: set the device to cpu, or install torch with CUDA")
    kind, processor = (getattr(transformers, name) for name in FAMILIES[config_of(folder, FAMILIES)["model_type"]])
    precision = torch_dtype(dtype, device)
    try:
        model, report = kind.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, dtype=precision, output_loading_info=True
        )
        shown = processor.from_pretrained(folder, local_files_only=True)
    except (OSError, RuntimeError, ValueError, KeyError) as error:
        raise ValueError(f"{folder} cannot be loaded ({error}): fetch the weights again") from error
    if missing := sorted(report["missing_keys"]):
        raise ValueError(f"{folder} lacks {len(missing)} weights ({missing[0]}, …): they are of another model")
    model = model.to(device).eval().requires_grad_(False)
    generator = MaskGenerator(model, limits)
    return Network(model, shown, generator, limits.points_per_side, device, precision, features)
