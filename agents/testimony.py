"""The claims of the rules judge: each says no more than its own check looks at.

A name or a colour is a claim of its own. Where that does not hold for sure, what the thing does is said of *an object*,
so that nothing unchecked stands beside a check mark.
"""

from collections.abc import Sequence

from agents.camera import RELATION as CAMERA
from agents.claims import EACH
from agents.descriptions import Description, is_shape_noun, parted
from agents.evidence import Evidence
from agents.labelling import is_labelled
from agents.look_claims import check_category, check_look, is_called
from agents.number_claims import is_of_scene, may_be_counted
from agents.open_parts import told_part
from agents.pairs import told_pairs
from agents.reading import FRAME
from agents.reading.entities import singular
from agents.wording import call, how_many, in_rank, in_time, is_plural, nobody, say, some_crowds
from prompts import one_line
from twins.queries import Check, Claim, SubQuery
from twins.schema import Fact, Span

MAX_CLAIM_INSTANCES = 12
QUOTED = 200
"""Characters of a sentence that is quoted as a reason."""
NAME = "rules-2"
SUPERLATIVES = ("largest", "smallest")

LIKELY: tuple[Check, ...] = ("refuted", "unverifiable", "verified")
"""Checks of a look, the least likely to be meant first."""

Demanded = tuple[str | None, str, str]
"""Kind and word of a look or a name, none where nobody can check it, and how it is said."""
Side = tuple[SubQuery, int, int | None]
"""A part with the objects that it is said of."""


