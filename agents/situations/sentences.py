"""The example sentences of situations: every line with its alternatives spelled out, and stand-ins for its roles."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from agents.clauses import Token
from agents.situations import lines

STAND_INS = (
    ("something", "something else", "a third thing"),
    ("one", "the other", "a third one"),
    ("it", "another thing", "another one"),
    ("a thing", "the other one", "a third"),
    ("somebody", "someone else", "a third"),
)
"""What stands for the roles A, B, C in examples. The first row also stands for described things in questions: their
looks say nothing of what happens."""
SEVERAL = "things"
"""The same for several things of which the question tells the number."""
SPELLED = 12
"""Most sentences that are made of one line: its alternatives occur equally often among them."""
CALLED = 3
"""Sets of stand-ins with which a line without alternatives is told."""

SLOT = re.compile(r"\(([^()]*)\)")
ROLE = re.compile(r"\b[ABC]\b")


@dataclass(frozen=True)
class Sentence:
    """A sentence that tells of a situation.

    Args:
        line: number of the line that it was made of.
        roles: the roles it names, in reading order (``("b", "a")``).
        weight: how much it counts beside others: a line counts as the root of the number of its sentences.
    """

    situation: str
    line: int
    text: str
    roles: tuple[str, ...]
    weight: float


def sentences() -> list[Sentence]:
    """Return the sentences of all lines; the same ones every time."""
    made: list[Sentence] = []
    for number, (situation, line) in enumerate(lines()):
        told = _told(line)
        weight = len(spell_out(line)) ** 0.5 / len(told)
        made += [Sentence(situation, number, text, roles, weight) for text, roles in told.items()]
    return made


def _told(line: str) -> dict[str, tuple[str, ...]]:
    """Return the sentences of one line with their roles."""
    spelled = spell_out(line)
    calls = STAND_INS[:CALLED] if len(spelled) == 1 else STAND_INS
    pairs = [(spelled[0], call) for call in calls] if len(spelled) == 1 else zip(spelled, _cycle(calls), strict=False)
    return {_fill(text, call): _roles(text) for text, call in pairs}


def _cycle(calls: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return [calls[number % len(calls)] for number in range(SPELLED)]


def _roles(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(letter.lower() for letter in ROLE.findall(text)))


def _fill(text: str, call: tuple[str, ...]) -> str:
    return ROLE.sub(lambda found: call["ABC".index(found[0])], text)


def spell_out(line: str) -> list[str]:
    """Return up to :data:`SPELLED` sentences of a line: ``A (stops|halts) (|at once)``.

    Alternatives are dealt like cards (a Latin hypercube), so that each occurs about equally often.
    """
    slots = [found.split("|") for found in SLOT.findall(line)]
    if not slots:
        return [line]
    wanted = min(prod(map(len, slots)), SPELLED)
    rng = np.random.default_rng(int(hashlib.sha256(line.encode()).hexdigest()[:8], 16))
    rounds = 2 * wanted  # some turn out equal
    dealt = [np.concatenate([rng.permutation(len(s)) for _ in range(-(-rounds // len(s)))]) for s in slots]
    made = []
    for number in range(rounds):
        chosen = iter([slot[deal[number]] for slot, deal in zip(slots, dealt, strict=True)])
        text = SLOT.sub(lambda _, chosen=chosen: next(chosen), line)  # type: ignore[misc]
        made.append(" ".join(text.split()).replace(" ,", ","))
    return list(dict.fromkeys(made))[:wanted]


def plain(tokens: Sequence[Token], described: Sequence[tuple[int, int, str]]) -> str:
    """Return a question's words with stand-ins for its described things.

    Args:
        described: start and end of their phrases, and the stand-in.
    """
    starts = {start: (end, stand_in) for start, end, stand_in in described}
    words: list[str] = []
    at = 0
    while at < len(tokens):
        end, word = starts.get(at, (at + 1, tokens[at].text))
        words += [word] if word else []
        at = end
    return " ".join(words).replace(" 's", "'s").replace(" ,", ",")
