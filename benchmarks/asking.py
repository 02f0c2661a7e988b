"""How long an answer takes: as a process of its own, and inside one that has answered before.

The library holds 25 videos: the annotated clips and caption-only ones. The questions are those of the annotations.
"""

import statistics
import time

from benchmarks.figures import Figure, Figures, Options, at_most
from benchmarks.libraries import add_captions, import_clips
from benchmarks.processes import twinseek
from evals.retrieval import read_queries
from twinseek.library import Library

VIDEOS = 25
PROCESSES = 10


def measure(options: Options) -> Figures:
    """Yield whole-process and in-process times, in seconds and milliseconds."""
    folder = options.fresh("asking")
    annotations = options.shared("annotations")
    implicit = [query.text for query in read_queries(annotations)]
    literal = [query.text for query in read_queries(annotations, "literal")]
    if options.quick:
        implicit, literal = implicit[:6], literal[:3]
    with import_clips(options, folder, captions=True) as library:
        add_captions(options, library, VIDEOS - len(library.video_ids()))
    with Library.open(folder) as library:
        videos = len(library.video_ids())
        for question in literal:
            library.ask(question)
        busy = time.process_time()
        times = [_milliseconds(library, question) for question in implicit]
        busy = 1e3 * (time.process_time() - busy) / len(times)
    note = f"{len(times)} questions, mean {busy:.0f} ms of CPU"
    yield Figure(f"in a process, {videos} videos, median", statistics.median(times), "ms", at_most(150), note)
    yield Figure("in a process, 95th per cent", statistics.quantiles(times, n=20)[-1], "ms")
    turns = 3 if options.quick else PROCESSES
    whole = [twinseek("ask", question, "--library", folder) for question in [literal[0], *implicit[:turns]]][1:]
    yield Figure(
        "whole process, warm, median",
        statistics.median(done.seconds for done in whole),
        "s",
        at_most(2.5),
        f"{turns} runs, {min(done.seconds for done in whole):.2f} to {max(done.seconds for done in whole):.2f} s",
    )
    yield Figure("whole process, peak memory", max(done.own_megabytes for done in whole), "MB")


def _milliseconds(library: Library, question: str) -> float:
    began = time.perf_counter()
    library.ask(question)
    return 1e3 * (time.perf_counter() - began)
