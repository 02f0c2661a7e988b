"""What is found of a question in one candidate: a finding for each sub-query, under the best binding."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from agents.alike import likeness, pair_of
from agents.binding import Binder, Binding, forall, relates
from agents.bystanders import may_be_done
from agents.camera import check_camera, spans_of
from agents.claims import check_claim
from agents.evidence import (
    BRIEF_SHARE,
    ELSEWHERE,
    MAX_DENIED,
    STATE_COVER,
    UNKNOWN_VALUE,
    Bound,
    in_order,
    parse_bound,
)
from agents.first_last import standing
from agents.grounding import UNLABELLED
from agents.labelling import is_detected, is_labelled
from agents.look_claims import is_called
from agents.number_claims import is_of_scene
from agents.reading import FRAME
from agents.relevance import is_named_otherwise
from agents.testimony import Testimony
from agents.told_things import DEPTH, may_be_unseen, stands_for_scenery, telling
from twins.predicates import RELATIVE
from twins.queries import Claim, SubQuery
from twins.schema import Span

REFINED = 6
"""Bindings of which order and repetition in time are worked out."""
MISSING_VALUE = 0.2
"""A condition on something that nothing in view fits: more likely it is not there than that perception missed it."""
SURE = 0.7
"""Value from which something that holds is counted."""
NEARLY = 0.3
"""Value of a count of three or more that is one off: perception rather missed one than that it is another clip."""
NOT_SEEN = 0.8
"""Value of a denial where nothing is in view of which it could be said: nobody does it, but little says so."""
BEFORE_SCENERY = 0.7
"""Value of *in front of a wall* where a wall is told to be there, and nobody follows it."""

SAME_NAME = 0.58
"""Fit of a name from which it may be another word for a label (*mug* of a cup); a *cat* is near a dog, and none."""

Claims = tuple[Claim, ...]


def _silent() -> Claims:
    return ()


@dataclass
class Finding:
    """What was found of one sub-query: a value 0-1, who and when, and the claims that say it, made when asked for."""

    sub_query: SubQuery
    value: float
    claims: Callable[[], Claims] = _silent
    instances: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()


class Case(Binder):
    """One question against one candidate."""

    def findings(self) -> list[Finding]:
        """Return one finding for every sub-query that can be measured, of the best binding."""
        filmed = [self._of_camera(part) for part in self.plan.filmed]
        if not self.evidence.objects:
            return filmed + [
                Finding(s, UNKNOWN_VALUE)
                for s in (
                    *(*self.plan.bound, *self.plan.denied, *self.plan.order, *self.plan.ranked),
                    *(*self.plan.counts, *self.plan.looks),
                )
            ]
        bindings = self.bindings()
        many = self.plan.order or self.plan.ranked or self.plan.counts or self.plan.denied
        refined = bindings[:REFINED] if many else bindings[:1]
        judged = [self._judge(binding) for binding in refined]
        return filmed + max(judged, key=lambda found: sum(f.sub_query.weight * f.value for f in found))

    def _judge(self, binding: Binding) -> list[Finding]:
        """Return the findings of all sub-queries under one binding."""
        found = [self._of_part(part, binding) for part in self.plan.bound]
        found += [self._of_denied(part, binding) for part in self.plan.denied]
        found += [self._of_order(part, binding) for part in self.plan.order]
        found += [self._of_rank(part, binding) for part in self.plan.ranked]
        found += [self._of_count(part, binding) for part in self.plan.counts]
        found += [self._of_look(part, binding) for part in self.plan.looks]
        found += [self._of_likeness(part, binding) for part in self.plan.alike]
        return found

    @property
    def _says(self) -> Testimony:
        return Testimony(self.evidence)

    def _names(self, numbers: Sequence[int | None]) -> tuple[str, ...]:
        return tuple(self.evidence.name(number) for number in numbers if number is not None)

    def _of_camera(self, part: SubQuery) -> Finding:
        check = check_camera(part.object, None, self.evidence.twin)
        value = {"verified": 1.0, "refuted": 0.0, "unverifiable": UNKNOWN_VALUE}[check]
        if part.negated and check != "unverifiable":
            value = 1 - value
        spans = () if part.negated else spans_of(part.object, self.evidence.twin)
        return Finding(part, value, lambda: (self._says.of_camera(part),), spans=spans)

    # -- predicates -------------------------------------------------------------------------------------------------

    def _of_part(self, part: SubQuery, binding: Binding) -> Finding:
        subject, other = self._bound(part, binding)
        if subject is None:
            return Finding(part, MISSING_VALUE)
        if part.relation in DEPTH and stands_for_scenery(part.object, other, self.evidence):
            return self._of_scenery(part)
        value = self._value(part, subject, other)
        sides = ((part.subject, subject), (part.object, other))
        told = self._as_known(value, sides)
        if value > UNKNOWN_VALUE and any(is_named_otherwise(phrase, number, self.evidence) for phrase, number in sides):
            return Finding(part, told)  # what a woman does is no reason for what a ball does
        spans = () if part.object == FRAME else self.evidence.truth(part.relation or "", subject, other).holds
        return Finding(
            part,
            told,
            lambda: (self._says.that_holds(part, subject, other, spans),),
            self._names((subject, other)),
            spans,
        )

    def _of_scenery(self, part: SubQuery) -> Finding:
        """What is seen is in front of the scenery of which somebody tells; how far off it is, nobody has measured."""
        told = telling(part.object or "", self.evidence) if part.relation == "in_front_of" else None
        if told is None:
            return Finding(part, UNKNOWN_VALUE)
        return Finding(part, BEFORE_SCENERY, lambda: (self._says.that_is_told(part, told),))

    def _as_known(self, value: float, sides: Iterable[tuple[str | None, int | None]]) -> float:
        """Return a value as far as labels say that objects are what phrases name: of a tree it is open what a man does.

        What nobody labelled is half known, what has another label hardly; all is where nothing is named, or no label is
        in view.
        """
        known = [float(self.evidence.fits(name)[number]) for name, number in self._named_sides(sides)]
        return UNKNOWN_VALUE + min(known, default=1.0) * (value - UNKNOWN_VALUE)

    def _named_sides(self, sides: Iterable[tuple[str | None, int | None]]) -> Iterator[tuple[str, int]]:
        """Yield the names in phrases, where a detector named things, with the objects that they are bound to."""
        for phrase, number in sides:
            if not self._is_detected or number is None:
                continue
            demands = self.evidence.grounder.describe(phrase or "")
            nouns = [*demands.nouns, *(demands.shape_nouns if self._has_label(number) else ())]
            if nouns:
                yield " ".join(nouns), number

    def _has_label(self, number: int) -> bool:
        return is_labelled(self.evidence.twin.track(self.evidence.name(number)))

    def _of_denied(self, part: SubQuery, binding: Binding) -> Finding:
        """A denial holds where the positive fails: of the bound tracks, or of all that the phrase could mean."""
        subject, other = binding.get(part.subject or ""), binding.get(part.object or "")
        every = forall(part, self.plan)
        subjects = [subject] if subject is not None and not every else self._meant(part.subject or "")
        others: list[int | None] = [None]
        if relates(part):
            others = self._denied_to(part, other)
        every_pair = [(s, o) for s in subjects for o in others if s != o]
        pairs = every_pair[:MAX_DENIED]
        if not pairs:
            return Finding(part, NOT_SEEN if not subjects else UNKNOWN_VALUE)
        self._evaluate(part, pairs)
        values = [self._value(part, s, o) for s, o in pairs]
        worst = int(np.argmax(values))
        whole = len(pairs) == len(every_pair)
        # One that does it says enough; that nobody does is claimed of all.
        likely = [pairs[at] for at in np.argsort(-np.asarray(values), kind="stable")]
        likely = likely if values[worst] <= UNKNOWN_VALUE else []
        alike = [s for s, _ in likely] if every and others == [None] and part.object != FRAME else []
        several = [(s, o) for s, o in likely if o is not None]

        def claims() -> tuple[Claim, ...]:
            if likely and (not whole or (every and self._may_be_done(part, subjects, others))):
                return ()  # nobody can say it of all: it stays open
            told = several if len(several) > 1 else []
            return (self._says.that_fails(part, *pairs[worst], every=every, alike=alike, pairs=told),)

        value = denied(values[worst])
        names = self._names(pairs[worst][:1]) if subject is not None else ()
        return Finding(part, value if whole else min(value, UNKNOWN_VALUE), claims, names)

    def _may_be_done(self, part: SubQuery, subjects: Sequence[int], others: Sequence[int | None]) -> bool:
        """Say whether what may be no thing, or not be meant, may do what is denied of all."""
        phrase = part.object or ""
        to_any = others != [None] and phrase not in self._doing and not self.evidence.grounder.describe(phrase).demands
        besides = self.evidence.may_be_meant(part.subject or "")
        return may_be_done(self.evidence, part, subjects, others, besides=besides, to_any=to_any)

    def _denied_to(self, part: SubQuery, bound: int | None) -> list[int | None]:
        """Return to whom a denial denies: to the one that does something else, to anybody, or to all that are meant."""
        phrase = part.object or ""
        if bound is not None and phrase in self._doing:
            return [bound]
        if not self.evidence.grounder.describe(phrase).demands and part.relation not in RELATIVE:
            return [None]
        return list(self._meant(phrase)) or [bound] * (bound is not None)

    @property
    def _doing(self) -> set[str | None]:
        """What the question calls those that do something, or have it done to them."""
        return {name for part in self.plan.bound for name in (part.subject, part.object)}

    def _meant(self, phrase: str) -> list[int]:
        """Return the objects that a phrase means."""
        return self.evidence.meant(phrase)

    def _of_order(self, part: SubQuery, binding: Binding) -> Finding:
        ends = {p.id: p for p in self.plan.bound}
        first, second = ends.get(part.subject or ""), ends.get(part.object or "")
        if first is None or second is None or FRAME in (first.object, second.object):
            return Finding(part, UNKNOWN_VALUE)
        sides = [(p, *self._bound(p, binding)) for p in (first, second)]
        if any(subject is None for _, subject, _ in sides):
            return Finding(part, UNKNOWN_VALUE)
        truths = [self.evidence.truth(p.relation or "", subject or 0, other) for p, subject, other in sides]
        value, span = in_order(part.relation or "", truths[0], truths[1])
        done = [(p, subject or 0, other) for p, subject, other in sides]
        return Finding(
            part, value, lambda: (self._says.that_comes_in_order(part, done, span),), (), (span,) if span else ()
        )

    def _of_rank(self, part: SubQuery, binding: Binding) -> Finding:
        done = next((p for p in self.plan.bound if p.id == part.subject), None)
        subject, other = self._bound(done, binding) if done is not None else (None, None)
        if done is None or subject is None or done.object == FRAME:
            return Finding(part, UNKNOWN_VALUE)
        name, rivals = done.relation or "", part.object or "thing"
        check, others = standing(self.evidence, part.relation or "", name, subject, other, rivals)
        spans = self.evidence.truth(name, subject, other).holds
        return Finding(
            part,
            {"verified": 1.0, "refuted": 0.0, "unverifiable": UNKNOWN_VALUE}[check],
            lambda: (self._says.that_is_ranked(part, (done, subject, other), others),),
            self._names((subject, other)),
            (spans[0] if part.relation == "first" else spans[-1],) if spans else (),
        )

    # -- numbers ----------------------------------------------------------------------------------------------------

    def _of_count(self, part: SubQuery, binding: Binding) -> Finding:
        done = next((p for p in (*self.plan.bound, *self.plan.denied) if p.id == part.subject), None)
        text = part.object or ""
        if text.endswith("times"):
            return self._of_times(part, done, binding)
        phrase = (done.subject if done is not None else part.subject) or ""
        meant = self._meant(phrase)
        prominent = [n for n in meant if self.evidence.presence[n] >= BRIEF_SHARE] or meant
        other = None if done is None else self._counted_to(done, binding)
        counted = meant if done is None else [n for n in meant if self._does(done, n, other)]
        bound = Bound(max(1, len(prominent)), 10_000) if text == "all" else parse_bound(text)
        if bound is None:
            return Finding(part, UNKNOWN_VALUE)
        number = len([n for n in counted if n in prominent]) if text == "all" else len(counted)
        # Who was counted is shown, whether or not it is the right number.
        claim = cache(lambda: self._says.that_many(part, done, phrase, number, counted, other))
        several = self.evidence.crowds(meant)
        of_what = done is None and text == "all"  # all of a kind are of that kind: nothing is said of them
        by_name = self._is_detected and bool(self.evidence.grounder.describe(phrase).nouns)
        unseen = not meant and may_be_unseen(phrase, self.evidence)
        if of_what or several or by_name or unseen:
            value = self._as_checked(claim(), bound, number + several)
        elif done is None and not bound.high:
            value = self._of_none(phrase, number, claim())
        else:
            value = 1.0 if bound.holds(number) else _nearly(bound, number)
        return Finding(part, value, lambda: (claim(),), self._names(counted) if value == 1 else ())

    def _of_none(self, phrase: str, number: int, claim: Claim) -> float:
        """Return the value of there being none of a kind: the less, the likelier something is one of it."""
        check = check_claim(claim, self.evidence.twin, self.evidence.geometry).check
        if check != "unverifiable":
            return 0.0 if number else 1.0  # a check compares no names by likeness: to it a cat is surely no dog
        likeliest = 1 - float(self.evidence.grounded(phrase).max())
        told = self.evidence.bearing(phrase) or is_of_scene(phrase, self.evidence)
        return min(likeliest, UNKNOWN_VALUE) if told else likeliest

    def _as_checked(self, claim: Claim, bound: Bound, number: int) -> float:
        """Return the value of a number that labels tell, or of which only the least is known: that of its check."""
        check = check_claim(claim, self.evidence.twin, self.evidence.geometry).check
        return {"verified": 1.0, "refuted": _nearly(bound, number), "unverifiable": UNKNOWN_VALUE}[check]

    def _counted_to(self, done: SubQuery, binding: Binding) -> int | None:
        """Return to whom those do something that are counted; none where it may be anybody."""
        if not relates(done):
            return None
        elsewhere = {name for p in self.plan.bound if p is not done for name in (p.subject, p.object)}
        told = self.evidence.grounder.describe(done.object or "").demands or done.relation in RELATIVE
        return binding.get(done.object or "") if told or done.object in elsewhere else None

    def _does(self, part: SubQuery, subject: int, other: int | None) -> bool:
        if other == subject:
            return False
        value = self._value(part, subject, other)
        if part.object == FRAME:
            return value < ELSEWHERE if part.negated else value >= STATE_COVER
        return value <= 0.01 if part.negated else value >= SURE

    def _of_times(self, part: SubQuery, done: SubQuery | None, binding: Binding) -> Finding:
        bound = parse_bound((part.object or "").removesuffix("times"))
        if done is None or bound is None or done.object == FRAME:
            return Finding(part, UNKNOWN_VALUE)
        subject, other = self._bound(done, binding)
        if subject is None:
            return Finding(part, UNKNOWN_VALUE)
        truth = self.evidence.truth(done.relation or "", subject, other)
        value = 1.0 if bound.holds(len(truth.holds)) else 0.0 if truth.ever else UNKNOWN_VALUE
        return Finding(
            part,
            value,
            lambda: (self._says.that_often(part, done, subject, other, len(truth.holds)),),
            self._names((subject, other)) if value == 1 else (),
            truth.holds,
        )

    # -- looks ------------------------------------------------------------------------------------------------------

    def _of_look(self, part: SubQuery, binding: Binding) -> Finding:
        phrase = part.subject or ""
        number = self._looking_so(phrase, binding.get(phrase))
        if number is None:
            return Finding(part, MISSING_VALUE)
        if part.kind == "object" and self._is_anybody(phrase, number):
            return Finding(part, UNKNOWN_VALUE)
        # The mean over what is demanded: a thing of the right colour whose outline is unclear fits better than none.
        demands = self.evidence.grounder.describe(phrase)
        fit = float(self.evidence.fits(phrase)[number]) ** (1 / max(1, demands.demands))
        # What may be no thing at all is as good as none: to find a stain must not count for less than to find nothing.
        sure = float(self.evidence.salience[number])
        value = sure * fit + (1 - sure) * MISSING_VALUE
        named = bool(demands.nouns) and self._is_labelled
        if named and part.kind == "object":
            value = self._named(demands.nouns, number, value)
        elif self._is_detected and demands.shape_nouns and demands.demands == 1 and self._has_label(number):
            value = self._named(demands.shape_nouns, number, value)  # a dog is no ball, and there may be one
        return Finding(
            part,
            value,
            lambda: self._says.that_looks(part, number),
            self._names((number,)),
            self.evidence.in_view(number) if named or part.kind == "object" else (),
        )

    def _looking_so(self, phrase: str, number: int | None) -> int | None:
        """Return who is meant by a phrase: one that is told to look so before one that is not, where it only looks.

        However little that one may be a thing: what is shown of a track is not refuted by another one.
        """
        if number is None or phrase in self._acting or number in (told := self.evidence.bearing(phrase)):
            return number
        fits, presence = self.evidence.fits(phrase), self.evidence.presence
        return max(told, key=lambda n: (fits[n], presence[n]), default=number)

    @property
    def _acting(self) -> set[str | None]:
        """What the question calls those of whom it says more than how they look."""
        parts = (*self.plan.bound, *self.plan.denied, *self.plan.alike)
        return {name for part in parts for name in (part.subject, part.object)}

    def _of_likeness(self, part: SubQuery, binding: Binding) -> Finding:
        numbers = binding.get(part.subject or ""), binding.get(part.object or "")
        names = self._names(numbers)
        if pair_of(names) is None:
            return Finding(part, MISSING_VALUE)
        first, second = map(self.evidence.twin.track, names)
        value = likeness(first, second, part.relation or "")
        told = UNKNOWN_VALUE if value is None else 1 - value if part.negated else value
        return Finding(part, told, lambda: (self._says.that_is_alike(part, *numbers),), names)

    def _is_anybody(self, phrase: str, number: int) -> bool:
        """Say whether nothing tells who is meant by a name: neither a label or what is said of things, nor a deed."""
        return not self._is_labelled and phrase not in self._acting and self.evidence.fits(phrase)[number] <= UNLABELLED

    def _named(self, nouns: Sequence[str], number: int, value: float) -> float:
        """Weigh a name by the labels: what has it is more likely so than not, and what has quite another one is not.

        Where a detector gave them and nothing has it, that is open alike in all videos: which of the things that are no
        flour has no label, or stands out, says nothing of flour.
        """
        if is_called(nouns, self.evidence.name(number), self.evidence.twin):
            return UNKNOWN_VALUE + (1 - UNKNOWN_VALUE) * value
        if self.evidence.fits(" ".join(nouns))[number] >= SAME_NAME:
            return value
        return UNKNOWN_VALUE if self._is_detected else min(value, UNKNOWN_VALUE)

    @cached_property
    def _is_labelled(self) -> bool:
        return any(is_labelled(track) for track in self.evidence.twin.tracks)

    @cached_property
    def _is_detected(self) -> bool:
        return is_detected(self.evidence.twin)


def _nearly(bound: Bound, number: int) -> float:
    """Return the value of a number that is not the one asked for."""
    return NEARLY if bound.low >= 3 and abs(number - bound.low) == 1 else 0.0


def denied(value: float) -> float:
    """Return the value of a denial: what is unknown stays just under a half, on either side."""
    if value in (0.0, 1.0):
        return 1 - value
    return UNKNOWN_VALUE + (1 - UNKNOWN_VALUE) * (1 - value / UNKNOWN_VALUE) if value < UNKNOWN_VALUE else 1 - value
