"""A result as one self-contained HTML page: no network, no script, no other file."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from twins.errors import TwinseekError
from twins.queries import ResultRecord
from twinseek.whole_files import whole_file

if TYPE_CHECKING:
    from twins.frames import Frame

FrameSource = Callable[[str, Sequence[float]], "Sequence[Frame] | None"]
"""``frames(video_id, seconds)``: the frames on display at these times, the last one for later times.

None, or an error, where the video cannot be read any more.
"""

TITLE = "Twinseek report"


def render_report(
    results: Sequence[ResultRecord],
    frames: FrameSource | None,
    *,
    title: str = TITLE,
    notes: Sequence[str] = (),
    right: Sequence[bool | None] = (),
    embedded: bool = False,
) -> str:
    """Return the page.

    Args:
        results: one answer or several; several get an index at the top.
        frames: where key frames come from; without it boxes and masks are drawn on a plain card.
        title: of the page.
        notes: a sentence beneath each answer, as many as there are results, or none at all; empty ones are left out.
        right: whether each answer is known to be right, or wrong: shown in the index; as many as there are results,
            none where nobody knows, or none at all.
        embedded: wrap the page in a frame of its own, for a notebook's output cell.
    """
    from twinseek.report.page import embed, render_page

    page = render_page(results, frames, title, notes, right)
    return embed(page, title) if embedded else page


def write_report(
    path: Path,
    results: Sequence[ResultRecord],
    frames: FrameSource | None,
    *,
    title: str = TITLE,
    notes: Sequence[str] = (),
    right: Sequence[bool | None] = (),
) -> Path:
    """Write the page and return its path; an interrupted run leaves the old file as it was.

    Raises:
        TwinseekError: where the file cannot be written.
    """
    page = render_report(results, frames, title=title, notes=notes, right=right)
    try:
        with whole_file(path) as new:
            new.write_text(page, encoding="utf-8")
    except OSError as error:
        raise TwinseekError(f"cannot write the report to {path} ({error.strerror}): name another file") from error
    return path
