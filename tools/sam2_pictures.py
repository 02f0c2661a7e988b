"""The pictures of a stream as SAM-2's encoder sees them: some at a time, each once, and few of them kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.sam2_network import Network
from twins.geometry import Bytes

if TYPE_CHECKING:
    from torch import Tensor

Features = dict[str, "list[Tensor]"]
"""What the encoder makes of one picture, a (height * width, 1, channels) a level, under transformers' names."""


@dataclass(frozen=True)
class EncoderLimits:
    """How pictures are encoded: ``batch_size`` of them at once."""

    batch_size: int


class Pictures:
    """Pictures by rising numbers, and what the encoder makes of them."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._images: dict[int, Bytes] = {}
        self._encoded: dict[int, Features] = {}

    def show(self, number: int, image: Bytes) -> None:
        """Take in an (h, w, 3) RGB picture; it is encoded when somebody first needs it."""
        self._images[number] = image

    def size(self, number: int) -> tuple[int, int]:
        """Return height and width."""
        height, width = self._images[number].shape[:2]
        return height, width

    def features(self, number: int, *, step: int) -> Features:
        """Return what the encoder makes of a picture.

        Args:
            step: 1 or -1 where the pictures after or before it will be needed too, so that some of them are encoded
                with it; 0 where it stands alone.

        Raises:
            TwinseekError: there is not enough memory for a single picture.
        """
        if number not in self._encoded:
            room, images = self._network.encoder_room, self._images
            wanted = [number + step * n for n in range(room.most)] if step else [number]
            places = [each for each in wanted if each in images and each not in self._encoded]
            for found in room.batches(len(places), lambda at: self._encode(places[at])):
                self._encoded |= found
            while len(self._encoded) > self._network.features:
                # What was passed long ago goes first.
                del self._encoded[max(self._encoded) if step < 0 else min(self._encoded)]
        return self._encoded[number]

    def drop_before(self, number: int) -> None:
        """Forget the pictures before one."""
        self._images = {each: image for each, image in self._images.items() if each >= number}
        self._encoded = {each: features for each, features in self._encoded.items() if each >= number}

    def _encode(self, numbers: Sequence[int]) -> dict[int, Features]:
        import torch

        network = self._network
        shown = network.processor(
            images=[self._images[number] for number in numbers],
            input_data_format="channels_last",
            return_tensors="pt",
            device=network.device,
        )
        with torch.inference_mode():
            seen = network.model.get_image_features(
                shown.pixel_values.to(network.device, network.dtype), return_dict=True
            )
        return {
            number: {
                "vision_feats": [level[:, at : at + 1] for level in seen.fpn_hidden_states],
                "vision_pos_embeds": [level[:, at : at + 1] for level in seen.fpn_position_encoding],
            }
            for at, number in enumerate(numbers)
        }
