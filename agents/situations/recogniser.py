"""Which situations a question may tell of."""

from dataclasses import dataclass, replace
from math import exp
from threading import Lock

import numpy as np

from agents.negations import unsaid
from agents.situations import Situation, situations
from agents.situations.keys import model_key
from agents.situations.model import Model, Roles, by_situation, read_model
from twins.geometry import Floats
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
"""What a situation loses to the others that contradicts the question, before it is dropped."""
MISSING_ROLE = 2.0
"""What a situation loses for each thing that the question describes and that it has no role for."""
LEFT, TURNED = 0.5, 0.5
"""A situation comes of words that are denied where its likelihood falls below the one share without them, and keeps the
other where they are affirmed."""
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
        affirmed: the predicates that it only says.
        named: the situation that its grammar names.
        only: the predicate, and whether it is denied, that every word of the question belongs to; none where it may say
            more, or names a situation.
    """

    cast: int = 0
    counted: bool = False
    denied: frozenset[str] = frozenset()
    affirmed: frozenset[str] = frozenset()
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
        likely, like = self._ask(model, text)
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
        heard = self._heard(model, text, [match for match in found if not _contradicts(match.situation, said)], said)
        return heard if said.only is None else _beside(said.only, heard)

    def _ask(self, model: Model, text: str) -> tuple[Floats, float]:
        """Return (classes,) the probability of each, and how likely it is that any is told."""
        vector = self._encoder.encode([text])[0]
        like = 1 / (1 + exp((LIKE - model.likeness(vector)) / LIKE_WIDTH))
        return model.likelihoods(text, vector), like

    def _heard(self, model: Model, text: str, found: list[Match], said: Grammar) -> list[Match]:
        """Return the situations that do not come of words that the question denies.

        One that does is as likely where the denial is left out, and gone where what is denied is left out.
        """
        doubted = [match for match in found if match.situation.name != said.named]
        if not doubted:
            return found
        classes = by_situation(model)

        def shares(told: str) -> dict[str, float]:
            likely, like = self._ask(model, told) if told else (np.zeros(len(model.classes), np.float32), 0.0)
            return {m.situation.name: like * float(likely[classes[m.situation.name]].sum()) for m in doubted}

        now, deaf = shares(text), set()
        for without, affirmed in unsaid(text):
            left, turned = shares(without), shares(affirmed)
            deaf |= {name for name in now if left[name] < LEFT * now[name] and turned[name] > TURNED * now[name]}
        return [match for match in found if match.situation.name not in deaf]

    def _loaded(self) -> Model | None:
        with self._loading:
            if not self._sought:
                self._model, self._sought = read_model(model_key(self._encoder)), True
            return self._model


def _contradicts(situation: Situation, said: Grammar) -> bool:
    """Say whether a situation demands what a question only denies, or denies what it only says."""
    if situation.name == said.named:
        return False
    demanded = {step.relation for step in situation.steps if not step.negated}
    denied = {step.relation for step in situation.steps} - demanded
    return bool(demanded & said.denied or denied & said.affirmed)


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
    denied = _contradicts(situation, grammar)
    named = situation.name == grammar.named
    return NAMED * named - NUMBER * counted - DENIED * denied - MISSING_ROLE * missing


def _orders(model: Model, numbers: list[int], likely: np.ndarray) -> tuple[tuple[Roles, float], ...]:
    total = max(float(likely[numbers].sum()), 1e-9)
    return tuple((model.classes[number][1], float(likely[number]) / total) for number in numbers)
