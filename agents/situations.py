"""Situations: what happens between things as people tell it, found by likeness to examples.

Verbs of the lexicon are read by grammar. Idioms, metaphors and nouns for happenings (*like a moon about its planet*)
are not: a question is compared with the example sentences of ``situations.toml``, and what is seen in the situation
whose examples are nearest stands for what was said.
"""

import hashlib
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, log
from pathlib import Path

import numpy as np

from agents.clauses import Token
from twins.geometry import Floats
from twins.protocols import TextEncoder

FILE = Path(__file__).with_name("situations.toml")
VECTORS = Path(__file__).with_name("situations.npz")
"""Vectors of the examples, so that a first question need not wait for them; made by :func:`write_vectors`. Where the
sentences have changed since, they are embedded anew in memory."""

GRAMMAR = "grammar"
"""The reading of a question by grammar, beside the situations that it may tell of."""
NEAREST = 5
"""Examples of a situation whose mean likeness counts: one is chance, all are an average of everything."""
READING_WEIGHT = 0.2
"""What full agreement with the predicates that were read adds to a cosine."""
SHARPNESS = 0.05
"""Lead in score by which one situation becomes e times as likely as another."""
LIKE, LIKE_WIDTH = 0.5, 0.05
"""Score at which a question is as likely to tell of no situation at all, and how sharp that border is."""
LEAST, MOST = 0.1, 3
"""Least weight of a situation that is looked for, and how many are."""
NAMED = 0.3
"""What a situation gains that grammar names as a whole."""
NUMBER = 0.2
"""What situations lose where a number of things is asked for: grammar reads numbers."""
MISSING_ROLE = 0.1
"""What a situation loses that has no role for a thing that the question describes."""
STAND_INS = ("something", "something else", "a third thing")
"""What stands for the roles a, b, c in examples, and for described things in questions: their looks say nothing of what
happens."""

Said = frozenset[tuple[str, bool]]
"""Predicates that a text speaks of, with whether they are denied; ``order`` and ``count NAME`` stand for themselves."""


@dataclass(frozen=True)
class Step:
    """One thing to be seen: a predicate over roles, or denied; ``times`` is a bound on how often."""

    relation: str
    roles: tuple[str, ...]
    negated: bool = False
    times: str | None = None


@dataclass(frozen=True)
class Situation:
    """What must be seen: steps, the order of some of them (positions), and how many do a thing (step, bound)."""

    name: str
    steps: tuple[Step, ...]
    order: tuple[tuple[str, int, int], ...] = ()
    counts: tuple[tuple[int, str], ...] = ()

    @property
    def roles(self) -> frozenset[str]:
        """The roles of its steps, covers left out."""
        return frozenset(role for step in self.steps for role in step.roles if len(role) == 1)

    @property
    def said(self) -> Said:
        """What a sentence that tells of it speaks of."""
        counted = {(f"count {self.steps[at].relation}", False) for at, _ in self.counts}
        steps = {(step.relation, step.negated) for step in self.steps}
        return frozenset(steps | counted | ({("order", False)} if self.order else set()))


@dataclass(frozen=True)
class Example:
    """A sentence that tells of a situation. ``roles`` are those it names, in reading order."""

    situation: str
    text: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Match:
    """A situation that a question may tell of.

    Args:
        weight: 0-1, how sure that is: likeness, beside that of the other situations.
        examples: its nearest examples with their cosines, nearest first.
    """

    situation: Situation
    weight: float
    examples: tuple[tuple[Example, float], ...]


@lru_cache(maxsize=1)
def situations() -> dict[str, Situation]:
    """Return all situations; they are read once."""
    return {name: _situation(name, entry) for name, entry in _table().items()}


@lru_cache(maxsize=1)
def examples() -> tuple[Example, ...]:
    """Return all examples, those of one situation next to each other."""
    return tuple(_example(name, text) for name, entry in _table().items() for text in entry["examples"])


def _table() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(FILE.read_text("utf-8"))


def _situation(name: str, entry: dict[str, list[str]]) -> Situation:
    steps: list[Step] = []
    order: list[tuple[str, int, int]] = []
    for part in entry["parts"]:
        words = part.split()
        if words[0] in ("before", "after", "during"):
            order.append((words[0], int(words[1]) - 1, int(words[2]) - 1))
        else:
            steps.append(_step(words))
    counts = []
    for text in entry.get("counts", ()):
        *words, bound = text.split()
        step = _step(words)
        if step not in steps:
            steps.append(step)
        counts.append((steps.index(step), bound))
    for text in entry.get("times", ()):
        relation, role, bound = text.split()
        at = steps.index(Step(relation, (role,)))
        steps[at] = Step(relation, (role,), times=f"{bound} times")
    return Situation(name, tuple(steps), tuple(order), tuple(counts))


def _step(words: list[str]) -> Step:
    negated = words[0] == "not"
    return Step(words[negated], tuple(words[negated + 1 :]), negated)


