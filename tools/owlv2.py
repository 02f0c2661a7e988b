"""Finding and naming things from an open vocabulary, by OWLv2 (https://arxiv.org/abs/2306.09683) through transformers.

A picture is padded to a square, to the right and below, before the model sees it: boxes come back as shares of the
square's side, not of the picture's, and may reach out of the picture.

Settings:
    weights: a folder in transformers' format.
    vocabulary: what to look for, a list of names or a file with one a line; by default ``vocabulary.txt``.
    threshold: least score of a thing, 0 to 1; 0.2. Scores are those of the model, no frequencies of being right: what
        reaches it counts.
    prompt: what the model is asked for a name; "a photo of a {}", as it was trained.
    batch_size: most pictures at once; 8 on a GPU, else 1.
    dtype: float32, float16 or bfloat16; half precision on a GPU, else float32. Boxes are told in float32 in any case.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from tools.plugin_settings import check_names
from tools.precision import dtype_of, usual_settings
from tools.preparation import check_words
from tools.pretrained import Weights, all_numbers, folder_of, load_model, load_processor, loaded, unload
from tools.vocabulary import read_vocabulary
from twins.fingerprints import digest
from twins.geometry import Bytes

if TYPE_CHECKING:
    from tools.plugged import SpecialistContext

MODEL_TYPE = "owlv2"
SETTINGS = ("weights", "revision", "vocabulary", "threshold", "prompt", "batch_size", "dtype")
NAMES_AT_ONCE = 128
"""Names that are encoded in one pass of the text model."""
MOST_ENCODED = 4000
"""Encoded names that are kept."""
MOST_CANDIDATES = 1000
MOST_FOUND = 100
"""Boxes of a picture that are compared with each other, and things that are told, the surest."""
DUPLICATE_IOU = 0.5
"""Overlap from which two boxes by one name are one thing: each patch of the picture has a box of its own."""
ALTERNATIVES = 3

Found = list[tuple[str, float, tuple[float, ...]]]


def build(context: "SpecialistContext") -> "Owlv2":
    """Return the plugin. Raises ValueError or TwinseekError where its folder or another setting is wrong."""
    check_names(context.settings, SETTINGS)
    folder, config = folder_of(context.settings, MODEL_TYPE)
    check_words(folder)
    return Owlv2(folder, config, context.settings, context.device)


class Owlv2:
    """Finds what it is given names for; of each thing the likeliest name comes first, others at the same box follow."""

    places = ("vocabulary",)  # its names are in the version, however they were given

    def __init__(self, folder: Path, config: Mapping[str, Any], settings: Mapping[str, Any], device: str) -> None:
        self.vocabulary = read_vocabulary(settings.get("vocabulary"))
        self.version = f"2-{digest(self.vocabulary)[:8]}"
        self._prompt, self._threshold = str(settings.get("prompt", "a photo of a {}")), _share(settings)
        self.sure = self._threshold  # 0.5 is a high score of this model; what is too low is left out by itself
        if "{}" not in self._prompt:
            raise ValueError(f"its prompt {self._prompt!r} has no {{}}, where the name belongs")
        self._words = int(config.get("text_config", {}).get("max_position_embeddings", 16))
        # A processor gains nothing by several at once, and each of them takes it many seconds.
        self.batch_size = 1 if device == "cpu" else 8
        self.usual = usual_settings(device)
        self.frame_seconds = 300.0 if device == "cpu" else 60.0
        self._weights = Weights(folder, device, dtype_of(settings))
        self._encoded: dict[str, Any] = {}
        self._encoding = Lock()

    def detect(self, image: Bytes) -> Found:
        """Return names, scores and boxes, xyxy in pixels, of what is in an (h, w, 3) uint8 RGB image."""
        return self.detect_batch([image])[0]

    def detect_batch(self, images: Sequence[Bytes]) -> list[Found]:
        """Return the same of each of some images, in one pass of the model."""
        return self.find(images, self.vocabulary)

    def find(self, images: Sequence[Bytes], names: Sequence[str]) -> list[Found]:
        """Return the same for these names alone, whatever they are."""
        import torch

        model, processor = loaded(self._weights, _load)
        from transformers.models.owlv2.modeling_owlv2 import Owlv2ObjectDetectionOutput

        with torch.inference_mode():
            queries = self._queries(model, processor, names)
            # A picture three pixels high must not be taken for one with its channels first.
            pixels = processor.image_processor(
                images=list(images), input_data_format="channels_last", return_tensors="pt", device=model.device
            ).pixel_values
            features, _ = model.image_embedder(pixels.to(model.device, model.dtype))
            patches = features.flatten(1, 2)
            scores, _ = model.class_predictor(patches, queries.expand(len(images), -1, -1))
            logits = all_numbers(scores.float(), self._weights.folder)
            # Shares of a side, of which half precision tells steps of several pixels.
            boxes = model.box_predictor(patches.float(), features)
            seen = Owlv2ObjectDetectionOutput(
                logits=logits,
                pred_boxes=all_numbers(boxes, self._weights.folder),
            )
            told = processor.post_process_grounded_object_detection(
                seen, self._threshold, [image.shape[:2] for image in images]
            )
            return [self._told(each, logits[n], images[n], names) for n, each in enumerate(told)]

    def unload(self) -> None:
        """Free the memory of the model and of the encoded names."""
        with self._encoding:
            self._encoded.clear()
        unload(self._weights, _load)

    def _queries(self, model: Any, processor: Any, names: Sequence[str]) -> Any:
        """Return (names, d) encodings; each name is encoded once."""
        import torch

        with self._encoding:
            if len(self._encoded) > MOST_ENCODED:
                self._encoded.clear()
            new = [name for name in dict.fromkeys(names) if name not in self._encoded]
            for first in range(0, len(new), NAMES_AT_ONCE):
                some = new[first : first + NAMES_AT_ONCE]
                tokens = processor.tokenizer(
                    [self._prompt.replace("{}", name) for name in some],
                    padding="max_length",
                    truncation=True,
                    max_length=self._words,
                    return_tensors="pt",
                ).to(model.device)
                encoded = model.owlv2.get_text_features(tokens.input_ids, tokens.attention_mask).pooler_output
                self._encoded.update(zip(some, encoded, strict=True))
            return torch.stack([self._encoded[name] for name in names])

    def _told(self, found: Mapping[str, Any], logits: Any, image: Bytes, names: Sequence[str]) -> Found:
        """Return what one picture shows. ``logits`` (patches, names) also tell the less sure names of each box."""
        import torch
        from torchvision.ops import batched_nms

        scores = logits.sigmoid()
        scores = scores[scores.max(dim=1).values > self._threshold]
        surest = found["scores"].argsort(descending=True)[:MOST_CANDIDATES]
        surest = surest[found["boxes"][surest].isfinite().all(dim=1)]
        boxes, labels = found["boxes"][surest], found["labels"][surest]
        kept = surest[batched_nms(boxes, found["scores"][surest], labels, DUPLICATE_IOU)][:MOST_FOUND]
        height, width = image.shape[:2]
        edges = torch.tensor([width, height, width, height], device=kept.device)
        corners = found["boxes"][kept].clamp(min=0).minimum(edges)
        sure, which = scores[kept].topk(min(1 + ALTERNATIVES, len(names)), dim=1)
        return [
            (names[number], score, tuple(box))
            for box, row, numbers in zip(corners.tolist(), sure.tolist(), which.tolist(), strict=True)
            for score, number in zip(row, numbers, strict=True)
            if score > self._threshold and box[0] < box[2] and box[1] < box[3]
        ]


def _share(settings: Mapping[str, Any]) -> float:
    threshold = settings.get("threshold", 0.2)
    if not isinstance(threshold, int | float) or not 0 <= threshold <= 1:
        raise ValueError(f"its threshold is {threshold!r}, not a score from 0 to 1")
    return float(threshold)


def _load(weights: Weights) -> tuple[Any, Any]:
    from transformers import Owlv2ForObjectDetection, Owlv2Processor

    model = load_model(Owlv2ForObjectDetection, weights)
    model.box_head.float()  # places are told in float32
    return model, load_processor(Owlv2Processor, weights)
