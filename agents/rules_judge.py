"""Judges a candidate by predicates over its tracks, with one binding of things to tracks for the whole question."""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from agents.descriptions import Description, describe
from agents.evidence import (
    BRIEF_SHARE,
    MAX_PAIRS,
    MEANT,
    UNKNOWN_VALUE,
    Bound,
    Evidence,
    in_order,
    parse_bound,
)
from agents.lexicon import lexicon, stems
from agents.reading import FRAME
from twins.geometry import Doubles
from twins.predicates import PREDICATES
from twins.protocols import Candidate, TextEncoder
from twins.queries import Claim, Decomposition, SubQuery, Verdict
from twins.schema import Fact, Span

HARD_FACTOR = 2.0
"""How much a condition that can be measured outweighs one that is only matched by meaning."""
SOFT_BASE = 1.0
"""Weight that recall keeps even where every condition can be measured: it settles ties."""
WORST_SHARE = 0.4
"""How much the worst condition counts beside the mean: a question is met when all of it is."""
BEAM = 24
"""Bindings kept while variables are bound one after the other."""
REFINED = 6
"""Bindings of which order and repetition in time are worked out."""
CANDIDATES = 10
"""Tracks tried for one noun phrase, the best-fitting first."""
LEAST_FIT = 0.02
"""Grounding score under which a track is not tried at all."""
MAX_CLAIM_INSTANCES = 12
SERIOUS = 0.2
"""Weight from which a sub-query is claimed even where it does not hold."""
ALLEN = ("before", "after", "during")


@dataclass(frozen=True)
class Plan:
    """A decomposition sorted by how its parts are judged."""

    bound: tuple[SubQuery, ...]  # predicates, positive: they bind variables
    denied: tuple[SubQuery, ...]  # predicates, negated
    order: tuple[SubQuery, ...]
    counts: tuple[SubQuery, ...]
    looks: tuple[SubQuery, ...]
    free: tuple[SubQuery, ...]


@lru_cache(maxsize=64)
def plan(decomposition: Decomposition) -> Plan:
    """Sort the sub-queries of a question."""
    groups: dict[str, list[SubQuery]] = {name: [] for name in ("bound", "denied", "order", "counts", "looks", "free")}
    for sub_query in decomposition.sub_queries:
        groups[_group(sub_query)].append(sub_query)
    return Plan(**{name: tuple(group) for name, group in groups.items()})


def _group(sub_query: SubQuery) -> str:
    if sub_query.relation in PREDICATES and sub_query.subject:
        return "denied" if sub_query.negated else "bound"
    if sub_query.relation in ALLEN and sub_query.subject and sub_query.object:
        return "order"
    if sub_query.relation == "count" and sub_query.subject and sub_query.object:
        return "counts"
    if sub_query.kind in ("object", "attribute") and sub_query.subject and sub_query.relation is None:
        return "looks"
    return "free"


Binding = dict[str, int]


@dataclass
class Finding:
    """What was found of one sub-query: a value 0–1 and the claim that says it."""

    sub_query: SubQuery
    value: float
    claim: Claim | None = None
    instances: tuple[str, ...] = ()
    spans: tuple[Span, ...] = field(default=())


class RulesJudge:
    """Judges by rules: no language model.

    Args:
        encoder: compares category words with each other; without one only equal words match.
    """

    def __init__(self, encoder: TextEncoder | None = None) -> None:
        self._encoder = encoder

    @property
    def name(self) -> str:
        """Name for the record."""
        return "rules-1"

    def judge(self, decomposition: Decomposition, candidate: Candidate) -> Verdict:
        """Score one candidate and name the evidence.

        The score is the weighted mean over conditions of what the geometry says (holds 1, fails 0, unknown just under
        a half), lowered towards the worst of them, and mixed with the recall score by the weight of what cannot be
        measured. It is comparable between the candidates of one question.
        """
        parts = plan(decomposition)
        evidence = Evidence(candidate.twin, candidate.geometry, self._encoder)
        findings = _Case(parts, evidence).findings()
        soft = float(np.clip(candidate.coarse_score, 0.0, 1.0))
        free = sum(sub_query.weight for sub_query in parts.free)
        # What is hardly meant is worth telling where it holds, and no contradiction where it does not.
        claims = tuple(
            f.claim for f in findings if f.claim is not None and (f.sub_query.weight >= SERIOUS or f.value > 0.5)
        )
        claims += tuple(claim for claim in (_said(sub_query, candidate) for sub_query in parts.free) if claim)
        held = [f for f in findings if f.value > 0.5]
        return Verdict(
            score=combine([(f.sub_query.weight, f.value) for f in findings], soft, free),
            claims=claims,
            instances=tuple(dict.fromkeys(name for f in held for name in f.instances))[:MAX_CLAIM_INSTANCES]
            or tuple(dict.fromkeys(name for claim in claims for name in claim.instances))[:MAX_CLAIM_INSTANCES],
            spans=merge_spans([span for f in held for span in f.spans]),
        )


