"""Print how well perceived twins cover what is annotated: ``python -m benchmarks.perception [--pictures FOLDER]``."""

import argparse
import tempfile
from pathlib import Path

import cv2
import numpy as np

from evals.perception import ClipScore, coverage, draw_errors, read_annotation, score_clip
from graphs.index import index_videos
from twins.frames import frames_at
from twins.store import Store

SHARED = Path(__file__).resolve().parents[2] / "shared"


def measure(videos: Path, annotations: Path, library: Path, pictures: Path | None) -> list[ClipScore]:
    """Index the videos that are annotated and score them; draw what was found beside what is annotated."""
    store = Store.open(library, create=True)
    index_videos(store, [videos], jobs=2)
    scores = []
    for path in sorted(annotations.glob("*.json")):
        video = videos / f"{path.stem}.mp4"
        video_id = store.resolve(str(video))
        objects, geometry = read_annotation(path), store.geometry(video_id)
        scores.append(score_clip(path.stem, objects, geometry))
        if pictures is not None:
            times = sorted({seconds for thing in objects for seconds in thing.boxes})
            drawn = [
                cv2.resize(draw_errors(frame.image, seconds, objects, geometry), (640, 360))
                for seconds, frame in zip(times, frames_at(video, times), strict=True)
            ]
            drawn += [np.zeros_like(drawn[0])] * (-len(drawn) % 4)
            rows = [np.hstack(drawn[n : n + 4]) for n in range(0, len(drawn), 4)]
            pictures.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(pictures / f"{path.stem}.png"), cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR))
    return scores


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--videos", type=Path, default=SHARED / "videos")
    parser.add_argument("--annotations", type=Path, default=SHARED / "annotations")
    parser.add_argument("--pictures", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scores = measure(given.videos, given.annotations, Path(folder) / "library", given.pictures)
    for score in scores:
        print(score.line())
    objects = [thing for score in scores for thing in score.objects]
    covered, switches = sum(o.covered for o in objects), sum(o.switches for o in objects)
    print(f"{covered} of {len(objects)} moving objects covered by one track ({coverage(scores):.0%}), aim 50%")
    print(f"at most {max(score.tracks for score in scores)} tracks a clip, aim 30; {switches} id switches")


if __name__ == "__main__":
    main()
