"""When a video is bright and when it is dark: a tool for Twinseek's judge."""

from typing import Annotated

from langchain_core.tools import InjectedToolArg, ToolException, tool


def build(context):
    """Return the tool; ``context`` lets it look at videos."""
    dark, bright = context.settings.get("dark", 60), context.settings.get("bright", 180)

    @tool(response_format="content_and_artifact")
    def brightness(
        video_id: Annotated[str, InjectedToolArg], start: float = 0.0, end: float | None = None
    ) -> tuple[str, list[dict]]:
        """Measure how bright the picture is, 0 to 255, at 8 moments from start to end (seconds)."""
        end = context.twin(video_id)["duration"] if end is None else end
        if not start < end:
            raise ToolException(f"start must be before end, not {start} and {end}.")
        seconds, images = context.frames(video_id, span=(start, end), max_frames=8)
        levels = [float(image.mean()) for image in images]
        told = ", ".join(f"{level:.0f} at {second:.1f} s" for second, level in zip(seconds, levels, strict=True))
        words = {
            "dark": max(levels) <= dark,
            "bright": min(levels) >= bright,
            "changing": max(levels) - min(levels) > 60,
        }
        facts = [
            {"kind": "scene", "text": f"the light is {word}", "confidence": 0.8, "span": [start, end]}
            for word, holds in words.items()
            if holds
        ]
        return f"brightness: {told}", facts

    return brightness
