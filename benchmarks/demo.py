"""How long ``twinseek demo`` takes after installation, and how many of its questions it answers right."""

import re

from benchmarks.figures import Figure, Figures, Options, SkippedError, at_least, at_most
from benchmarks.processes import twinseek

RIGHT = re.compile(r"^(\d+) of (\d+) right\b", re.MULTILINE)


def measure(options: Options) -> Figures:
    """Yield the demo's time in seconds and its share of right answers."""
    if options.quick:
        raise SkippedError("a quick run leaves it out: it has one size")
    done = twinseek("demo", "--folder", options.fresh("demo"))
    found = RIGHT.search(done.output)
    if found is None:
        raise RuntimeError(f"the demo does not say how many answers are right: {done.output[-500:]}")
    right, asked = map(int, found.groups())
    yield Figure("render, index, ask, report", done.seconds, "s", at_most(180))
    yield Figure("right answers", 100 * right / asked, "%", at_least(100), f"{right} of {asked}")
    yield Figure("peak memory of a process", max(done.own_megabytes, done.worker_megabytes), "MB")
