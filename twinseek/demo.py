"""The first five minutes: a library rendered, indexed from its mp4 files alone, asked, and a report to look at."""

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twins.errors import TwinseekError
from twinseek.library import Library
from twinseek.result import Result

SEED = 7
CLIPS = 36

OWN_QUESTIONS = (
    "something hides and comes back",
    "one thing follows another",
    "something enters after the others",
    "nobody moves",
    "two things come together",
    "something red moves to the left",
)
"""Asked of a user's own clips, of which nothing is known: they name no category."""

Event = dict[str, Any]


@dataclass(frozen=True)
class Answered:
    """One question of the demo, and the clip that is the right answer; none where nobody knows it."""

    question: str
    result: Result
    clip: str | None

    @property
    def right(self) -> bool | None:
        """Whether the right clip came first, and not as one that does not fit."""
        if self.clip is None:
            return None
        best = self.result.results[0] if self.result.results else None
        return best is not None and best.status != "dropped" and Path(best.path or "").stem == self.clip

    @property
    def note(self) -> str:
        """A sentence for the report; empty where nobody knows the right answer."""
        if self.clip is None:
            return ""
        return f"{'Right' if self.right else 'Wrong'}: the renderer's own notes name {self.clip}.mp4."


def run_sample(folder: Path, on_event: Callable[[Event], None]) -> tuple[list[Answered], Path]:
    """Render, index and ask the sample library; write ``report.html``; return the answers and the report's path.

    The clips go to ``folder/clips``, what is true of them to ``folder/gold`` (read only to say whether an answer is
    right), the library to ``folder/library``.
    """
    from evals.worlds import build_library, questions, worlds

    clips, gold = folder / "clips", folder / "gold"
    if (gold / "questions.json").is_file() and len(list(clips.glob("*.mp4"))) == CLIPS:
        known = questions(worlds(SEED, CLIPS))  # rendered before: questions.json is written last
    else:
        on_event({"event": "rendering", "total": CLIPS})
        _, known = build_library(
            clips, gold, SEED, CLIPS, on_clip=lambda name: on_event({"event": "rendered", "video": f"{name}.mp4"})
        )
    asked = [(question.phrasings[0], question.clip) for question in known if question.demo]
    return _index_and_ask(folder / "report.html", folder / "library", [clips], asked, on_event)


def run_own(folder: Path, videos: Path, on_event: Callable[[Event], None]) -> tuple[list[Answered], Path]:
    """Index the user's own clips, ask general questions of them and write a report of their own."""
    if not videos.exists():
        raise TwinseekError(f"there is no {videos}: name a folder of videos with --videos (make demo VIDEOS=folder)")
    library, report = own_places(folder, videos)
    return _index_and_ask(report, library, [videos], [(question, None) for question in OWN_QUESTIONS], on_event)


def own_places(folder: Path, videos: Path) -> tuple[Path, Path]:
    """Return where the library and the report of a user's own clips go.

    They are of their own for every folder of clips: answers must come from these alone.
    """
    name = hashlib.sha256(os.fsencode(videos.resolve())).hexdigest()[:8]
    return folder / f"library-{name}", folder / f"report-{name}.html"


def _index_and_ask(
    page: Path,
    place: Path,
    paths: Sequence[Path],
    asked: Sequence[tuple[str, str | None]],
    on_event: Callable[[Event], None],
) -> tuple[list[Answered], Path]:
    from twinseek.report import write_report

    with Library.open(place, create=True) as library:
        library.index(paths, on_event=on_event)
        answered = [Answered(question, library.ask(question), clip) for question, clip in asked]
        report = write_report(
            page,
            [answer.result for answer in answered],
            library.frames,
            title="Twinseek demo",
            notes=[answer.note for answer in answered],
            right=[answer.right for answer in answered],
        )
    return answered, report
