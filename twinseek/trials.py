"""Whether what a profile names does what it is there for: each specialist and each chat model, asked once for real.

A model whose weights have other sizes than its configuration says, or that does not fit into the memory, and a server
that refuses pictures are noticed by nothing less.
"""

from collections.abc import Callable, Iterator
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from twins.errors import TwinseekError
from twins.frames import Frame
from twins.geometry import Bytes
from twinseek.doctor import Finding
from twinseek.settings import Settings

if TYPE_CHECKING:
    from tools.plugged import Plugged

WIDTH, HEIGHT = 640, 360
DISC = (240, 100, 400, 260)
"""Where the disc of the picture is: x1, y1, x2, y2."""
MOST_SAID = 300
"""Characters of an error that are told."""


def picture() -> Bytes:
    """Return a (360, 640, 3) RGB picture of a red disc on a ground of two greys."""
    image = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    image[: HEIGHT // 2] = 160
    centre = ((DISC[0] + DISC[2]) // 2, (DISC[1] + DISC[3]) // 2)
    return np.asarray(cv2.circle(image, centre, (DISC[2] - DISC[0]) // 2, (220, 40, 40), -1), np.uint8)


def try_specialist(part: str, opened: "Plugged") -> Finding:
    """Show a specialist two frames, or an encoder a sentence; its weights are freed afterwards.

    Args:
        part: of the index that it takes, or ``encoder``.
        opened: as the index opens it.
    """

    def asked() -> None:
        try:
            _ask(part, opened)
        finally:
            opened.unload()

    return _timed(f"trial {opened.name}", "was shown a picture" if part != "encoder" else "was given a sentence", asked)


def try_models(settings: Settings) -> Iterator[Finding]:
    """Ask each chat model that is set for a word, the one that sees about a picture."""
    from tools.seeing import jpeg
    from twinseek.models import specs

    if not settings.llm.asked_for:
        return
    try:
        decompose, judge, see = specs(settings.llm, describer=settings.index.describer)
    except TwinseekError:
        return  # told where the models are looked at
    for spec in sorted({spec for spec in (decompose, judge) if spec}):
        words: list[str | dict[str, Any]] = [{"type": "text", "text": "Answer with one word: yes."}]
        yield _timed(f"trial {spec}", "answered", partial(_say, spec, settings, words))
    if see:
        shown: list[str | dict[str, Any]] = [
            {"type": "text", "text": "Which colour has the disc? Answer with one word."},
            {"type": "image", "base64": jpeg(picture()), "mime_type": "image/jpeg"},
        ]
        yield _timed(f"trial {see}", "answered about a picture", partial(_say, see, settings, shown))


def _timed(subject: str, done: str, ask: Callable[[], None]) -> Finding:
    start = monotonic()
    try:
        ask()
    except TwinseekError as error:
        return Finding(subject, "error", str(error)[:MOST_SAID])
    return Finding(subject, "ok", f"{done}, in {monotonic() - start:.1f} s with loading")


def _ask(part: str, opened: Any) -> None:
    if part == "encoder":
        from graphs.plugged_encoder import PluggedEncoder

        PluggedEncoder(opened).encode(["a red disc"])
        return
    image = picture()
    frames = [Frame(0, 0.0, image), Frame(1, 0.1, image.copy())]
    if part == "depth":
        opened.nearness([image])
    elif part == "segmenter":
        (opened.begin() or opened).segment(frames)
    elif part == "describer":
        opened.describe(frames, [{"t-1": DISC}] * len(frames))
    elif hasattr(opened, "detect"):
        opened.detect(frames)
    else:
        opened.label(frames[0], {"t-1": DISC})


def _say(spec: str, settings: Settings, content: list[str | dict[str, Any]]) -> None:
    """Send a chat model one message. Raises :class:`TwinseekError` where it does not answer."""
    from langchain_core.messages import HumanMessage

    from agents.llm.asking import Asking
    from agents.llm.calling import message_of
    from agents.llm.transcript import without_secrets
    from twinseek.devices import device_of
    from twinseek.models import load_model, url_for
    from twinseek.weights import plugin_sections

    llm, sections = settings.llm, plugin_sections(settings)
    chat = load_model(spec, url_for(spec, llm), llm.timeout, plugins=sections, device=device_of(settings))
    try:
        answer = chat.invoke([HumanMessage(content)])
    except Exception as error:  # each provider raises its own
        raise TwinseekError(without_secrets(message_of(error), Asking(chat).secrets())) from error
    if not str(answer.text).strip():
        raise TwinseekError("its answer is empty")