def _example(situation: str, text: str) -> Example:
    roles = tuple(dict.fromkeys(letter.lower() for letter in re.findall(r"\b[ABC]\b", text)))
    for letter, stand_in in zip("ABC", STAND_INS, strict=True):
        text = re.sub(rf"\b{letter}\b", stand_in, text)
    return Example(situation, text, roles)


def plain(tokens: Sequence[Token], described: Sequence[tuple[int, int]]) -> str:
    """Return a question's words with stand-ins for its described things, given as positions of their phrases."""
    starts = dict(described)
    words: list[str] = []
    at = 0
    while at < len(tokens):
        words.append(STAND_INS[0] if at in starts else tokens[at].text)
        at = starts.get(at, at + 1)
    return " ".join(words).replace(" 's", "'s").replace(" ,", ",")


class Recogniser:
    """Compares questions with the examples of all situations."""

    def __init__(self, encoder: TextEncoder) -> None:
        self._encoder = encoder

    def matches(
        self, text: str, said: Said, cast: int = 0, counted: bool = False, named: str | None = None
    ) -> list[Match]:
        """Return the situations that a question may tell of, the likeliest first; none where nothing is like it.

        Args:
            text: the question, made :func:`plain`.
            said: what was read of it by grammar.
            cast: how many different things it describes.
            counted: whether it asks for a number of things, which no situation does that names one or two.
            named: the situation that its grammar names.
        """
        cosines = _vectors(self._encoder) @ self._encoder.encode([text])[0]
        near = {name: rows[np.argsort(-cosines[rows])][:NEAREST] for name, rows in _rows().items()}
        scores = {
            name: float(cosines[rows].mean())
            + READING_WEIGHT * _agreement(said, situations()[name].said)
            - MISSING_ROLE * max(0, min(cast, 2) - max(len(situations()[name].roles), 1))
            + NAMED * (name == named)
            - NUMBER * (counted and bool(situations()[name].steps))
            for name, rows in near.items()
        }
        best = max(scores.values())
        odds = {name: exp((score - best) / SHARPNESS) for name, score in scores.items()}
        like = 1 / (1 + exp((LIKE - best) / LIKE_WIDTH))
        weights = {name: like * value / sum(odds.values()) for name, value in odds.items()}
        kept = sorted((name for name in weights if weights[name] >= LEAST), key=lambda name: -weights[name])[:MOST]
        return [
            Match(situations()[name], weights[name], tuple((examples()[r], float(cosines[r])) for r in near[name]))
            for name in kept
        ]


@lru_cache(maxsize=1)
def _rows() -> dict[str, np.ndarray]:
    names = [example.situation for example in examples()]
    return {name: np.flatnonzero([other == name for other in names]) for name in situations()}


@lru_cache(maxsize=1)
def _rarity() -> dict[tuple[str, bool], float]:
    """Return how much each predicate tells of the situation: much where few have it."""
    number = len(situations())
    found = Counter(item for situation in situations().values() for item in situation.said)
    return {item: log((number + 1) / (count + 1)) for item, count in found.items()}


def _agreement(said: Said, wanted: Said) -> float:
    """Return the share 0-1 of what either speaks of that both do, weighted by rarity."""
    return _weight(said & wanted) / max(_weight(said | wanted), 1e-9)


def _weight(items: Iterable[tuple[str, bool]]) -> float:
    rarity = _rarity()
    return sum(rarity.get(item, log(len(situations()) + 1)) for item in items)


# -- vectors of the examples ------------------------------------------------------------------------------------------


_kept: dict[str, Floats] = {}


def _vectors(encoder: TextEncoder) -> Floats:
    """Return (examples, d) unit rows: those on disk where they were made of these sentences by this encoder."""
    if encoder.fingerprint not in _kept:
        _kept[encoder.fingerprint] = _stored_vectors(encoder)
    return _kept[encoder.fingerprint]


def _stored_vectors(encoder: TextEncoder) -> Floats:
    if VECTORS.exists():
        with np.load(VECTORS, allow_pickle=False) as stored:
            if str(stored["key"]) == vectors_key(encoder):
                rows = stored["vectors"].astype(np.float32)
                return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)
    return encoder.encode([example.text for example in examples()])


def vectors_key(encoder: TextEncoder) -> str:
    """Return what the vectors depend on: the sentences and the encoder."""
    texts = "\n".join(example.text for example in examples())
    return hashlib.sha256(f"{encoder.fingerprint}\n{texts}".encode()).hexdigest()


def write_vectors(encoder: TextEncoder) -> None:
    """Write the vectors of the examples to :data:`VECTORS`, at a byte a component."""
    vectors = encoder.encode([example.text for example in examples()])
    scale = 127 / np.abs(vectors).max(axis=1, keepdims=True)
    np.savez_compressed(
        VECTORS, key=np.asarray(vectors_key(encoder)), vectors=np.round(vectors * scale).astype(np.int8)
    )
