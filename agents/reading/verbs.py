"""Verbs open a predicate between the subject and what follows."""

from agents.clauses import (
    ADVERBS,
    AUXILIARIES,
    BE,
    CONJUNCTIONS,
    GET,
    PREPOSITIONS,
    RELATIVES,
    VerbMatch,
    match_place,
    match_verb,
)
from agents.lexicon import DETERMINERS, Pattern, closed_class, lexicon, stems
from agents.noun_phrases import is_asked_noun, parse_phrase
from agents.reading.entities import Entity, Open
from agents.reading.references import References

VAGUE = frozenset(stem for word in closed_class("vague") for stem in stems(word))
"""Verbs that mean movement only together with a direction."""


BEFORE_VERBS = frozenset(
    ["np", "rel", "aux", "be", "neg", "conj", "order", "comma", "", "adv", "act", "times", "word", "place"]
)
"""Kinds of items behind which a verb wins over a noun phrase."""
POSTURE = frozenset(stem for word in closed_class("posture") for stem in stems(word))
MOST_BETWEEN = 4
"""Words that may stand between a passive and its ``by``."""


class Verbs(References):
    """Reads verbs in all voices."""

    def _read_verb_first(self) -> str:
        """A verb wins over a noun phrase wherever a subject stands before it."""
        text = self.words[self.at]
        if self.words[self.at : self.at + 2] == ["followed", "by"] and self._happening_at(self.at + 2):
            return ""  # `a crash, followed by a stop`: in time
        if (
            self.previous not in BEFORE_VERBS
            or text in DETERMINERS
            or is_asked_noun(self.tokens, self.at)
            or (self.open is not None and self.open.until is not None and self.previous != "np")
        ):
            return ""
        if text in ("left", "right") and self.previous in ("comma", ""):
            return ""
        if (
            self.previous in ("", "comma")
            and not self.tokens[self.at].is_gerund
            and self.at == 0
            and not self._gerund_or_participle()
        ):
            phrase = parse_phrase(self.tokens, self.at)
            if phrase is not None and (phrase.nouns or phrase.looks or phrase.name):
                return ""
        if self.open is not None and self.previous not in ("np", "conj"):
            phrase = parse_phrase(self.tokens, self.at)
            if phrase is not None:
                return ""
        return self._read_verb()

    def _gerund_or_participle(self) -> bool:
        return self.tokens[self.at].is_gerund or self.tokens[self.at].is_participle

    def _read_verb(self) -> str:
        match = match_verb(self.tokens, self.at)
        if match is None:
            return ""
        token = self.tokens[self.at]
        self._close()
        passive = self._is_passive(match)
        reduced = token.is_gerund or (token.is_participle and passive)
        before_subjects = self.subjects
        if self.previous == "np" and self.last is not None and self.last not in self.subjects:
            if self.lacking and self.negated and self.denial is not None and self.denial[1] == self.at:
                pass  # `passes the box without touching it`: what is denied is said of the subject
            elif reduced:
                self.outer.append(self.subjects or [self.last])
                self.subjects = [self.last]
            else:
                self._finite_after_object()
        elif self.previous in ("comma", "conj") and not reduced and self.outer and self.previous == "comma":
            self.subjects = self.outer.pop(0)
            self.outer.clear()
        pattern = self._choose(match, passive)
        if pattern is None:
            self.subjects = before_subjects
            return ""
        antecedent = self.relative_object
        self._start_part(match, pattern, passive)
        if antecedent is not None and self.relative_object is None:
            self.last = antecedent  # `the square that the ball chases stops`: what comes is said of the square
            return "np"
        return "verb" if self.open is not None else "place"

    def _is_passive(self, match: VerbMatch) -> bool:
        """``is chased``, ``gets hit``, ``hidden by``: a participle after *be* or *get*, or before *by*."""
        token = self.tokens[match.start]
        if token.is_gerund or not token.is_participle or token.text in BE:
            return False
        if not match.voices & {"active", "inverse"}:
            return False
        by = match.end < len(self.tokens) and self.words[match.end] == "by"
        helped = any(
            word in BE | GET
            for word in self.words[max(0, match.start - 3) : match.start]
            if word in AUXILIARIES or word in ("not", "never", "being", "ever") or word.endswith("ly")
        )
        return by or (helped and self.previous in ("be", "aux", "neg", "adv", "np", "word"))

    def _choose(self, match: VerbMatch, passive: bool) -> Pattern | None:
        """Choose among the readings of a verb by what stands around it."""
        if self._only_goes(match):
            return None
        by_voice = {pattern.voice: pattern for pattern in reversed(match.patterns)}
        object_follows = match.late is not None or self._object_follows(match.end)
        if self.previous == "relobj" or self.relative_object is not None:
            object_follows = True
        if passive:
            return by_voice.get("active") or by_voice.get("inverse")
        plural = len(self.subjects) > 1 or any(e.plural for e in self.subjects)
        reciprocal = self.words[match.end : match.end + 2] in (["each", "other"], ["one", "another"]) or self.words[
            match.end : match.end + 1
        ] == ["together"]
        if (plural or reciprocal) and "mutual" in by_voice and (not object_follows or reciprocal):
            return by_voice["mutual"]
        if object_follows and (by_voice.keys() & {"active", "inverse"}):
            return by_voice.get("active") or by_voice.get("inverse")
        voices = ("alone", "inverse_alone", "active", "inverse", "mutual")
        for voice in voices if plural or len(by_voice) > 1 or "mutual" not in by_voice else ():
            if voice in by_voice:
                return by_voice[voice]
        return None

    def _only_goes(self, match: VerbMatch) -> bool:
        """``goes``, ``heads`` say nothing of movement but in the direction that they name; ``sits on`` only where."""
        stems_here = self.tokens[match.start].stems
        if match.end > match.start + 1 or not stems_here & (VAGUE | POSTURE):
            return False
        places = match_place(self.tokens, match.end) if match.end < len(self.tokens) else ()
        if stems_here & POSTURE:
            return bool(places)
        return not any(place.role in ("direction", "origin", "fast", "slow") for place in places)

    def _object_follows(self, at: int) -> bool:
        while at < len(self.tokens) and (
            self.words[at] in ("directly", "right", "straight", "just", "all") or self.words[at].endswith("ly")
        ):
            at += 1
        denied = lexicon().longest(lexicon().negations, self.words, at)
        if (
            at >= len(self.tokens)
            or self.words[at] in CONJUNCTIONS
            or (denied is not None and denied[0] == "before")
            or (match_place(self.tokens, at) and self.words[at] not in DETERMINERS)
        ):
            return False
        return parse_phrase(self.tokens, at) is not None and lexicon().longest(lexicon().order, self.words, at) is None

    def _start_part(self, match: VerbMatch, pattern: Pattern, passive: bool) -> None:
        surface = " ".join(self.words[match.start : match.end])
        if match.denied and not self.negated:
            self.negated, self.denial = True, None
        swapped = (pattern.voice == "inverse") != passive
        dangling = not self.subjects
        subjects = self.subjects or [self._anything()]
        if not (dangling and self.fronted is None and not self.reading.parts and self.negated):
            self.subjects = subjects
        if (
            dangling and self.clause_start <= match.start and self.tokens[match.start].text.endswith(("ing", "ed"))
        ) or (dangling and (self.fronted is not None or self.negated)):
            self.dangling = subjects[0]
        if pattern.voice == "mutual":
            self._mutual(pattern.predicate, subjects, surface, match)
            self.at = match.end
            if self.words[self.at : self.at + 1] == ["together"]:
                self.at += 1
            return
        if pattern.voice == "inverse_alone":
            for subject in subjects:
                other = self._anything()
                part = self._add(pattern.predicate, [other], surface)[0]
                part.object, part.words = subject, set(range(match.start, match.end))
                part.generic_subject = True
            self._finish_words(match)
            return
        parts = self._add(pattern.predicate, subjects, surface)
        for part in parts:
            part.words = set(range(match.start, match.end)) | ({match.late} if match.late is not None else set())
            number = max(lexicon().numbers.get(word, 1) for word in self.words[match.start : match.end])
            part.times = f"{number} times" if number > 1 else None  # `makes two turns`
        self._finish_words(match)
        if pattern.voice in ("active", "inverse") or passive:
            self.open = Open(parts, swapped, match.late)
            if self.relative_object is not None:
                entity, self.relative_object = self.relative_object, None
                self._give_object(entity)
            elif passive:
                self._skip_to_agent()
        self._manner(match, subjects)

    def _finish_words(self, match: VerbMatch) -> None:
        self._cover(match.start, match.end)
        if match.late is not None:
            self._cover(match.late, match.late + 1)
        self.at = match.end

    def _skip_to_agent(self) -> None:
        """After a passive the object is the one named by `by`; without `by` it stays open to anyone."""
        agent = self._agent_at(self.at)
        if agent is None:
            self._close()
            return
        self._cover(agent, agent + 1)
        self.at = agent + 1

    def _agent_at(self, at: int) -> int | None:
        """Return where ``by`` stands: here, or behind a phrase of place or manner (``passed from the rear by``)."""
        for place in range(at, min(at + MOST_BETWEEN + 1, len(self.tokens))):
            if self.words[place] == "by":
                return place if place == at or self.words[at] in PREPOSITIONS | ADVERBS else None
            clause_ends = self.tokens[place].is_break or self.words[place] in CONJUNCTIONS | RELATIVES | AUXILIARIES
            if clause_ends or match_verb(self.tokens, place) is not None:
                return None
        return None

    def _manner(self, match: VerbMatch, subjects: list[Entity]) -> None:
        """``races past``, ``creeps after``: the verb's first word also tells the speed."""
        for pattern in lexicon().verbs.get(next(iter(sorted(self.tokens[match.start].stems))), ()):
            tells_speed = pattern.predicate in ("fast", "slow") and pattern.literal == 1
            if tells_speed and match.patterns[0].literal > 1 and match.patterns[0].predicate not in ("fast", "slow"):
                self.pending_adverbs.append((pattern.predicate, match.start))

    def _mutual(self, predicate: str, subjects: list[Entity], surface: str, match: VerbMatch) -> None:
        first, second = self._pair(subjects)
        part = self._add(predicate, [first], surface)[0]
        part.object, part.words = second, set(range(match.start, match.end))
        self._cover(match.start, match.end)
