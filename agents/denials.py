"""Which words of a question deny something: recall looks for what the others say."""

from collections.abc import Collection, Sequence
from itertools import pairwise

from agents.clauses import AUXILIARIES, CONJUNCTIONS, RELATIVES, Token
from agents.lexicon import lexicon
from agents.negations import SUPPOSED, denials, with_auxiliaries
from agents.noun_phrases import parse_phrase
from agents.reading import Part, Reading
from agents.sub_queries import is_content

ENDS = CONJUNCTIONS | RELATIVES
"""Words behind which nothing is denied any more."""


def denied_places(tokens: Sequence[Token], reading: Reading) -> tuple[int, ...]:
    """Return the places (:class:`Token`) of the words by which a question denies something, in ascending order.

    What takes part in something that is not denied stays: of ``no ball touches the box that a dog carries``, the box.
    """
    cut = {at for start, end in reading.denials for at in range(with_auxiliaries(tokens, start), end)}
    kept: set[int] = set()
    for part in reading.parts:
        if part.is_denied:
            cut |= _Denial(part, tokens, reading).words()
            continue
        kept |= part.words
        for entity in (part.subject, part.object):
            kept.update(range(*(entity.span if entity is not None and entity.span else (0, 0))))
    return tuple(sorted({place for at in cut - kept for place in tokens[at].places}))


def unheard_places(tokens: Sequence[Token], reading: Reading, free: Collection[int]) -> tuple[set[int], set[int]]:
    """Return the positions of words that are denied and that grammar does not look for.

    Beside what it read as denied, and where it read nothing of a denial; the denial's own words are among the latter.

    Args:
        free: positions of the words that no part, look or acting thing explains.
    """
    beside: set[int] = set()
    unread: set[int] = set()
    if SUPPOSED & {token.text for token in tokens}:
        return beside, unread
    for denial in denials(tokens):
        scope = set(range(denial.start, denial.end))
        if scope & _heard(reading):
            beside |= scope & set(free)
        else:
            unread |= {at for at in scope if is_content(tokens[at].text)} | set(range(*denial.words))
    return beside, unread


def _heard(reading: Reading) -> set[int]:
    """Return the positions of words of what was read as denied: parts, things that are missing or excluded, none."""
    denied = [part for part in reading.parts if part.is_denied]
    nobody = [e for e in reading.entities if e.bound == "0" or e in reading.absent]
    spans = [span for span in (*(e.span for e in nobody), *(part.denial for part in denied)) if span is not None]
    places = {at for start, end in (*spans, *reading.denials, *reading.exclusions) for at in range(start, end)}
    return places.union(*(part.words for part in denied))


class _Denial:
    """One denied part among the words of its question."""

    def __init__(self, part: Part, tokens: Sequence[Token], reading: Reading) -> None:
        self._part, self._tokens, self._reading = part, tokens, reading
        self._verbs = {at for at in range(len(tokens)) if self._tells(at)}

    def words(self) -> set[int]:
        """Return the positions of the words that deny, and of what they deny."""
        part = self._part
        if not part.words:
            return set()
        if part.denial is None or part.denial[0] > min(part.words):
            return self._auxiliaries(min(part.words)) | self._deed()
        start, after = part.denial
        cut = self._auxiliaries(start) | set(range(start, after))
        first = min((at for at in self._verbs if at >= after), default=after)
        phrase = parse_phrase(self._tokens, after) if after < first else None
        if phrase is not None and after < phrase.end <= first:
            cut.update(range(after, phrase.end))  # `without a hat`, unless it goes on: `without a dog chasing it`
            goes_on = first == phrase.end and first in part.words and self._tokens[first].is_gerund
            return cut | self._deed() if goes_on else cut
        end = next((at for at in range(after, first) if self._ends(at)), None)
        if end is not None:
            return cut | set(range(after, end))
        cut.update(range(after, first))
        return cut | (self._deed() if first in part.words else self._until_next(first))

    def _tells(self, at: int) -> bool:
        """Say whether a predicate was read here, or a verb stands here that none measures."""
        unread = at not in self._reading.covered and self._tokens[at].text not in AUXILIARIES
        return any(at in part.words for part in self._reading.parts) or (
            unread and bool(self._tokens[at].stems & lexicon().common_verbs)
        )

    def _ends(self, at: int) -> bool:
        token = self._tokens[at]
        return token.is_break or token.text in ENDS or (token.text,) in lexicon().order

    def _described_further(self, at: int) -> bool:
        """Say whether a relative clause begins here: the thing is one that is asked for."""
        return at < len(self._tokens) and self._tokens[at].text in RELATIVES

    def _until_next(self, verb: int) -> set[int]:
        """Return a verb that no predicate measures and what follows it, up to the next verb or clause."""
        ends = (at for at in range(verb + 1, len(self._tokens)) if at in self._verbs or self._ends(at))
        return set(range(verb, next(ends, len(self._tokens))))

    def _auxiliaries(self, at: int) -> set[int]:
        """Return the auxiliaries that stand before a position: what they help is cut."""
        start = at
        while start and self._tokens[start - 1].text in AUXILIARIES and start - 1 not in self._verbs:
            start -= 1
        return set(range(start, at))

    def _deed(self) -> set[int]:
        """Return the part's own verb with the things that come after it, and who does not do it where nobody does."""
        part, cut = self._part, set(self._part.words)
        for entity in (part.subject, part.object):
            nobody = entity is part.subject and entity.bound == "0"
            if entity is None or entity.span is None or not (nobody or entity.span[0] > min(part.words)):
                continue
            if nobody or not self._described_further(entity.span[1]):
                cut.update(range(*entity.span))
        phrase = parse_phrase(self._tokens, max(cut) + 1) if max(cut) + 1 < len(self._tokens) else None
        if phrase is not None and phrase.pronoun is not None:
            cut.update(range(phrase.start, phrase.end))
        for before, behind in pairwise(sorted(cut)):  # articles and the like between them go with them
            if not any(self._ends(at) or is_content(self._tokens[at].text) for at in range(before + 1, behind)):
                cut.update(range(before, behind))
        return cut
