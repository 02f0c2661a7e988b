"""What a vision model says about frames, or about one instance."""

from typing import Annotated

from langchain_core.tools import BaseTool, InjectedToolArg, ToolException, tool

from prompts import fence, load
from tools.context import ToolContext
from tools.crops import moments, pictures
from tools.seeing import ask_model, model_name
from tools.vision_answers import SeenAnswer

MOST_PICTURES = 4


def build(context: ToolContext) -> BaseTool | None:
    """Return the tool; none without a model that sees."""
    see = context.see
    if see is None:
        return None
    prompt = load("describe")

    @tool(response_format="content_and_artifact")
    def describe(
        video_id: Annotated[str, InjectedToolArg],
        question: str,
        instance: str | None = None,
        seconds: list[float] | None = None,
    ) -> tuple[str, list[dict[str, object]]]:
        """Ask a vision model about the picture or one instance, at up to 4 times.

        For what nothing measures: what something is, wears, holds, is made of or is for; what place it is. Ask one
        short question about what can be seen.
        """
        if not question.strip():
            raise ToolException("question is empty: ask one short question about what can be seen.")
        times = seconds or moments(context, video_id, instance, MOST_PICTURES)
        crops = pictures(context, video_id, instance, times[:MOST_PICTURES])
        if not crops:
            known = f"where {instance} is at these times" if instance else "what is seen at these times"
            raise ToolException(f"{known} is not known: name others.")
        rendered = prompt.render(
            shown="crops of one thing" if instance else "whole frames",
            times=", ".join(f"{crop.seconds:.1f} s" for crop in crops),
            question=fence("question", question),
        )
        found = ask_model(see, rendered, [crop.image for crop in crops], "seen", SeenAnswer)
        statement = found.get("statement")
        if found.get("seen") is not True or not isinstance(statement, str) or not statement.strip():
            return "that cannot be seen.", []
        fact = {
            "about": instance,
            "kind": "attribute" if instance else "scene",
            "text": statement,
            "confidence": found.get("confidence", 0.5),
            "span": [crops[0].seconds, crops[-1].seconds + 0.1] if seconds else None,
        }
        return statement, [fact]

    describe.metadata = {"version": f"3-{prompt.label}", "weights": model_name(see)}
    return describe
