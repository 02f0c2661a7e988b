"""Judges a candidate by predicates over its tracks, with one binding of things to tracks for the whole question."""

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache

import numpy as np

from agents.binding import plan
from agents.camera import is_measured
from agents.evidence import UNKNOWN_VALUE, Evidence
from agents.findings import Case, Finding
from agents.found_labels import found_by_label
from agents.labelling import is_described
from agents.lexicon import content_stems
from agents.open_parts import open_parts, says_not
from agents.readings import shares_of
from agents.sentences import sentences
from agents.situations import GRAMMAR
from agents.testimony import MAX_CLAIM_INSTANCES, NAME, QUOTED
from prompts import one_line
from twins.predicates import PREDICATES
from twins.predicates.truth import merge_spans
from twins.protocols import Candidate, TextEncoder
from twins.queries import Claim, Decomposition, SubQuery, Verdict
from twins.schema import Fact

HARD_FACTOR = 2.0
"""How much a condition that can be measured outweighs one that is only matched by meaning."""
DESCRIBED_FACTOR = 0.3
"""The same for a twin that is described in words: people's words ("jumping", "behind") are then better met by words
than by the boxes of a few annotated frames; geometry settles what the words leave open."""
SOFT_BASE = 1.0
"""Weight that recall keeps even where every condition can be measured: it settles ties."""
WORST_SHARE = 0.4
"""How much the worst condition counts beside the mean: a question is met when all of it is."""
HOLDS = 0.5
"""Value above which a sub-query holds rather than not."""
SERIOUS = 0.2
"""Weight from which a sub-query is claimed even where it does not hold."""


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
        described = is_described(candidate.twin)
        understood = literally(decomposition) if described else readings(decomposition)
        named = [part for part in decomposition.sub_queries if part.kind == "object" and part.relation is None]
        judged = [(weight, reading, *_judged(reading, named, evidence, candidate)) for weight, reading in understood]
        # The trace tells the reading that explains most of the score.
        _, told, _, verdict = max(judged, key=lambda item: item[0] * item[2])
        ways = {part.reading for part in told.sub_queries} - {None} if len(understood) > 1 else set()
        score = sum(weight * score for weight, _, score, _ in judged)
        return verdict().model_copy(update={"score": score, "reading": next(iter(ways), None)})


def _judged(
    reading: Decomposition, named: Sequence[SubQuery], evidence: Evidence, candidate: Candidate
) -> tuple[float, Callable[[], Verdict]]:
    """Score one candidate for one reading of a question; the verdict in words is made when it is asked for.

    ``named`` are the parts of the question that only name things, whether or not the reading judges by them.
    """
    parts = plan(reading)
    findings = Case(parts, evidence).findings()
    # The more is said of what a question denies, and nothing else, the nearer are its words: they are no evidence.
    denies = bool(findings) and all(map(_only_denies, reading.sub_queries))
    soft = min(f.value for f in findings) if denies else float(np.clip(candidate.coarse_score, 0.0, 1.0))
    free = sum(sub_query.weight for sub_query in parts.free)
    described = is_described(candidate.twin)
    score = combine(
        [(f.sub_query.weight, f.value) for f in findings],
        soft,
        free,
        hard_factor=DESCRIBED_FACTOR if described else HARD_FACTOR,
    )
    open_ = {part.id for part in parts.free}
    only_names = bool(open_) and {part.id for part in reading.sub_queries} == open_ <= {part.id for part in named}
    if only_names and len(_called(named, open_, evidence)) == len(open_):
        score = HOLDS + (1 - HOLDS) * score  # all of it is there, in whatever words that is told: a man is a person

    def verdict() -> Verdict:
        called = _called(named, open_, evidence)
        left = open_ - {f.sub_query.id for f in called}
        quoted = _said([part for part in parts.free if part.id in left], candidate)
        made = _verdict(score, [*findings, *called], quoted, described and not denies)
        # What is hardly meant is nothing that a reader would miss.
        meant = [p for p in reading.sub_queries if described or p.weight >= SERIOUS]
        ways = {part.reading for part in meant} - {None}
        untold = open_parts(meant, {claim.sub_query for claim in made.claims}, next(iter(ways), None))
        return made.model_copy(update={"claims": (*made.claims, *untold)})

    return score, verdict


def _called(named: Sequence[SubQuery], open_: Collection[str], evidence: Evidence) -> list[Finding]:
    """Return what labels tell of those named parts that are left open."""
    return [f for part in named if part.id in open_ and (f := found_by_label(part, evidence)) is not None]


def _only_denies(part: SubQuery) -> bool:
    """Say whether a part can be measured and denies what it names: ``no ball``, ``nothing stops``."""
    return part.relation is not None and (part.negated or says_not(part))


