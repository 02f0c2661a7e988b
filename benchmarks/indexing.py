"""How fast real clips are indexed by the command line with two jobs, start-up included, and in how much memory."""

import json

from benchmarks.figures import Figure, Figures, Options, at_least, at_most
from benchmarks.libraries import index_clips


def measure(options: Options) -> Figures:
    """Yield the rate in seconds of video a second, and the peak memory of a worker in megabytes."""
    _, done = index_clips(options)
    report = json.loads(done.output)
    seconds = report["video_seconds"]
    yield Figure(
        "rate, 2 jobs, start-up included",
        seconds / done.seconds,
        "x",
        at_least(2),
        f"{seconds:.0f} s of video in {done.seconds:.1f} s, vectors included",
    )
    if done.worker_megabytes:  # one file is indexed without a worker
        yield Figure("peak memory of a worker", done.worker_megabytes, "MB", at_most(1536))
    yield Figure("peak memory of the main process", done.own_megabytes, "MB", at_most(1536), "it commits and embeds")
