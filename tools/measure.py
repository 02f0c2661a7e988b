"""When a relation or a movement of tracked objects holds, computed from where they are."""

from typing import Annotated

from langchain_core.tools import BaseTool, InjectedToolArg, ToolException, tool

from tools.context import ToolContext
from twins.sentences import PROVENANCE

MOST_SPANS = 12
"""Spans that are told of one predicate; a shaking box has more, and none of them says much."""
CONFIDENCE = 0.9


def build(context: ToolContext) -> BaseTool:
    """Return the tool."""

    @tool(response_format="content_and_artifact")
    def measure(
        video_id: Annotated[str, InjectedToolArg], predicate: str, instances: list[str]
    ) -> tuple[str, list[dict[str, object]]]:
        """Compute when a predicate (moves, stops …) holds of one or two; a wrong name lists all."""
        if not instances:
            raise ToolException("instances is empty: name one or two ids of the video, the subject first.")
        found = context.evaluate(video_id, predicate, *instances)
        name = f"{predicate}({', '.join(instances)})"
        parts = [f"{word} {_told(found[word])}" for word in ("holds", "fails") if found[word]]
        facts: list[dict[str, object]] = [
            {
                "about": instances[0],
                "others": instances[1:],
                "kind": found["kind"],
                "text": found["text"],
                "confidence": CONFIDENCE,
                "span": span,
                "predicate": predicate,
            }
            for span in found["holds"][:MOST_SPANS]
        ]
        return f"{name}: {'; '.join(parts) or 'unknown throughout'}.", facts

    measure.metadata = {"version": f"1-{PROVENANCE.version}"}
    return measure


def _told(spans: list[list[float]]) -> str:
    told = ", ".join(f"{start:.1f}-{end:.1f} s" for start, end in spans[:MOST_SPANS])
    return told + (f" and {len(spans) - MOST_SPANS} more times" if len(spans) > MOST_SPANS else "")
