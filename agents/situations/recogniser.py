"""Which situations a question may tell of."""

from dataclasses import dataclass, replace
from math import exp
from threading import Lock

import numpy as np

from agents.situations import Situation, situations
from agents.situations.keys import model_key
from agents.situations.model import Model, Roles, by_situation, read_model
from twins.protocols import TextEncoder
from twins.queries import ResultWarning

LEAST, MOST = 0.05, 3
"""Least weight of a situation that is looked for, and how many are."""
LIKE, LIKE_WIDTH = 0.5, 0.05
"""Likeness to the examples at which a question is as likely to tell of something else, which no example shows, and how
sharp that border is. Captions of everyday clips have 0.2 to 0.5, questions about what happens between things more."""
NAMED = 8.0
"""What a situation gains, in log odds, that grammar names as a whole."""
NUMBER = 4.0
"""What situations lose where a number of things is asked for: grammar reads numbers."""
DENIED = 4.0
"""What a situation loses that demands what the question denies."""
MISSING_ROLE = 2.0
"""What a situation loses for each thing that the question describes and that it has no role for."""
GRAMMAR_SHARE = 0.5
"""Share that grammar keeps at least where it reads every word of a question as one predicate."""
STALE = ResultWarning(
    code="situations_stale",
    text="what is told in other words is not recognised, and questions are read by grammar alone: the model of "
    "situations does not belong to the example sentences and the text encoder that are installed. Install twinseek "
    "anew (pip install --force-reinstall); in a checkout, run python -m benchmarks.situations, which takes a minute",
)


@dataclass(frozen=True)
class Grammar:
    """What grammar says of the situations that a question may tell of.

    Args:
        cast: how many different things it describes.
        counted: whether it asks for a number of things, which no situation does that names one or two.
        denied: the predicates that it only denies.
        named: the situation that its grammar names.
        only: the predicate, and whether it is denied, that every word of the question belongs to; none where it may say
            more, or names a situation.
    """

    cast: int = 0
    counted: bool = False
    denied: frozenset[str] = frozenset()
    named: str | None = None
    only: tuple[str, bool] | None = None


@dataclass(frozen=True)
class Match:
    """A situation that a question may tell of.

    Args:
        weight: 0-1, how likely that is.
        orders: orders in which sentences name the roles, each with its likelihood if this is the situation.
    """

    situation: Situation
    weight: float
    orders: tuple[tuple[Roles, float], ...]


class Recogniser:
    """Asks the fitted model of situations, and lets grammar have its say.

    A model that was made of other sentences or by another encoder is not asked: nothing is fitted inside a question.
    """

    def __init__(self, encoder: TextEncoder) -> None:
        self._encoder = encoder
        self._model: Model | None = None
        self._sought = False
        self._loading = Lock()

    @property
    def warnings(self) -> tuple[ResultWarning, ...]:
        """What a reader should know: that the model is stale."""
        return () if self._loaded() is not None else (STALE,)

    def matches(self, text: str, grammar: Grammar | None = None) -> list[Match]:
        """Return the situations that a question may tell of, the likeliest first; none where it tells of none.

        Args:
            text: the question, made :func:`agents.situations.sentences.plain`.
        """
        said = grammar or Grammar()
        model = self._loaded()
        if model is None:
            return []
        vector = self._encoder.encode([text])[0]
        likely = model.likelihoods(text, vector)
        like = 1 / (1 + exp((LIKE - model.likeness(vector)) / LIKE_WIDTH))
        classes = by_situation(model)
        odds = {
            name: float(likely[numbers].sum()) * exp(_gain(situations()[name], said))
            for name, numbers in classes.items()
        }
        total = sum(odds.values())
        ranked = sorted(odds, key=lambda name: -odds[name])[:MOST]
        found = [
            Match(situations()[name], like * odds[name] / total, _orders(model, classes[name], likely))
            for name in ranked
            if like * odds[name] >= LEAST * total
        ]
        return found if said.only is None else _beside(said.only, found)

    def _loaded(self) -> Model | None:
        with self._loading:
            if not self._sought:
                self._model, self._sought = read_model(model_key(self._encoder)), True
            return self._model


def _beside(only: tuple[str, bool], found: list[Match]) -> list[Match]:
    """Return what a question may tell of that says one predicate and nothing else, beside that.

    A situation that demands it and more (that what hides stays hidden) is not told. Others tell of it in other words.
    """
    others = [m for m in found if only not in [(step.relation, step.negated) for step in m.situation.steps]]
    much = sum(match.weight for match in others) / (1 - GRAMMAR_SHARE)
    return [replace(match, weight=match.weight / much) for match in others] if much > 1 else others


def _gain(situation: Situation, grammar: Grammar) -> float:
    """Return what grammar adds to the log odds of a situation."""
    missing = max(0, min(grammar.cast, 2) - max(len(situation.roles), 1))
    counted = grammar.counted and bool(situation.steps)
    denied = any(step.relation in grammar.denied and not step.negated for step in situation.steps)
    named = situation.name == grammar.named
    return NAMED * named - NUMBER * counted - DENIED * (denied and not named) - MISSING_ROLE * missing


def _orders(model: Model, numbers: list[int], likely: np.ndarray) -> tuple[tuple[Roles, float], ...]:
    total = max(float(likely[numbers].sum()), 1e-9)
    return tuple((model.classes[number][1], float(likely[number]) / total) for number in numbers)
