"""Showing pictures to a chat model that sees; its answers are data, never trusted to be more than that."""

import base64
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.tools import ToolException

from prompts import Rendered
from twins.geometry import Bytes

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

LONGEST_SIDE = 768
"""Pixels of a picture that is shown: what models look at in one piece, and pay for by size."""
SHORTEST_SIDE = 224
"""A smaller crop is enlarged; models see little in a stamp."""


def ask_model(see: "BaseChatModel", prompt: Rendered, images: Sequence[Bytes]) -> dict[str, Any]:
    """Show pictures, each (h, w, 3) RGB, and return the JSON object that the model answers with.

    Raises:
        ToolException: it answers with something else.
    """
    blocks: list[str | dict[Any, Any]] = [
        {"type": "image", "base64": jpeg(resized(image)), "mime_type": "image/jpeg"} for image in images
    ]
    blocks.append({"type": "text", "text": prompt.own})
    answer = str(see.invoke([SystemMessage(prompt.shared), HumanMessage(content=blocks)]).text)
    try:
        found = json.loads(answer[answer.index("{") : answer.rindex("}") + 1])
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ToolException("the model that looks at pictures gave no answer that can be read.")
    return found


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
