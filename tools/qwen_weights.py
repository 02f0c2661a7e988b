"""Qwen2.5-VL and Qwen3-VL in this process, through transformers: loaded once, asked in batches."""

import importlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from tools import pretrained
from tools.pretrained import Weights, load_model, load_processor
from tools.room import Room
from tools.weights import config_of

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage

FAMILIES = ("qwen2_5_vl", "qwen3_vl", "qwen3_vl_moe")
"""``model_type`` of the configurations that are taken."""
MILLISECONDS = 1000.0
UNLIMITED = 1 << 30

Conversation = list[dict[str, Any]]
"""Turns as transformers' chat templates have them; images are (h, w, 3) and videos (n, h, w, 3) uint8 RGB arrays, and a
video has its ``seconds`` beside it."""


class LocalModel:
    """A model with its processor; threads take turns.

    Args:
        model, processor: transformers' own, ready to be used.
        folder: in which they lie.
    """

    def __init__(self, model: Any, processor: Any, folder: Path) -> None:
        self.model, self.processor, self._folder = model, processor, folder
        self._room = Room("the model", model.device.type, "question", "batch_size in [plugins.qwen_vl]", UNLIMITED)
        self._lock = Lock()
        # Generation goes on at the right end: what is shorter is filled up on the left.
        processor.tokenizer.padding_side = "left"

    def answer(self, conversations: Sequence[Conversation], *, max_tokens: int, batch: int) -> "list[AIMessage]":
        """Return an answer to each conversation, greedily decoded.

        Args:
            max_tokens: of one answer.
            batch: conversations at once; fewer where the device's memory does not suffice.

        Raises:
            TwinseekError: the memory does not suffice for one.
            ValueError: the model gives no numbers.
        """
        with self._lock:
            done = self._room.batches(
                len(conversations), lambda at: self._generate(conversations[at], max_tokens), batch
            )
            return [answer for answers in done for answer in answers]

    def inputs(self, conversations: Sequence[Conversation]) -> Any:
        """Return what the model is given for some conversations."""
        videos = [part for part in _parts(conversations) if part["type"] == "video"]
        options: dict[str, Any] = {"padding": True}
        if videos:
            times = [video_metadata(part["seconds"]) for part in videos]
            options["videos_kwargs"] = {"do_sample_frames": False, "video_metadata": times}
        made = self.processor.apply_chat_template(
            list(conversations), add_generation_prompt=True, tokenize=True, return_dict=True, return_tensors="pt",
            processor_kwargs=options,
        )  # fmt: skip
        return made.to(self.model.device)  # the model itself brings pixels to its precision

    def _generate(self, conversations: Sequence[Conversation], max_tokens: int) -> "list[AIMessage]":
        import torch

        inputs = self.inputs(conversations)
        with torch.inference_mode():
            # Published checkpoints sample unless they are told not to.
            greedy: dict[str, Any] = {"do_sample": False, "temperature": None, "top_p": None, "top_k": None}
            made = self.model.generate(
                **inputs, max_new_tokens=max_tokens, logits_processor=[self._all_numbers], **greedy
            )
        asked = inputs["attention_mask"].sum(dim=1).tolist()
        rows = made[:, inputs["input_ids"].shape[1] :].tolist()
        return [self._message(row, int(count)) for row, count in zip(rows, asked, strict=True)]

    def _all_numbers(self, _: Any, scores: Any) -> Any:
        # Else the answer would be one token again and again, as if the model had nothing to say.
        return pretrained.all_numbers(scores, self._folder)

    def _message(self, row: list[int], asked: int) -> "AIMessage":
        from langchain_core.messages import AIMessage

        given = self.model.generation_config.eos_token_id
        ends = set(given if isinstance(given, list) else [given])
        length = next((place for place, token in enumerate(row) if token in ends), len(row))
        said = min(length + 1, len(row))
        return AIMessage(
            self.processor.tokenizer.decode(row[:length], skip_special_tokens=True),
            usage_metadata={"input_tokens": asked, "output_tokens": said, "total_tokens": asked + said},
            response_metadata={"finish_reason": "length" if length == len(row) else "stop"},
        )


def loaded(weights: Weights) -> LocalModel:
    """Return a model, loaded once in a process. Raises :class:`TwinseekError` where that fails."""
    return pretrained.loaded(weights, _load)


def unload(weights: Weights) -> None:
    """Let go of a model, and of the device's memory that it took."""
    pretrained.unload(weights, _load)


def video_metadata(seconds: Sequence[float]) -> dict[str, Any]:
    """Return the times of frames as processors of both families want them: numbers of frames at 1000 a second.

    Qwen3-VL writes ``frames_indices / fps`` before the frames. Qwen2.5-VL knows an even spacing only, and takes it from
    ``total_num_frames``: that of all frames there would be, at 1000 a second, not of those given.
    """
    moments = [round(second * MILLISECONDS) for second in seconds]
    step = (moments[-1] - moments[0]) / (len(moments) - 1) if len(moments) > 1 else MILLISECONDS
    total = max(1, round(len(moments) * step))
    return {"total_num_frames": total, "fps": MILLISECONDS, "frames_indices": moments}


def _load(weights: Weights) -> LocalModel:
    config_of(weights.folder, FAMILIES)
    classes: Any = importlib.import_module("transformers")  # untyped in part
    processor = load_processor(classes.AutoProcessor, weights)
    return LocalModel(load_model(classes.AutoModelForImageTextToText, weights), processor, weights.folder)


def _parts(conversations: Sequence[Conversation]) -> Iterator[dict[str, Any]]:
    for turns in conversations:
        for turn in turns:
            yield from turn["content"]
