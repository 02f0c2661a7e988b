"""Describes shots and things with Qwen2.5-VL or Qwen3-VL, loaded in this process or behind a server."""

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel, ValidationError

from prompts import Rendered, load
from tools.crops import crop
from tools.installed import check_installed
from tools.plugged import SpecialistContext
from tools.plugin_settings import wrong_setting
from tools.precision import usual_settings
from tools.preparation import check_pictures, check_turns, check_words
from tools.pretrained import Weights
from tools.qwen_eyes import LocalEyes, QwenSettings, ServedEyes
from tools.qwen_weights import FAMILIES
from tools.seeing import resized
from tools.vision_answers import NamesAnswer, Phrase, ShotAnswer, ThingAnswer
from tools.vision_questions import Question, ask
from tools.weights import config_of
from twins.errors import TwinseekError
from twins.geometry import Bytes

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

logger = logging.getLogger(__name__)

VERSION = "2"
"""Raised when the same answers become other phrases, or other pictures are shown."""
PROMPTS = ("describe_shot", "describe_instance", "name_things", "answer_again")

FRAME_SIDE, CROP_SIDE = 768, 448
"""Pixels of the longer side of what is shown: at most 750 and 260 of a model's tokens."""
SLIMMEST = 0.2
"""A crop's shorter side is at least this share of its longer one: processors refuse slivers, and nobody sees much."""
MOST_NAMED = 4
"""Frames in which things are named."""

Box = tuple[float, float, float, float]


def build(context: SpecialistContext) -> "QwenVL":
    """Return the describer; weights are looked at, and loaded when it is first asked.

    Raises:
        TwinseekError: the settings name neither or both, or the folder cannot be used.
    """
    try:
        settings = QwenSettings.model_validate(dict(context.settings))
    except ValidationError as error:
        raise TwinseekError(wrong_setting(error, QwenSettings.model_fields)) from error
    if (settings.weights is None) == (settings.base_url is None):
        raise TwinseekError("set either weights (a folder) or base_url and model (a server) in its settings")
    if settings.weights is not None:
        check_installed()
        config_of(settings.weights, FAMILIES)
        check_pictures(settings.weights)
        check_words(settings.weights)
        check_turns(settings.weights)
        weights = Weights(settings.weights, context.device, settings.dtype)
        # A processor takes minutes for the pictures of one question.
        frame_seconds = 600.0 if context.device == "cpu" else 60.0
        return QwenVL(LocalEyes(weights, settings), settings.things, frame_seconds, usual_settings(context.device))
    if settings.model is None:
        raise TwinseekError(f"set model to the name that the one at {settings.base_url} has")
    return QwenVL(ServedEyes(settings), settings.things)


