"""Fit the model of situations to the example sentences: ``python -m benchmarks.situations``.

Nothing here runs at question time.
"""

from collections import Counter
from typing import Any

import numpy as np

from agents.situations import situations
from agents.situations.model import APART, ITERATIONS, LEAST_LINES, PENALTY, SCALE, Model, term_values, terms_of
from agents.situations.sentences import Sentence, sentences
from twins.geometry import Floats
from twins.protocols import TextEncoder


def fit_model(encoder: TextEncoder, told: list[Sentence] | None = None) -> Model:
    """Fit a model to sentences; to all examples by default. Takes about a minute."""
    from scipy import sparse
    from scipy.optimize import minimize

    told = sentences() if told is None else told
    terms, rarity = _terms(told)
    classes = tuple(dict.fromkeys((one.situation, one.roles) for one in told))
    wanted = np.array([classes.index((one.situation, one.roles)) for one in told])
    weights = np.array([one.weight for one in told], np.float32)
    vectors = encoder.encode([one.text for one in told])
    found = [term_values(one.text, terms, rarity) for one in told]
    starts = np.cumsum([0, *(len(columns) for columns, _ in found)])
    words = sparse.csr_matrix(
        (np.concatenate([v for _, v in found]), np.concatenate([c for c, _ in found]), starts),
        shape=(len(told), len(terms)),
    )
    names = list(dict.fromkeys(situation for situation, _ in classes))
    problem = _Problem(
        SCALE * vectors, words, wanted, weights / weights.sum(), [names.index(name) for name, _ in classes]
    )
    best = minimize(
        problem.loss, np.zeros(problem.size), jac=True, method="L-BFGS-B", options={"maxiter": ITERATIONS, "maxcor": 8}
    )
    fitted, bias = problem.weights(best.x.astype(np.float32))
    return Model(classes, terms, rarity, fitted, bias, _known(told, vectors))


def _known(told: list[Sentence], vectors: Floats) -> Floats:
    """Return the mean vectors of the lines of situations that have steps."""
    lines = [one.line for one in told if situations()[one.situation].steps]
    numbers = {line: at for at, line in enumerate(dict.fromkeys(lines))}
    sums = np.zeros((len(numbers), vectors.shape[1]), np.float32)
    for one, vector in zip(told, vectors, strict=True):
        if one.line in numbers:
            sums[numbers[one.line]] += vector
    return np.asarray(sums / np.linalg.norm(sums, axis=1, keepdims=True))


def _terms(told: list[Sentence]) -> tuple[dict[str, int], Floats]:
    found = {one: terms_of(one.text) for one in told}
    lines_of = Counter(term for term, _ in {(term, one.line) for one in told for term in found[one]})
    known = sorted(term for term, number in lines_of.items() if number >= LEAST_LINES)
    number = len({one.line for one in told})
    return {term: at for at, term in enumerate(known)}, np.array(
        [np.log(number / lines_of[term]) for term in known], np.float32
    )


class _Problem:
    """Multinomial logistic regression in which classes of one group share weights.

    The weights of a class are those of its group and a difference of its own; squares of both are penalised, those of
    the difference :data:`APART` times as much (Evgeniou and Pontil 2004, Regularized multi-task learning).
    """

    def __init__(self, dense: Floats, words: Any, wanted: np.ndarray, weights: Floats, groups: list[int]) -> None:
        self._dense, self._words, self._words_t = dense, words, words.T.tocsr()
        self._wanted, self._weights = wanted, weights
        self._groups = np.array(groups)
        self._member = np.eye(self._groups.max() + 1, dtype=np.float32)[self._groups]
        self._rows = dense.shape[1] + words.shape[1]

    @property
    def size(self) -> int:
        """Number of parameters."""
        return int(self._rows * sum(self._member.shape) + len(self._groups))

    def weights(self, flat: Floats) -> tuple[Floats, Floats]:
        """Return (rows, classes) weights and (classes,) biases."""
        shared, own, bias = self._split(flat)
        return shared[:, self._groups] + own / APART**0.5, bias

    def _split(self, flat: Floats) -> tuple[Floats, Floats, Floats]:
        classes, groups = self._member.shape
        cut, end = self._rows * groups, self._rows * (groups + classes)
        return flat[:cut].reshape(-1, groups), flat[cut:end].reshape(-1, classes), flat[end:]

    def loss(self, flat: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the penalised mean loss and its gradient."""
        flat = flat.astype(np.float32)
        weights, bias = self.weights(flat)
        width = self._dense.shape[1]
        logits = self._dense @ weights[:width] + self._words @ weights[width:] + bias
        logits -= logits.max(axis=1, keepdims=True)
        odds = np.exp(logits)
        total = odds.sum(axis=1)
        rows = np.arange(len(self._wanted))
        likelihood = float(self._weights @ (logits[rows, self._wanted] - np.log(total)))
        error = odds / total[:, None]
        error[rows, self._wanted] -= 1
        error *= self._weights[:, None]
        gradient = np.concatenate([self._dense.T @ error, self._words_t @ error])
        shared, own, _ = self._split(flat)
        slope = [gradient @ self._member + PENALTY * shared, gradient / APART**0.5 + PENALTY * own]
        penalty = 0.5 * PENALTY * float((shared**2).sum() + (own**2).sum())
        flat_slope = np.concatenate([*(part.ravel() for part in slope), error.sum(axis=0)])
        return penalty - likelihood, flat_slope.astype(np.float64)
