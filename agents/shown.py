"""How messages refer to what was shown: "2", "#3", "the second one", "video 4", "the last two", "it", a file's name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

SHORTEST_NAME = 3
UNCLEAR = 0
"""The rank of *the other one* where there are several others, and of *the dog one*, which no video is called."""

_UP_TO_TWENTY = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
)
ORDINALS = tuple(_UP_TO_TWENTY.split())
NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]


@dataclass(frozen=True)
class Shown:
    """A video that was shown before.

    Args:
        rank: its number.
        names: how it may be called: its id, its file's name.
        told: what is known of it, in a few words; empty where nobody reads them.
    """

    rank: int
    names: tuple[str, ...] = ()
    told: str = ""


NOUN = r"(?:ones?|videos?|clips?|results?|hits?|match(?:es)?|answers?|candidates?)"
COUNT = rf"(?:\d{{1,3}}|{'|'.join(NUMBERS)})"
ORDINAL = rf"(?:{'|'.join(ORDINALS)}|\d{{1,3}}(?:st|nd|rd|th))"
_LAST = r"(?:(?:second|next)(?: to |-to-)last|second last|penultimate|last|best|top|winner)"
_ALL = ("them", "those", "these", "all", "both", "they", "each")
PLURAL = rf"(?:each one|(?:all|both|each)(?: of (?:them|those|these))?|them|they|(?:those|these)(?: {NOUN})?)"
MARKED = r"⟦\d+⟧"
# Without a noun "the first" may stand before another one: "the first place".
_NUMBERED = rf"(?:the )?(?:{NOUN}|number|no\.?|nr\.?|rank) ?#?(?:number )?{COUNT}"
PLAIN = rf"(?:{MARKED}|{_NUMBERED}|#?\d{{1,3}}|the {ORDINAL} {NOUN})"
_EXPLICIT = (
    rf"(?:{MARKED}|the (?:first|last|top|best) {COUNT}(?: {NOUN})?|"
    rf"{_NUMBERED}|#?\d{{1,3}}(?:st|nd|rd|th)?(?: {NOUN})?|"
    rf"(?:the )?(?:{_LAST}|{ORDINAL})(?: {NOUN})?)"
)
SINGULAR = rf"(?:it|(?:this|that)(?: {NOUN})?|the same(?: {NOUN})?|(?:the )?(?:other|next|previous) {NOUN}|the other)"
# Atomic, so that each is read whole: of "the first two is longer" no form takes "the first" and leaves "two is longer".
REFERENCE = rf"(?>(?:{_EXPLICIT}|{PLURAL}|{SINGULAR})(?![\w-]))"
SEVERAL = rf"{REFERENCE}(?:(?:,? and |,? or |, ){REFERENCE})*"
NAMED = rf"{_EXPLICIT}(?![\w-])"
EACH_NAMED = rf"{NAMED}(?:(?:,? and |,? or |, ){NAMED})*"
THERE = rf"(?!(?:{_LAST}|{ORDINAL})$){SEVERAL}"
"""What stands after *in* at the end of a message, but for "it comes in first"."""
_ONE = re.compile(REFERENCE, re.I)


@dataclass(frozen=True)
class Ranks:
    """What references stand for.

    Args:
        shown: the ranks of the list, in order.
        focus: those of what was spoken of last, *it* first; by default the first of the list.
    """

    shown: Sequence[int]
    focus: Sequence[int] = ()

    @property
    def it(self) -> int:
        """The rank of what *it* means."""
        return next((rank for rank in self.focus if rank in self.shown), self.shown[0] if self.shown else 1)

    def of(self, reference: str | None) -> list[int]:
        """Return the ranks that ``the first two and #5`` names."""
        if reference is None:
            return []
        return [rank for part in _ONE.findall(reference) for rank in self._of_one(part.lower())]

    def _of_one(self, part: str) -> list[int]:
        """Return the ranks that a single reference names."""
        words = re.sub(rf"\b(?:the|{NOUN}|number|rank|nr|no)\b|[#.]", " ", part).split()
        digits = re.search(r"\d+", part)
        last = self.shown[-1] if self.shown else 1
        if words and words[-1] in _ALL:
            return list(self.shown)
        if len(words) == 2 and (size := number_of(words[1])):
            return list(self.shown[-size:]) if words[0] == "last" else list(range(1, size + 1))
        if any(word in part for word in ("second to last", "second last", "next to last", "penultimate")):
            return [self.shown[-2] if len(self.shown) > 1 else last]
        if digits:
            return [int(digits[0])]
        if words and words[0] in ORDINALS:
            return [ORDINALS.index(words[0]) + 1]
        if words and words[0] in ("other", "next", "previous"):
            return [self._beside(words[0])]
        if words and words[0] in NUMBERS:
            return [NUMBERS.index(words[0]) + 1]
        if words and words[0] == "last":
            return [last]
        best = self.shown[0] if self.shown else 1
        return [best] if words and words[0] in ("best", "top", "winner") else [self.it]

    def _beside(self, word: str) -> int:
        """Return the rank of *the other one*, *the next one* or *the previous one*."""
        if word == "other":
            spoken = self.focus if len(self.focus) == 2 else self.shown
            others = [rank for rank in spoken if rank != self.it]
            return others[0] if len(others) == 1 else UNCLEAR
        place = list(self.shown).index(self.it) if self.it in self.shown else 0
        place += 1 if word == "next" else -1
        return self.shown[place] if 0 <= place < len(self.shown) else self.it + (1 if word == "next" else -1)


def number_of(word: str) -> int:
    """Return the number that a word says; 0 where it says none."""
    return int(word) if word.isdigit() else NUMBERS.index(word) + 1 if word in NUMBERS else 0


def with_marks(text: str, shown: Sequence[Shown]) -> tuple[str, dict[str, str]]:
    """Put a mark ``⟦rank⟧`` for every name of a shown video; return the text, and what stood for each mark.

    A name may look like a word of the message: where the mark comes to stand in free text, the word is put back.
    """
    ranks = {name.casefold(): video.rank for video in reversed(shown) for name in video.names if _is_name(name)}
    if not ranks:
        return text, {}
    named = re.compile(
        rf"(?<![\w.-])(?:{'|'.join(map(re.escape, sorted(ranks, key=len, reverse=True)))})(?![\w-])", re.I
    )
    stood: dict[str, str] = {}

    def mark(found: re.Match[str]) -> str:
        made = f"⟦{ranks[found[0].casefold()]}⟧"
        stood.setdefault(made, found[0])
        return made

    return named.sub(mark, text), stood


def _is_name(name: str) -> bool:
    return len(name) >= SHORTEST_NAME and not name.isdigit()
