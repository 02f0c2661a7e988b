"""From a question to its words: tokens, the asking frame taken off, and the pieces that carry meaning."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from agents.lexicon import DETERMINERS, SLOT, Pattern, Place, closed_class, is_irregular, lexicon, stems

MAX_WORDS = 120
"""A question is read up to here; nobody asks more in one breath, and reading stays fast."""
MAX_CHARACTERS = 20_000

CONTRACTIONS = (
    (re.compile(r"\bcan(?:no|')t\b"), "can not"),
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"\b(it|that|there|what|who|where|he|she)'s\b"), r"\1 is"),
    (re.compile(r"'re\b"), " are"),
    (re.compile(r"'ve\b"), " have"),
    (re.compile(r"\bplus[ -]sign(?=s?\b)"), "plus-sign"),  # by itself a conjunction
)
TOKEN = re.compile(r"[^\W_]+(?:-[^\W_]+)*(?:'(?!s\b)[^\W_]+)*|'s\b|[,;:.!?()]")

BREAKS = frozenset(",;:.!?()")
BE = closed_class("be")
GET = closed_class("get")
AUXILIARIES = closed_class("auxiliaries")
RELATIVES = closed_class("relatives")
CONJUNCTIONS = closed_class("conjunctions")
PREPOSITIONS = closed_class("prepositions")
ADVERBS = closed_class("adverbs")
INNER_ADJECTIVES = closed_class("inner_adjectives")
PARTICIPLES = closed_class("participles")


@dataclass(frozen=True)
class Token:
    """A lower-cased word or a mark of punctuation, and the positions of what it stands for in the whole question."""

    text: str
    places: tuple[int, ...] = field(default=(), compare=False)

    @property
    def is_break(self) -> bool:
        """Say whether this is punctuation."""
        return self.text in BREAKS

    @property
    def stems(self) -> frozenset[str]:
        """The word's stem, and its lemma's."""
        return stems(self.text)

    @property
    def is_participle(self) -> bool:
        """Say whether the form may be a past participle."""
        irregular = self.text.endswith("n") and is_irregular(self.text)
        return self.text.endswith("ed") or irregular or self.text in PARTICIPLES

    @property
    def is_gerund(self) -> bool:
        """Say whether the form ends in -ing."""
        return self.text.endswith("ing") and len(self.text) > 4 and self.text not in ("thing", "nothing", "anything")


def tokenise(text: str) -> list[Token]:
    """Split a text into lower-cased words and punctuation; contractions are opened (``doesn't``: does not)."""
    plain = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS]).replace("’", "'").replace("‘", "'").lower()
    for form, opened in CONTRACTIONS:
        plain = form.sub(opened, plain)
    return [Token(found, (place,)) for place, found in enumerate(TOKEN.findall(plain))]


class Word(str):
    """A word that can be moved about and compared as text, and still knows its places; see :class:`Token`."""

    places: tuple[int, ...] = ()


def words_of(tokens: Sequence[Token]) -> list[str]:
    """Return words that know their places."""
    words: list[str] = []
    for token in tokens:
        word = Word(token.text)
        word.places = token.places
        words.append(word)
    return words


def places_of(words: Iterable[str]) -> tuple[int, ...]:
    """Return the places of words; words that were put in have none."""
    return tuple(place for word in words if isinstance(word, Word) for place in word.places)


def tokens_of(words: Iterable[str]) -> list[Token]:
    """Return words as tokens at the same places."""
    return [Token(str(word), places_of([word])) for word in words]


def strip_asking(tokens: list[Token]) -> list[Token]:
    """Take off what only asks (``please find me the clip where``, ``in which video does``, ``… in this video?``)."""
    while tokens and tokens[-1].is_break:
        tokens = tokens[:-1]
    words = [token.text for token in tokens]
    while size := _trailing(words):  # `anywhere in the picture`
        tokens, words = tokens[:-size], words[:-size]
    start = _asking_end(words)
    return tokens[start:] if start < len(tokens) else []


def _trailing(words: list[str]) -> int:
    """Return how many words at the end only ask, or are punctuation."""
    if words and words[-1] in BREAKS:
        return 1
    phrases = (phrase for phrase in lexicon().trailing if tuple(words[-len(phrase) :]) == phrase)
    return next((len(phrase) for phrase in phrases if len(words) > len(phrase) + 1), 0)


def _asking_end(words: list[str]) -> int:
    """Return where the asking frame ends: after ``… the clip where``, else after the request (``find``), else 0."""
    asking = lexicon().asking
    at, request = 0, 0
    while at < len(words):
        word = words[at]
        if word in asking["containers"] and words[at + 1 : at + 2] == ["without"]:
            return at + 1
        if word in asking["containers"]:
            end = _after_link(words, at + 1)
            # `scene`, `case`, `part` and the like ask only where something links them to what is asked for.
            return end if end else (at + 1 if at + 1 == len(words) or request else _question_end(words, at))
        if word in asking["requests"]:
            request = at + 1
        elif word not in asking["fillers"] and word not in ("'s", ",", ":", "kind", "short", "any", "?", "."):
            break
        at += 1
    if request:
        while request < len(words) and words[request] in ("me", "us", "for", "out", "to", "up", ",", ":"):
            request += 1
        return request
    return 2 if words[:2] in (["is", "there"], ["are", "there"], ["there", "is"], ["there", "are"]) else 0


def _question_end(words: list[str], container: int) -> int:
    """Return the end of ``which video ...`` / ``in which clip ...``; 0 where the container is no part of a frame."""
    return container + 1 if {"which", "what"} & set(words[:container]) else 0


