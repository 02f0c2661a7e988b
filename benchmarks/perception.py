"""How well twins perceived from real clips cover what is annotated, and how far questions get on them alone."""

from pathlib import Path

import cv2
import numpy as np

from benchmarks.figures import Figure, Figures, Options, at_least, at_most
from benchmarks.libraries import index_clips
from benchmarks.retrieval_product import grouped
from evals.perception import ClipScore, coverage, draw_errors, read_annotation, score_clip
from evals.retrieval import Query, Run, figures, read_queries, run_queries
from twins.frames import frames_at
from twins.geometry import Geometry
from twinseek.library import Library

COLUMNS, WIDTH, HEIGHT = 4, 640, 360
"""Of a sheet of pictures, and of one picture on it."""


def measure(options: Options) -> Figures:
    """Yield the share of moving objects covered by one track, tracks a clip, id switches, and R@1 beside chance."""
    folder, _ = index_clips(options)
    videos, annotations = options.shared("videos"), options.shared("annotations")
    with Library.open(folder) as library:
        clips = {Path(path).stem: name for name in library.video_ids() for path in library.store.source(name).paths}
        scores = []
        for stem, video_id in sorted(clips.items()):
            annotation, geometry = annotations / f"{stem}.json", library.store.geometry(video_id)
            scores.append(score_clip(stem, read_annotation(annotation), geometry))
            if options.pictures is not None:
                draw_sheet(videos / f"{stem}.mp4", annotation, geometry, options.pictures / f"{stem}.png")
        yield from _tracks(scores)
        queries = [
            Query(query.id, query.text, frozenset(clips[name] for name in query.relevant), query.kind)
            for query in read_queries(annotations)
            if query.relevant <= set(clips)
        ]
        run = run_queries(lambda query: library.ask(query.text, masks="none").ranking, queries, len(clips))
    yield from _questions(run)


def draw_sheet(video: Path, annotation: Path, geometry: Geometry, sheet: Path) -> None:
    """Draw what was found beside what is annotated, a picture an annotated frame."""
    objects = read_annotation(annotation)
    times = sorted({seconds for thing in objects for seconds in thing.boxes})
    drawn = [
        cv2.resize(draw_errors(frame.image, seconds, objects, geometry), (WIDTH, HEIGHT))
        for seconds, frame in zip(times, frames_at(video, times), strict=True)
    ]
    drawn += [np.zeros_like(drawn[0])] * (-len(drawn) % COLUMNS)
    rows = [np.hstack(drawn[n : n + COLUMNS]) for n in range(0, len(drawn), COLUMNS)]
    sheet.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(sheet), cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR))


def _tracks(scores: list[ClipScore]) -> Figures:
    objects = [thing for score in scores for thing in score.objects]
    covered = sum(thing.covered for thing in objects)
    lines = tuple(score.line() for score in scores)
    yield Figure(
        "moving objects covered by one track",
        100 * coverage(scores),
        "%",
        at_least(50),
        f"{covered} of {len(objects)}",
        lines,
    )
    tracks = [score.tracks for score in scores]
    yield Figure("tracks of the clip with most", max(tracks), "", at_most(30), f"mean {np.mean(tracks):.1f}")
    yield Figure("id switches", sum(thing.switches for thing in objects), "", None, f"{len(objects)} moving objects")


def _questions(run: Run) -> Figures:
    found = figures(run)
    by_clip = grouped(run.hits(), run)
    note = f"by clip [{100 * by_clip.low:.1f}, {100 * by_clip.high:.1f}]; {found.queries} questions, no names of things"
    yield Figure("R@1 of the published questions, perceived twins", 100 * found.recall_at_1.value, "%", None, note)
    yield Figure("R@5 of the same", 100 * found.recall_at_5.value, "%")
    yield Figure("R@1 by chance", 100 / run.gallery, "%")
