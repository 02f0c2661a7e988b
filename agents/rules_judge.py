"""Judges a candidate by predicates over its tracks, with one binding of things to tracks for the whole question."""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from agents.binding import Binder, Binding, forall, plan
from agents.descriptions import describe
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
from agents.situations import GRAMMAR
from twins.predicates import PREDICATES
from twins.protocols import Candidate, TextEncoder
from twins.queries import Claim, Decomposition, SubQuery, Verdict
from twins.schema import Fact, Span, Twin

HARD_FACTOR = 2.0
"""How much a condition that can be measured outweighs one that is only matched by meaning."""
DESCRIBED_FACTOR = 0.3
"""The same for a twin that is described in words: people's words ("jumping", "behind") are then better met by words
than by the boxes of a few annotated frames; geometry settles what the words leave open."""
DESCRIBING = ("role", "state", "caption", "action", "purpose")
SOFT_BASE = 1.0
"""Weight that recall keeps even where every condition can be measured: it settles ties."""
WORST_SHARE = 0.4
"""How much the worst condition counts beside the mean: a question is met when all of it is."""
REFINED = 6
"""Bindings of which order and repetition in time are worked out."""
LEAST_SHARE = 0.1
"""Where situations leave less doubt than this, what grammar read is not looked for."""
MAX_CLAIM_INSTANCES = 12
MISSING_VALUE = 0.2
"""A condition on something that nothing in view fits: more likely it is not there than that perception missed it."""
SURE = 0.7
"""Value from which something that holds is counted."""
SERIOUS = 0.2
"""Weight from which a sub-query is claimed even where it does not hold."""
NAME = "rules-1"


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
        return NAME

    def judge(self, decomposition: Decomposition, candidate: Candidate) -> Verdict:
        """Score one candidate and name the evidence.

        The score is the weighted mean over conditions of what the geometry says (holds 1, fails 0, unknown just under
        a half), lowered towards the worst of them, and mixed with the recall score by the weight of what cannot be
        measured. It is comparable between the candidates of one question.
        """
        evidence = Evidence(candidate.twin, candidate.geometry, self._encoder)
        understood = literally(decomposition) if is_described(candidate.twin) else readings(decomposition)
        judged = [(weight, _judged(reading, evidence, candidate)) for weight, reading in understood]
        # The trace tells the reading that explains most of the score.
        _, likeliest = max(judged, key=lambda item: item[0] * item[1].score)
        return likeliest.model_copy(update={"score": sum(weight * verdict.score for weight, verdict in judged)})


def _judged(reading: Decomposition, evidence: Evidence, candidate: Candidate) -> Verdict:
    """Score one candidate for one reading of a question."""
    parts = plan(reading)
    findings = _Case(parts, evidence).findings()
    soft = float(np.clip(candidate.coarse_score, 0.0, 1.0))
    free = sum(sub_query.weight for sub_query in parts.free)
    described = is_described(candidate.twin)
    # What is hardly meant, or better met by words, is worth telling where it holds, and no contradiction where not.
    claims = tuple(
        f.claim
        for f in findings
        if f.claim is not None and (f.value > 0.5 or (f.sub_query.weight >= SERIOUS and not described))
    )
    claims += tuple(claim for claim in (_said(sub_query, candidate) for sub_query in parts.free) if claim)
    held = [f for f in findings if f.value > 0.5]
    return Verdict(
        score=combine(
            [(f.sub_query.weight, f.value) for f in findings],
            soft,
            free,
            hard_factor=DESCRIBED_FACTOR if described else HARD_FACTOR,
        ),
        claims=claims,
        instances=tuple(dict.fromkeys(name for f in held for name in f.instances))[:MAX_CLAIM_INSTANCES]
        or tuple(dict.fromkeys(name for claim in claims for name in claim.instances))[:MAX_CLAIM_INSTANCES],
        spans=merge_spans([span for f in held for span in f.spans]),
    )


@lru_cache(maxsize=64)
def readings(decomposition: Decomposition) -> tuple[tuple[float, Decomposition], ...]:
    """Return the ways to understand a question, each with its share; the shares add up to 1.

    What a situation demands is demanded alike, however likely the situation is; grammar has the rest of the likelihood.
    """
    parts = decomposition.sub_queries
    shares = {part.reading: part.weight for part in parts if part.reading not in (None, GRAMMAR)}
    if not shares:
        return ((1.0, decomposition),)
    if any(part.reading == GRAMMAR for part in parts):
        left = 1 - sum(shares.values())
        if left >= LEAST_SHARE:
            shares[GRAMMAR] = left
    made = []
    for name, share in shares.items():
        kept = [
            part.model_copy(update={"weight": 1.0}) if part.reading not in (None, GRAMMAR) else part
            for part in parts
            if part.reading in (None, name)
        ]
        made.append((share / sum(shares.values()), decomposition.model_copy(update={"sub_queries": tuple(kept)})))
    return tuple(made)


def literally(decomposition: Decomposition) -> tuple[tuple[float, Decomposition], ...]:
    """Return what a question says outright, by its grammar and of looks, as the only way to understand it.

    Of a described video recall has compared the question with the describer's own words: they tell more of what it may
    mean than likeness to examples does. Where nothing is said outright, recall alone decides.
    """
    kept = tuple(part for part in decomposition.sub_queries if part.reading in (None, GRAMMAR))
    return ((1.0, decomposition.model_copy(update={"sub_queries": kept})),)


def is_described(twin: Twin) -> bool:
    """Say whether someone has put into words what happens in a video and what for, beyond what geometry tells."""
    return any(fact.kind in DESCRIBING and fact.predicate is None for fact in twin.facts)


