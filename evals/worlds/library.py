"""Film a whole library: clips in one folder, everything that is known of them in another."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from evals.worlds.film import write_gold, write_world
from evals.worlds.programme import questions, worlds
from evals.worlds.spec import World, WorldQuestion
from graphs.index_workers import CRASHED, Message, cores, run_tasks
from twins.errors import TwinseekError

PORTION = 4
"""Worlds that a process films one after the other."""


def build_library(
    folder: Path,
    gold: Path,
    seed: int,
    size: int = 36,
    jobs: int | None = None,
    on_clip: Callable[[str], None] = lambda name: None,
) -> tuple[list[World], list[WorldQuestion]]:
    """Render a library and return its worlds and questions.

    Args:
        folder: gets ``clip_000.mp4`` … and nothing else.
        gold: gets a JSON file a clip and ``questions.json``; must not lie inside ``folder``, for an index to see.
        jobs: processes; as many as there are cores when none.
        on_clip: told the name of each clip when it is rendered.

    Raises :class:`TwinseekError` where the folders overlap or the size is impossible.
    """
    folder, gold = folder.resolve(), gold.resolve()
    if gold.is_relative_to(folder):
        raise TwinseekError(f"the answers would lie among the clips ({gold}): choose a folder outside {folder}")
    shown = worlds(seed, size)
    asked = questions(shown)
    folder.mkdir(parents=True, exist_ok=True)
    gold.mkdir(parents=True, exist_ok=True)
    for name in _film(_by_ground(shown), folder, gold, jobs or cores()):
        on_clip(name)
    records = [asdict(question) | {"difficulty": sorted(question.difficulty)} for question in asked]
    (gold / "questions.json").write_text(json.dumps(records, indent=1), encoding="utf-8")
    return shown, asked


def _by_ground(shown: list[World]) -> list[World]:
    """Put worlds of a group next to each other: a process paints their common ground once."""
    return sorted(shown, key=lambda world: (world.group, world.name))


def _film(shown: list[World], folder: Path, gold: Path, jobs: int) -> Iterator[str]:
    if jobs <= 1:
        for world in shown:
            yield _film_one(world, folder, gold)
        return
    portions = [shown[start : start + PORTION] for start in range(0, len(shown), PORTION)]
    with closing(run_tasks(_Filming(folder, gold), portions, jobs)) as messages:
        for portion, message in messages:
            if message["event"] == CRASHED:
                names = f"{portion[0].name} to {portion[-1].name}"
                raise TwinseekError(f"a process that rendered {names} ended (exit status {message['exitcode']})")
            yield message["name"]


@dataclass(frozen=True)
class _Filming:
    """Film some worlds in a process of its own."""

    folder: Path
    gold: Path

    def __call__(self, portion: list[World], send: Callable[[Message], None], /) -> None:
        for world in portion:
            send({"event": "filmed", "name": _film_one(world, self.folder, self.gold)})


def _film_one(world: World, folder: Path, gold: Path) -> str:
    import cv2

    cv2.setNumThreads(1)
    write_gold(world, write_world(world.spec, folder / f"{world.name}.mp4"), gold)
    return world.name
