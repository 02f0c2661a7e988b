"""Noun phrases: which words of a question name a thing, and what they say of its looks, number and kind."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from agents.clauses import (
    ADVERBS,
    AUXILIARIES,
    CONJUNCTIONS,
    INNER_ADJECTIVES,
    PREPOSITIONS,
    RELATIVES,
    Token,
    match_place,
    match_verb,
)
from agents.descriptions import ADJECTIVE_SHAPES, is_shape_noun
from agents.lexicon import DETERMINERS, closed_class, lexicon

DEFINITE = closed_class("definite")
ANYBODY = closed_class("anybody")


@dataclass(frozen=True)
class Phrase:
    """A noun phrase as it stands in the question.

    Args:
        words: what is left without determiner and number, in reading order.
        looks: (attribute kind, basic term) of the words that say how it looks.
        nouns: words that name a category; none where the phrase fits anything (``the red thing``).
        bound: how many, as in a count sub-query (``3``, ``>=2``, ``0``, ``all``).
        says: (predicate, voice) of participles and adjectives (``the moving ball``).
        name: (predicate, role) of a noun that names a happening or a part in it (``the pursuer``).
        start, end: positions of its tokens.
    """

    words: tuple[str, ...] = ()
    looks: tuple[tuple[str, str], ...] = ()
    nouns: tuple[str, ...] = ()
    bound: str | None = None
    says: tuple[tuple[str, str], ...] = ()
    name: tuple[str, str] | None = None
    pronoun: str | None = None
    definite: bool = False
    plural: bool = False
    other: bool = False
    start: int = 0
    end: int = 0

    @property
    def text(self) -> str:
        """The phrase as the key of a variable: its words, or *thing* where it has none."""
        return " ".join(self.words) or "thing"


@dataclass
class _Reader:
    """The state of reading one phrase: how far it is, and what was found."""

    tokens: Sequence[Token]
    at: int
    determined: bool = False
    head: bool = False
    words: list[str] = field(default_factory=list)
    looks: list[tuple[str, str]] = field(default_factory=list)
    nouns: list[str] = field(default_factory=list)
    says: list[tuple[str, str]] = field(default_factory=list)
    phrase: Phrase = field(default_factory=Phrase)

    @property
    def text(self) -> str:
        return self.tokens[self.at].text if self.at < len(self.tokens) else ""

    def peek(self, ahead: int = 1) -> str:
        place = self.at + ahead
        return self.tokens[place].text if place < len(self.tokens) else ""

    def note(self, **changes: object) -> None:
        self.phrase = replace(self.phrase, **changes)  # type: ignore[arg-type]


def parse_phrase(tokens: Sequence[Token], at: int) -> Phrase | None:
    """Read the noun phrase that starts at this token, or return none where no noun phrase starts."""
    reader = _Reader(tokens, at)
    _read_number(reader)
    _read_determiner(reader)
    _read_number(reader)
    while reader.at < len(tokens) and _read_word(reader):
        pass
    started = reader.at > at
    if not started or not (
        reader.words
        or reader.phrase.bound
        or reader.phrase.pronoun
        or reader.phrase.name
        or reader.says
        or reader.phrase.other
    ):
        return None
    plural = reader.phrase.plural or _is_plural(reader)
    return replace(
        reader.phrase,
        words=tuple(reader.words),
        looks=tuple(dict.fromkeys(reader.looks)),
        nouns=tuple(reader.nouns),
        says=tuple(reader.says),
        plural=plural,
        start=at,
        end=reader.at,
    )


def _is_plural(reader: _Reader) -> bool:
    last = reader.words[-1] if reader.words else ""
    if last in ("people", "men", "women", "children", "ones"):
        return True
    return last.endswith("s") and not last.endswith(("ss", "us", "is")) and last not in ("this",)


def _read_determiner(reader: _Reader) -> None:
    text = reader.text
    if text in DETERMINERS and not (text in ("that", "this") and _is_pronoun_like(reader)):
        reader.determined = True
        reader.note(definite=text in DEFINITE)
        reader.at += 1


def _is_pronoun_like(reader: _Reader) -> bool:
    """``that`` before a verb is no determiner."""
    following = reader.peek()
    return (
        not following
        or following in AUXILIARIES
        or following in CONJUNCTIONS
        or following in ",;:.!?()"
        or (
            following not in lexicon().looks
            and reader.at + 1 < len(reader.tokens)
            and match_verb(reader.tokens, reader.at + 1) is not None
            and reader.text == "that"
        )
    )


def _read_number(reader: _Reader) -> None:
    """Read ``exactly two``, ``a pair of``, ``at least 3``, ``no``, ``every``."""
    lex = lexicon()
    words = [token.text for token in reader.tokens]
    bound = lex.longest(lex.bounds, words, reader.at)
    if bound and bound[0] in ("exact", "at least", "at most", "more than", "fewer than"):
        number = _number(words, reader.at + bound[1])
        if number is not None:
            reader.note(bound=_bound(bound[0], number[0]), plural=number[0] != 1)
            reader.at, reader.determined = number[1], True
            _skip_of(reader)
            _leave_open(reader, number[0])
        return
    if reader.text in ("each", "one") and reader.peek() in ("other", "another"):
        return
    every = lex.longest(lex.universals, words, reader.at)
    if every:
        reader.note(bound="all", plural=True)
        reader.at, reader.determined = reader.at + every[1], True
        if every[0] == "subjects":
            reader.words.append("thing")
            reader.head = True
        return
    nobody = lex.longest(lex.negations, words, reader.at)
    if nobody and nobody[0] == "subjects":
        reader.note(bound="0")
        reader.at, reader.determined = reader.at + nobody[1], True
        if reader.text == "of":
            _skip_of(reader)
        else:
            reader.words.append("thing")
            reader.head = True
        return
    skip = 1 if reader.text in ("a", "an") and bound is None else 0
    # `group`, `bunch` count only before `of`; `some`, `single` and `second` are left to the words.
    bound = bound or lex.longest(lex.bounds, words, reader.at + skip)
    if bound and bound[0] not in ("exact",) and not (skip and reader.peek(1 + bound[1]) != "of"):
        if bound[0] != ">=1":
            reader.note(bound=bound[0], plural=bound[0] != "0")
        reader.at, reader.determined = reader.at + skip + bound[1], True
        _skip_of(reader)
        return
    number = _number(words, reader.at + skip)
    alone = words[reader.at + skip] in closed_class("alone") if number is not None else False
    if number is not None and alone:
        reader.note(bound="1")
        reader.at, reader.determined = number[1], True
        return
    if number is None or (skip and number[0] == 1):
        return
    if number[0] == 1 and not _names_something(reader, 1):
        return
    reader.at, reader.determined = number[1], True
    reader.note(bound=str(number[0]) if number[0] != 1 else None, plural=number[0] != 1)
    _skip_of(reader)
    _leave_open(reader, number[0])


def _leave_open(reader: _Reader, number: int) -> None:
    """``both walk``, ``only one stays``: a verb follows the number, so that what they are is left open."""
    if not reader.head and _is_verb_of(reader, plural=number != 1):
        reader.words.append("thing")
        reader.head = True


def _is_verb_of(reader: _Reader, *, plural: bool) -> bool:
    """Say whether a verb stands here: with a number of things no noun, which would be a plural and end in s."""
    text = reader.text
    if not text or text in lexicon().looks or text.endswith(("ing", "ed")) or text.endswith("s") == plural:
        return False
    after = reader.tokens[reader.at + 1 : reader.at + 2]
    return _starts_verb(reader) and not (after and (after[0].text in AUXILIARIES or _verb_at(reader, 1)))


def _verb_at(reader: _Reader, ahead: int) -> bool:
    return reader.at + ahead < len(reader.tokens) and match_verb(reader.tokens, reader.at + ahead) is not None


def _names_something(reader: _Reader, ahead: int) -> bool:
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


def _skip_of(reader: _Reader) -> None:
    if reader.text == "of":
        reader.at += 1
        if reader.text in ("the", "these", "those", "them"):
            if reader.text == "them":
                reader.words.append("thing")
                reader.head = True
            reader.at += 1


def _read_word(reader: _Reader) -> bool:
    """Take one more word into the phrase; false where the phrase ends."""
    token, text = reader.tokens[reader.at], reader.text
    if text == "'s" and reader.head:
        reader.at += 1
        return reader.at < len(reader.tokens)
    if token.is_break:
        return text == "," and _joins_looks(reader)
    if text in CONJUNCTIONS:
        return _joins_looks(reader)
    if _read_reference(reader):
        return True
    look = lexicon().looks.get(text)
    if look is not None and not (reader.head and _starts_verb(reader)):
        return _read_look(reader, look)
    if _ends_phrase(reader):
        return False
    return _read_noun(reader)


def _joins_looks(reader: _Reader) -> bool:
    """``a red and white ball``: a conjunction between two looks, before the noun."""
    looks = lexicon().looks
    before = reader.tokens[reader.at - 1].text if reader.at else ""
    generic = reader.head and reader.words[-1:] == ["thing"]
    if (
        (reader.head and not generic)
        or reader.text not in ("and", ",")
        or before not in looks
        or reader.peek() not in looks
    ):
        return False
    if generic:
        reader.at += 1
        return True
    if looks[reader.peek()][0] == "shape" and looks[reader.peek()][1] not in ADJECTIVE_SHAPES:
        return False
    after = reader.peek(2)
    if not after or after in AUXILIARIES or after in ",;:.!?()":
        return False
    reader.at += 1
    return True


def _read_reference(reader: _Reader) -> bool:
    """Read pronouns, ``other``, generic nouns, and names of parts in a happening."""
    lex, text = lexicon(), reader.text
    if text in ("each", "one") and reader.peek() in ("other", "another") and not reader.words:
        reader.note(pronoun="each other")
        reader.at += 2
        reader.head = True
        return True
    if not reader.head and text in lex.asking["pronouns"] and not reader.determined:
        if text in ("that", "this", "these", "those") and not _is_pronoun_like(reader):
            return False
        reader.note(pronoun=text)
        reader.at += 1
        reader.head = True
        return True
    if (
        text in lex.asking["others"]
        and not (reader.head and text not in ("else",))
        and text not in ("partner", "companion", "counterpart", "rival", "opponent")
    ):
        reader.note(other=True, plural=text == "others")
        reader.at += 1
        reader.determined, reader.head = True, text == "others"
        return True
    name = lex.longest(lex.names, [token.text for token in reader.tokens], reader.at)
    if name and not reader.head and (reader.determined or (name[0][1] == "event" and not _starts_verb(reader))):
        following = reader.tokens[reader.at + name[1]].text if reader.at + name[1] < len(reader.tokens) else ""
        plain = text in closed_class("plain_roles") and name[0][1] != "event"
        if following not in lex.looks and following not in lex.asking["generic"] and not plain:
            reader.note(name=name[0])
            reader.at += name[1]
            reader.head = True
            return True
    if text in lex.asking["generic"] and not (text in ("it", "first") or (reader.head and text != "one")):
        if text in (
            "two",
            "three",
            "four",
            "both",
            "pair",
            "couple",
            "trio",
            "few",
            "several",
            "many",
            "second",
            "third",
        ):
            return False
        reader.words.append("someone" if text in ANYBODY else ("thing" if not reader.words else text))
        reader.note(plural=text.endswith("s"))
        reader.at += 1
        reader.head = True
        return True
    return False


def _read_look(reader: _Reader, look: tuple[str, str]) -> bool:
    kind, term = look
    text = reader.text
    if text in lexicon().colour_things and not _noun_follows(reader):
        return not reader.head and _read_noun(reader)
    generic_head = reader.head and not reader.nouns and reader.words[-1:] == ["thing"]
    if reader.head and kind != "shape" and not generic_head:
        return False
    reader.looks.append(look)
    if generic_head:
        reader.words.insert(len(reader.words) - 1, text)
    else:
        reader.words.append(text)
    if kind == "shape" and is_shape_noun(text, term):
        reader.head = True
        if text == "plus" and reader.peek() == "sign":
            reader.at += 1
    reader.at += 1
    return True


def _noun_follows(reader: _Reader) -> bool:
    """Say whether the next word can still belong to the phrase."""
    after = _Reader(reader.tokens, reader.at + 1, determined=True)
    if not after.text or reader.tokens[after.at].is_break or after.text in CONJUNCTIONS:
        return False
    return after.text in lexicon().looks or not (_ends_phrase(after) or _starts_verb(after))


def _starts_verb(reader: _Reader) -> bool:
    """Say whether the word at hand begins a verb: of the lexicon, or a common one."""
    token = reader.tokens[reader.at]
    return match_verb(reader.tokens, reader.at) is not None or bool(token.stems & lexicon().common_verbs)


def _ends_phrase(reader: _Reader) -> bool:
    """Say whether the word at hand is no adjective or noun of this phrase."""
    text, lex = reader.text, lexicon()
    if text in AUXILIARIES or text in RELATIVES or text in PREPOSITIONS or text in DETERMINERS:
        return not (text in lex.adjectives and reader.determined and not reader.head)
    if text in ADVERBS or (text.endswith("ly") and len(text) > 4):
        return True
    if text in ("not", "never", "without", "nor", "neither"):
        return True
    if reader.head or not reader.determined:
        places = match_place(reader.tokens, reader.at)
        if places:
            return True
        words = [token.text for token in reader.tokens]
        if lex.longest(lex.order, words, reader.at) or lex.longest(lex.times, words, reader.at):
            return True
        return _starts_verb(reader) and not _is_plural_subject(reader)
    named = bool(reader.looks) or reader.phrase.other
    return named and text.endswith("s") and match_verb(reader.tokens, reader.at) is not None


def _is_plural_subject(reader: _Reader) -> bool:
    """``dogs run``: a word that could be a verb, but opens the sentence and has a verb after it."""
    following = reader.at + 1
    if reader.head or reader.at > 0 or not reader.text.endswith("s") or following >= len(reader.tokens):
        return False
    after = reader.tokens[following]
    return after.text in AUXILIARIES or match_verb(reader.tokens, following) is not None


def _read_noun(reader: _Reader) -> bool:
    """Take a word that may be an adjective, a participle or a category noun."""
    text, token, lex = reader.text, reader.tokens[reader.at], lexicon()
    if not reader.head and text in lex.adjectives:
        reader.says.append((lex.adjectives[text], "alone"))
        reader.at += 1
        return True
    if not reader.head and (token.is_gerund or token.is_participle):
        match = match_verb(reader.tokens, reader.at)
        if match is not None and match.end == reader.at + 1 and match.late is None:
            chosen = match.patterns[0]
            passive = token.is_participle and not token.is_gerund and chosen.voice in ("active", "inverse")
            reader.says.append((chosen.predicate, "passive " + chosen.voice if passive else chosen.voice))
            reader.at += 1
            return True
    happening = lex.names.get((reader.peek(),), ("", ""))[1] == "event" and reader.determined
    if not reader.head and (
        happening or text.endswith("-like") or (text in INNER_ADJECTIVES and _noun_follows(reader))
    ):
        reader.at += 1
        return True
    reader.words.append(text)
    reader.nouns.append(text)
    reader.head = True
    reader.at += 1
    return True
