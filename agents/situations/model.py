"""Which situation a sentence tells of: a linear model over its vector and its words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from agents.lexicon import stems
from twins.geometry import Floats

STORED = Path(__file__).with_name("model.npz")
"""Made by ``python -m benchmarks.situations``."""
VERSION = 3
"""Raised when equal sentences give another model."""
SCALE = 4.0
"""Length of either half of a feature vector. Beside the penalty of the fit it says how far a single feature may
decide; twice or half as much changes little."""
NEAREST = 5
"""Lines whose likeness counts: one is chance, all are an average of everything."""
PENALTY = 1e-4
"""Of the fit: of squared weights, beside the mean log-likelihood."""
APART = 4.0
"""How much more it costs when the classes of one situation (orders of its roles) differ from each other than when
situations do: they share what they can."""
ITERATIONS = 60
"""Of the fit, at most."""
LEAST_LINES = 2
"""A term of fewer lines is chance."""
WORD = re.compile(r"[a-z']+")

Roles = tuple[str, ...]


@dataclass(frozen=True)
class Model:
    """Multinomial logistic regression.

    Args:
        classes: situation and order of the roles that a sentence names.
        terms: stems and pairs of neighbouring stems -> column; weights: their inverse document frequency.
        weights: (d + terms, classes) rows of the sentence vector first.
        bias: (classes,).
        known: (lines, d) unit rows: the mean vectors of the lines that tell of something to be seen.
    """

    classes: tuple[tuple[str, Roles], ...]
    terms: dict[str, int]
    rarity: Floats
    weights: Floats
    bias: Floats
    known: Floats

    def likeness(self, vector: Floats) -> float:
        """Return the mean cosine of a sentence's unit vector (d,) to its :data:`NEAREST` lines."""
        cosines = self.known @ vector
        return float(np.sort(cosines)[-NEAREST:].mean())

    def likelihoods(self, text: str, vector: Floats) -> Floats:
        """Return (classes,) the probability of each; they add up to 1.

        Args:
            vector: (d,) the sentence's unit vector.
        """
        columns, values = term_values(text, self.terms, self.rarity)
        dense = len(self.weights) - len(self.terms)
        logits = SCALE * vector @ self.weights[:dense] + values @ self.weights[dense + columns] + self.bias
        odds = np.exp(logits - logits.max())
        return np.asarray(odds / odds.sum(), np.float32)


def terms_of(text: str) -> frozenset[str]:
    """Return the stems of a sentence's words, and the pairs of neighbours."""
    words = [min(stems(word)) for word in WORD.findall(text.lower())]
    return frozenset(words) | {f"{first} {second}" for first, second in pairwise(words)}


def term_values(text: str, terms: dict[str, int], rarity: Floats) -> tuple[np.ndarray, Floats]:
    """Return the columns of a sentence's known terms, and their values: rarities, scaled to :data:`SCALE`."""
    columns = np.array(sorted(terms[term] for term in terms_of(text) if term in terms), int)
    values = rarity[columns]
    return columns, np.asarray(SCALE * values / max(float(np.linalg.norm(values)), 1e-9), np.float32)


def write_model(model: Model, key: str, spelled: str, path: Path = STORED) -> None:
    """Write a model at a byte a weight, with both of its keys (:mod:`agents.situations.keys`)."""
    scale = np.maximum(np.abs(model.weights).max(axis=0), 1e-9) / 127
    fine = np.abs(model.known).max(axis=1, keepdims=True) / 127
    np.savez_compressed(
        path,
        key=np.asarray(key),
        spelled=np.asarray(spelled),
        classes=np.asarray([f"{situation} {''.join(roles)}" for situation, roles in model.classes]),
        terms=np.asarray(sorted(model.terms, key=model.terms.__getitem__)),
        rarity=model.rarity.astype(np.float16),
        weights=np.round(model.weights / scale).astype(np.int8),
        scale=scale.astype(np.float32),
        bias=model.bias.astype(np.float32),
        known=np.round(model.known / fine).astype(np.int8),
    )


def read_model(key: str, path: Path = STORED) -> Model | None:
    """Read a model; none where there is no file, or one that was made of other sentences or by another encoder."""
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as stored:
        if str(stored["key"]) != key:
            return None
        known = stored["known"].astype(np.float32)
        names = [str(name).split(" ") for name in stored["classes"]]
        return Model(
            classes=tuple((situation, tuple(roles)) for situation, roles in names),
            terms={str(term): column for column, term in enumerate(stored["terms"])},
            rarity=stored["rarity"].astype(np.float32),
            weights=stored["weights"].astype(np.float32) * stored["scale"],
            bias=stored["bias"],
            known=known / np.linalg.norm(known, axis=1, keepdims=True),
        )


def stored_keys(path: Path = STORED) -> tuple[str, str]:
    """Return both keys of a stored model."""
    with np.load(path, allow_pickle=False) as stored:
        return str(stored["key"]), str(stored["spelled"])


@lru_cache(maxsize=1)
def _class_index(classes: Sequence[tuple[str, Roles]]) -> dict[str, list[int]]:
    index: dict[str, list[int]] = {}
    for number, (situation, _) in enumerate(classes):
        index.setdefault(situation, []).append(number)
    return index


def by_situation(model: Model) -> dict[str, list[int]]:
    """Return the classes of each situation."""
    return _class_index(model.classes)