def combine(conditions: list[tuple[float, float]], soft: float, free_weight: float) -> float:
    """Return a score 0–1 from measured conditions and from likeness of meaning.

    Args:
        conditions: (weight, value 0–1) of each condition that can be measured.
        soft: recall score 0–1.
        free_weight: weight of what cannot be measured.
    """
    total = sum(weight for weight, _ in conditions)
    if total <= 0:
        return soft
    mean = sum(weight * value for weight, value in conditions) / total
    # A light condition must not drag the whole down as a heavy one does.
    heaviest = max(weight for weight, _ in conditions)
    worst = min(1 - (1 - value) * weight / heaviest for weight, value in conditions)
    hard = (1 - WORST_SHARE) * mean + WORST_SHARE * worst
    hard_weight, soft_weight = HARD_FACTOR * total, SOFT_BASE + free_weight
    return float(np.clip((hard_weight * hard + soft_weight * soft) / (hard_weight + soft_weight), 0.0, 1.0))


class _Case:
    """One question against one candidate."""

    def __init__(self, parts: Plan, evidence: Evidence) -> None:
        self.plan = parts
        self.evidence = evidence
        self._grounded: dict[str, Doubles] = {}
        self._values: dict[tuple[str, int, int | None], float] = {}

    def findings(self) -> list[Finding]:
        """Return one finding for every sub-query that can be measured, of the best binding."""
        if not self.evidence.objects:
            return [
                Finding(s, UNKNOWN_VALUE)
                for s in (*self.plan.bound, *self.plan.denied, *self.plan.order, *self.plan.counts, *self.plan.looks)
            ]
        bindings = self._bind()
        refined = bindings[:REFINED] if self.plan.order or self.plan.counts or self.plan.denied else bindings[:1]
        judged = [self._judge(binding) for binding in refined]
        return max(judged, key=lambda found: sum(f.sub_query.weight * f.value for f in found))

    def grounded(self, phrase: str) -> Doubles:
        """Return (objects,) scores of a noun phrase."""
        if phrase not in self._grounded:
            self._grounded[phrase] = self.evidence.grounded(phrase)
        return self._grounded[phrase]

    # -- binding ------------------------------------------------------------------------------------------------

    def _bind(self) -> list[Binding]:
        """Return the best bindings of all variables, best first."""
        beam: list[tuple[float, Binding]] = [(0.0, {})]
        for part in sorted(self.plan.bound, key=self._openness):
            beam = self._extend(beam, part)
        loose = [s.subject for s in self.plan.looks if s.subject] + [
            s.subject for s in self.plan.denied if s.subject and not _forall(s, self.plan)
        ]
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
        grown = []
        for score, binding in beam:
            for subject, other in self._compatible(part, pairs, binding):
                value = self._value(part, subject, other)
                fit = min(
                    [
                        self.grounded(part.subject or "")[subject],
                        *([self.grounded(part.object or "")[other]] if other is not None else []),
                    ]
                )
                bound = dict(binding)
                bound[part.subject or ""] = subject
                if other is not None:
                    bound[part.object or ""] = other
                grown.append(
                    (
                        score + part.weight * (value * fit**0.5 + 0.5 * fit) + 1e-3 * self.evidence.presence[subject],
                        bound,
                    )
                )
        grown.sort(key=lambda item: (-item[0], sorted(item[1].items())))
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
        if (
            not part.object
            or part.object == FRAME
            or (PREDICATES[part.relation or ""].arity == 1 and part.relation not in ("moves_toward", "moves_away"))
        ):
            return [(s, None) for s in subjects]
        fits, others = self.grounded(part.subject or ""), self.grounded(part.object)
        presence = self.evidence.presence
        pairs = [(s, o) for s in subjects for o in self._candidates(part.object, {}) if s != o]
        pairs.sort(key=lambda pair: -(fits[pair[0]] * others[pair[1]] + 0.1 * (presence[pair[0]] + presence[pair[1]])))
        return [(s, o) for s, o in pairs[:MAX_PAIRS]]

    def _candidates(self, name: str, binding: Binding) -> list[int]:
        fits = self.grounded(name)
        taken = _taken(name, binding)
        ranked = sorted(
            (n for n in range(len(fits)) if fits[n] >= LEAST_FIT and n not in taken),
            key=lambda n: (-fits[n] - 0.2 * self.evidence.presence[n], n),
        )
        return ranked[:CANDIDATES]

    def _compatible(
        self, part: SubQuery, pairs: list[tuple[int, int | None]], binding: Binding
    ) -> list[tuple[int, int | None]]:
        """Keep the pairs that agree with what is bound; where none does, those that the bound variables allow."""
        subject, other = binding.get(part.subject or ""), binding.get(part.object or "")
        taken_s, taken_o = _taken(part.subject or "", binding), _taken(part.object or "", binding)
        kept = [
            (s, o)
            for s, o in pairs
            if (subject is None or s == subject)
            and (other is None or o is None or o == other)
            and (subject is not None or s not in taken_s)
            and (o is None or other is not None or o not in taken_o)
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

    # -- values -------------------------------------------------------------------------------------------------

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
        self._evaluate(part, [(subject, other)])
        return self._values[(part.relation or "", subject, other)]

    def _judge(self, binding: Binding) -> list[Finding]:
        """Return the findings of all sub-queries under one binding."""
        found = [self._of_part(part, binding) for part in self.plan.bound]
        found += [self._of_denied(part, binding) for part in self.plan.denied]
        found += [self._of_order(part, binding) for part in self.plan.order]
        found += [self._of_count(part, binding) for part in self.plan.counts]
        found += [self._of_look(part, binding) for part in self.plan.looks]
        return found

    def _of_part(self, part: SubQuery, binding: Binding) -> Finding:
        subject, other = self._bound(part, binding)
        if subject is None:
            return Finding(part, UNKNOWN_VALUE)
        value = self._value(part, subject, other)
        names = self._names(subject, other)
        spans = self._spans(part, subject, other)
        claim = Claim(
            claim=part.text,
            sub_query=part.id,
            predicate=part.relation,
            value=FRAME if part.object == FRAME else None,
            instances=names,
            span=max(spans, key=lambda s: s[1] - s[0]) if spans else None,
            source=self.name,
        )
        return Finding(part, value, claim, names, spans)

    name = "rules-1"

    def _bound(self, part: SubQuery, binding: Binding) -> tuple[int | None, int | None]:
        subject = binding.get(part.subject or "")
        wants_other = (
            part.object
            and part.object != FRAME
            and (PREDICATES[part.relation or ""].arity == 2 or part.relation in ("moves_toward", "moves_away"))
        )
        return subject, binding.get(part.object or "") if wants_other else None

    def _names(self, *numbers: int | None) -> tuple[str, ...]:
        return tuple(self.evidence.name(number) for number in numbers if number is not None)

    def _spans(self, part: SubQuery, subject: int, other: int | None) -> tuple[Span, ...]:
        if part.object == FRAME:
            return ()
        return self.evidence.truth(part.relation or "", subject, other).holds

    def _of_denied(self, part: SubQuery, binding: Binding) -> Finding:
        """A denial holds where the positive fails: of the bound tracks, or of all that the phrase could mean."""
        subject, other = binding.get(part.subject or ""), binding.get(part.object or "")
        subjects = (
            [subject] if subject is not None and not _forall(part, self.plan) else self._meant(part.subject or "")
        )
        unary = PREDICATES[part.relation or ""].arity == 1 and part.relation not in ("moves_toward", "moves_away")
        if not part.object or part.object == FRAME or unary:
            others: list[int | None] = [None]
        else:
            others = [other] if other is not None else list(self._meant(part.object))
        pairs = [(s, o) for s in subjects for o in others if s != o][:MAX_PAIRS]
        if not pairs:
            # Nothing that it could be said of: nobody does it, but little was seen that says so.
            return Finding(part, 0.8 if not subjects else UNKNOWN_VALUE)
        self._evaluate(part, pairs)
        values = [self._value(part, s, o) for s, o in pairs]
        worst = int(np.argmax(values))
        value = (
            1 - values[worst]
            if values[worst] < UNKNOWN_VALUE * 0.5 or values[worst] == 1.0
            else 1 - max(values[worst], 1 - UNKNOWN_VALUE - 0.1)
        )
        names = self._names(*pairs[worst])
        claim = Claim(
            claim=part.text,
            sub_query=part.id,
            predicate=part.relation,
            value=FRAME if part.object == FRAME else None,
            instances=names,
            source=self.name,
            negated=True,
        )
        return Finding(part, value, claim, names[:1] if subject is not None else ())

    def _meant(self, phrase: str) -> list[int]:
        """Return the objects that a phrase may mean."""
        fits = self.grounded(phrase)
        return [n for n in range(len(fits)) if fits[n] >= MEANT]

    def _of_order(self, part: SubQuery, binding: Binding) -> Finding:
        ends = {p.id: p for p in self.plan.bound}
        first, second = ends.get(part.subject or ""), ends.get(part.object or "")
        if first is None or second is None or FRAME in (first.object, second.object):
            return Finding(part, UNKNOWN_VALUE)
        bound = [self._bound(p, binding) for p in (first, second)]
        if bound[0][0] is None or bound[1][0] is None:
            return Finding(part, UNKNOWN_VALUE)
        truths = [
            self.evidence.truth(p.relation or "", s or 0, o) for p, (s, o) in zip((first, second), bound, strict=True)
        ]
        value, span = in_order(part.relation or "", truths[0], truths[1])
        names = [self._names(*pair) for pair in bound]
        said = "; ".join(f"{p.relation}({', '.join(n)})" for p, n in zip((first, second), names, strict=True))
        claim = Claim(
            claim=part.text,
            sub_query=part.id,
            predicate=part.relation,
            value=said,
            instances=tuple(dict.fromkeys(names[0] + names[1])),
            span=span,
            source=self.name,
        )
        return Finding(part, value, claim, (), (span,) if span else ())

    # -- counts and looks -----------------------------------------------------------------------------------------

    def _of_count(self, part: SubQuery, binding: Binding) -> Finding:
        done = next((p for p in (*self.plan.bound, *self.plan.denied) if p.id == part.subject), None)
        text = part.object or ""
        if text.endswith("times"):
            return self._of_times(part, done, binding)
        phrase = (done.subject if done is not None else part.subject) or ""
        meant = self._meant(phrase)
        prominent = [n for n in meant if self.evidence.presence[n] >= BRIEF_SHARE] or meant
        counted = meant
        if done is not None:
            counted = [n for n in meant if self._does(done, n, binding)]
        bound = Bound(max(1, len(prominent)), 10_000) if text == "all" else parse_bound(text)
        if bound is None:
            return Finding(part, UNKNOWN_VALUE)
        number = len([n for n in counted if n in prominent]) if text == "all" else len(counted)
        value = 1.0 if bound.holds(number) else 0.3 if bound.low >= 3 and abs(number - bound.low) == 1 else 0.0
        that = f" that {done.relation}" if done is not None else ""
        claim = Claim(
            claim=f"{part.text}: {number} found",
            sub_query=part.id,
            predicate="count",
            value=f"{text} of {phrase}{that}",
            instances=self._names(*counted)[:MAX_CLAIM_INSTANCES],
            source=self.name,
        )
        return Finding(part, value, claim, claim.instances if value == 1 else ())

    def _does(self, part: SubQuery, subject: int, binding: Binding) -> bool:
        other = binding.get(part.object or "") if part.object and part.object != FRAME else None
        if other == subject:
            return False
        return self._value(part, subject, other) >= 0.99

    def _of_times(self, part: SubQuery, done: SubQuery | None, binding: Binding) -> Finding:
        bound = parse_bound((part.object or "").removesuffix("times"))
        if done is None or bound is None or done.object == FRAME:
            return Finding(part, UNKNOWN_VALUE)
        subject, other = self._bound(done, binding)
        if subject is None:
            return Finding(part, UNKNOWN_VALUE)
        truth = self.evidence.truth(done.relation or "", subject, other)
        value = 1.0 if bound.holds(len(truth.holds)) else 0.0 if truth.ever else UNKNOWN_VALUE
        names = self._names(subject, other)
        claim = Claim(
            claim=f"{part.text}: {len(truth.holds)} found",
            sub_query=part.id,
            predicate="count",
            value=f"{part.object} that {done.relation}",
            instances=names,
            source=self.name,
        )
        return Finding(part, value, claim, names if value == 1 else (), truth.holds)

    def _of_look(self, part: SubQuery, binding: Binding) -> Finding:
        number = binding.get(part.subject or "")
        if number is None:
            return Finding(part, UNKNOWN_VALUE)
        value = float(self.grounded(part.subject or "")[number])
        names = self._names(number)
        kind, term = _checkable_look(part.subject or "")
        claim = Claim(claim=part.text, sub_query=part.id, predicate=kind, value=term, instances=names, source=self.name)
        return Finding(part, value, claim, names)


def _checkable_look(phrase: str) -> tuple[str | None, str | None]:
    """Return the look of a phrase that can be recomputed: its colour, else its shape, texture, size; else its noun."""
    description = describe(phrase)
    for wanted in ("colour", "shape", "texture", "size"):
        for kind, term, word in description.looks:
            if kind == wanted and term not in ("largest", "smallest"):
                return kind, word
    return ("category", description.nouns[-1]) if description.nouns else (None, None)


def _forall(part: SubQuery, parts: Plan) -> bool:
    """Say whether a denial speaks of everything that its subject could mean (``nobody moves``)."""
    names = {name for p in parts.bound for name in (p.subject, p.object)}
    described = {look.subject for look in parts.looks}
    return part.subject not in names and part.subject not in described


def _taken(name: str, binding: Binding) -> set[int]:
    """Return what a variable may not be bound to: two things that are both described, or *the other*, are two."""
    if not name:
        return set()
    mine = describe(name)
    return {number for other, number in binding.items() if other != name and _differ(mine, describe(other))}


def _differ(first: Description, second: Description) -> bool:
    described = (first.looks or first.nouns) and (second.looks or second.nouns)
    return bool(described) or first.other or second.other


def _distinct(grown: list[tuple[float, Binding]]) -> list[tuple[float, Binding]]:
    seen: set[tuple[tuple[str, int], ...]] = set()
    kept = []
    for score, binding in grown:
        key = tuple(sorted(binding.items()))
        if key not in seen:
            seen.add(key)
            kept.append((score, binding))
        if len(kept) >= BEAM:
            break
    return kept


def merge_spans(spans: list[Span]) -> tuple[Span, ...]:
    """Return the union of spans, in order."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


# -- what is only said -----------------------------------------------------------------------------------------------


def _said(sub_query: SubQuery, candidate: Candidate) -> Claim | None:
    """Quote the fact that shares most words with a free sub-query; nothing can be recomputed of it."""
    words = _content_stems(sub_query.text)
    best: Fact | None = None
    most = 0.0
    for fact in candidate.twin.facts:
        shared = len(words & _content_stems(fact.text)) / max(len(words), 1)
        if shared > most:
            best, most = fact, shared
    if best is None:
        return None
    known = {track.id for track in candidate.twin.tracks}
    names = tuple(name for name in best.instances if name in known)
    return Claim(claim=best.text, sub_query=sub_query.id, instances=names, span=best.span, source=best.source)


@lru_cache(maxsize=16384)
def _content_stems(text: str) -> frozenset[str]:
    plain = lexicon().asking["fillers"]
    words = (word.strip(".,;:!?\"'()") for word in text.lower().split())
    return frozenset(stem for word in words if len(word) > 2 and word not in plain for stem in stems(word))
