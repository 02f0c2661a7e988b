"""Which track each thing of a question is: one binding for all of its parts, searched in bounded time."""

from dataclasses import dataclass, fields
from functools import lru_cache

from agents.alike import RELATIONS as ALIKE
from agents.camera import RELATION as CAMERA
from agents.descriptions import describe
from agents.evidence import MAX_PAIRS, MEANT, Evidence
from agents.reading import FRAME
from agents.reading.ranks import RANKS
from twins.geometry import Doubles
from twins.predicates import PREDICATES, RELATIVE
from twins.queries import Decomposition, SubQuery

BEAM = 24
"""Bindings kept while variables are bound one after the other."""
CANDIDATES = 10
"""Tracks tried for one noun phrase, the best-fitting first."""
LEAST_FIT = 0.02
"""Grounding score under which a track is not tried at all."""
ALLEN = ("before", "after", "during")


@dataclass(frozen=True)
class Plan:
    """A decomposition sorted by how its parts are judged."""

    bound: tuple[SubQuery, ...]  # predicates, positive: they bind variables
    denied: tuple[SubQuery, ...]  # predicates, negated
    order: tuple[SubQuery, ...]
    ranked: tuple[SubQuery, ...]  # who does something first, or last
    counts: tuple[SubQuery, ...]
    looks: tuple[SubQuery, ...]
    alike: tuple[SubQuery, ...]  # who looks like whom
    filmed: tuple[SubQuery, ...]  # what the camera does
    free: tuple[SubQuery, ...]


@lru_cache(maxsize=64)
def plan(decomposition: Decomposition) -> Plan:
    """Sort the sub-queries of a question."""
    groups: dict[str, list[SubQuery]] = {field.name: [] for field in fields(Plan)}
    for sub_query in decomposition.sub_queries:
        groups[_group(sub_query)].append(sub_query)
    return Plan(**{name: tuple(group) for name, group in groups.items()})


def _group(sub_query: SubQuery) -> str:
    if sub_query.relation in PREDICATES and sub_query.subject:
        return "denied" if sub_query.negated else "bound"
    if sub_query.relation in ALLEN and sub_query.subject and sub_query.object:
        return "order"
    if sub_query.relation in RANKS and sub_query.subject:
        return "ranked"
    if sub_query.relation == "count" and sub_query.subject and sub_query.object:
        return "counts"
    if sub_query.relation in ALIKE and sub_query.subject and sub_query.object:
        return "alike"
    if sub_query.relation == CAMERA and sub_query.object:
        return "filmed"
    if sub_query.kind in ("object", "attribute") and sub_query.subject and sub_query.relation is None:
        return "looks"
    return "free"


Binding = dict[str, int]


