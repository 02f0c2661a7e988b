"""Peak memory of indexing a clip of ten minutes beside that of a short one, both made here."""

import sys
from pathlib import Path

import av
import cv2
import numpy as np

from benchmarks.figures import Figure, Figures, Options, at_most
from benchmarks.processes import run, twinseek

SHORT, LONG, QUICK = 10.0, 600.0, 20.0
FLAT = at_most(1.15)
FILLED = 100.0
"""Samples after which as many pictures wait for later stages as ever do; that is what a long clip must not exceed."""
RATES = (2.0, 10.0)
"""Samples a second with specialists that do nothing, of the profile ``cpu``; of ``gpu`` and ``offline``."""


def measure(options: Options) -> Figures:
    """Yield the peaks in megabytes and their ratio. One job: the process that looks at frames is the one measured."""
    long = QUICK if options.quick else LONG
    for rate in RATES:
        command, short = [sys.executable, "-m", "benchmarks.overhead"], SHORT if options.quick else FILLED / rate
        own = [run([*command, str(_clip(each, options)), str(rate)]).own_megabytes for each in (short, long)]
        group = f"idle specialists, {rate:g} samples a second"
        note = f"{own[1]:.0f} and {own[0]:.0f} MB, of {short:g} s"
        yield Figure("long clip / short clip", own[1] / own[0], "x", FLAT, note, group=group)
    peaks = []
    for seconds in (SHORT, long):
        done = twinseek("index", _clip(seconds, options), "--library", options.fresh("memory"), "--jobs", "1", "--json")
        peaks.append(max(done.own_megabytes, done.worker_megabytes))
        note = f"indexed in {done.seconds:.0f} s, {seconds / done.seconds:.1f} s of video a second"
        yield Figure(f"peak memory, clip of {seconds:.0f} s", peaks[-1], "MB", at_most(1536), note)
    yield Figure("long clip / short clip", peaks[1] / peaks[0], "x", FLAT)


def _clip(seconds: float, options: Options) -> Path:
    clip = options.scratch / f"{seconds:.0f}.mp4"
    if not clip.exists():
        film(clip, seconds)
    return clip


def film(path: Path, seconds: float, size: tuple[int, int] = (1280, 720), rate: int = 24) -> None:
    """Encode a clip in which discs wander over a rough ground for as long as it lasts."""
    width, height = size
    rng = np.random.default_rng(5)
    rough = cv2.resize(rng.random((45, 80, 3)).astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    ground = np.clip(70 + 110 * rough, 0, 255).astype(np.uint8)
    colours = [(210, 40, 40), (40, 70, 210), (240, 210, 50), (250, 250, 245)]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate, options={"preset": "ultrafast", "crf": "23"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(round(seconds * rate)):
            image, t = ground.copy(), number / rate
            for n, colour in enumerate(colours):
                x = width * (0.5 + 0.45 * np.sin(0.5 * t * (1 + 0.3 * n) + n))
                y = height * (0.5 + 0.4 * np.cos(0.37 * t * (1 + 0.2 * n) + 2 * n))
                cv2.circle(image, (int(x), int(y)), 40 + 10 * n, colour, -1)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode())
