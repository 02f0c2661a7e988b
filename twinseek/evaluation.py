"""Questions with known answers asked of a library, so that judges and models can be compared."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from evals.retrieval import Figures, Query, Run, figures, figures_by_kind, read_queries, run_queries
from twins.errors import TwinseekError
from twinseek.library import Library
from twinseek.result import Result

ALL = "all"
MOST_ANSWERS = 10
"""Videos of an answer that are counted: R@10 looks no further."""


@dataclass
class Evaluation:
    """What came of a set of questions.

    Args:
        figures: by kind of question, and of all together.
        models: who decided, by role.
        cost: calls, tokens and seconds, summed up.
        claims: of the first answers, by what their check said.
        warnings: how often each code was warned of.
        left_out: what is wrong with the videos that were left out, and for how many questions they were.
        by_rules: the questions that rules answered, although a model was asked for: it answered none of them.
        closest: of the questions without an answer that were told what is closest all the same, because it stands out,
            how often that was the *right* video, or a *wrong* one. None of these counts as found.
        wrong: the questions whose answer did not come first, with what did; nothing where none was given, but the
            closest where one stands out.
    """

    figures: dict[str, Figures]
    models: dict[str, str] = field(default_factory=dict)
    cost: Counter[str] = field(default_factory=Counter)
    claims: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    by_rules: int = 0
    closest: Counter[str] = field(default_factory=Counter)
    wrong: list[dict[str, Any]] = field(default_factory=list)

    @property
    def asked(self) -> int:
        """How many questions there were."""
        return self.figures[ALL].queries

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        # Not asdict() of the whole: it makes counters anew from their items.
        counts = {name: dict(getattr(self, name)) for name in ("cost", "claims", "warnings", "left_out", "closest")}
        figures = {kind: asdict(row) for kind, row in self.figures.items()}
        return {"figures": figures, "models": self.models, **counts, "by_rules": self.by_rules, "wrong": self.wrong}


def read_questions(annotations: Path, *, literal: bool = False) -> list[Query]:
    """Return the implicit questions of a folder of annotation files, or their literal controls.

    Raises:
        TwinseekError: there are none.
    """
    try:
        found = read_queries(annotations, "literal" if literal else "implicit")
    except (json.JSONDecodeError, KeyError, TypeError, OSError) as error:
        raise TwinseekError(f"no questions can be read in {annotations} ({error}): see docs/annotations.md") from error
    if not found:
        raise TwinseekError(f'no file in {annotations} has "queries": see docs/annotations.md for how to write some')
    return found


def drawn(queries: Sequence[Query], count: int) -> list[Query]:
    """Return so many of the questions, drawn at random and always alike, in their order."""
    places = np.random.default_rng(0).permutation(len(queries))[:count]
    return [queries[place] for place in sorted(places)]


def evaluate(
    library: Library, queries: Sequence[Query], on_answer: Callable[[Query], object] | None = None, **options: Any
) -> Evaluation:
    """Ask every question; only what is returned as an answer counts as found (:func:`answers`).

    Args:
        library: it has the videos that the questions name, by id or by file.
        queries: at least one.
        on_answer: told of each question that was answered.
        options: as for :meth:`twinseek.library.Library.ask`.

    Raises:
        TwinseekError: a question names a video that the library does not have.
    """
    found = Evaluation({})
    queries = [replace(query, relevant=frozenset(map(library.resolve, query.relevant))) for query in queries]

    def rank(query: Query) -> Sequence[str]:
        result = library.ask(query.text, masks="none", **{"top": MOST_ANSWERS, **options})
        found.models = result.models
        found.cost.update({name: value for name, value in result.cost.model_dump().items() if value})
        found.warnings.update(warning.code for warning in result.warnings)
        found.left_out.update(warning.text for warning in result.warnings if warning.code == "left_out")
        found.by_rules += is_by_rules(result)
        given = answers(result)
        if given:
            found.claims.update(line.check for line in result.results[0].trace)
        first = given[0] if given else None
        closest = next((hit.video_id for hit in result.results if hit.stands_out), None)
        if closest is not None:
            found.closest["right" if closest in query.relevant else "wrong"] += 1
        if first not in query.relevant:
            miss = {"query": query.text, "wanted": sorted(query.relevant), "first": first, "closest": closest}
            found.wrong.append(miss)
        if on_answer is not None:
            on_answer(query)
        return given

    run: Run = run_queries(rank, queries, len(library.video_ids()))
    found.figures = figures_by_kind(run) | {ALL: figures(run)}
    return found


def answers(result: Result) -> list[str]:
    """Return the ids of the videos that were given as an answer, best first; what is dropped is none."""
    return [hit.video_id for hit in result.results if hit.status != "dropped"]


def is_by_rules(result: Result) -> bool:
    """Say whether rules answered a question for which a model was asked: nothing of what came of it is the model's."""
    codes = {warning.code for warning in result.warnings}
    if "tie_break" in result.models:  # a model was to judge; without one, it was only to take questions apart
        return "answered_by_rules" in codes
    return "llm_decomposer" in codes
