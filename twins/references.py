"""What people may call a video: its id, its file's name, the unique beginning of either, or a path."""

import difflib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from twins.errors import TwinseekError
from twins.layout import display, slug


def beginning_with(reference: str, ids: Iterable[str]) -> list[str]:
    """Return the ids that begin so, or those of files called just so, if any; none for an empty beginning."""
    found = [video_id for video_id in ids if reference and video_id.startswith(reference)]
    return [video_id for video_id in found if _stem(video_id) == reference] or found


def unknown(reference: str, ids: Sequence[str], root: Path) -> TwinseekError:
    """Return the error for a reference that stands for no video, with the ids that look like it."""
    close = _close(reference, ids)
    hint = f" (did you mean {', '.join(close)}?)" if close else ""
    return TwinseekError(
        f"no video {display(reference)!r} in {display(root)}{hint}:"
        " name an id, a file or the beginning of either that `twinseek list` shows, or index the file first"
    )


def ambiguous(reference: str, found: Sequence[str]) -> TwinseekError:
    """Return the error for a reference that stands for several videos."""
    names = ", ".join(found[:5]) + (" …" if len(found) > 5 else "")
    return TwinseekError(f"{display(reference)!r} stands for {len(found)} videos: name one of {names}")


def _stem(video_id: str) -> str:
    return re.sub(r"-[0-9a-f]{10}$", "", video_id)


def _close(reference: str, ids: Sequence[str]) -> list[str]:
    # Nobody mistypes the digits: they would only drown the likeness of the rest.
    stems = {video_id: _stem(video_id) for video_id in ids}
    wanted = slug(_stem(Path(reference).stem.lower()))
    likely = difflib.get_close_matches(wanted, sorted(set(stems.values())), n=3, cutoff=0.6)
    return [video_id for stem in likely for video_id in ids if stems[video_id] == stem][:3]
