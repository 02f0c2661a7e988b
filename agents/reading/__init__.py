"""Reading a question: who does what to whom, when, and what is denied — grammar by a few rules, no model.

The words of a question are walked once, from left to right. A noun phrase becomes an :class:`Entity`, a verb or a
phrase of place a :class:`Part` between entities. Pronouns, repeated nouns and *the other* go back to the entity they
mean, so that one variable stands for one thing in all parts.
"""

from collections.abc import Sequence
from dataclasses import replace

from agents.clauses import ADVERBS, AUXILIARIES, BE, CONJUNCTIONS, GET, PREPOSITIONS, Token, match_verb
from agents.lexicon import DETERMINERS, closed_class, lexicon, stems
from agents.noun_phrases import ends_as_plural, parse_phrase
from agents.phrase_reader import Phrase
from agents.reading.changes import settle_camera, settle_changes
from agents.reading.connectors import Connectors
from agents.reading.entities import FRAME, Entity, Part, Reading
from agents.reading.figures import take_literally
from agents.reading.lookalikes import pair_lookalikes
from agents.reading.nouns import Nouns
from agents.reading.places import Places
from agents.reading.ranks import Ranks
from agents.reading.shared_looks import SharedLooks
from agents.reading.verbs import Verbs


def read(tokens: Sequence[Token]) -> Reading:
    """Read a question whose asking frame was taken off."""
    walker = _Walker(tokens)
    walker.walk()
    settle_changes(walker.reading, tokens)
    settle_camera(walker.reading)
    take_literally(walker.reading.entities, tokens)
    pair_lookalikes(tokens, walker.reading)
    return walker.reading


def _resumes(part: Part) -> bool:
    """Say whether something goes on (``resumes``, ``continues``), not for the first time."""
    return bool(stems(part.surface.split(" ")[0]) & GOING_ON)


HAPPEN = frozenset(stem for word in closed_class("happen") for stem in stems(word))
"""Verbs of anything that happens: where nothing does, nothing moves."""
GOING_ON = frozenset(stem for word in closed_class("going_on") for stem in stems(word))

NO_PEOPLE = frozenset(["nobody", "no one", "no-one"])


