"""Phrases of place, direction and speed."""

from agents.clauses import match_place, match_verb
from agents.lexicon import Place, lexicon
from agents.noun_phrases import parse_phrase
from agents.reading.entities import Open, Part
from agents.reading.references import References
from twins.predicates import PREDICATES

MOVING = frozenset(
    name
    for name, predicate in PREDICATES.items()
    if predicate.kind != "spatial" and name not in ("still", "grows", "shrinks")
)
"""Predicates that a direction may be said of."""
REPLACED = ("moves", "moves_left", "moves_right", "moves_up", "moves_down")
"""Predicates of movement that a direction makes more exact."""


class Places(References):
    """Reads where a thing is, where it goes and how fast."""

    def _read_place(self) -> str:
        readings = match_place(self.tokens, self.at)
        if not readings:
            return ""
        length = len(readings[0].words)
        end = self.at + length
        roles = {place.role: place for place in readings}
        moved = self._mover()
        for role in ("fast", "slow"):
            if role in roles and (moved or self.subjects) and self.previous not in ("det",):
                return self._say_manner(role, end)
        if (
            moved is not None
            and ("direction" in roles or "origin" in roles)
            and not ("relation" in roles and self._noun_at(end))
        ):
            return self._direct(moved, roles, end)
        if "frame" in roles and not self._noun_at(end):
            return self._at_frame(roles["frame"], end)
        if "relation" in roles and self._noun_at(end):
            return self._relation(roles["relation"], end)
        return ""

    def _noun_at(self, at: int) -> bool:
        return at < len(self.tokens) and parse_phrase(self.tokens, at) is not None

    def _mover(self) -> Part | None:
        """Return the part of movement that a direction at the cursor belongs to."""
        for part in reversed(self.reading.parts):
            if part.predicate in MOVING and (part.subject in self.subjects or part.object in self.subjects):
                recent = not part.words or self.at - max(part.words) <= 8
                return part if recent and self.clause_start <= max(part.words, default=self.at) else None
        return None

    def _say_manner(self, predicate: str, end: int) -> str:
        self._cover(self.at, end)
        words = set(range(self.at, end))
        if (
            self.open is not None
            or (
                self.previous in ("np", "aux", "be", "conj", "neg", "rel")
                and self.at + 1 < len(self.tokens)
                and match_verb(self.tokens, end) is not None
            )
            if end < len(self.tokens)
            else self.open is not None
        ):
            self.pending_adverbs.append((predicate, self.at))
        else:
            self._add(predicate, self.subjects or [self._anything()], " ".join(self.words[self.at : end]), words)
        self.at = end
        return self.previous

    def _direct(self, mover: Part, roles: dict[str, Place], end: int) -> str:
        """Turn ``moves`` + ``to the left`` into one predicate; ``enters from the left`` into two."""
        place = (
            roles.get("direction")
            if mover.predicate not in ("enters", "appears", "reappears")
            else roles.get("origin") or roles.get("direction")
        )
        place = place or roles.get("origin")
        if place is None:
            return ""
        if mover.predicate in ("enters", "appears", "reappears") and "frame" in roles and "origin" not in roles:
            return self._at_frame(roles["frame"], end)
        self._close()
        words = set(range(self.at, end))
        self._cover(self.at, end)
        surface = " ".join(self.words[min(mover.words, default=self.at) : end])
        if mover.predicate in REPLACED or (mover.predicate == "disappears" and place.predicate == "moves_away"):
            mover.predicate = place.predicate
            mover.words |= words
            mover.surface = surface
        else:
            negated = mover.negated
            self._append(Part(place.predicate, mover.subject, negated=negated, surface=surface, words=words), tie=False)
        self.at = self._skip_frame_noun(end)
        return "place"

    def _skip_frame_noun(self, at: int) -> int:
        """Pass over ``of the frame``, ``edge``, ``of the picture``."""
        end = at
        while end < len(self.tokens) and (
            self.words[end] in lexicon().asking["frame"]
            or self.words[end] in ("of", "the", "side", "hand", "'s", "half", "corner")
        ):
            end += 1
        if end > at and any(word in lexicon().asking["frame"] for word in self.words[at:end]):
            self._cover(at, end)
            return end
        return at

    def _at_frame(self, place: Place, end: int) -> str:
        self._close()
        self._cover(self.at, end)
        subjects = self.subjects or ([self.last] if self.last is not None else [])
        if self.previous == "np" and self.last is not None:
            subjects = [self.last]
        surface = " ".join(self.words[self.at : end])
        words = set(range(self.at, end))
        self.at = self._skip_frame_noun(end)
        if not subjects:
            return "word"
        for part in self._add(place.predicate, subjects, surface, words):
            part.to_frame = True
        return "place"

    def _relation(self, place: Place, end: int) -> str:
        """``X … next to Y``: the phrase belongs to the noun before it, or to the subject after a verb."""
        self._close()
        self._cover(self.at, end)
        skipped = self._skip_frame_noun(end)
        if skipped > end:
            return self._at_frame(place, end)
        vanished = self._vanished(place)
        if vanished is not None:
            vanished.predicate = "hides_behind"
            vanished.words |= set(range(self.at, end))
            self.open, self.at = Open([vanished], swapped=False), end
            return "verb"
        left = self.last if self.previous == "np" and self.last is not None else None
        subjects = [left] if left is not None else self.subjects
        start = self.at
        self.at = end
        if not subjects or (self.previous in ("", "comma", "order") and not self.reading.parts and left is None):
            self.before = place
            phrase = parse_phrase(self.tokens, end)
            if phrase is not None:
                self.at = phrase.end
                self._cover(phrase.start, phrase.end)
                self.place_object = self._entity(phrase)
                self.last = self.place_object
            return "comma"
        if left is not None and self.subjects and left not in self.subjects:
            self.outer.append(self.subjects)
        parts = self._relate(place, subjects, None)
        for part in parts:
            part.words = set(range(start, end))
        self.open = Open(parts, swapped=place.inverse)
        return "verb"

    def _vanished(self, place: Place) -> Part | None:
        """``slips out of sight`` + ``behind the box`` is one happening: return the part that a place completes."""
        last = self.reading.parts[-1] if self.reading.parts else None
        if last is None or place.predicate != "behind" or place.inverse or self.previous not in ("place", "verb"):
            return None
        hidden = last.predicate in ("disappears", "hides_behind", "leaves") and last.object is None and last.words
        return last if hidden and max(last.words) == self.at - 1 else None
