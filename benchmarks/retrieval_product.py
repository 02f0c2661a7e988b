"""Retrieval on imported twins: the product's ranking beside two baselines over the same sentences in the same run.

The product is a library into which annotations were imported, asked as a user asks it, judge included. The baselines
embed the components of that library: the whole question's best sentence, and the mean over its clauses' best ones.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.figures import Figure, Figures, Options, at_least
from benchmarks.libraries import add_captions, import_clips
from benchmarks.retrieval import Remembering, second_queries
from evals.metrics import Estimate, grouped_bootstrap
from evals.rankers import clause_wise, embed_gallery, max_sim
from evals.retrieval import Query, Run, figures, gain, read_queries, run_queries
from twins.protocols import TextEncoder
from twinseek.library import Library

DISTRACTORS = 500
PRODUCT, RECALL = "twinseek", "twinseek before the judge"
WHOLE, CLAUSES = "question max-sim", "clause-wise max-sim"

Ranker = Callable[[Query], Sequence[str]]


def measure(options: Options) -> Figures:
    """Yield R@1 of every way of ranking, captions out and in, with and without distractors."""
    asked = [_published(options)] if options.questions is None else [read_questions(options.questions)]
    if options.questions is None and not options.quick:
        asked.append(("questions written while developing", second_queries(), []))
    encoder = Remembering()
    for captions in (False,) if options.quick else (False, True):
        for distractors in (0,) if options.quick else (0, DISTRACTORS):
            folder = options.fresh("retrieval")
            with import_clips(options, folder, captions=captions) as library:
                add_captions(options, library, distractors)
                where = f"{len(library.video_ids())} videos, captions {'in' if captions else 'out'}"
                rankers = ways_to_rank(library, encoder)
                for title, implicit, literal in asked:
                    yield from _compare(f"{where}: {title}", rankers, implicit, literal, len(library.video_ids()))


def ways_to_rank(library: Library, encoder: TextEncoder) -> dict[str, Ranker]:
    """Return the product, its first half alone, and the two baselines, all over the same components."""
    names = library.video_ids()
    gallery = embed_gallery({name: library.store.components(name) for name in names}, encoder)
    return {
        PRODUCT: lambda query: library.ask(query.text, masks="none").ranking,
        RECALL: lambda query: _recalled(library, query),
        WHOLE: lambda query: max_sim(gallery, query.text),
        CLAUSES: lambda query: clause_wise(gallery, query.text),
    }


def read_questions(path: Path) -> tuple[str, list[Query], list[Query]]:
    """Read a JSON list of ``{id, video, text, kind, explicit}``; return a title, the questions, the literal controls.

    ``explicit`` names the thing outright and may be missing.
    """
    rows = json.loads(path.read_text(encoding="utf-8"))
    implicit = [Query(row["id"], row["text"], frozenset({row["video"]}), row["kind"]) for row in rows]
    literal = [
        Query(f"{row['id']}/literal", row["explicit"], frozenset({row["video"]}), "literal")
        for row in rows
        if row.get("explicit")
    ]
    return path.stem, implicit, literal


def _published(options: Options) -> tuple[str, list[Query], list[Query]]:
    folder = options.shared("annotations")
    return "published questions", read_queries(folder), read_queries(folder, "literal")


def _compare(group: str, rankers: dict[str, Ranker], implicit: list[Query], literal: list[Query], size: int) -> Figures:
    """Ask every way of ranking the same questions and yield what they found, all of one group."""
    runs = {name: run_queries(rank, implicit, size) for name, rank in rankers.items()}
    ours = runs[PRODUCT]
    yield from (_row(name, run, group, rankers[name]) for name, run in runs.items())
    yield from (_gain(ours, other, runs[other], group) for other in (RECALL, WHOLE, CLAUSES))
    kinds = dict.fromkeys(query.kind for query in implicit)
    for part in (ours.of_kind(kind) for kind in kinds if len(kinds) > 1):
        note = f"{len(part.queries)} questions"
        yield Figure(f"{PRODUCT}, {part.queries[0].kind}", _share(part), "%", None, note, group=group)
    if literal:
        control = run_queries(rankers[PRODUCT], literal, size)
        misses, note = _misses(control, rankers[PRODUCT]), f"{len(literal)} questions"
        yield Figure("literal controls, R@1", _share(control), "%", at_least(97), note, misses, group)


def _recalled(library: Library, query: Query) -> list[str]:
    decomposition = library.gallery.decomposer.decompose(query.text)
    return [name for name, _ in library.gallery.recall(decomposition).scores]


def _row(name: str, run: Run, group: str, rank: Ranker) -> Figure:
    found = figures(run)
    note = (
        f"by clip {_interval(grouped(run.hits(), run))}  R@5 {100 * found.recall_at_5.value:.1f}"
        f"  MRR {100 * found.reciprocal_rank:.1f}  mean rank {found.mean_rank:.1f}"
    )
    return Figure(f"{name}, R@1", _share(run), "%", None, note, _misses(run, rank) if name == PRODUCT else (), group)


def _gain(ours: Run, name: str, theirs: Run, group: str) -> Figure:
    by_question = gain(ours, theirs)
    by_clip = grouped(ours.hits().astype(float) - theirs.hits(), ours)
    note = f"paired {_interval(by_question)}, by clip {_interval(by_clip)}"
    bar = at_least(15) if name == CLAUSES else None
    return Figure(f"above {name}", 100 * by_question.value, "points", bar, note, group=group)


def grouped(values: np.ndarray, run: Run) -> Estimate:
    """Estimate a mean over questions, resampling whole clips."""
    return grouped_bootstrap(np.asarray(values, np.float64), [min(query.relevant) for query in run.queries])


def _share(run: Run) -> float:
    return 100 * float(run.hits().mean())


def _interval(estimate: Estimate) -> str:
    return f"[{100 * estimate.low:.1f}, {100 * estimate.high:.1f}]"


def _misses(run: Run, rank: Ranker) -> tuple[str, ...]:
    """Say of each question that was answered wrong where its video came, and what came first."""
    wrong = [(query, place) for query, place, hit in zip(run.queries, run.ranks, run.hits(), strict=True) if not hit]
    return tuple(
        f"{query.kind:9} rank {place:<4.0f} {min(query.relevant)} after {rank(query)[0]}: {query.text}"
        for query, place in wrong
    )
