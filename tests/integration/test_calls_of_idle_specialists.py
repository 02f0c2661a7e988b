"""How often an index calls each model: for many frames at once, and never for a frame alone."""

import math
from pathlib import Path

from benchmarks.figures import Options
from benchmarks.memory import film
from benchmarks.overhead import index_idle

RATE = 10
SHOTS = 1


def test_each_model_is_called_in_batches(tmp_path: Path):
    clips = {tmp_path / f"{seconds}.mp4": seconds for seconds in (9, 7)}
    for clip, seconds in clips.items():
        film(clip, seconds, (320, 240), rate=RATE)
    calls = index_idle(list(clips), float(RATE), Options(tmp_path))
    # Film of so few frames a second is sampled at every one.
    frames = [RATE * seconds for seconds in clips.values()]
    assert calls == {
        "segmenter": sum(math.ceil(count / 24) for count in frames),
        "depth": len(clips),  # it is told of fewer frames than go into a call
        "detector": len(clips),
        "describer": len(clips) * (1 + SHOTS),  # names to look for, and what each shot shows
    }
