"""Names of which grammar knows the words otherwise (``stop sign``): read with a plain noun in their place."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from agents.asked import read_question, read_words
from agents.clauses import Token, strip_asking
from agents.descriptions import Names, is_name
from agents.lexicon import DETERMINERS, lexicon, stems
from agents.nameable import named_in

PLAIN = ("gadget", "gizmo", "widget", "doodad")
"""Nouns of which no rule knows anything; a question names few things more."""

Said = Mapping[str, str]
"""What a question says where a plain noun, one or several, stands for it."""


def with_stand_ins(tokens: list[Token], names: Names) -> tuple[list[Token], Said]:
    """Return the words of a question in which plain nouns stand for names, and what they stand for.

    A name is replaced where it is the head of a phrase: *an orange* is one, that of *an orange car* is not. What only
    asks (``a clip of``) is left as it is, and may be gone where anything is replaced.

    Args:
        tokens: of the question.
        names: what things are called; only those that grammar would read otherwise are replaced.
    """
    misread = _misread(tokens, names)
    made = (strip_asking(tokens) or tokens) if misread else tokens
    nouns: dict[tuple[str, ...], str] = {}
    said: dict[str, str] = {}
    free = [plain for plain in PLAIN if not any(token.text.startswith(plain) for token in tokens)]
    for at in range(len(made)):  # what is replaced grows shorter: the last turns find nothing
        name = _name_at(made, at, misread)
        if name is None or (name not in nouns and len(nouns) == len(free)):
            continue
        noun = nouns.get(name, free[min(len(nouns), len(free) - 1)])
        spoken = made[at : at + len(name)]
        form = noun if spoken[-1].text == name[-1] else f"{noun}s"
        places = tuple(place for token in spoken for place in token.places)
        tried = [*made[:at], Token(form, places), *made[at + len(name) :]]
        if any(entity.nouns[-1:] == [form] for entity in read_words(tried)[1].entities):
            made, nouns[name] = tried, noun
            said |= {noun: " ".join(name), f"{noun}s": _several(name), form: " ".join(token.text for token in spoken)}
    return (made, said) if said else (tokens, {})


def put_back(text: str, said: Said) -> str:
    """Return a text with the names again that plain nouns stand for."""
    return re.sub("|".join(rf"\b{plain}\b" for plain in said), lambda found: said[found[0]], text) if said else text


def _several(name: tuple[str, ...]) -> str:
    return " ".join(name) + ("es" if name[-1].endswith(("s", "x", "z", "ch", "sh")) else "s")


def _misread(tokens: Sequence[Token], names: Names) -> list[tuple[str, ...]]:
    """Return the names that words of a question may be and that grammar reads otherwise, the longest first."""
    words = {token.text for token in tokens}
    heads = frozenset[str]().union(*(token.stems for token in tokens))
    spoken = [name for name in names if words.issuperset(name[:-1]) and not heads.isdisjoint(stems(name[-1]))]
    return sorted(filter(_is_misread, spoken), key=lambda name: (-len(name), name))


def _name_at(tokens: Sequence[Token], at: int, names: Sequence[tuple[str, ...]]) -> tuple[str, ...] | None:
    """Return the longest name that begins at a word; a single word only where a noun stands."""
    for name in names:
        words = [token.text for token in tokens[at : at + len(name)]]
        if is_name(words, name) and (len(name) > 1 or _is_called(tokens, at)):
            return name
    return None


@lru_cache(maxsize=4096)
def _is_misread(name: tuple[str, ...]) -> bool:
    """Say whether grammar would read something else than one thing in a name: a predicate, a look, a part of it."""
    text = " ".join(name)
    look = lexicon().looks.get(text)
    if look is not None and look[0] == "shape":
        return False  # outlines and labels both tell it
    return named_in(*read_question(f"a {text}")) != ((text,), 1.0)


def _is_called(tokens: Sequence[Token], at: int) -> bool:
    """Say whether a single word stands where a noun does: *the light*, and not *it is light*."""
    before = tokens[at - 1].text if at else "the"
    return before in DETERMINERS or before in lexicon().numbers or before in lexicon().looks
