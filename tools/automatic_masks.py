"""Masks of everything in a picture: a grid of points, a few masks for each, and the filters of SAM's own generator.

Transformers' ``mask-generation`` pipeline is not used. It encodes a picture of its own, though the features are there;
and (5.20.2) it scales its grid as if the longer side alone were stretched to the model's square, so that in a wide
picture nothing is looked for at the bottom.
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tools.pretrained import all_numbers
from tools.room import Room
from twins.geometry import Bools, Floats

if TYPE_CHECKING:
    from torch import Tensor

logger = logging.getLogger(__name__)

MOST_CANDIDATES = 512
"""Masks of one picture that are looked at further, the surest."""
STABILITY_OFFSET = 1.0
"""A mask is stable if it hardly changes where its threshold is moved by so much, up and down (in logits)."""


@dataclass(frozen=True)
class MaskLimits:
    """Which masks count.

    Args:
        points_per_side: of the grid.
        points_per_batch: decoded at once.
        predicted_iou, stability: the least that a mask must have of either, 0 to 1.
        box_nms: overlap of boxes from which only the surer of two masks is kept.
        smallest, largest: shares of the picture between which a mask's area must lie.
    """

    points_per_side: int = 32
    points_per_batch: int = 64
    predicted_iou: float = 0.8
    stability: float = 0.95
    box_nms: float = 0.7
    smallest: float = 0.0005
    largest: float = 0.6


@dataclass(frozen=True)
class Candidate:
    """A mask that may be a thing.

    Args:
        mask: (h, w) on the model's own grid.
        score: how good the model takes it to be, 0 to 1.
        prompt: what to begin following it with.
    """

    mask: Bools
    score: float
    prompt: Any


def grid(side: int, width: int, height: int) -> Floats:
    """Return (side * side, 2) points x, y in pixels, the centres of as many equal cells of a picture."""
    steps = (np.arange(side, dtype=np.float32) + 0.5) / side
    x, y = np.meshgrid(steps * width, steps * height)
    return np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)


class MaskGenerator:
    """Decodes points with a loaded model, as many at once as there is room for; ``folder`` is where that lies."""

    def __init__(self, model: Any, limits: MaskLimits, room: Room, folder: Path) -> None:
        self._model, self._limits, self._room, self._folder = model, limits, room, folder

    def candidates(self, features: "list[Tensor]", points: "Tensor") -> list[Candidate]:
        """Return the masks that count, the surest first.

        Args:
            features: of one picture, as the model's vision encoder gives them: (height * width, 1, channels) a level.
            points: (n, 2), x and y in pixels of the model's square input.

        Raises:
            TwinseekError: not even one point fits into memory.
            ValueError: the model gives no numbers.
        """
        import torch

        embeddings = self._embeddings(features)
        masks, scores, seen = points.new_empty(0), points.new_empty(0), 0
        for logits, ious in self._room.batches(
            len(points), lambda at: self._filtered(*self._decoded(embeddings, points[at]))
        ):
            seen += len(ious)
            masks = torch.cat([masks, logits]) if len(masks) else logits
            scores = torch.cat([scores, ious]) if len(scores) else ious
            best = scores.argsort(descending=True, stable=True)[:MOST_CANDIDATES]
            masks, scores = masks[best], scores[best]
        if seen > len(scores):
            logger.warning("a picture has %d masks: the %d surest are looked at", seen, len(scores))
        return self._apart(masks, scores)

    def _embeddings(self, features: "list[Tensor]") -> "list[Tensor]":
        # As get_image_embeddings of the model does it, which would encode the picture once more.
        maps = [*features[:-1], features[-1] + self._model.no_memory_embedding]
        sizes = self._model.backbone_feature_sizes
        return [each.permute(1, 2, 0).view(1, -1, *size) for each, size in zip(maps, sizes, strict=True)]

    def _decoded(self, embeddings: "list[Tensor]", points: "Tensor") -> "tuple[Tensor, Tensor]":
        """Return the logits (n, h, w) and the predicted IoU (n,) of every mask of every point."""
        import torch

        sparse, dense = self._model.prompt_encoder(
            input_points=points[None, :, None],
            input_labels=torch.ones(1, len(points), 1, dtype=torch.int32, device=points.device),
            input_boxes=None,
            input_masks=None,
        )
        masks, ious, *_ = self._model.mask_decoder(
            image_embeddings=embeddings[-1],
            image_positional_embeddings=self._model.get_image_wide_positional_embeddings(),
            sparse_prompt_embeddings=sparse,
            dense_prompt_embeddings=dense,
            multimask_output=True,
            high_resolution_features=embeddings[:-1],
        )
        # Else nothing would be good enough, as where nothing is there.
        return masks.flatten(0, 2).float(), all_numbers(ious.flatten().float(), self._folder)

    def _filtered(self, logits: "Tensor", ious: "Tensor") -> "tuple[Tensor, Tensor]":
        area = (logits > 0).flatten(1).float().mean(1)
        inner = (logits > STABILITY_OFFSET).flatten(1).sum(1)
        outer = (logits > -STABILITY_OFFSET).flatten(1).sum(1).clamp(min=1)
        limits = self._limits
        good = (ious >= limits.predicted_iou) & (inner / outer >= limits.stability)
        good &= (area >= limits.smallest) & (area <= limits.largest) & (area > 0)
        return logits[good], ious[good]

    def _apart(self, logits: "Tensor", scores: "Tensor") -> list[Candidate]:
        from torchvision.ops import masks_to_boxes, nms

        if not len(scores):
            return []
        boxes = masks_to_boxes(logits > 0)
        boxes[:, 2:] += 1  # they end with their last pixel
        kept = nms(boxes, scores, self._limits.box_nms)
        masks, sure = (logits[kept] > 0).cpu().numpy(), scores[kept].tolist()
        return [
            Candidate(mask, score, prompt) for mask, score, prompt in zip(masks, sure, logits[kept].cpu(), strict=True)
        ]
