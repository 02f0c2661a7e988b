"""Where a question denies something, and what it would say otherwise: tells whether a situation heard the denial."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from agents.clauses import AUXILIARIES, RELATIVES, Token, is_finite, match_verb, tokenise
from agents.descriptions import same_word
from agents.lexicon import lexicon, stems

ENDS = RELATIVES | frozenset(["and", "but", "yet", "then", "while", "before", "after", "until", "because"])
"""Words behind which a denial holds no more; marks of punctuation do the same, *or* does not: both are denied."""
SET_PHRASES = frozenset(
    ["more", "less", "fewer", "only", "but", "except", "other", "sooner", "matter", "doubt", "just"]
)
"""Behind these a word denies nothing: ``no more than``, ``nothing but``, ``not only``, ``no sooner``, ``no matter``."""
SUPPOSED = frozenset(["if", "unless", "would", "otherwise"])
"""Words of conditions (Quirk 14.23): ``would stay if the other did not push it`` denies nothing."""
IMMINENT = frozenset(["about", "almost", "bound", "nearly", "seem", "seems", "seemed", "short", "before", "threaten"])
"""Words of what is only about to happen (Quirk 4.40-4.48): ``seem bound to crash``, ``brake before they hit``."""
CLAUSES = re.compile(r"[;:,]\s|\.\s|\s(?:but|although|though|while|yet)\s", re.IGNORECASE)
"""Where a statement may be cut: a denial holds no further."""
ADDED = re.compile(r"\s(?=(?:and|without|with no)\s)", re.IGNORECASE)
"""Where a clause may be cut that denies from there on; behind a denial *and* goes on with it: ``no dog and cat``."""
ACCOMPANYING = frozenset(["with", "in"])
"""Words behind which more may be said of who lacks something."""
MANY = 4
"""Denials of one question that are tested."""


@dataclass(frozen=True)
class Denial:
    """Words that deny, and what they deny: positions, ends left out.

    Args:
        start: of the clause's auxiliaries before them, else their own.
        words: start and end of the words that deny.
        end: where what is denied ends.
        kind: as in the lexicon: words, verbs, before, subjects; no (before a noun).
    """

    start: int
    words: tuple[int, int]
    end: int
    kind: str


def negating_verb(words: Sequence[str], at: int) -> tuple[str, int] | None:
    """Find ``failed to``, ``avoids`` and the like in any inflection; return *verbs* and the number of words."""
    if not stems(words[at]) & _denying_stems():
        return None
    for phrase, kind in lexicon().negations.items():
        window = words[at : at + len(phrase)]
        if kind == "verbs" and len(window) == len(phrase) and all(map(same_word, phrase, window)):
            return kind, len(phrase)
    return None


@lru_cache(maxsize=1)
def _denying_stems() -> frozenset[str]:
    """Return the stems of the words that a denying verb begins with: to look at each phrase takes ten times as long."""
    return frozenset().union(*(stems(phrase[0]) for phrase, kind in lexicon().negations.items() if kind == "verbs"))


def denials(tokens: Sequence[Token]) -> list[Denial]:
    """Return the denials of a question in reading order; bounds of numbers and exceptions deny nothing."""
    words, found, at = [token.text for token in tokens], [], 0
    while at < len(words):
        denial = lexicon().longest(lexicon().negations, words, at) or negating_verb(words, at)
        if denial is None and words[at] == "no":
            denial = ("no", 1)
        if denial is None:
            at += 1
            continue
        end = at + denial[1]
        if SET_PHRASES & set(words[end : end + 1]) or _of_a_verb(tokens, at):
            at = end
            continue
        start = with_auxiliaries(tokens, at)
        stop = next((n for n in range(end, len(words)) if tokens[n].is_break or words[n] in ENDS), len(words))
        found.append(Denial(start, (at, end), stop, denial[0]))
        at = end
    return found


def is_denied(tokens: Sequence[Token], at: int) -> bool:
    """Say whether a position stands in what is denied: *a leash* in ``not on a leash or a chain``."""
    return any(denial.words[1] <= at < denial.end for denial in denials(tokens))


def with_auxiliaries(tokens: Sequence[Token], at: int) -> int:
    """Return where the auxiliaries begin that stand before a position: ``does not``."""
    while at and tokens[at - 1].text in AUXILIARIES:
        at -= 1
    return at


def _of_a_verb(tokens: Sequence[Token], at: int) -> bool:
    """Say whether a word of denial belongs to a verb of the lexicon (``can not shake off``)."""
    for start in range(max(at - 2, 0), at + 1):
        match = match_verb(tokens, start)
        if match is not None and match.end > at and any(tokens[at].text in each.words for each in match.patterns):
            return True
    return False


def unsaid(text: str) -> list[tuple[str, str]]:
    """Return for each denial of a text what it says without what is denied, and what it says if that is affirmed."""
    tokens = tokenise(text)
    words = [token.text for token in tokens]
    if SUPPOSED & set(words):
        return []
    return [
        (
            " ".join([*words[: denial.start], *words[denial.end :]]),
            " ".join([*words[: denial.words[0]], *_affirmed(words, denial), *words[denial.words[1] :]]),
        )
        for denial in denials(tokens)[:MANY]
    ]


def without_denials(text: str) -> str:
    """Return what of a statement denies nothing: of ``a man waits without a coat; no dog is seen`` that a man waits.

    What is said to be missing must not be found by who looks for it.
    """
    if not _denies(text):
        return text
    clauses = (_before_denial(clause.strip(" .")) for clause in CLAUSES.split(text))
    return ", ".join(filter(None, clauses))


def affirmed_words(text: str) -> list[str]:
    """Return the lower-cased words of a statement that are not denied: of ``red shirt, no hat`` all but *no hat*.

    What may stand outside the denial is kept: that somebody wears no hat must not be told of who may have one on.
    """
    tokens = tokenise(text)
    denied = {at for denial in denials(tokens) for at in range(denial.words[0], _surely_denied(tokens, denial))}
    return [token.text for at, token in enumerate(tokens) if at not in denied and not token.is_break]


def _surely_denied(tokens: Sequence[Token], denial: Denial) -> int:
    """Return where a denial may end: ``no shoes | in a red hat``, ``without a hat | runs``; not ``not | in a hat``."""
    start = denial.words[1]
    return next(
        (
            at
            for at in range(start + 1, denial.end)
            if tokens[at].text in ACCOMPANYING or (denial.kind == "before" and is_finite(tokens, at))
        ),
        denial.end,
    )


def _before_denial(clause: str) -> str:
    return " ".join(takewhile(lambda part: not _denies(part), ADDED.split(clause)))


def _denies(text: str) -> bool:
    return bool(denials(tokenise(text)))


def _affirmed(words: Sequence[str], denial: Denial) -> list[str]:
    if denial.kind == "subjects":
        first = words[denial.words[0]]
        return ["something"] if "thing" in first else ["somebody"] if first in ("nobody", "no-one") else ["one"]
    return {"before": ["with"], "no": ["a"]}.get(denial.kind, [])
