"""Names of which grammar knows the words otherwise (``stop sign``): read anew with a plain noun in their place."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from agents.binding import ALLEN
from agents.clauses import Token, tokenise
from agents.descriptions import Names, is_name
from agents.lexicon import DETERMINERS, lexicon
from agents.rules_decomposer import grammar_parts, read_words
from agents.situations import GRAMMAR
from twins.queries import Decomposition, SubQuery

PLAIN = ("gadget", "gizmo", "widget", "doodad")
"""Nouns of which no rule knows anything; a question names few things more."""

Said = Mapping[str, str]
"""What a question says where a plain noun stands for it."""


def with_stand_ins(decomposition: Decomposition, names: Names) -> tuple[Decomposition, Said]:
    """Return a question in which plain nouns stand for names, and what they stand for.

    Only what grammar reads changes, and nothing where somebody else took the question apart.

    Args:
        decomposition: of the question.
        names: those that grammar reads otherwise.
    """
    tokens = tokenise(decomposition.query)
    replaced, said = _replaced(tokens, names) if names else (tokens, {})
    old = grammar_parts(tokens) if said else ()
    mine = {_key(part) for part in decomposition.sub_queries if part.reading in (None, GRAMMAR)}
    if not said or not {_key(part) for part in _telling(old)} <= mine:
        return decomposition, {}
    gone = {_key(part) for part in old}
    kept = [p for p in decomposition.sub_queries if p.reading not in (None, GRAMMAR) or _key(p) not in gone]
    way = GRAMMAR if any(part.reading is not None for part in decomposition.sub_queries) else None
    new = _with_ids(grammar_parts(replaced), decomposition.sub_queries, said, way)
    return decomposition.model_copy(update={"sub_queries": (*new, *kept)}), said


@lru_cache(maxsize=4096)
def is_said(name: tuple[str, ...], query: str) -> bool:
    """Say whether a question says a name, of whatever: videos of a library have labels in common."""
    words = _words(query)
    return any(is_name(words[at : at + len(name)], name) for at in range(len(words)))


@lru_cache(maxsize=16)
def _words(query: str) -> tuple[str, ...]:
    return tuple(token.text for token in tokenise(query))


def put_back(part: SubQuery, said: Said) -> SubQuery:
    """Return a part with the words of the question again."""
    if not said:
        return part
    changed = {name: _spoken(text, said) for name in ("text", "subject", "object") if (text := getattr(part, name))}
    return part.model_copy(update=changed)


def _spoken(text: str, said: Said) -> str:
    return re.sub("|".join(rf"\b{plain}\b" for plain in said), lambda found: said[found[0]], text)


def _replaced(tokens: Sequence[Token], names: Names) -> tuple[list[Token], Said]:
    """Put plain nouns where names stand as the head of a phrase: *an orange* is one, that of *an orange car* is not."""
    made = list(tokens)
    said: dict[str, str] = {}
    free = [plain for plain in PLAIN if not any(token.text.startswith(plain) for token in tokens)]
    at = 0
    while at < len(made) and free:
        words = [token.text for token in made[at:]]
        name = max((name for name in names if is_name(words[: len(name)], name)), key=len, default=())
        if name and (len(name) > 1 or _is_called(made, at)):
            spoken = words[: len(name)]
            plain = free[0] + "s" * (tuple(spoken) not in names)
            tried = [*made[:at], Token(plain, made[at].places), *made[at + len(name) :]]
            if any(entity.nouns[-1:] == [plain] for entity in read_words(tried)[1].entities):
                # Of several grammar may speak as of one and another one.
                made, said = tried, {**said, free[0]: " ".join(name), plain: " ".join(spoken)}
                free = free[1:]
        at += 1
    return made, said


def _is_called(tokens: Sequence[Token], at: int) -> bool:
    """Say whether a single word stands where a noun does: *the light*, and not *it is light*."""
    before = tokens[at - 1].text if at else "the"
    return before in DETERMINERS or before in lexicon().numbers or before in lexicon().looks


def _telling(parts: Sequence[SubQuery]) -> Sequence[SubQuery]:
    """Return those by which one sees who took a question apart: situations leave out names and looks."""
    return [part for part in parts if part.relation is not None] or parts


def _key(part: SubQuery) -> tuple[str | None, str, bool]:
    return part.relation, part.text, part.negated


def _with_ids(new: Iterable[SubQuery], old: Sequence[SubQuery], said: Said, way: str | None) -> list[SubQuery]:
    """Give parts the ids of those that said the same, and to others ids that none has."""
    known = {_key(part): part.id for part in old}
    ids: dict[str, str] = {}
    made = []
    for part in new:
        ids[part.id] = known.get(_key(put_back(part, said)), f"named-{part.id}")
        changes: dict[str, str | None] = {"id": ids[part.id]}
        if part.relation in ALLEN or part.relation == "count":
            changes["subject"] = ids.get(part.subject or "", part.subject)
        if part.relation in ALLEN:
            changes["object"] = ids.get(part.object or "", part.object)
        if way is not None and (part.relation is not None or part.kind != "attribute"):
            changes["reading"] = way
        made.append(part.model_copy(update=changes))
    return made
