"""Literal questions about twins that were made from pixels alone: answered right with and without a detector.

The detector is the example in examples/detector-coco, built and installed as a user would, with the weights beside the
checkout. The questions are the literal controls of the annotations; the annotations are not imported.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from benchmarks.figures import ROOT, Figure, Figures, Options, SkippedError
from benchmarks.libraries import index_clips
from benchmarks.processes import twinseek
from benchmarks.retrieval_product import grouped
from evals.retrieval import Run, figures, read_queries, run_queries
from twinseek.library import Library

EXAMPLE = ROOT / "examples" / "detector-coco"
WEIGHTS = ("models", "FastestDet.onnx")


def measure(options: Options) -> Figures:
    """Yield R@1 of literal questions for both libraries, and the stages that the detector made run."""
    weights = options.shared(*WEIGHTS)
    plain, _ = index_clips(options)
    labelled = options.fresh("labelled")
    shutil.copytree(plain, labelled)
    with _installed(options.fresh("site"), weights):
        videos = options.shared("videos", *(["04_coffee.mp4"] if options.quick else []))
        done = twinseek("index", videos, "--library", labelled, "--jobs", "2", "--json")
    without, found = _ask(plain, options), _ask(labelled, options)
    yield _row("without a detector", without)
    yield _row("with FastestDet", found)
    gained = 100 * (found.hits().mean() - without.hits().mean())
    by_clip = grouped(found.hits().astype(float) - without.hits(), found)
    note = f"by clip [{100 * by_clip.low:.1f}, {100 * by_clip.high:.1f}]"
    yield Figure("gained by the detector", gained, "points", note=note)
    yield Figure("naming anew, of clips that were indexed", done.seconds, "s", note="no segmenting, no following")


def _ask(folder: Path, options: Options) -> Run:
    with Library.open(folder) as library:
        # An indexed clip's id has a hash in it; the annotations know it by its file.
        names = {video: Path(library.store.source(video).names[0]).stem for video in library.video_ids()}
        asked = [q for q in read_queries(options.shared("annotations"), "literal") if q.relevant & set(names.values())]
        return run_queries(lambda q: [names[v] for v in library.ask(q.text, masks="none").ranking], asked, len(names))


def _row(name: str, run: Run) -> Figure:
    found, estimate = figures(run), grouped(run.hits().astype(float), run)
    note = (
        f"{len(run.queries)} questions of {run.gallery} clips"
        f"  by clip [{100 * estimate.low:.1f}, {100 * estimate.high:.1f}]"
        f"  R@5 {100 * found.recall_at_5.value:.1f}  MRR {100 * found.reciprocal_rank:.1f}"
    )
    wrong = tuple(query.text for query, hit in zip(run.queries, run.hits(), strict=True) if not hit)
    return Figure(f"{name}, R@1", 100 * float(run.hits().mean()), "%", note=note, details=wrong)


@contextmanager
def _installed(site: Path, weights: Path) -> Iterator[None]:
    """Install the example for the processes that are started meanwhile, and choose it by the environment."""
    if find_spec("hatchling") is None:
        raise SkippedError("needs hatchling, of the development tools, to build the example")
    source = shutil.copytree(EXAMPLE, site.with_name("detector-coco"), dirs_exist_ok=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--target", site, source], check=True)
    before = dict(os.environ)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(site), before.get("PYTHONPATH"))))
    os.environ["TWINSEEK_INDEX__LABELLER"] = "coco"
    os.environ["TWINSEEK_PLUGINS__COCO__WEIGHTS"] = str(weights)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
