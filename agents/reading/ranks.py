"""Who does something before all others, or after them: *enters first*, *is the last to leave*."""

import re

from agents.clauses import BREAKS, CONJUNCTIONS, RELATIVES
from agents.lexicon import lexicon
from agents.noun_phrases import parse_phrase
from agents.reading.references import References

RANKS = ("first", "last")
OTHERS = re.compile(
    r"(?:(?:all|any|every|each)(?: of)?(?: the)? (?:others?|rest)(?: ones?| things?)?"
    r"|(?:everything|everyone|everybody|anything|anyone|anybody|all) else|the (?:others|rest))(?: do| does| did)?"
)
"""What stands behind a word of order and means all others."""


class Ranks(References):
    """Reads that a deed comes before those of all others, or after them."""

    def _read_rank(self) -> str:
        text = self.words[self.at]
        if text in RANKS and self._ends_deed(self.at + 1):
            return self._rank_deed(text, self.at + 1 + 2 * (self.words[self.at + 1 : self.at + 3] == ["of", "all"]))
        if (rank := self._before_all_others()) is not None:
            return self._rank_deed(*rank)
        start = self.at + (text == "the")
        start += self.words[start : start + 1] == ["very"]
        word = "".join(self.words[start : start + 1])
        if word in RANKS or (word == "only" and start > self.at):
            return self._rank_next(word, start + 1)
        return ""

    def _ends_deed(self, at: int) -> bool:
        """Say whether a clause with a deed ends here, and what follows is not told as the next thing to happen."""
        if not self._has_deed():
            return False
        of_all = self.words[at : at + 2] == ["of", "all"]
        rest = self.words[at + 2 * of_all :]
        ended = not rest or rest[0] in CONJUNCTIONS | BREAKS
        told_on = at > 0 and self.words[at - 1] == "first" and bool(rest) and not set(rest) & set(RANKS)
        return ended and not told_on  # `enters first and stops`: in the first place

    def _has_deed(self) -> bool:
        """Say whether what the subject at hand does was read just before."""
        if not self.reading.parts or self.previous not in ("verb", "place", "np"):
            return False
        last = self.reading.parts[-1]
        mine = any(subject in (last.subject, last.object) for subject in self.subjects)
        return mine and (self.previous != "np" or self.last is last.object)

    def _before_all_others(self) -> tuple[str, int] | None:
        """Return the rank that ``before anything else does`` gives the deed before it, and where that ends."""
        found = lexicon().longest(lexicon().order, self.words, self.at)
        if found is None or found[0] not in ("before", "after") or not self._has_deed():
            return None
        start = self.at + found[1]
        end = next((n for n in range(start, len(self.words)) if self.tokens[n].is_break), len(self.words))
        if not OTHERS.fullmatch(" ".join(self.words[start:end])):
            return None
        return "first" if found[0] == "before" else "last", end

    def _rank_deed(self, rank: str, end: int) -> str:
        self._close()
        self.reading.parts[-1].rank = rank
        self._settle(self.at, end)
        self.at = end
        return "place"

    def _rank_next(self, rank: str, at: int) -> str:
        """``is the first to leave``, ``the last ball that stops``, ``the only one that moves``: of the deed to come."""
        phrase = parse_phrase(self.tokens, at) if at < len(self.tokens) else None
        end = phrase.end if phrase is not None and not phrase.definite else at
        if self.words[end : end + 1] not in (["to"], *([word] for word in RELATIVES)) or end + 1 >= len(self.tokens):
            return ""
        rivals = phrase.text if phrase is not None and end > at else "thing"
        if self.previous == "be" and self.subjects:
            self._settle(self.at, end + 1)
        else:
            self._close()
            entity = self._entity(phrase, reference=False) if phrase is not None and end > at else self._anything()
            entity.span = (self.at, end)
            self._settle(self.at, end + 1)
            self.outer.append([entity])
            self.subjects, self.last = [entity], entity
        if rank == "only":
            self.only += self.subjects
        else:
            self.rank = (rank, rivals)
        self.at = end + 1
        return "rel"
