"""Situations: what happens between things as people tell it, recognised by what example sentences have in common.

Verbs of the lexicon are read by grammar. Idioms, metaphors and nouns for happenings (*like a moon about its planet*)
are not: a model that was fitted to the example sentences of ``situations.toml`` says which situation a question tells
of, and what is seen in that situation stands for what was said.
"""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).with_name("situations.toml")

GRAMMAR = "grammar"
"""The reading of a question by grammar, beside the situations that it may tell of."""


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


@lru_cache(maxsize=1)
def situations() -> dict[str, Situation]:
    """Return all situations; they are read once."""
    return {name: _situation(name, entry) for name, entry in _table().items()}


@lru_cache(maxsize=1)
def lines() -> tuple[tuple[str, str], ...]:
    """Return (situation, line) of all examples as they stand in the file."""
    return tuple((name, line) for name, entry in _table().items() for line in entry["examples"])


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
