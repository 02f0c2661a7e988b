"""How well questions about made-up worlds were answered: the right clip, and the right pixels."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from evals.worlds.spec import WorldQuestion
from twins.queries import InstanceResult

SEEN = 0.1
"""Share of a thing that must be seen in a frame for its mask to count there: slivers are left out."""


@dataclass(frozen=True)
class Answer:
    """What was answered to one phrasing.

    Args:
        ranking: names of clips (``clip_007``), best first; empty where nothing fits.
        instances: what was returned for the first of them.
    """

    ranking: Sequence[str]
    instances: Sequence[InstanceResult] = ()


@dataclass(frozen=True)
class Score:
    """Figures over some answers.

    Args:
        asked: number of phrasings asked.
        right: share of them in which the right clip is ranked first.
        mean_j: mean of :func:`instance_j` over the right ones; NaN where none is right.
        reciprocal_rank: mean of 1 / rank of the right clip, 0 where it is not ranked.
    """

    asked: int
    right: float
    mean_j: float
    reciprocal_rank: float


@dataclass(frozen=True)
class Report:
    """All figures, and the same cut by difficulty, by family and for the questions of the demonstration."""

    overall: Score
    by_difficulty: dict[str, Score]
    by_family: dict[str, Score]
    demo: Score


@dataclass(frozen=True)
class _Row:
    question: WorldQuestion
    right: bool
    j: float
    reciprocal_rank: float


def score(questions: Sequence[WorldQuestion], answers: Mapping[str, Sequence[Answer]], gold: Path) -> Report:
    """Compare answers with the truth.

    Args:
        answers: question id -> one answer for every phrasing that was asked; questions left out are not counted.
        gold: the folder of gold files that :func:`evals.worlds.build_library` wrote.
    """
    rows = [_row(question, answer, gold) for question in questions for answer in answers.get(question.id, ())]
    tags = sorted({tag for row in rows for tag in row.question.difficulty})
    families = sorted({row.question.family for row in rows})
    return Report(
        overall=_mean(rows),
        by_difficulty={tag: _mean(row for row in rows if tag in row.question.difficulty) for tag in tags},
        by_family={name: _mean(row for row in rows if row.question.family == name) for name in families},
        demo=_mean(row for row in rows if row.question.demo),
    )


def _row(question: WorldQuestion, answer: Answer, gold: Path) -> _Row:
    ranking = list(answer.ranking)
    rank = ranking.index(question.clip) + 1 if question.clip in ranking else None
    j = float("nan")
    if rank == 1:
        seen = json.loads((gold / f"{question.clip}.json").read_text(encoding="utf-8"))
        j = instance_j(seen, question.instances, answer.instances)
    return _Row(question, rank == 1, j, 1 / rank if rank else 0.0)


def _mean(rows: Iterable[_Row]) -> Score:
    kept = list(rows)
    if not kept:
        return Score(0, float("nan"), float("nan"), float("nan"))
    js = [row.j for row in kept if row.right]
    return Score(
        asked=len(kept),
        right=float(np.mean([row.right for row in kept])),
        mean_j=float(np.mean(js)) if js else float("nan"),
        reciprocal_rank=float(np.mean([row.reciprocal_rank for row in kept])),
    )


def instance_j(gold: Mapping[str, Any], wanted: Sequence[str], returned: Sequence[InstanceResult]) -> float:
    """Return how well the returned masks cover the wanted things, 0 to 1.

    J of a pair is the mean, over the frames in which at least :data:`SEEN` of the thing is seen and a mask is returned,
    of the masks' intersection over union (DAVIS' region similarity); 0 where no such frame exists. Things and returned
    instances are paired one to one so that the sum is largest. The result is the mean over the wanted things; a thing
    without a partner counts 0, and superfluous instances cost nothing.

    Args:
        gold: a clip's gold file.
        wanted: ids of the things that answer the question.
    """
    from scipy.optimize import linear_sum_assignment

    if not returned:
        return 0.0
    table = np.asarray([[_pair_j(gold, thing, instance) for instance in returned] for thing in wanted])
    rows, columns = linear_sum_assignment(table, maximize=True)
    return float(table[rows, columns].sum() / len(wanted))


def _pair_j(gold: Mapping[str, Any], thing: str, instance: InstanceResult) -> float:
    from pycocotools import mask as coco

    frames, size = gold["things"][thing]["frames"], gold["size"]
    values = []
    for frame in instance.frames:
        truth = frames[frame.frame_index] if frame.frame_index < len(frames) else None
        if frame.mask is None or truth is None or truth["share"] < SEEN:
            continue
        if list(frame.mask.size) != size:
            raise ValueError(f"a returned mask has size {frame.mask.size}, but the frame has {tuple(size)}")
        mine = {"size": size, "counts": frame.mask.counts.encode("ascii")}
        exact = {"size": size, "counts": truth["counts"].encode("ascii")}
        values.append(float(coco.iou([mine], [exact], [0])[0, 0]))
    return float(np.mean(values)) if values else 0.0