def combine(
    conditions: list[tuple[float, float]], soft: float, free_weight: float, hard_factor: float = HARD_FACTOR
) -> float:
    """Return a score 0–1 from measured conditions and from likeness of meaning.

    Args:
        conditions: (weight, value 0–1) of each condition that can be measured.
        soft: recall score 0–1.
        free_weight: weight of what cannot be measured.
        hard_factor: how much a measured condition outweighs one that is matched by meaning.
    """
    total = sum(weight for weight, _ in conditions)
    if total <= 0:
        return soft
    mean = sum(weight * value for weight, value in conditions) / total
    # A light condition must not drag the whole down as a heavy one does.
    heaviest = max(weight for weight, _ in conditions)
    worst = min(1 - (1 - value) * weight / heaviest for weight, value in conditions)
    hard = (1 - WORST_SHARE) * mean + WORST_SHARE * worst
    hard_weight, soft_weight = hard_factor * total, SOFT_BASE + free_weight
    return float(np.clip((hard_weight * hard + soft_weight * soft) / (hard_weight + soft_weight), 0.0, 1.0))


class _Case(Binder):
    """One question against one candidate."""

    def findings(self) -> list[Finding]:
        """Return one finding for every sub-query that can be measured, of the best binding."""
        if not self.evidence.objects:
            return [
                Finding(s, UNKNOWN_VALUE)
                for s in (*self.plan.bound, *self.plan.denied, *self.plan.order, *self.plan.counts, *self.plan.looks)
            ]
        bindings = self.bindings()
        refined = bindings[:REFINED] if self.plan.order or self.plan.counts or self.plan.denied else bindings[:1]
        judged = [self._judge(binding) for binding in refined]
        return max(judged, key=lambda found: sum(f.sub_query.weight * f.value for f in found))

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
            return Finding(part, MISSING_VALUE)
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
            source=NAME,
        )
        return Finding(part, value, claim, names, spans)

    def _names(self, *numbers: int | None) -> tuple[str, ...]:
        return tuple(self.evidence.name(number) for number in numbers if number is not None)

    def _spans(self, part: SubQuery, subject: int, other: int | None) -> tuple[Span, ...]:
        if part.object == FRAME:
            return ()
        return self.evidence.truth(part.relation or "", subject, other).holds

    def _of_denied(self, part: SubQuery, binding: Binding) -> Finding:
        """A denial holds where the positive fails: of the bound tracks, or of all that the phrase could mean."""
        subject, other = binding.get(part.subject or ""), binding.get(part.object or "")
        subjects = [subject] if subject is not None and not forall(part, self.plan) else self._meant(part.subject or "")
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
        value = denied(values[worst])
        names = self._names(*pairs[worst])
        claim = Claim(
            claim=part.text,
            sub_query=part.id,
            predicate=part.relation,
            value=FRAME if part.object == FRAME else None,
            instances=names,
            source=NAME,
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
            source=NAME,
        )
        return Finding(part, value, claim, (), (span,) if span else ())

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
        that = f" that {'not ' * done.negated}{done.relation}" if done is not None else ""
        claim = Claim(
            claim=f"{part.text}: {number} found",
            sub_query=part.id,
            predicate="count",
            value=f"{text} of {phrase}{that}",
            instances=self._names(*counted)[:MAX_CLAIM_INSTANCES],
            source=NAME,
        )
        return Finding(part, value, claim, claim.instances if value == 1 else ())

    def _does(self, part: SubQuery, subject: int, binding: Binding) -> bool:
        other = binding.get(part.object or "") if part.object and part.object != FRAME else None
        if other == subject:
            return False
        value = self._value(part, subject, other)
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
        names = self._names(subject, other)
        claim = Claim(
            claim=f"{part.text}: {len(truth.holds)} found",
            sub_query=part.id,
            predicate="count",
            value=f"{part.object} that {done.relation}",
            instances=names,
            source=NAME,
        )
        return Finding(part, value, claim, names if value == 1 else (), truth.holds)

    def _of_look(self, part: SubQuery, binding: Binding) -> Finding:
        number = binding.get(part.subject or "")
        if number is None:
            return Finding(part, MISSING_VALUE)
        # The mean over what is demanded: a thing of the right colour whose outline is unclear fits better than none.
        demands = describe(part.subject or "")
        value = float(self.grounded(part.subject or "")[number]) ** (
            1 / max(1, len(demands.looks) + len(demands.nouns))
        )
        names = self._names(number)
        kind, term = _checkable_look(part.subject or "")
        claim = Claim(claim=part.text, sub_query=part.id, predicate=kind, value=term, instances=names, source=NAME)
        return Finding(part, value, claim, names)


def denied(value: float) -> float:
    """Return the value of a denial: what is unknown stays just under a half, on either side."""
    if value in (0.0, 1.0):
        return 1 - value
    return UNKNOWN_VALUE + (1 - UNKNOWN_VALUE) * (1 - value / UNKNOWN_VALUE) if value < UNKNOWN_VALUE else 1 - value


def _checkable_look(phrase: str) -> tuple[str | None, str | None]:
    """Return the look of a phrase that can be recomputed: its colour, else its shape, texture, size; else its noun."""
    description = describe(phrase)
    for wanted in ("colour", "shape", "texture", "size"):
        for kind, term, word in description.looks:
            if kind == wanted and term not in ("largest", "smallest"):
                return kind, word
    return ("category", description.nouns[-1]) if description.nouns else (None, None)


def merge_spans(spans: list[Span]) -> tuple[Span, ...]:
    """Return the union of spans, in order."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


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
