"""Film a whole library: clips in one folder, everything that is known of them in another."""

import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

from evals.worlds.film import write_gold, write_world
from evals.worlds.programme import questions, worlds
from evals.worlds.spec import World, WorldQuestion
from graphs.index_workers import cores
from twins.errors import TwinseekError


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
    # Spawned, not forked: a caller may hold threads (onnxruntime, Chroma) that a fork would break.
    with _one_thread_each(), ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_film_one, shown, repeat(folder), repeat(gold), chunksize=4)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Let child processes compute with one thread, since there is one of them a core."""
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = before


def _film_one(world: World, folder: Path, gold: Path) -> str:
    import cv2

    cv2.setNumThreads(1)
    write_gold(world, write_world(world.spec, folder / f"{world.name}.mp4"), gold)
    return world.name
