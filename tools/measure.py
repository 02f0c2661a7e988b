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
        """Compute when something holds of one tracked object, or of a subject and a second object, and when it fails.

        Exact and cheap: use it before any other tool. Of one: appears, crosses_view, disappears, enters, fast, grows,
        hides, leaves, leaves_as_it_came, moves, moves_away, moves_down, moves_left, moves_right, moves_toward,
        moves_up, reappears, shrinks, slow, starts, still, stops, turns. Of two: above, approaches, behind, below,
        carries, circles, collides, covers, follows, hides_behind, in_front_of, inside, left_of, meets, moves_with,
        near, overtakes, parts_from, passes, right_of, touching.
        """
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
