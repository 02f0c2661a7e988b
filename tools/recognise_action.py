"""What is done in a stretch of video, as a vision model says."""

from typing import Annotated, Any

from langchain_core.tools import BaseTool, InjectedToolArg, tool

from prompts import fence, load
from tools.context import ToolContext
from tools.crops import Crop, moments, pictures
from tools.seeing import ask_model, model_name
from tools.vision_answers import MOST_ACTIONS, ActionsAnswer

FRAMES = 8


def build(context: ToolContext) -> BaseTool | None:
    """Return the tool; none without a model that sees."""
    see = context.see
    if see is None:
        return None
    prompt = load("recognise_action")

    @tool(response_format="content_and_artifact")
    def recognise_action(
        video_id: Annotated[str, InjectedToolArg],
        question: str = "",
        start: float | None = None,
        end: float | None = None,
    ) -> tuple[str, list[dict[str, object]]]:
        """Ask a vision model what is done from start to end.

        For actions that no predicate measures. Say in question what to look for, for example "does anyone fall?".
        """
        crops = pictures(context, video_id, None, moments(context, video_id, None, FRAMES, start, end))
        rendered = prompt.render(
            shown=f"frames 1 to {len(crops)}",
            times=", ".join(f"{crop.seconds:.1f} s" for crop in crops),
            question=fence("question", question or "what is done?"),
        )
        shown = [crop.image for crop in crops]
        found = ask_model(see, rendered, shown, "actions", ActionsAnswer).get("actions")
        facts = [fact for entry in _entries(found) if (fact := _fact(entry, crops)) is not None]
        nothing = "nothing of what was asked is seen to be done." if question else "no action can be seen."
        return "; ".join(map(_told, facts)) or nothing, facts

    recognise_action.metadata = {"version": f"6-{prompt.label}", "weights": model_name(see)}
    return recognise_action


def _told(fact: dict[str, Any]) -> str:
    start, end = fact["span"]
    return f"{start:.1f}-{end:.1f} s {fact['text']}"


def _entries(found: object) -> list[dict[str, Any]]:
    listed = found if isinstance(found, list) else []
    return [entry for entry in listed[:MOST_ACTIONS] if isinstance(entry, dict)]


def _fact(entry: dict[str, Any], crops: list[Crop]) -> dict[str, Any] | None:
    """Return an action as a fact; none where it says nothing. Frames are numbered from 1, as they were shown."""
    statement = entry.get("statement")
    if not isinstance(statement, str) or not statement.strip():
        return None
    first, last = (
        min(max(1, number), len(crops)) if isinstance(number, int) else otherwise
        for number, otherwise in ((entry.get("first"), 1), (entry.get("last"), len(crops)))
    )
    span = [crops[min(first, last) - 1].seconds, crops[max(first, last) - 1].seconds + 0.1]
    return {"kind": "action", "text": statement, "confidence": entry.get("confidence", 0.5), "span": span}
