"""Reads a message in its conversation with a language model; where that fails, rules do it."""

import re
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from agents.follow_forms import Kind
from agents.follow_ups import OF_ALL, THANKS, FollowUp, is_aside, read_follow_up
from agents.llm.calling import ModelGaveUpError
from agents.llm.metering import BudgetSpentError
from agents.llm.model import Model
from agents.llm.prompting import messages_of
from agents.shown import PLAIN, Ranks, Shown, number_of
from prompts import fence, load, one_line
from twins.queries import ResultWarning

PROMPT = load("chat")
MOST_ASKED, MOST_SHOWN = 4, 20
QUESTION, NAME, TOLD = 2000, 80, 80
"""Characters that are sent of a message or an earlier one, of a name, and of what is known of a video."""
MOST_POSITIONS, LARGEST_POSITION = 20, 999
"""Of a message's; what keeps conversations cannot write whole numbers of any size."""


class ChatAnswer(BaseModel):
    """What the prompt ``chat`` asks for."""

    model_config = ConfigDict(extra="ignore")

    kind: Kind
    positions: list[int] = Field(default_factory=list)
    text: str = ""


class LlmReader:
    """Asks a model what a message means.

    Args:
        model: a chat model that answers by schema.
    """

    def __init__(self, model: Model) -> None:
        self._model = model

    def read(
        self, message: str, shown: Sequence[Shown], focus: Sequence[int], asked: Sequence[str]
    ) -> tuple[FollowUp, tuple[ResultWarning, ...]]:
        """Say what a message means. Never fails: rules are the floor, with a warning (``llm_chat``).

        A first message is a question, and no model is asked; nor is one where nothing is looked for.

        Args:
            message: in plain English.
            shown, focus: see :func:`agents.follow_ups.read_follow_up`.
            asked: the messages before, as they were understood, the last one last.
        """
        if not shown or is_aside(message):
            return read_follow_up(message, shown, focus), ()
        prompt = PROMPT.render(
            asked=fence("questions", "\n".join(one_line(query, QUESTION) for query in asked[-MOST_ASKED:])),
            shown=fence("videos", "\n".join(map(_line, shown[:MOST_SHOWN]))),
            focus=Ranks([video.rank for video in shown], focus).it,
            question=one_line(message, QUESTION),
        )
        try:
            answer = self._model.answer(
                messages_of(prompt), ChatAnswer, purpose="chat", check=_check, prompt=PROMPT.label
            )
        except (ModelGaveUpError, BudgetSpentError) as error:
            warning = ResultWarning(code="llm_chat", text=f"the message was read by rules: {error}")
            return read_follow_up(message, shown, focus), (warning,)
        return follow_up_of(answer, message, Ranks([video.rank for video in shown], focus).it), ()


def _line(video: Shown) -> str:
    told = f": {one_line(video.told, TOLD)}" if video.told else ""
    return f"{video.rank} {one_line(' '.join(video.names[:1]), NAME)}{told}"


def _check(answer: ChatAnswer) -> None:
    """Refuse what cannot be done. Positions that were not shown pass: the user is told that there are none."""
    if answer.kind == "question" and not answer.text.strip():
        raise ValueError("a question needs a text that stands alone")
    if answer.kind in ("refine", "drop") and not (answer.text.strip() or answer.positions):
        raise ValueError(f"{answer.kind} needs positions, or a condition as its text")
    there = all(1 <= position <= LARGEST_POSITION for position in answer.positions)
    if not there or len(answer.positions) > MOST_POSITIONS:
        raise ValueError(f"positions are at most {MOST_POSITIONS} numbers from 1 to {LARGEST_POSITION}")


_THANKING = re.compile(r"\bthank(?:s| you)\b", re.I)
_BUT = re.compile(r"^(?:but|only|just|except) +", re.I)
_OF_VIDEO = re.compile(rf"(?P<text>.+?),? (?:in|of) (?P<video>{PLAIN})[ ?.!]*", re.I)


def _alone(text: str, positions: tuple[int, ...]) -> tuple[str, tuple[int, ...]]:
    """Return what is asked of videos without their numbers, and these: of *the dog in 1* ``the dog``."""
    found = _OF_VIDEO.fullmatch(text)
    named = tuple(Ranks(positions).of(found["video"])) if found else ()
    apart = found is not None and named and set(named) <= set(positions or named)
    return (found["text"], positions or named) if found and apart else (text, positions)


def follow_up_of(answer: ChatAnswer, message: str, it: int) -> FollowUp:
    """Return what a model said, in the form that rules give it."""
    text = one_line(answer.text, QUESTION)
    if answer.kind == "question":
        return FollowUp("question", text=text or message)
    if answer.kind == "aside":
        return FollowUp("aside", text=THANKS if _THANKING.search(message) else "")
    if answer.kind == "recap":
        return FollowUp("recap")
    if answer.kind == "more":
        return FollowUp("more", text=str(number_of(text.lower()) or ""))
    positions = tuple(dict.fromkeys(answer.positions))
    if answer.kind == "alike":
        text = _BUT.sub("", text)
    if answer.kind in ("about", "where"):
        text, positions = _alone(text, positions)
    if answer.kind in OF_ALL:
        return FollowUp(answer.kind, positions if answer.kind in ("refine", "drop") else (), text)
    return FollowUp(answer.kind, positions or (it,), "" if answer.kind == "why" else text)
