"""A stream of frames in which SAM-2 follows things: transformers' inference session, kept small however long it lasts.

What is said to the model here is the same for SAM-2, EdgeTAM and SAM-3's tracker.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tools.automatic_masks import Candidate, grid
from tools.pretrained import all_numbers
from tools.sam2_network import Network
from tools.sam2_pictures import Pictures
from twins.geometry import Bools, Bytes

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Outline:
    """Where a followed thing is in a frame.

    Args:
        coarse: (h', w') on the model's own grid.
        mask: (h, w) in pixels of the picture; empty where the thing is not seen.
        presence: how sure the model is that it is there, 0 to 1.
    """

    coarse: Bools
    mask: Bools
    presence: float


class Session:
    """Frames by rising numbers, and the things that are followed in them by their names."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._pictures = Pictures(network)
        self._inner = self._opened()
        self._reach = max(network.model.num_maskmem, network.model.config.max_object_pointers_in_encoder) - 1

    def show(self, number: int, image: Bytes) -> None:
        """Take in an (h, w, 3) RGB picture; it is encoded when somebody first looks at it, with those that follow."""
        self._pictures.show(number, image)

    def look(self, number: int) -> list[Candidate]:
        """Return masks of everything in a frame, the surest first."""
        import torch

        network, (height, width) = self._network, self._pictures.size(number)
        points = grid(network.points_per_side, width, height)
        scaled = network.processor(
            input_points=[[[point] for point in points.tolist()]],
            input_labels=[[[1]] * len(points)],
            original_sizes=[[height, width]],
            return_tensors="pt",
        ).input_points[0, :, 0]
        features = self._pictures.features(number, step=0)["vision_feats"]
        with torch.inference_mode():
            return network.generator.candidates(features, scaled.to(network.device))

    def aside(self) -> "Session":
        """Return a session of the same frames, in which nothing is followed yet."""
        beside = Session(self._network)
        beside._pictures, beside._inner = self._pictures, self._regrouped(())
        return beside

    def prompt(self, number: int, prompts: Mapping[int, Any]) -> dict[int, Outline]:
        """Begin to follow things; return where they are in that frame.

        Args:
            number: of the frame.
            prompts: by name the ``prompt`` of a candidate, or ``{"box": (x1, y1, x2, y2)}`` or ``{"point": (x, y)}`` in
                pixels of the picture.
        """
        masks = {name: self._square(each) for name, each in prompts.items() if not isinstance(each, Mapping)}
        spots = {name: each for name, each in prompts.items() if isinstance(each, Mapping)}
        boxes = {name: [float(n) for n in spot["box"]] for name, spot in spots.items() if "box" in spot}
        points = {name: [[float(n) for n in spot["point"]]] for name, spot in spots.items() if name not in boxes}
        if masks:
            self._put(number, masks, input_masks=list(masks.values()))
        if boxes:
            self._put(number, boxes, input_boxes=[list(boxes.values())], original_size=self._pictures.size(number))
        if points:
            labels = [[[1]] * len(points)]
            placed = [list(points.values())]
            self._put(
                number, points, input_points=placed, input_labels=labels, original_size=self._pictures.size(number)
            )
        self._inner.obj_with_new_inputs = list(prompts)  # each call names its own alone
        return self.follow(number)

    def follow(self, number: int, *, reverse: bool = False) -> dict[int, Outline]:
        """Return where everything that is followed is in the frame after the last one, or before it, by name.

        Raises:
            ValueError: the model gives no numbers.
        """
        import torch

        network = self._network
        self._inner.cache.cache_vision_features(number, self._pictures.features(number, step=-1 if reverse else 1))
        with torch.inference_mode():
            # A frame says that the video has no known end; nobody looks at it where its features are there.
            out = network.model(inference_session=self._inner, frame=torch.empty(0), frame_idx=number, reverse=reverse)
            self._trim(number)
            sizes = [self._pictures.size(number)]
            whole = network.processor.post_process_masks([out.pred_masks.float()], original_sizes=sizes)[0]
        coarse, masks = (out.pred_masks[:, 0] > 0).cpu().numpy(), whole[:, 0].cpu().numpy()
        # What is no number transformers takes for a thing that is gone.
        presence = all_numbers(out.object_score_logits.float(), network.folder).sigmoid().flatten().tolist()
        outlines = [Outline(*each) for each in zip(coarse, masks, presence, strict=True)]
        return dict(zip(out.object_ids, outlines, strict=True))

    def keep(self, names: Collection[int]) -> None:
        """Follow only these any longer."""
        self._inner = self._regrouped((self._inner, name) for name in self._inner.obj_ids if name in names)

    def adopt(self, other: "Session") -> None:
        """Go on with what another session of the same frames has begun to follow."""
        ours, theirs = self._inner, other._inner
        other.turn()
        self._inner = self._regrouped((each, name) for each in (ours, theirs) for name in each.obj_ids)

    def turn(self) -> None:
        """Be ready to follow the other way round: what was seen on the way is no memory of what comes now."""
        for outputs in self._inner.output_dict_per_obj.values():
            outputs["non_cond_frame_outputs"].clear()

    def drop_before(self, number: int) -> None:
        """Forget the pictures before a frame."""
        self._pictures.drop_before(number)

    def _opened(self) -> Any:
        network = self._network
        return network.processor.init_video_session(
            inference_device=network.device, dtype=network.dtype, max_vision_features_cache_size=1
        )

    def _regrouped(self, followed: Iterable[tuple[Any, int]]) -> Any:
        """Return a session of transformers with the same frames, in which some things of others are followed."""
        fresh = self._opened()
        fresh.cache = self._inner.cache
        for source, name in followed:
            fresh.output_dict_per_obj[fresh.obj_id_to_idx(name)] = source.output_dict_per_obj[
                source.obj_id_to_idx(name)
            ]
        return fresh

    def _put(self, number: int, names: Iterable[int], **prompts: Any) -> None:
        self._network.processor.add_inputs_to_inference_session(
            self._inner, frame_idx=number, obj_ids=list(names), **prompts
        )

    def _square(self, logits: "Tensor") -> "Tensor":
        """Return a mask of the model's own grid at the size of its input."""
        from torch.nn.functional import interpolate

        side = self._network.processor.target_size
        scaled: Tensor = interpolate(logits[None, None].float(), (side, side), mode="bilinear", align_corners=False)
        return scaled[0, 0] > 0

    def _trim(self, number: int) -> None:
        """Drop what no later frame is compared with: transformers keeps everything, large masks too."""
        self._inner.processed_frames.clear()
        for name in self._inner.frames_tracked_per_obj:
            self._inner.frames_tracked_per_obj[name].clear()
            self._inner.mask_inputs_per_obj[name].clear()
            outputs = self._inner.output_dict_per_obj[name]
            recent = outputs["non_cond_frame_outputs"]
            for old in [each for each in recent if abs(number - each) > self._reach]:
                del recent[old]
            for old in [each for each in recent if abs(number - each) >= self._network.model.num_maskmem]:
                recent[old].pop("maskmem_features", None)
                recent[old].pop("maskmem_pos_enc", None)
            for output in (*recent.values(), *outputs["cond_frame_outputs"].values()):
                output.pop("high_res_masks", None)
                output.pop("pred_masks", None)
