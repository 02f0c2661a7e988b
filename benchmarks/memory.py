"""Print the peak memory of indexing a long clip beside that of a short one: ``python -m benchmarks.memory``."""

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import av
import cv2
import numpy as np

WORK = """
import resource, sys
from pathlib import Path
from graphs.index import index_videos
from twins.store import Store
index_videos(Store.open(Path(sys.argv[1]), create=True), [Path(sys.argv[2])])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


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


def peak_megabytes(video: Path, folder: Path) -> float:
    """Index a video in a process of its own and return its peak memory."""
    command = [sys.executable, "-c", WORK, str(folder), str(video)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).resolve().parents[1])
    return int(done.stdout) / (1024 if sys.platform != "darwin" else 1024 * 1024)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", type=float, default=10.0, help="seconds of the short clip")
    parser.add_argument("--long", type=float, default=600.0, help="seconds of the long clip")
    given = parser.parse_args()
    peaks = []
    with tempfile.TemporaryDirectory() as name:
        for seconds in (given.short, given.long):
            video = Path(name) / f"{seconds:.0f}.mp4"
            film(video, seconds)
            peaks.append(peak_megabytes(video, Path(name) / f"library{seconds:.0f}"))
            print(f"{seconds:.0f} s: peak memory {peaks[-1]:.0f} MB", flush=True)
    print(f"ratio {peaks[1] / peaks[0]:.2f}, aim 1.15; the making of the clips is not counted")
    print(f"(this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB)")


if __name__ == "__main__":
    main()