class Binder:
    """Binds the variables of one question (its noun phrases) to the objects of one candidate."""

    def __init__(self, parts: Plan, evidence: Evidence) -> None:
        self.plan = parts
        self.evidence = evidence
        self._grounded: dict[str, Doubles] = {}
        self._values: dict[tuple[str, int, int | None], float] = {}

    def grounded(self, phrase: str) -> Doubles:
        """Return (objects,) scores of a noun phrase."""
        if phrase not in self._grounded:
            self._grounded[phrase] = self.evidence.grounded(phrase)
        return self._grounded[phrase]

    def bindings(self) -> list[Binding]:
        """Return the best bindings of all variables, best first."""
        beam: list[tuple[float, Binding]] = [(0.0, {})]
        for part in sorted(self.plan.bound, key=self._openness):
            beam = self._extend(beam, part)
        loose = [s.subject for s in self.plan.looks if s.subject] + [
            s.subject for s in self.plan.denied if s.subject and not forall(s, self.plan)
        ]
        loose += [name for s in self.plan.alike for name in (s.subject, s.object) if name]
        for name in loose:
            beam = self._extend_by_look(beam, name)
        return [binding for _, binding in beam]

    def _openness(self, part: SubQuery) -> float:
        """Say how many tracks could be meant: the narrowest part binds first."""
        names = [part.subject or "", *([part.object] if part.object and part.object != FRAME else [])]
        return float(sum((self.grounded(name) > MEANT).sum() for name in names)) - len(names)

    def _extend(self, beam: list[tuple[float, Binding]], part: SubQuery) -> list[tuple[float, Binding]]:
        pairs = self._pairs(part)
        self._evaluate(
            part, sorted({pair for _, binding in beam for pair in self._compatible(part, pairs, binding)}, key=str)
        )
        mine, theirs = part.subject or "", part.object or ""
        fits, others = self.grounded(mine).tolist(), self.grounded(theirs).tolist() if relates(part) else []
        presence = self.evidence.presence.tolist()
        worth: dict[tuple[int, int | None], float] = {}  # the same pairs go with many bindings
        grown = []
        for score, binding in beam:
            for pair in self._compatible(part, pairs, binding):
                subject, other = pair
                if pair not in worth:
                    fit = fits[subject] if other is None else min(fits[subject], others[other])
                    worth[pair] = part.weight * (self._value(part, subject, other) * fit**0.5 + 0.5 * fit)
                bound = {**binding, mine: subject}
                if other is not None:
                    bound[theirs] = other
                grown.append((score + worth[pair] + 1e-3 * presence[subject], sorted(bound.items()), bound))
        grown.sort(key=lambda item: (-item[0], item[1]))
        return _distinct(grown)[:BEAM] or beam

    def _extend_by_look(self, beam: list[tuple[float, Binding]], name: str) -> list[tuple[float, Binding]]:
        grown = []
        for score, binding in beam:
            if name in binding:
                grown.append((score, binding))
                continue
            grown += [
                (score + self.grounded(name)[number], {**binding, name: number})
                for number in self._candidates(name, binding)[:3]
            ]
        grown.sort(key=lambda item: (-item[0], sorted(item[1].items())))
        return grown[:BEAM] or beam

    def _pairs(self, part: SubQuery) -> list[tuple[int, int | None]]:
        """Return the pairs worth trying for a part, the best-fitting first."""
        subjects = self._candidates(part.subject or "", {})
        if not relates(part):
            return [(s, None) for s in subjects]
        fits, others = self.grounded(part.subject or ""), self.grounded(part.object or "")
        presence = self.evidence.presence
        pairs = [(s, o) for s in subjects for o in self._candidates(part.object or "", {}) if s != o]
        pairs.sort(key=lambda pair: -(fits[pair[0]] * others[pair[1]] + 0.1 * (presence[pair[0]] + presence[pair[1]])))
        return [(s, o) for s, o in pairs[:MAX_PAIRS]]

    def _candidates(self, name: str, binding: Binding) -> list[int]:
        taken = _taken(name, binding)
        fits, presence = self.grounded(name).tolist(), self.evidence.presence.tolist()
        ranked = sorted(
            (n for n in range(len(fits)) if fits[n] >= LEAST_FIT and n not in taken),
            key=lambda n: (-fits[n] - 0.2 * presence[n], n),
        )
        return ranked[:CANDIDATES]

    def _compatible(
        self, part: SubQuery, pairs: list[tuple[int, int | None]], binding: Binding
    ) -> list[tuple[int, int | None]]:
        """Keep the pairs that agree with what is bound; where none does, those that the bound variables allow."""
        subject, other = binding.get(part.subject or ""), binding.get(part.object or "")
        taken_s = frozenset() if subject is not None else _taken(part.subject or "", binding)
        taken_o = frozenset() if other is not None else _taken(part.object or "", binding)
        if subject is None and other is None and not taken_s and not taken_o:
            return pairs
        kept = [
            (s, o)
            for s, o in pairs
            if (s == subject if subject is not None else s not in taken_s)
            and (o is None or (o == other if other is not None else o not in taken_o))
        ]
        if kept:
            return kept
        needs_other = bool(pairs) and pairs[0][1] is not None
        subjects = [subject] if subject is not None else self._candidates(part.subject or "", binding)[:3]
        others: list[int | None] = (
            [None]
            if not needs_other
            else [other]
            if other is not None
            else list(self._candidates(part.object or "", binding)[:3])
        )
        return [(s, o) for s in subjects for o in others if s != o]

    def _evaluate(self, part: SubQuery, pairs: list[tuple[int, int | None]]) -> None:
        """Work out a predicate for many pairs at once."""
        name = part.relation or ""
        if part.object == FRAME:
            return
        missing = [pair for pair in pairs if (name, *pair) not in self._values]
        for pair, value in zip(missing, self.evidence.values(name, missing), strict=True):
            self._values[(name, *pair)] = float(value)

    def _value(self, part: SubQuery, subject: int, other: int | None) -> float:
        if part.object == FRAME:
            return self.evidence.side(part.relation or "", subject)
        key = (part.relation or "", subject, other)
        if key not in self._values:
            self._evaluate(part, [(subject, other)])
        return self._values[key]

    def _bound(self, part: SubQuery, binding: Binding) -> tuple[int | None, int | None]:
        subject = binding.get(part.subject or "")
        return subject, binding.get(part.object or "") if relates(part) else None


def relates(part: SubQuery) -> bool:
    """Say whether a part is said of two things, and names the second."""
    named = bool(part.object) and part.object != FRAME
    return named and (PREDICATES[part.relation or ""].arity == 2 or part.relation in RELATIVE)


def forall(part: SubQuery, parts: Plan) -> bool:
    """Say whether a denial speaks of everything that its subject could mean (``nobody moves``)."""
    names = {name for p in parts.bound for name in (p.subject, p.object)}
    described = {look.subject for look in parts.looks}
    return part.subject not in names and part.subject not in described


def _taken(name: str, binding: Binding) -> frozenset[int]:
    """Return what a variable may not be bound to: two things that are both described, or *the other*, are two."""
    if not name or not binding:
        return frozenset()
    return frozenset([number for other, number in binding.items() if _differ(name, other)])


@lru_cache(maxsize=4096)
def _differ(name: str, other: str) -> bool:
    if name == other:
        return False
    first, second = describe(name), describe(other)
    return bool(first.demands and second.demands) or first.other or second.other


def _distinct(grown: list[tuple[float, list[tuple[str, int]], Binding]]) -> list[tuple[float, Binding]]:
    seen: set[tuple[tuple[str, int], ...]] = set()
    kept = []
    for score, items, binding in grown:
        key = tuple(items)
        if key not in seen:
            seen.add(key)
            kept.append((score, binding))
        if len(kept) >= BEAM:
            break
    return kept