class Testimony:
    """Says what was found of one candidate's objects."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence

    def that_holds(self, part: SubQuery, subject: int, other: int | None, spans: Sequence[Span]) -> Claim:
        """Claim a predicate, over the longest span in which it holds."""
        return Claim(
            claim=self._sentence((part, subject, other)),
            sub_query=part.id,
            predicate=part.relation,
            value=FRAME if part.object == FRAME else None,
            instances=self._names(subject, other),
            span=max(spans, key=lambda s: s[1] - s[0]) if spans else None,
            source=NAME,
        )

    def that_fails(
        self,
        part: SubQuery,
        subject: int,
        other: int | None,
        *,
        every: bool,
        alike: Sequence[int] = (),
        pairs: Sequence[tuple[int, int]] = (),
    ) -> Claim:
        """Claim a denial: of two objects, or of ``every`` one that a phrase may mean.

        Args:
            part, subject, other: what is denied, and of the likeliest ones to do it.
            every: say it of all.
            alike: all subjects of which it is claimed, the likeliest first; those that can be named stand for the rest.
            pairs: all pairs of which it is claimed, the likeliest first, where there are several.
        """
        if pairs:
            return self._that_pairs_fail(part, pairs, every=every)
        names = self._names(*alike)[:MAX_CLAIM_INSTANCES]
        said = self._sentence((part, subject, other))
        if every:
            to = FRAME if part.object == FRAME else self._called(part.object, other)
            said = say(nobody(part.subject or ""), part.relation or "", to)
        return Claim(
            claim=said,
            sub_query=part.id,
            predicate=part.relation,
            value=EACH if names else FRAME if part.object == FRAME else None,
            instances=names or self._names(subject, other),
            source=NAME,
            negated=True,
        )

    def _that_pairs_fail(self, part: SubQuery, pairs: Sequence[tuple[int, int]], *, every: bool) -> Claim:
        """Claim a denial of all pairs; those that can be named stand for the rest."""
        objects = list(dict.fromkeys(other for _, other in pairs))[: MAX_CLAIM_INSTANCES // 2]
        subjects = list(dict.fromkeys(subject for subject, _ in pairs))[: MAX_CLAIM_INSTANCES - len(objects)]
        named = self._called(part.object, objects[0])
        to = named if len(objects) == 1 else f"any {part.object}"
        who = nobody(part.subject or "") if every else self._called(part.subject, subjects[0]) or "something"
        return Claim(
            claim=say(who, part.relation or "", to, negated=not every),
            sub_query=part.id,
            predicate=part.relation,
            value=told_pairs(self._names(*subjects), self._names(*objects)),
            instances=tuple(dict.fromkeys(self._names(*subjects, *objects))),
            source=NAME,
            negated=True,
        )

    def that_comes_in_order(self, part: SubQuery, sides: Sequence[Side], span: Span | None) -> Claim:
        """Claim that two things happen in an order."""
        names = [self._names(subject, other) for _, subject, other in sides]
        calls = [f"{p.relation}({', '.join(n)})" for (p, _, _), n in zip(sides, names, strict=True)]
        return Claim(
            claim=in_time(self._sentence(sides[0]), part.relation or "", self._sentence(sides[1])),
            sub_query=part.id,
            predicate=part.relation,
            value="; ".join(calls),
            instances=tuple(dict.fromkeys(names[0] + names[1])),
            span=span,
            source=NAME,
        )

    def that_is_ranked(self, part: SubQuery, side: Side, others: Sequence[int]) -> Claim:
        """Claim that somebody does something before all others that do it, or after them."""
        done, subject, other = side
        names, rivals = self._names(subject, other), part.object or "thing"
        return Claim(
            claim=in_rank(self._sentence(side), part.relation or "", rivals),
            sub_query=part.id,
            predicate=part.relation,
            value=f"{done.relation}({', '.join(names)}) of {rivals}",
            instances=(names + self._names(*others))[:MAX_CLAIM_INSTANCES],
            source=NAME,
        )

    def that_many(
        self,
        part: SubQuery,
        done: SubQuery | None,
        phrase: str,
        number: int,
        counted: Sequence[int],
        other: int | None = None,
    ) -> Claim:
        """Claim how many there are, or do a thing, and to whom where that is one of the objects."""
        bound = part.object or ""
        told = how_many(bound, phrase)
        if done is not None:
            plural = is_plural(told) or bound.lstrip("=") not in ("0", "1")
            to = self._told(done.object)
            if other is not None:  # all that are counted do it to this one, whatever it is
                to = str(self._called(done.object, other, second=True)).replace("another ", "one and the same ", 1)
            told = say(told, done.relation or "", to, negated=done.negated, plural=plural)
        that = f" that {'not ' * done.negated}{done.relation}{self._to(done, other)}" if done is not None else ""
        found = self._found(phrase, number, counted, doing=done is not None)
        if done is None and part.text.startswith("all "):
            told, found = part.text, f"{found} that {'is' if number == 1 else 'are'} not"
        return Claim(
            claim=f"{told}: {found}",
            sub_query=part.id,
            predicate="count",
            value=f"{bound} of {phrase}{that}",
            instances=self._names(*counted)[:MAX_CLAIM_INSTANCES],
            source=NAME,
        )

    def _to(self, done: SubQuery, other: int | None) -> str:
        named = FRAME if done.object == FRAME else None if other is None else self._evidence.name(other)
        return "" if named is None else f"({named})"

    def _found(self, phrase: str, number: int, counted: Sequence[int], *, doing: bool) -> str:
        """Tell what is known to be of the kind that a phrase names from what only may be: then nobody can say.

        Where they are counted that are ``doing`` something, nothing is told of the rest.
        """
        twin, nouns = self._evidence.twin, self._evidence.grounder.describe(phrase).nouns
        named = [n for n in counted if is_called(nouns, self._evidence.name(n), twin)]
        crowds = some_crowds(self._evidence.crowds(counted))
        if len(named) < number:
            return _told_apart("by name", len(named), number - len(named)) + crowds
        unsure = may_be_counted(phrase, self._evidence) if not doing else []
        if unsure:
            return _told_apart("for sure", len(set(counted).difference(unsure)), len(unsure)) + crowds
        seen = not doing and not counted and is_of_scene(phrase, self._evidence)
        return f"{number} found{crowds}" + ", but the scene looks so" * seen

    def that_often(self, part: SubQuery, done: SubQuery, subject: int, other: int | None, number: int) -> Claim:
        """Claim how often something happens."""
        return Claim(
            claim=f"{self._sentence((done, subject, other))} {part.object}: {number} found",
            sub_query=part.id,
            predicate="count",
            value=f"{part.object} that {done.relation}",
            instances=self._names(subject, other),
            source=NAME,
        )

    def that_looks(self, part: SubQuery, number: int) -> tuple[Claim, ...]:
        """Claim every look and the name that a phrase demands, one by one, and that it is nothing that is excluded."""
        phrase = part.subject or ""
        demands = self._evidence.grounder.describe(phrase)
        said = f'{"one of " * is_plural(phrase)}the "{parted(phrase)[0]}" is'
        names = self._names(number)
        told = [(demanded, False) for demanded in _demanded(demands)]
        told += [(self._least_like(one, names), True) for one in demands.excluded]
        return tuple(
            Claim(
                claim=f"{said} {'not ' * negated}{look}",
                sub_query=part.id,
                predicate=kind,
                value=word,
                instances=names,
                source=NAME,
                negated=negated,
            )
            for (kind, word, look), negated in told
        )

    def _least_like(self, demands: Description, names: tuple[str, ...]) -> Demanded:
        """Return what an object is the least of all that a phrase demands: by that it is not what the phrase means."""
        return min(_demanded(demands), key=lambda one: LIKELY.index(self._check(one, names)))

    def _check(self, demanded: Demanded, names: tuple[str, ...]) -> Check:
        kind, word, _ = demanded
        if kind is None:
            return "unverifiable"
        twin = self._evidence.twin
        return check_category(word, names, twin) if kind == "category" else check_look(kind, word, names, twin)

    def that_is_alike(self, part: SubQuery, *numbers: int | None) -> Claim:
        """Claim that two objects look alike, or have a look in common."""
        return Claim(
            claim=told_part(part),
            sub_query=part.id,
            predicate=part.relation,
            instances=self._names(*numbers),
            source=NAME,
            negated=part.negated,
        )

    def that_is_told(self, part: SubQuery, fact: Fact) -> Claim:
        """Quote what somebody tells; nothing can be recomputed of it."""
        return Claim(claim=one_line(fact.text, QUOTED), sub_query=part.id, span=fact.span, source=fact.source)

    def of_camera(self, part: SubQuery) -> Claim:
        """Claim what the camera does."""
        return Claim(
            claim=told_part(part),
            sub_query=part.id,
            predicate=CAMERA,
            value=part.object,
            source=NAME,
            negated=part.negated,
        )

    def _names(self, *numbers: int | None) -> tuple[str, ...]:
        return tuple(self._evidence.name(number) for number in numbers if number is not None)

    def _sentence(self, side: Side) -> str:
        part, subject, other = side
        return say(
            self._called(part.subject, subject) or "something",
            part.relation or "",
            FRAME if part.object == FRAME else self._called(part.object, other, second=True),
            negated=part.negated,
            plural=False,
        )

    def _told(self, phrase: str | None) -> str | None:
        return call(phrase) if phrase is not None else None

    def _called(self, phrase: str | None, number: int | None, *, second: bool = False) -> str | None:
        """Name an object as the question does where all of that was verified of it, else as what it is known to be."""
        if number is None or phrase is None:
            return None
        demands = self._evidence.grounder.describe(phrase)
        if not demands.demands:
            return call(phrase)
        name = self._evidence.name(number)
        twin = self._evidence.twin
        checks = [self._check(one, (name,)) for one in _demanded(demands)]
        checks += [check_category(noun, (name,), twin) for noun in demands.nouns[:-1]]
        differs = all(self._check(self._least_like(one, (name,)), (name,)) == "refuted" for one in demands.excluded)
        if differs and all(check == "verified" for check in checks):
            return f"one of {call(phrase)}" if is_plural(phrase) else call(phrase)
        track = twin.track(name)
        known = track.category if is_labelled(track) else "object"
        return f"another {known}" if second else _one(known)


def _told_apart(how: str, sure: int, unsure: int) -> str:
    """Return a number of those that surely are meant and of those that only may be."""
    return f"{sure or 'none'} found {how}, {unsure}{' more' * (sure > 0)} may be"


def _demanded(demands: Description) -> list[Demanded]:
    """Return the looks and the name that a phrase demands."""
    # What is the largest is not measured: a claim without a predicate, which nobody can check.
    looks: list[Demanded] = [
        (None if term in SUPERLATIVES else kind, word, _be(kind, term, word)) for kind, term, word in demands.looks
    ]
    named = " ".join(demands.nouns)
    return looks + ([("category", demands.nouns[-1], _one(singular(named)))] if named else [])


def _be(kind: str, term: str, word: str) -> str:
    """Return a look as it stands after *is*: red, a ball."""
    return _one(singular(word)) if kind == "shape" and is_shape_noun(singular(word), term) else word


def _one(noun: str) -> str:
    """Return a noun with its indefinite article."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"
