"""Questions about pictures, and how a vision model's answers are read: by schema, and sent back once where wrong."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from pydantic import BaseModel

from prompts import Rendered, load
from prompts.answers import EXAMPLE, BadAnswerError, answer_text, read_answer, repeats_example
from twins.geometry import Bytes

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage

logger = logging.getLogger(__name__)

TRIES = 2
"""Times that one question is asked; what is still wrong then is left out."""
REPEATED = 1000
"""Characters of a wrong answer that are shown to the model again."""


@dataclass(frozen=True)
class Question:
    """What is asked about some pictures.

    Args:
        prompt: what is said.
        images: each (h, w, 3) uint8 RGB, in the size in which they are shown.
        schema: of the answer.
        seconds: where given, the images are one video's frames of one size, and these are their times.
        earlier: a wrong answer, and what was wrong with it.
    """

    prompt: Rendered
    images: Sequence[Bytes]
    schema: type[BaseModel]
    seconds: Sequence[float] | None = None
    earlier: tuple[tuple[str, str], ...] = ()


class Eyes(Protocol):
    """Whoever looks: weights in this process, or a server."""

    def answer(self, questions: Sequence[Question]) -> "list[AIMessage]":
        """Return an answer to each question, in their order.

        Raises:
            TwinseekError: nothing can be looked at; the sentence says why.
        """


def ask(eyes: Eyes, questions: Sequence[Question]) -> list[BaseModel | None]:
    """Return what each question's schema makes of its answer; none where no answer fitted. Raises TwinseekError."""
    found: dict[int, BaseModel] = {}
    left = dict(enumerate(questions))
    for _ in range(TRIES):
        if not left:
            break
        for place, reply in zip(list(left), eyes.answer(list(left.values())), strict=True):
            question = left.pop(place)
            try:
                value = read_answer(reply, question.schema).value
                if repeats_example(value.model_dump(), question.prompt.shared):
                    raise BadAnswerError(EXAMPLE)
                found[place] = value
            except BadAnswerError as error:
                left[place] = replace(question, earlier=(_complaint(answer_text(reply), str(error)),))
    if left:
        logger.warning("%d of %d answers could not be read and are left out", len(left), len(questions))
    return [found.get(place) for place in range(len(questions))]


def _complaint(answer: str, problem: str) -> tuple[str, str]:
    # Some templates refuse an empty turn.
    return answer.strip()[:REPEATED] or "(empty)", load("answer_again").render(problem=problem).own
