"""A checkpoint of SAM-2 for video, of EdgeTAM or of SAM-3 in a local folder, and how it is loaded."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.automatic_masks import MaskGenerator
from tools.pretrained import Weights, load_model, load_processor
from tools.room import Room
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
        folder: in which they lie.
        encoder_room: how many pictures are encoded at once.
        features: pictures of which the encoder's output is kept.
    """

    model: Any
    processor: Any
    generator: MaskGenerator
    points_per_side: int
    device: str
    dtype: Any
    folder: Path
    encoder_room: Room
    features: int


def load_network(weights: Weights) -> tuple[Any, Any]:
    """Return the model and the processor of a checkpoint. Raises :class:`TwinseekError` where it cannot be loaded."""
    import transformers

    family = config_of(weights.folder, FAMILIES)["model_type"]
    kind, processor = (getattr(transformers, name) for name in FAMILIES[family])
    return load_model(kind, weights), load_processor(processor, weights)