def _after_link(words: list[str], at: int) -> int:
    """Return the position after the linking words at ``at``, or 0 where there are none."""
    skipped = at
    while skipped < len(words) and words[skipped] in (",", ":"):
        skipped += 1
    for phrase in lexicon().links:
        if tuple(words[skipped : skipped + len(phrase)]) == phrase:
            end = skipped + len(phrase)
            return _after_link(words, end) or end
    return skipped if skipped > at else 0


@dataclass(frozen=True)
class VerbMatch:
    """A verb of the lexicon found in a sentence: every reading of the same words.

    ``end`` is the position after its last adjoining word; ``late`` a word that belongs to it after the object
    (``leave the ball behind``); ``denied`` says that a *not* stood inside.
    """

    patterns: tuple[Pattern, ...]
    start: int
    end: int
    late: int | None = None
    denied: bool = False

    @property
    def voices(self) -> frozenset[str]:
        """The voices in which the words can be read."""
        return frozenset(pattern.voice for pattern in self.patterns)


def match_verb(tokens: Sequence[Token], at: int) -> VerbMatch | None:
    """Find the longest verb pattern that starts at this word."""
    found: list[tuple[int, int | None, bool, Pattern]] = []
    best = 0  # words that match; of equal ones those win between which the least was skipped
    for stem in sorted(tokens[at].stems):
        for pattern in lexicon().verbs.get(stem, ()):
            if pattern.literal < best:
                break
            matched = _match(tokens, at, pattern)
            if matched is not None and _left_is_a_verb(tokens, at, pattern):
                if pattern.literal > best:
                    found, best = [], pattern.literal
                found.append((*matched, pattern))
    if not found:
        return None
    end = min(item[0] for item in found)
    tight = [item for item in found if item[0] == end]
    tight = [item for item in tight if not item[3].general] or tight
    return VerbMatch(tuple(item[3] for item in tight), at, end, tight[0][1], tight[0][2])


def is_finite(tokens: Sequence[Token], at: int) -> bool:
    """Say whether a word is a verb that makes a clause: ``is``, ``moves``; not so ``moving``, ``moved``, ``to``."""
    token = tokens[at]
    if token.text in AUXILIARIES:
        return token.text not in ("to", "able", "being")
    looks = token.text in lexicon().looks or token.is_gerund or token.is_participle
    return not looks and match_verb(tokens, at) is not None


def _left_is_a_verb(tokens: Sequence[Token], at: int, pattern: Pattern) -> bool:
    """``left`` is a side unless something has left, or leaves something named."""
    if tokens[at].text != "left" or pattern.words[0] == "left":
        return True
    before = tokens[at - 1].text if at else ""
    return pattern.literal > 1 or before in ("has", "have", "had", "having", "just", "never", "is", "being")


def _match(tokens: Sequence[Token], at: int, pattern: Pattern) -> tuple[int, int | None, bool] | None:
    """Return (end, late word, denied) where the pattern's words stand at ``at``; adverbs may stand between them."""
    position, denied = at + 1, False
    for number, word in enumerate(pattern.words[1:], start=1):
        if word == SLOT:
            late = _late(tokens, position, pattern.words[number + 1 :])
            if late is None:
                return None
            return (late[1], None, denied) if late[0] == position else (position, late[0], denied)
        skipped = 0
        while position < len(tokens) and word not in tokens[position].stems:
            text = tokens[position].text
            if skipped >= 3 or not _may_be_skipped(text):
                return None
            denied |= text in ("not", "never")
            position, skipped = position + 1, skipped + 1
        if position >= len(tokens) or (number == len(pattern.words) - 1 and _opens_direction(tokens, position)):
            return None
        position += 1
    return position, None, denied


def _opens_direction(tokens: Sequence[Token], at: int) -> bool:
    """``moves to the right``: *to* belongs to the direction, not to the verb."""
    if tokens[at].text not in ("to", "at", "by", "from", "on", "in", "into", "for", "toward", "towards"):
        return False
    places = match_place(tokens, at)
    return bool(places) and len(places[0].words) > 1 and places[0].role in ("direction", "origin", "frame")


def _may_be_skipped(text: str) -> bool:
    return (
        text in DETERMINERS
        or text in ADVERBS
        or text in INNER_ADJECTIVES
        or text in ("not", "never")
        or text in lexicon().numbers
        or (text.endswith("ly") and len(text) > 4)
    )


def _late(tokens: Sequence[Token], at: int, words: tuple[str, ...]) -> tuple[int, int] | None:
    """Return where the words after the slot stand (start, end), at most six on and in the same clause.

    A passive has its object before it, so that nothing stands in the slot (``is left behind by …``).
    """
    first = at if tokens[at - 1].is_participle else at + 1
    for position in range(first, min(at + 7, len(tokens))):
        if position > at and (tokens[position - 1].is_break or tokens[position - 1].text in CONJUNCTIONS | RELATIVES):
            return None
        if position == first > at and (tokens[at].text in DETERMINERS or tokens[at].text in lexicon().numbers):
            continue  # `makes a stop`, `makes two stops`: nobody is made to
        window = [n for n in range(position, min(position + 4, len(tokens))) if tokens[n].text not in DETERMINERS]
        window = window[: len(words)]
        if len(window) < len(words) or tokens[position].text in DETERMINERS:
            continue
        if all(word in tokens[n].stems for word, n in zip(words, window, strict=True)):
            return position, window[-1] + 1
    return None


def match_place(tokens: Sequence[Token], at: int) -> tuple[Place, ...]:
    """Find the longest phrase of place or direction that starts at this word: every reading of the same words."""
    found: list[Place] = []
    for place in lexicon().places.get(tokens[at].text, ()):
        if found and len(place.words) < len(found[0].words):
            break
        if tuple(token.text for token in tokens[at : at + len(place.words)]) == place.words:
            found.append(place)
    return tuple(found)
