"""What an index holds does not grow with a clip's length, whoever works on it."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks.figures import SkippedError
from benchmarks.memory import film
from benchmarks.processes import run

ROOT = Path(__file__).parents[2]
SIZE = (320, 240)
MOST = 1.15
"""Were every sampled frame held, it would be 1.25; it is 1.05."""


def test_a_clip_of_four_times_the_length_takes_no_more_memory(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    clips = [tmp_path / f"{seconds}.mp4" for seconds in (5, 20)]
    for clip in clips:
        film(clip, float(clip.stem), SIZE, rate=12)

    def peak(clip: Path) -> float:
        return run([sys.executable, "-m", "benchmarks.overhead", str(clip), "10"]).own_megabytes

    try:
        with ThreadPoolExecutor() as pool:
            short, long = pool.map(peak, clips)
    except SkippedError as reason:
        pytest.skip(str(reason))
    assert long <= MOST * short, f"{short:.0f} MB, {long:.0f} MB"
