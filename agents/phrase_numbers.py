"""How many: the numbers, bounds and quantifiers of a noun phrase."""

from agents.clauses import AUXILIARIES, match_verb
from agents.lexicon import closed_class, lexicon
from agents.phrase_reader import PhraseReader

COMPARED = ("exact", "at least", "at most", "more than", "fewer than")


def read_number(reader: PhraseReader) -> None:
    """Read ``exactly two``, ``a pair of``, ``at least 3``, ``no``, ``every``."""
    lex = lexicon()
    words = [token.text for token in reader.tokens]
    bound = lex.longest(lex.bounds, words, reader.at)
    if bound and bound[0] in COMPARED:
        number = _number(words, reader.at + bound[1])
        if number is not None:
            reader.note(bound=_bound(bound[0], number[0]), plural=number[0] != 1)
            _pass_over(reader, number[1])
            _leave_open(reader, number[0])
        else:
            _read_all_or_none(reader, words)  # `nothing but the box`
        return
    if reader.text in ("each", "one") and reader.peek() in ("other", "another"):
        return
    if not (_read_all_or_none(reader, words) or _read_amount(reader, words, bound)):
        _read_plain_number(reader, words, skip=1 if reader.text in ("a", "an") and bound is None else 0)


def _read_all_or_none(reader: PhraseReader, words: list[str]) -> bool:
    """Read ``every``, ``all of them``, ``nobody``, ``none of``."""
    lex = lexicon()
    every = lex.longest(lex.universals, words, reader.at)
    if every:
        reader.note(bound="all", plural=True)
        reader.at, reader.determined = reader.at + every[1], True
        if every[0] == "subjects":
            reader.name_a_thing()
        return True
    nobody = lex.longest(lex.negations, words, reader.at)
    if nobody is None or nobody[0] != "subjects":
        return False
    reader.note(bound="0")
    reader.at, reader.determined = reader.at + nobody[1], True
    if reader.text == "of":
        _skip_of(reader)
    else:
        reader.name_a_thing()
    return True


def _read_amount(reader: PhraseReader, words: list[str], bound: tuple[str, int] | None) -> bool:
    """Read ``several``, ``a group of``: `group`, `bunch` count only before `of`; `some`, `second` are left to words."""
    lex = lexicon()
    skip = 1 if reader.text in ("a", "an") and bound is None else 0
    bound = bound or lex.longest(lex.bounds, words, reader.at + skip)
    if bound and reader.at and words[reader.at - 1] == "how":
        reader.note(plural=True)  # `how many` asks for a number, and tells none
        _pass_over(reader, reader.at + bound[1])
        return True
    if not bound or bound[0] == "exact" or (skip and reader.peek(1 + bound[1]) != "of"):
        return False
    if bound[0] != ">=1":
        reader.note(bound=bound[0], plural=bound[0] != "0")
    _pass_over(reader, reader.at + skip + bound[1])
    if words[reader.at - 1] in closed_class("groups") and reader.starts_verb_here:
        reader.name_a_thing()  # `a crowd gathers`
    return True


def _read_plain_number(reader: PhraseReader, words: list[str], skip: int) -> None:
    """Read ``two``, ``a single``; ``one`` only where it counts something that is named."""
    number = _number(words, reader.at + skip)
    owned = reader.at > 0 and words[reader.at - 1] in closed_class("owners")
    if number is None or (owned and words[reader.at] in closed_class("lookalikes")):
        return  # `its twin` is one
    if words[reader.at + skip] in closed_class("alone"):
        reader.note(bound="1")
        reader.at, reader.determined = number[1], True
        return
    if number[0] == 1 and (skip or not _names_something(reader, 1)):
        return
    reader.note(bound=str(number[0]) if number[0] != 1 else None, plural=number[0] != 1)
    _pass_over(reader, number[1])
    _leave_open(reader, number[0])


def _pass_over(reader: PhraseReader, end: int) -> None:
    """Take up to ``end`` for number, and the ``of`` behind it."""
    reader.at, reader.determined = end, True
    _skip_of(reader)


def _leave_open(reader: PhraseReader, number: int) -> None:
    """``both walk``, ``the pair sets out``: a verb follows the number, so that what they are is left open."""
    collective = reader.tokens[reader.at - 1].text in closed_class("groups") and reader.starts_verb_here
    if not reader.head and (collective or _is_verb_of(reader, plural=number != 1)):
        reader.name_a_thing()


def _is_verb_of(reader: PhraseReader, *, plural: bool) -> bool:
    """Say whether a verb stands here: with a number of things no noun, which would be a plural and end in s."""
    text = reader.text
    if not text or text in lexicon().looks or text.endswith(("ing", "ed")) or text.endswith("s") == plural:
        return False
    after = reader.tokens[reader.at + 1 : reader.at + 2]
    return reader.starts_verb and not (after and (after[0].text in AUXILIARIES or _verb_at(reader, 1)))


def _verb_at(reader: PhraseReader, ahead: int) -> bool:
    return reader.at + ahead < len(reader.tokens) and match_verb(reader.tokens, reader.at + ahead) is not None


def _names_something(reader: PhraseReader, ahead: int) -> bool:
    """Say whether a noun or a look follows, so that ``one`` counts it (``one ball``)."""
    following = reader.peek(ahead)
    return following in lexicon().looks or following in lexicon().asking["generic"]


def _number(words: list[str], at: int) -> tuple[int, int] | None:
    if at < len(words) and words[at] in ("a", "an", "the"):
        at += 1
    if at >= len(words):
        return None
    if words[at].isascii() and words[at].isdigit() and len(words[at]) <= 4:
        return int(words[at]), at + 1
    value = lexicon().numbers.get(words[at])
    return None if value is None else (value, at + 1)


def _bound(kind: str, number: int) -> str:
    return {
        "exact": f"={number}",
        "at least": f">={number}",
        "at most": f"<={number}",
        "more than": f">={number + 1}",
        "fewer than": f"<={max(number - 1, 0)}",
    }[kind]


def _skip_of(reader: PhraseReader) -> None:
    if reader.text == "of":
        reader.at += 1
        if reader.text in ("the", "these", "those", "them"):
            if reader.text == "them":
                reader.name_a_thing()
            reader.at += 1