def _verdict(score: float, findings: Sequence[Finding], said: Sequence[Claim | None], described: bool) -> Verdict:
    """Say what was found, and of whom and when it holds.

    What is hardly meant, or better met by words, is worth telling where it holds, and no contradiction where not. Who
    does something is told with what is done, unless it is clearly not so.
    """
    told = [f for f in findings if f.value > HOLDS or (f.sub_query.weight >= SERIOUS and not described)]
    if not described:
        done = [f.sub_query for f in told if f.sub_query.relation in PREDICATES]
        doers = {name for part in done for name in (part.subject, part.object) if name}
        looks = [f for f in findings if f.sub_query.relation is None and f.sub_query.subject in doers]
        told += [f for f in looks if f not in told and f.value >= UNKNOWN_VALUE]
    held = [f for f in findings if f.value > HOLDS]
    # What is claimed and was seen somewhere holds there, however little it counts for a thing that hardly stands out.
    doing = [f for f in told if f.value > UNKNOWN_VALUE and f.sub_query.relation is not None and f.spans]
    claims = [claim for f in told for claim in f.claims()]
    counted = [name for claim in claims if claim.predicate == "count" for name in claim.instances]
    claims += [claim for claim in said if claim is not None]
    shown = [name for f in (*held, *doing) for name in f.instances]
    shown = shown or [name for claim in claims for name in claim.instances]
    return Verdict(
        score=score,
        claims=tuple(claims),
        # Whom a claim counted is shown, whether or not it is the right number.
        instances=tuple(dict.fromkeys([*shown, *counted]))[:MAX_CLAIM_INSTANCES],
        # When a thing that is named is in view says more than nothing, and less than what it does.
        spans=merge_spans([span for f in doing or held for span in f.spans]),
    )


@lru_cache(maxsize=64)
def readings(decomposition: Decomposition) -> tuple[tuple[float, Decomposition], ...]:
    """Return the ways to understand a question, each with its share; the shares add up to 1.

    What a situation demands is demanded alike, however likely the situation is.
    """
    parts = decomposition.sub_queries
    shares = shares_of(parts)
    if not shares:
        return ((1.0, decomposition),)
    made = []
    for name, share in shares.items():
        kept = [
            part.model_copy(update={"weight": 1.0}) if part.reading not in (None, GRAMMAR) else part
            for part in parts
            if part.reading in (None, name)
        ]
        made.append((share, decomposition.model_copy(update={"sub_queries": tuple(kept)})))
    return tuple(made)


def literally(decomposition: Decomposition) -> tuple[tuple[float, Decomposition], ...]:
    """Return what a question says outright, by its grammar and of looks, as the only way to understand it.

    Of a described video recall has compared the question with the describer's own words: they tell more of what it may
    mean than likeness to examples does. Where nothing is said outright, recall alone decides; it does of a thing that
    is only named, too.
    """
    kept = [part for part in decomposition.sub_queries if part.reading in (None, GRAMMAR)]
    acting = {name for part in kept if part.relation is not None for name in (part.subject, part.object)}
    parts = tuple(
        part.model_copy(update={"subject": None})
        if part.kind == "object" and part.relation is None and part.subject not in acting
        else part
        for part in kept
    )
    return ((1.0, decomposition.model_copy(update={"sub_queries": parts})),)


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


def _said(free: Sequence[SubQuery], candidate: Candidate) -> list[Claim | None]:
    """Quote the sentence that shares most words with each free sub-query; nothing can be recomputed of it.

    Not of one that denies: the words that it shares with a fact tell the opposite.
    """
    free = [sub_query for sub_query in free if not (sub_query.negated or says_not(sub_query))]
    if not free:
        return []
    # What predicates found, and what the camera does, has claims of its own, which are recomputed.
    told = (fact for fact in candidate.twin.facts if fact.predicate is None and not is_measured(fact))
    facts = [(fact, content_stems(fact.text)) for fact in told]
    known = {track.id for track in candidate.twin.tracks}
    return [_quoted(sub_query, facts, known) for sub_query in free]


def _quoted(sub_query: SubQuery, facts: Sequence[tuple[Fact, frozenset[str]]], known: set[str]) -> Claim | None:
    words = content_stems(sub_query.text)
    best: Fact | None = None
    most = 0
    for fact, said in facts:
        shared = len(words & said)
        if shared > most:
            best, most = fact, shared
    if best is None:
        return None
    names = tuple(name for name in best.instances if name in known)
    nearest = max(sentences(best.text), key=lambda sentence: len(words & content_stems(sentence)), default=best.text)
    text = one_line(nearest, QUOTED)
    return Claim(claim=text, sub_query=sub_query.id, instances=names, span=best.span, source=best.source)
