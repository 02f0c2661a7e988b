"""Showing pictures to a chat model that sees; its answers are data, never trusted to be more than that."""

import base64
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_core.tools import ToolException
from pydantic import BaseModel, ConfigDict

from prompts import Rendered
from prompts.answers import EXAMPLE, BadAnswerError, answer_text, read_answer, repeats_example
from twins.geometry import Bytes

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.runnables import Runnable

LONGEST_SIDE = 768
"""Pixels of a picture that is shown: what models look at in one piece, and pay for by size."""
SHORTEST_SIDE = 224
"""A smaller crop is enlarged; models see little in a stamp."""
TRIES, REPEATED = 2, 1000
"""Times that one question is asked, and characters of a wrong answer that are shown to the model again."""


def ask_model(
    see: "BaseChatModel", prompt: Rendered, images: Sequence[Bytes], key: str, schema: type[BaseModel]
) -> dict[str, Any]:
    """Show pictures, each (h, w, 3) RGB, and return the JSON object that the model answers with.

    A wrong answer is shown to the model again, once, with what is wrong about it. So is one without the key.

    Args:
        key: what the object must have; all else is for the caller to look at.
        schema: what is asked for where the model can be. Not what is read: an answer that is a little off (a confidence
            of 7, a fifth action) is worth more than another request.

    Raises:
        ToolException: it answers with something else.
    """
    blocks: list[str | dict[Any, Any]] = [
        {"type": "image", "base64": jpeg(resized(image)), "mime_type": "image/jpeg"} for image in images
    ]
    blocks.append({"type": "text", "text": prompt.own})
    messages: list[BaseMessage] = [SystemMessage(prompt.shared), HumanMessage(content=blocks)]
    asked = _by_schema(see, schema)
    for _ in range(TRIES):
        answer = asked.invoke(messages)
        reply = answer["raw"] if isinstance(answer, dict) else answer
        try:
            found = read_answer(reply, _Answer).value.model_dump()
            if key not in found:
                raise BadAnswerError(f'Your JSON object has no "{key}": answer with the whole object.')
            if repeats_example(found, prompt.shared):
                raise BadAnswerError(EXAMPLE)
        except BadAnswerError as error:
            said = answer_text(reply).strip()[:REPEATED] or "(empty)"  # some templates refuse an empty turn
            messages = [*messages[:2], AIMessage(said), HumanMessage(str(error))]
        else:
            return found
    raise ToolException("the model that looks at pictures gave no answer that can be read.")


def _by_schema(see: "BaseChatModel", schema: type[BaseModel]) -> "Runnable[Any, Any]":
    """Return what gives a model's answer to a schema as it is; the model itself where it knows of none."""
    try:
        return see.with_structured_output(schema, include_raw=True)
    except NotImplementedError:
        return see


class _Answer(BaseModel):
    """Any object: tools take from it what they can use."""

    model_config = ConfigDict(extra="allow")


def model_name(see: "BaseChatModel") -> str:
    """Return by what findings of a model are recognised."""
    return str(getattr(see, "model_name", None) or getattr(see, "model", None) or type(see).__name__)


def resized(image: Bytes, longest: int = LONGEST_SIDE) -> Bytes:
    """Return a picture, (h, w, 3), in the size in which it is shown.

    Args:
        longest: pixels of the longer side, at most.
    """
    height, width = image.shape[:2]
    scale = min(longest / max(height, width), max(1.0, SHORTEST_SIDE / max(1, min(height, width))))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(np.ascontiguousarray(image), size, interpolation=how), np.uint8)


def jpeg(image: Bytes) -> str:
    """Return an (h, w, 3) RGB picture as a JPEG file in base64."""
    return base64.b64encode(cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR))[1].tobytes()).decode()
