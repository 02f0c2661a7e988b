"""Whether a question can be read at all: length, language, known words."""

from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from agents.clauses import AUXILIARIES, CONJUNCTIONS, MAX_WORDS, PREPOSITIONS, Token
from agents.lexicon import DETERMINERS, closed_class, lexicon
from twins.queries import ResultWarning

ASKING_NUMBER = frozenset([("how", "many"), ("how", "often"), ("how", "much")])
KNOWN_SHARE = 0.4
"""A question of which at least this share are English function words or lexicon words is taken for English."""
LANGUAGE_MARGIN = 8.0
"""How much likelier (log) another language must be before a question is called not English."""


def doubts(query: str, words: list[str]) -> Iterable[ResultWarning]:
    """Warn of a question that is too long, in another language, or of no known word."""
    if len(words) > MAX_WORDS:
        text = f"the question has {len(words)} words and only the first {MAX_WORDS} are read: ask for one event"
        yield ResultWarning(code="long_question", text=text)
    if _asks_a_number(words):
        text = "clips are found, and what is in them is not counted out: to find a number, say it (three, at least two)"
        yield ResultWarning(code="number_asked", text=text)
    elif (asked := _asked_property(words)) is not None:
        text = (
            f"clips are found, and {asked!r} is not answered: to find a look, say it (red, round, small); of a clip "
            "that was found, `twinseek show CLIP` tells such things, and `twinseek chat` answers"
        )
        yield ResultWarning(code="look_asked", text=text)
    sample = words[:MAX_WORDS]
    known = sum(_is_english(word) for word in sample)
    if known >= KNOWN_SHARE * len(sample):
        return
    language = _language(" ".join(sample))
    if language not in ("en", "zxx"):
        text = f"the question seems to be in {language!r}, and only English is understood: ask in English"
        yield ResultWarning(code="not_english", text=text)
    elif language == "zxx" or (not known and len(sample) > 3):
        text = f"no word of {query[:60]!r} is known: describe things and what they do"
        yield ResultWarning(code="not_understood", text=text)


def _asks_a_number(words: list[str]) -> bool:
    """Say whether a question wants to know how many there are, how much or how often."""
    return any(pair in ASKING_NUMBER for pair in pairwise(words)) or ("what", "number", "of") in zip(
        words, words[1:], words[2:], strict=False
    )


def _asked_property(words: list[str]) -> str | None:
    """Return what a question wants to know of a thing: *what colour is …*, *the size of …*, *how long is …*."""
    for first, second in pairwise(words):
        if first == "how" and second in closed_class("measured"):
            return f"how {second}"
        if second in closed_class("properties") and first in ("what", "which"):
            return f"{first} {second}"
        if first in closed_class("properties") and second == "of" and words[0] in ("what", "which"):
            return f"the {first}"
    return None


@lru_cache(maxsize=1)
def _vocabulary() -> frozenset[str]:
    lex = lexicon()
    plain = DETERMINERS | AUXILIARIES | CONJUNCTIONS | PREPOSITIONS | frozenset(lex.looks) | frozenset(lex.numbers)
    return plain | lex.asking["fillers"] | lex.asking["containers"] | lex.asking["generic"] | frozenset({"'s", "not"})


def _is_english(word: str) -> bool:
    lex = lexicon()
    if word in _vocabulary():
        return True
    found = Token(word).stems
    return bool(found & lex.common_verbs) or any(stem in lex.verbs for stem in found) or (word,) in lex.names


def _language(text: str) -> str:
    """Return the likeliest language's code; English unless another one is clearly likelier."""
    import py3langid  # its model takes half a second to load, and few questions need it

    ranked = dict(py3langid.rank(text))
    best = max(ranked, key=lambda code: ranked[code])
    if len(text) < 8 and text.isascii():
        return "en"
    return str(best) if ranked[best] - ranked["en"] > LANGUAGE_MARGIN else "en"
