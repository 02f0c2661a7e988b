"""What is left out: *anything but the blue one*, *…, but not the red one*, *only the green one*."""

from dataclasses import replace

from agents.clauses import BE, RELATIVES, is_finite, match_verb
from agents.descriptions import is_shape_noun
from agents.lexicon import DETERMINERS, closed_class, lexicon
from agents.noun_phrases import parse_phrase
from agents.phrase_reader import Phrase
from agents.reading.entities import Entity, Part
from agents.reading.references import References

CONTRASTING = frozenset(["not", "but not", "rather than", "instead of"])
"""Denials that set one thing against another."""
JOINING = frozenset(["or", "and", "nor"])
LEADING = closed_class("contrast") | BE
"""Words before a denial that only lead up to it: ``, but it is not the red one``."""


class Exclusions(References):
    """Reads what a thing must not be, and what makes an exception of what is said of all or of none."""

    def _read_exclusion(self) -> str:
        """``anything but the blue one``, ``everything moves except the red ball``."""
        if self.words[self.at] == "alone" and self.previous == "np" and self.last in self.subjects:
            self.only += [entity for entity in self.subjects if entity.is_described]  # `the red ball alone moves`
            self._settle(self.at, self.at + 1)
            self.at += 1
            return "np"
        found = lexicon().longest(lexicon().exceptions, self.words, self.at)
        if found is None:
            return ""
        phrase = parse_phrase(self.tokens, self.at + found[1]) if self.at + found[1] < len(self.tokens) else None
        target = self._exception_from(weak=found[0] == "weak")
        if target is None or phrase is None or not (phrase.looks or phrase.nouns) or phrase.name is not None:
            return ""
        phrases = self._joined_exceptions(phrase, before_deed=self.previous == "np" and self.last is target)
        if found[0] == "weak" and self._is_said_of(target) and self._finite_at(phrases[-1].end):
            return ""  # `all cups are red but the plates are white`
        start, self.at = self.at, phrases[-1].end
        self._settle(start, self.at)
        target.excluded += map(_called, phrases)
        if self._is_all_or_none(target):
            self.reading.excepted += [(target, self._entity(one)) for one in phrases]
        else:
            self._leave_out(start, self.at)
            self.reading.denials.append((start, self.at))
        return "np" if self.last is target else self.previous

    def _joined_exceptions(self, first: Phrase, *, before_deed: bool) -> list[Phrase]:
        """Return all that is excepted: ``anything but the red one or the blue one``.

        Behind a deed, what does something itself begins another clause: ``except the red one, and the blue one stops``.
        """
        phrases = [first]
        while self.words[(at := phrases[-1].end) : at + 1] and self.words[at] in JOINING and at + 1 < len(self.tokens):
            more = parse_phrase(self.tokens, at + 1)
            if more is None or not (more.looks or more.nouns) or more.name is not None:
                break
            if not before_deed and more.end < len(self.tokens) and match_verb(self.tokens, more.end) is not None:
                break
            phrases.append(more)
        return phrases

    def _exception_from(self, *, weak: bool) -> Entity | None:
        """Return of whom an exception is made: all or none, else the noun phrase just before, else the subject.

        A weak word (``but``, ``bar``) makes one only right behind a phrase for all, none or any.
        """
        before = self.last if self.previous == "np" else None
        near = [before] if before is not None else []
        if weak:
            return next((one for one in near if self._is_all_or_none(one) or self._may_be_any(one)), None)
        doing = [part.subject for part in self.reading.parts[-1:]]
        every = next((entity for entity in (*near, *doing) if self._is_all_or_none(entity)), None)
        return every or next(iter((*near, *doing)), None)

    def _is_said_of(self, entity: Entity) -> bool:
        """Say whether it was said before here how something looks: ``all cups are red``."""
        return entity.span is not None and bool(BE & set(self.words[entity.span[1] : self.at]))

    def _finite_at(self, at: int) -> bool:
        return at < len(self.tokens) and is_finite(self.tokens, at)

    def _may_be_any(self, entity: Entity) -> bool:
        return entity.span is not None and self.words[entity.span[0]] in closed_class("free_choice")

    def _is_all_or_none(self, entity: Entity) -> bool:
        """Say whether something is said of everything, or of nothing (``hits nothing``: does not hit anything)."""
        denied = any(part.object is entity and part.negated for part in self.reading.parts)
        first = self.words[entity.span[0]] if entity.span is not None else ""
        return (denied and first in closed_class("nothing")) or entity.bound in ("all", "0")

    def _exclude_quality(self, phrase: Phrase) -> None:
        """``a ball that is not red``: the subject is none of what a phrase means."""
        start = self.denial[0] if self.denial is not None else phrase.start
        self._spend_denial(phrase.end)
        if self._names_some(phrase):
            self.subjects[0].excluded.append(_called(phrase))
            self._leave_out(start, phrase.end)

    def _names_some(self, phrase: Phrase) -> bool:
        """Say whether a phrase names things that can be told from others; not so in ``is never able``."""
        return bool(phrase.looks or (phrase.nouns and self.words[phrase.start] in DETERMINERS))

    def _is_contrast(self) -> bool:
        """Say whether the denial at hand sets a phrase against what is said: not so in ``there is not a dog``."""
        start, end = self.denial or (0, 0)
        there = self.words[max(start - 2, 0)] == "there"
        follows = self.words[self.at : self.at + 1]
        said = bool(self.reading.parts or self._of_subject(start) or (follows and follows[0] in {*RELATIVES, "but"}))
        return said and " ".join(self.words[start:end]) in CONTRASTING and not there

    def _of_subject(self, start: int) -> bool:
        """``the red ball, not the blue one, hides``: the deed is still to come."""
        return start > 1 and self.words[start - 1] == "," and self.last is not None and self.last in self.subjects

    def _contrast(self, phrase: Phrase) -> None:
        """``…, but not the blue one``: whoever does what was said is none of those.

        Where more is said (``it is not the red one that overtakes``), that tells who is meant. Of *not the red one but
        the blue one* only the latter counts. Where the one that does it cannot be meant (``the red one stops, not the
        blue one``), the other does not.
        """
        start = self.denial[0] if self.denial is not None else phrase.start
        self._spend_denial(phrase.end)
        if not self._names_some(phrase):
            return  # `not vice versa`
        self._settle(phrase.start, phrase.end)
        if self.words[self.at : self.at + 1] and self.words[self.at] in RELATIVES:
            self.last = self._entity(replace(phrase, bound=None), reference=False)
            self.contrasted.append((self.last, _called(phrase)))
            self._leave_out(start, phrase.end)
            return
        target = self._contrasted_with(phrase)
        if target is not None:
            target.excluded.append(_called(phrase))
            self._leave_out(start, phrase.end)
        elif self.reading.parts or self.subjects:
            subjects = self.subjects
            place = -1 if self._of_subject(start) else len(self.reading.parts) - 1
            self.unlike.append((self._entity(replace(phrase, bound=None), reference=False), place))
            self.subjects = subjects

    def _contrasted_with(self, phrase: Phrase) -> Entity | None:
        """Return who must not be what a phrase means: of the last deed the one of that name, else the first.

        Whoever has a look of that kind is another one anyway.
        """
        last = self.reading.parts[-1:]
        if self.words[phrase.start - 1] == "by":
            return last[0].subject if last and last[0].generic_subject else None
        things = [thing for part in last for thing in (part.subject, part.object) if thing is not None]
        kinds = {kind for kind, _ in phrase.looks if kind != "shape"}
        open_ = [thing for thing in things if not kinds & {kind for kind, _ in thing.looks}]
        named = {("shape", term) for kind, term in phrase.looks if kind == "shape"} | set(phrase.nouns)
        return next((thing for thing in open_ if named & {*thing.looks, *thing.nouns}), next(iter(open_), None))

    def _leave_out(self, start: int, end: int) -> None:
        """Note the words that exclude something, with those that lead up to them."""
        while start and self.words[start - 1] in LEADING:
            start -= 1
        self.reading.exclusions.append((start, end))

    def _settle_exclusions(self) -> None:
        """Say of an exception what is not said of the others, and let contrasts with a clause of their own be told."""
        for entity, called in self.contrasted:
            self._settle_contrast(entity, called)
        for target, entity in self.reading.excepted:
            for part in list(self.reading.parts):
                if target in (part.subject, part.object):
                    made = _of_exception(part, target, entity)
                    self.reading.parts.append(made)
                    if made.negated and made.subject is entity and entity.plural:
                        entity.bound = entity.bound or "all"  # `all but the red ones move`: none of these does
        self._deny_others()
        for entity, place in self.unlike:
            self._deny_of(entity, place)

    def _deny_others(self) -> None:
        """``only the red ball moves``: nothing else does; ``only the red and the blue one``: nothing but the two."""
        told: dict[tuple[str, Entity | None], list[Part]] = {}
        for entity in self.only:
            if not entity.is_described:
                entity.bound = entity.bound or "1"  # `the only one that moves`, whoever it is
                continue
            for part in self.reading.parts:
                if part.subject is entity and not part.is_denied:
                    told.setdefault((part.predicate, part.object), []).append(part)
        for parts in told.values():
            others = Entity(["thing"], bound="0", excluded=[part.subject.text for part in parts])
            self.reading.entities.append(others)
            self.reading.excepted += [(others, part.subject) for part in parts]
            self.reading.parts.append(replace(parts[0], subject=others, words=set(), times=None))

    def _deny_of(self, entity: Entity, place: int) -> None:
        """``the red one stops, not the blue one``; ``the red one hits the green one, not the blue one``."""
        for part in self.reading.parts[max(place, 0) :][:1]:
            with_object = place >= 0 and part.object is not None and part.object.looks
            other = replace(part, object=entity) if with_object else replace(part, subject=entity)
            self.reading.parts.append(replace(other, negated=not part.is_denied, words=set(), times=None))

    def _settle_contrast(self, entity: Entity, called: str) -> None:
        """``it is not the red one that overtakes``: the one who does that is not red."""
        own = [part for part in self.reading.parts if entity in (part.subject, part.object)]
        for part in own:
            role = "subject" if part.subject is entity else "object"
            others = (p for p in self.reading.parts if p.predicate == part.predicate and p not in own)
            target = next((thing for p in others if (thing := getattr(p, role)) is not None), None)
            if target is not None:
                target.excluded.append(called)
                self.reading.settled |= part.words
                self.reading.parts.remove(part)
                self.reading.order = [tie for tie in self.reading.order if part not in tie]
                self.reading.entities = [one for one in self.reading.entities if one is not entity]
                return
        entity.words, entity.looks, entity.nouns, entity.span = ["thing"], [], [], None
        entity.excluded.append(called)


def _of_exception(part: Part, target: Entity, entity: Entity) -> Part:
    """Return what is true of an exception: the opposite of what is said of all, or of none."""
    if part.subject is target:
        return replace(part, subject=entity, negated=not part.is_denied, words=set(), times=None, denial=None)
    return replace(part, object=entity, negated=not part.negated, words=set(), times=None, denial=None)


def _called(phrase: Phrase) -> str:
    """Return how an excluded phrase is called: ``red`` by itself is a red one."""
    last = phrase.words[-1]
    look = lexicon().looks.get(last)
    adjective = look is not None and not (look[0] == "shape" and is_shape_noun(last, look[1]))
    return " ".join(phrase.words) + " one" * (adjective and last not in phrase.nouns)