class _Walker(Connectors, Nouns, Places, Ranks, SharedLooks, Verbs):
    """Walks a question once, item by item."""

    def walk(self) -> None:
        for frame in (["the", "one", "where"], ["the", "one", "in", "which"]):
            if self.words[: len(frame)] == frame:  # it means the clip
                self._settle(0, len(frame))
                self.at = len(frame)
        while self.at < len(self.tokens):
            start = self.at
            kind = self._step()
            if kind:
                self.previous = kind
            self.at = max(self.at, start + 1)
        self._close()
        self._settle_exclusions()
        self._settle_shared_looks()
        self._repeat_deed()
        self._leave_out_deed()
        self._start_again()
        self._outrun()
        self._roam()
        self._take_back()
        self._come_out_again()
        for entity in self.reading.entities:
            joined = any(entity in (p.subject, p.object) for p in self.reading.parts)
            idle = entity.bound == "0" and not entity.is_described and self.reading.parts
            # `all his tools`: how many is not said. `neither of them gets far`: there are some.
            if entity.bound not in (None, "all") and not joined and not idle:
                self.reading.counted.append(entity)
        self._be_uneventful()
        self._be_deserted()

    def _be_deserted(self) -> None:
        """``nobody is in the picture``: no people are, whatever else is. Who does something may be anything."""
        for entity in self.reading.counted:
            said = " ".join(self.words[slice(*entity.span)]) if entity.span is not None else ""
            if entity.bound == "0" and entity.text == "thing" and said in NO_PEOPLE:
                entity.words, entity.nouns = ["people"], ["people"]

    def _be_uneventful(self) -> None:
        """``no event at all``: nothing moves."""
        for entity in list(self.reading.counted):
            if entity.bound == "0" and entity.nouns and set(entity.nouns) <= closed_class("events"):
                self.reading.counted.remove(entity)
                entity.words, entity.nouns = ["thing"], []
                words = set(range(*entity.span)) if entity.span is not None else set()
                self._append(Part("moves", entity, surface="happens", words=words), tie=False)

    def _repeat_deed(self) -> None:
        """``first the red one stops, then the blue one``: the deed that is left out is the one before (Quirk 13.92)."""
        relation, earlier = self.link or ("", None)
        if earlier is None or relation == "during" or len(self.subjects) != 1 or earlier.negated or earlier.to_frame:
            return
        subject = self.subjects[0]
        idle = all(subject not in (part.subject, part.object) for part in self.reading.parts)
        alike = bool(subject.looks and earlier.subject.looks) or not subject.is_described
        start, end = subject.span or (0, 0)
        bare = all(word in AUXILIARIES or word in ("too", "else", ".", "!", "?") for word in self.words[end:])
        if idle and bare and start > max(earlier.words, default=0) and alike:
            repeated = replace(earlier, subject=subject, words=set(), times=None)
            self._append(repeated, tie=True)

    def _leave_out_deed(self) -> None:
        """``the red one moves, the blue one does not``: the deed that is left out is the one before, denied or not."""
        words = [word for word in self.words if word not in ",.!?" and word not in ADVERBS]
        denied = words[-1:] == ["not"]
        rest = words[:-1] if denied else words
        helped = bool(rest) and rest[-1] in closed_class("support") | BE
        if not (helped and self.reading.parts and len(self.subjects) == 1):
            return
        subject, earlier = self.subjects[0], self.reading.parts[-1]
        idle = all(subject not in (part.subject, part.object) for part in self.reading.parts)
        if idle and subject.span is not None and subject.span[0] > max(earlier.words, default=0):
            denial = self.denial if denied else None
            again = replace(earlier, subject=subject, negated=denied, words=set(), times=None, denial=denial)
            self._append(again, tie=False)

    def _start_again(self) -> None:
        """``stops and goes on``: who goes on after a stop of its own has started again."""
        stopped: list[Entity] = []
        for part in self.reading.parts:
            if part.predicate == "moves" and _resumes(part) and not part.negated and part.subject in stopped:
                part.predicate = "starts"
            if part.predicate == "starts" and _resumes(part):
                for rest in self.reading.parts:  # `rests and resumes`: who resumes has stopped before
                    if rest.predicate == "still" and rest.subject is part.subject and not rest.negated:
                        rest.predicate = "stops"
            if part.predicate == "stops" and not part.negated:
                stopped.append(part.subject)

    def _outrun(self) -> None:
        """``a race in which one leaves the other behind``: in a race that is to overtake."""
        if any(lexicon().names.get((word,), ("", ""))[0] == "overtakes" for word in self.words):
            for part in self.reading.parts:
                if part.predicate == "parts_from" and any(self.words[at] == "behind" for at in part.words):
                    part.predicate = "overtakes"

    def _roam(self) -> None:
        """``drifts around``: whoever goes around nothing in particular just moves."""
        for part in self.reading.parts:
            ways = part.surface.split(" ")[1:]
            if part.predicate == "circles" and part.object is None and ways in (["around"], ["about"], ["round"]):
                part.predicate = "moves"

    def _come_out_again(self) -> None:
        """``goes behind a wall but does not come out``: what comes out after it hid appears again."""
        hidden: list[Entity] = []
        for part in self.reading.parts:
            if part.predicate == "appears" and part.subject in hidden:
                part.predicate = "reappears"
            if part.predicate == "hides_behind" and not part.is_denied:
                hidden.append(part.subject)

    def _take_back(self) -> None:
        """``a race without a change of lead``: what a noun alone would say, the question denies of anything."""
        denied = {part.predicate for part in self.reading.parts if part.negated and not part.subject.is_described}
        for part in list(self.reading.parts):
            named = lexicon().names.get((part.surface.split(" ")[-1],), ("", "")) == (part.predicate, "event")
            anybody = part.object is None and not part.subject.is_described
            if part.predicate in denied and named and anybody and not part.is_denied:
                self.reading.parts.remove(part)
                self.reading.order = [tie for tie in self.reading.order if part not in tie]

    def _step(self) -> str:
        """Read one item at the cursor and say of which kind it was; nothing where it says nothing."""
        if self.open is not None and self.open.until == self.at:
            self._close()
            self.at += 1
            return "word"
        text = self.words[self.at]
        if self.tokens[self.at].is_break:
            return self._read_break(text)
        for reader in (
            self._read_shared_look,
            self._read_exclusion,
            self._read_rank,
            self._read_negation,
            self._read_times,
            self._read_relative,
            self._read_verb_first,
            self._read_order,
            self._read_adverbial,
        ):
            start = self.at
            kind = reader()
            if kind or self.at > start:  # `first` is passed over and is of no kind
                return kind
        if text in CONJUNCTIONS:
            return self._read_conjunction(text)
        return self._read_place() or self._read_auxiliary(text) or self._read_thing_or_deed(text)

    def _read_auxiliary(self, text: str) -> str:
        if text not in AUXILIARIES:
            return ""
        self._cover(self.at, self.at + 1)
        if text in BE and self.previous == "np" and self.open is None and self.last not in self.subjects:
            self._resume_outer()
        self.at += 1
        return "be" if text in BE | GET else (self.previous if self.previous == "np" else "aux")

    def _read_thing_or_deed(self, text: str) -> str:
        """Read a noun phrase, else a verb: of the lexicon, or a common one that no predicate measures."""
        phrase = parse_phrase(self.tokens, self.at)
        if phrase is not None and phrase.end > self.at and not self._is_helped() and not self._is_deed_of(phrase):
            return self._read_phrase(phrase)
        kind = self._read_verb()
        if kind:
            return kind
        if phrase is not None or self.tokens[self.at].stems & lexicon().common_verbs:
            return self._read_unknown_deed()
        return "by" if text == "by" else ("prep" if text in ("with", "of", "and", "between") else "word")

    def _is_helped(self) -> bool:
        """``does not bark``: behind *do* or a modal stands a verb, whatever else the word may be."""
        before = self.at - 1
        while before >= 0 and (self.words[before] in ("not", "never") or self.words[before] in ADVERBS):
            before -= 1
        text = self.words[self.at]
        named = text in DETERMINERS | PREPOSITIONS | AUXILIARIES | lexicon().asking["generic"]
        named = named or text in lexicon().asking["pronouns"] or text in lexicon().looks
        return before > 0 and self.words[before] in closed_class("support") and bool(self.subjects) and not named

    def _is_deed_of(self, phrase: Phrase) -> bool:
        """``a dog barks``, ``someone juggles balls``: behind a finished noun phrase a word in s is the verb of it."""
        first = self.words[self.at]
        bare = phrase.start == self.at and first in phrase.nouns[:1] and phrase.words[0] == first
        behind_noun = self.previous == "np" and self.open is None and self.last in self.subjects
        in_s = bare and ends_as_plural(first)
        return in_s and behind_noun and (self.denial is None or self.denial[1] != self.at)

    def _read_unknown_deed(self) -> str:
        """Read a verb that no predicate measures; a denial ends with it, but for ``does not want to stop``."""
        self._close()
        self._finite_after_object()
        end = self.at + 1
        if self.words[end : end + 1] != ["to"]:
            known = end < len(self.tokens) and match_verb(self.tokens, end) is not None
            phrase = None if known or end >= len(self.tokens) else parse_phrase(self.tokens, end)
            self._spend_denial(end if phrase is None else phrase.end)
        happens = bool(self.tokens[self.at].stems & HAPPEN) or self.words[end : end + 1] == ["place"]
        if happens and any(subject.bound == "0" for subject in self.subjects):
            end += self.words[end : end + 1] == ["place"]
            self._add("moves", self.subjects, self.words[self.at], words=set(range(self.at, end)))  # `nothing happens`
            self.at = end
            return "verb"
        for subject in self.subjects:
            if subject.bound == "0":  # `nobody barks` says nothing of how many there are
                subject.bound = None
                self.reading.denials.append((subject.span[0] if subject.span is not None else self.at, end))
        return "act"


__all__ = ["FRAME", "Entity", "Part", "Reading", "read"]
