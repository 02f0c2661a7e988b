"""Questions with known answers, and how well a ranking finds these."""

import csv
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from evals.metrics import (
    Estimate,
    bootstrap,
    first_rank,
    mean_rank,
    mean_reciprocal_rank,
    median_rank,
    paired_bootstrap,
)
from twins.geometry import Bools, Doubles
from twins.schema import Fact, Provenance, Twin

KINDS = ("semantic", "spatial", "temporal", "mixed")
"""Kinds of implicit questions in annotation files; ``literal`` and ``composed`` are the other two."""


@dataclass(frozen=True)
class Query:
    """A question whose answer is known.

    Args:
        id: unique in a set.
        text: the question, or the edit of a composed query.
        relevant: ids of the videos that answer it.
        kind: one of :data:`KINDS`, ``literal`` (the thing named outright: a control) or ``composed``.
        reference: the video that an edit changes.
    """

    id: str
    text: str
    relevant: frozenset[str]
    kind: str
    reference: str | None = None


def read_queries(folder: Path, which: Literal["implicit", "literal", "composed"] = "implicit") -> list[Query]:
    """Read the questions of all annotation files in a folder, in a stable order."""
    found: list[Query] = []
    for path in sorted(folder.glob("*.json")):
        clip = json.loads(path.read_text())
        for asked in clip.get("queries", ()):
            answer = frozenset({clip["video"]})
            if which == "implicit":
                found.append(Query(asked["id"], asked["text"], answer, asked["kind"]))
            elif which == "literal":
                found.append(Query(f"{asked['id']}/literal", asked["explicit"], answer, "literal"))
        if which == "composed":
            found += [
                Query(
                    f"{edit['target']}/composed/{n}",
                    edit["edit"],
                    frozenset({edit["target"]}),
                    which,
                    edit["reference"],
                )
                for n, edit in enumerate(clip.get("composed", ()), start=1)
            ]
    return found


def caption_twins(path: Path, count: int, seed: int = 0) -> list[Twin]:
    """Make distractors that are known by one caption alone.

    Args:
        path: a WebVid-CoVR csv file; distinct target captions (``txt2``) are drawn from it.
        count: of twins; at most as many as there are captions.
    """
    with path.open(newline="") as file:
        captions = list(dict.fromkeys(" ".join(row["txt2"].split()) for row in csv.DictReader(file)))
    drawn = np.random.default_rng(seed).permutation(len(captions))[:count]
    return [_caption_twin(f"webvid-{place}", captions[place]) for place in drawn]


def _caption_twin(video_id: str, caption: str) -> Twin:
    return Twin(
        video_id=video_id,
        duration=1.0,
        width=1,
        height=1,
        frame_count=1,
        origin="imported",
        sources={"captions": Provenance(specialist="webvid", version="1")},
        facts=(Fact(kind="caption", text=caption, source="captions"),),
    )


@dataclass(frozen=True, eq=False)
class Run:
    """What a ranking made of a set of queries.

    Args:
        queries: all that were asked; one without an answer is a miss, never left out.
        ranks: (q,) rank of the first relevant video, infinite where none was returned.
        gallery: number of videos.
    """

    queries: tuple[Query, ...]
    ranks: Doubles
    gallery: int

    def hits(self, k: int = 1) -> Bools:
        """Return (q,) whether a relevant video is among the first k."""
        return np.asarray(self.ranks <= k, bool)

    def of_kind(self, kind: str) -> "Run":
        """Return the part of the run with queries of one kind."""
        kept = np.array([query.kind == kind for query in self.queries], bool)
        queries = tuple(query for query, keep in zip(self.queries, kept, strict=True) if keep)
        return Run(queries, self.ranks[kept], self.gallery)


def run_queries(rank: Callable[[Query], Sequence[str]], queries: Iterable[Query], gallery: int) -> Run:
    """Ask every query.

    Args:
        rank: returns video ids, best first; videos that it leaves out count as not found.
            For a library: ``lambda query: library.ask(query.text).ranking``.
        gallery: number of videos.
    """
    asked = tuple(queries)
    return Run(asked, np.array([first_rank(rank(query), query.relevant) for query in asked], np.float64), gallery)


@dataclass(frozen=True)
class Figures:
    """How well a run found its answers; shares with bootstrap intervals over queries."""

    queries: int
    recall_at_1: Estimate
    recall_at_5: Estimate
    recall_at_10: Estimate
    reciprocal_rank: float
    median_rank: float
    mean_rank: float


def figures(run: Run) -> Figures:
    """Sum a run up. It must hold a query."""
    return Figures(
        queries=len(run.queries),
        recall_at_1=bootstrap(run.hits(1)),
        recall_at_5=bootstrap(run.hits(5)),
        recall_at_10=bootstrap(run.hits(10)),
        reciprocal_rank=mean_reciprocal_rank(run.ranks),
        median_rank=median_rank(run.ranks, run.gallery),
        mean_rank=mean_rank(run.ranks, run.gallery),
    )


def figures_by_kind(run: Run) -> dict[str, Figures]:
    """Sum up each kind of query, in order of first appearance."""
    return {kind: figures(run.of_kind(kind)) for kind in dict.fromkeys(query.kind for query in run.queries)}


def gain(ours: Run, theirs: Run, k: int = 1) -> Estimate:
    """Return by how much R@k of one run exceeds that of another over the same queries, paired."""
    if [query.id for query in ours.queries] != [query.id for query in theirs.queries]:
        raise ValueError("the two runs asked different queries, or in another order")
    return paired_bootstrap(ours.hits(k), theirs.hits(k))