class QwenVL:
    """The describer: see docs/plugins.md."""

    places = ("base_url",)  # a server is known by the name of its model

    def __init__(
        self,
        eyes: LocalEyes | ServedEyes,
        things: int,
        frame_seconds: float = 60.0,
        usual: Mapping[str, Sequence[object]] | None = None,
    ) -> None:
        self._eyes, self._things, self.frame_seconds, self.usual = eyes, things, frame_seconds, usual or {}
        prompts = "-".join(load(name).label for name in PROMPTS)
        self.version, self.weights = f"{VERSION}-{eyes.engine}-{prompts}", eyes.weights

    def describe(
        self, images: Sequence[Bytes], boxes: Sequence[Mapping[str, Box]], seconds: Sequence[float]
    ) -> dict[str, list[Phrase]]:
        """Return phrases about a shot and the things in it: one question each, all of them at once.

        Args:
            images: frames of the shot, (h, w, 3) uint8 RGB of one size.
            boxes: of each frame, by track id.
            seconds: of each frame.
        """
        names = _largest(images, boxes, self._things)
        shot = _frames_question("describe_shot", images, seconds, ShotAnswer)
        questions = [shot, *(_thing_question(name, images, boxes, seconds) for name in names)]
        answers = ask(self._eyes, questions)
        return {
            name: answer.phrases()
            for name, answer in zip(["", *names], answers, strict=True)
            if isinstance(answer, ShotAnswer | ThingAnswer)
        }

    def names(self, images: Sequence[Bytes], seconds: Sequence[float]) -> list[str]:
        """Return the kinds of things that are seen in frames of a clip, of which 4 are looked at."""
        step = max(1, -(-len(images) // MOST_NAMED))
        question = _frames_question("name_things", images[::step], seconds[::step], NamesAnswer)
        (answer,) = ask(self._eyes, [question])
        return [name for name in answer.names if name] if isinstance(answer, NamesAnswer) else []

    def chat(self, identity: str) -> "BaseChatModel":
        """Return a LangChain chat model that takes pictures, on the same weights.

        Args:
            identity: by which findings of these weights are recognised.
        """
        return self._eyes.chat(identity)

    def ready(self) -> None:
        """See that a server answers and takes what it will be shown; weights were looked at when they were opened.

        Raises:
            TwinseekError: it does not.
        """
        if isinstance(self._eyes, ServedEyes):
            blank = [np.zeros((CROP_SIDE // 4, CROP_SIDE // 4, 3), np.uint8)] * 2
            self._eyes.answer([_frames_question("name_things", blank, [0.0, 0.5], NamesAnswer)])

    def unload(self) -> None:
        """Free the memory that the weights take; they are loaded again when they are needed."""
        self._eyes.unload()


def _frames_question(
    prompt: str, images: Sequence[Bytes], seconds: Sequence[float], schema: type[BaseModel]
) -> Question:
    shown = [resized(image, FRAME_SIDE) for image in images]
    # A film of one frame is a picture: Qwen3-VL refuses it as a film.
    return Question(_rendered(prompt, seconds), shown, schema, tuple(seconds) if len(shown) > 1 else None)


def _thing_question(
    name: str, images: Sequence[Bytes], boxes: Sequence[Mapping[str, Box]], seconds: Sequence[float]
) -> Question:
    """Ask about one thing, by what is seen of it in each frame.

    No box is drawn: its line would be described with the thing, as a part of it or a colour. A margin shows instead
    what the thing lies on and touches.
    """
    seen = [
        crop(second, image, _roomy(those[name]))
        for image, those, second in zip(images, boxes, seconds, strict=True)
        if name in those
    ]
    shown = [resized(one.image, CROP_SIDE) for one in seen]
    return Question(_rendered("describe_instance", [one.seconds for one in seen]), shown, ThingAnswer)


def _rendered(prompt: str, seconds: Sequence[float]) -> Rendered:
    times = ", ".join(f"{second:.1f} s" for second in seconds)
    return load(prompt).render(count=len(seconds), times=times)


def _largest(images: Sequence[Bytes], boxes: Sequence[Mapping[str, Box]], most: int) -> list[str]:
    """Return the ids of the things that are largest where they are, in their own order."""
    areas: dict[str, float] = {}
    for those in boxes:
        for name, (x1, y1, x2, y2) in those.items():
            areas[name] = max(areas.get(name, 0.0), max(0.0, x2 - x1) * max(0.0, y2 - y1))
    seen = [name for name, area in areas.items() if area >= 1]
    chosen = set(sorted(seen, key=lambda name: -areas[name])[:most])
    if len(chosen) < len(areas):
        logger.info("%d of %d things are not described: they are the smallest", len(areas) - len(chosen), len(areas))
    return [name for name in seen if name in chosen]


def _roomy(box: Box) -> Box:
    x1, y1, x2, y2 = box
    least = SLIMMEST * max(x2 - x1, y2 - y1)
    dx, dy = max(0.0, least - (x2 - x1)) / 2, max(0.0, least - (y2 - y1)) / 2
    return x1 - dx, y1 - dy, x2 + dx, y2 + dy
