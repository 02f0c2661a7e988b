"""Orders a few videos that were judged alike, by comparing them with each other once."""

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from agents.llm.model import Model
from agents.llm.prompting import messages_of
from prompts import fence, load, one_line
from twins.queries import CheckedClaim

PROMPT = load("tie_break")
CLAIMS = 6
CLAIM = 160


@dataclass(frozen=True)
class Contender:
    """A video of which the order is asked for."""

    video_id: str
    score: float
    trace: Sequence[CheckedClaim]


def _letter(said: str) -> str:
    """Return the letter of a video, as small models write it too: ``Video B``."""
    return said.strip().removeprefix("Video").removeprefix("video").strip(" .").upper()


class OrderAnswer(BaseModel):
    """What the prompt ``tie_break`` asks for."""

    model_config = ConfigDict(extra="ignore")

    order: list[Annotated[str, AfterValidator(_letter)]]


class LlmTieBreak:
    """Asks a model to compare; see :meth:`order`."""

    def __init__(self, model: Model) -> None:
        self._model = model

    @property
    def name(self) -> str:
        """Model and prompt version for the record."""
        return f"{self._model.name} {PROMPT.label}"

    def order(self, question: str, contenders: Sequence[Contender]) -> list[str]:
        """Return the ids of the contenders, the best answer first. Videos go by letters, so that names say nothing.

        Raises:
            ModelGaveUpError: the model did not answer with an order of them.
            BudgetSpentError: a call more would cost more than is left.
        """
        by_letter = dict(zip(ascii_uppercase, contenders, strict=False))

        def check(answer: OrderAnswer) -> None:
            if by_letter.keys().isdisjoint(answer.order):
                raise ValueError(f"order must hold each of {', '.join(by_letter)} once")

        prompt = PROMPT.render(
            videos="\n".join(_contender(letter, video) for letter, video in by_letter.items()),
            question=one_line(question, 1000),
        )
        answer = self._model.answer(
            messages_of(prompt), OrderAnswer, purpose="compare", check=check, prompt=PROMPT.label
        )
        # Whom an answer leaves out comes after those that it names, as before.
        named = [letter for letter in dict.fromkeys(answer.order) if letter in by_letter]
        return [by_letter[letter].video_id for letter in dict.fromkeys([*named, *by_letter])]


def _contender(letter: str, video: Contender) -> str:
    lines = "\n".join(f"{line.check}: {one_line(line.claim, CLAIM)}" for line in video.trace[:CLAIMS])
    return f"Video {letter}, score {video.score:.2f}\n{fence('claims', lines or 'none')}"
