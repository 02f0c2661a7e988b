from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from graphs import index
from twins.store import Store


def test_the_largest_file_is_given_out_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    files = [tmp_path / name for name in ("a.mp4", "b.mp4", "c.mp4")]
    for file, size in zip(files, (10, 30, 20), strict=True):
        file.write_bytes(b"x" * size)
    given: list[Path] = []

    def run_tasks(_work: Any, tasks: Iterable[Path], _jobs: int) -> Iterator[Any]:
        given.extend(tasks)
        yield from ()

    monkeypatch.setattr(index, "run_tasks", run_tasks)
    index.index_videos(Store.open(tmp_path / "library", create=True), files, jobs=2)
    assert [file.name for file in given] == ["b.mp4", "c.mp4", "a.mp4"]
