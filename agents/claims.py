"""The door that every claim goes through, whoever made it: recomputed from the twin, or marked as not checkable."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from agents import first_last
from agents.alike import RELATIONS as ALIKE
from agents.camera import RELATION as CAMERA
from agents.camera import check_camera
from agents.evidence import (
    CONTRADICTED,
    ELSEWHERE,
    SIDES,
    STATE_COVER,
    UNBOUNDED,
    Bound,
    Evidence,
    in_order,
    parse_bound,
    side_share,
)
from agents.lexicon import content_stems
from agents.look_claims import check_category, check_likeness, check_look
from agents.number_claims import COUNTED, check_at_least, check_described
from agents.open_parts import open_parts
from agents.pairs import read_pairs
from agents.predications import read_order
from agents.reading import FRAME
from agents.reading.ranks import RANKS
from agents.relevance import LOOKS, is_beside, is_minor, opposes, supports
from agents.scenes import crowds, scene
from twins.geometry import Geometry
from twins.predicates import PREDICATES, RELATIVE, Truth, evaluate
from twins.predicates.truth import covered
from twins.queries import Check, CheckedClaim, Claim, Status, SubQuery, Verdict
from twins.schema import Span, Twin

REFUTED_COST, CONTRADICTED_COST = 0.3, 0.55
"""Share of the score that is lost when every checkable claim is refuted: of the rules, which tell what fails beside
what holds; and of a model, which claims only what it believes. Then even a full score passes no threshold of a half."""
JUDGED_FACTOR = 0.995
"""What the score of a verdict without a single verified claim is worth."""
TOLD_WORDS, TOLD_SHARE = 2, 0.6
"""Words that a claim must have, and the share of them that a sentence of the twin must have, to say the same."""
KNOWN_SHARE = 0.95
"""Share of the clip over which a predicate must be known before it can refute how often something happened, or in which
order: a few frames at the ends are always unknown to movements."""
DEPTH_ORDER = {"in_front_of": "behind", "behind": "in_front_of"}
"""Of two things that are never seen in one order, the other order refutes it however shortly it is seen."""
EACH = "each"
"""Value of a claim that says something of every one of its instances by itself: nothing moves."""
EVERYTHING = "everything"
"""The same, of all that the twin has."""
MAX_CLAIMS = 64
"""Claims of one verdict that are checked; a judge that says more is cut short."""


@dataclass(frozen=True)
class CheckedVerdict:
    """A verdict after its claims were recomputed; ``verdict.score`` has paid for the refuted ones.

    ``supported`` says that at least one claim was verified of a part that is not minor, refuted ones or not.
    """

    verdict: Verdict
    trace: tuple[CheckedClaim, ...]
    status: Status
    supported: bool


def check_verdict(
    verdict: Verdict,
    twin: Twin,
    geometry: Geometry,
    parts: Sequence[SubQuery] | None = None,
    *,
    given_up: Collection[str | None] = (),
) -> CheckedVerdict:
    """Recompute a verdict's claims and let refuted ones cost score.

    A verdict is ``verified`` when at least one claim was verified and none refuted (of more than minor parts), else
    ``judged``: the checks of its claims say which of them hold all the same. Given the question's parts, only what
    supports one of them counts (:func:`agents.relevance.supports`): that something moves is true of every video,
    and that there is a dog does not say that it barks; and parts that no claim settled are told as open
    (:mod:`agents.open_parts`). Without any verified claim it loses a little, so that it cannot outrank an equal one
    that has some. Instances that the twin does not know and spans outside the clip are dropped.

    Args:
        given_up: parts of which a claim was refuted and then left out, or said again as what nobody can check, though
            the score stayed. They cost what they did, but where something else of the part is verified now, or a
            description of the video says what is claimed of it.
    """
    trace = tuple(check_claim(claim, twin, geometry) for claim in verdict.claims[:MAX_CLAIMS])
    holding = [c for c, line in zip(verdict.claims, trace, strict=False) if line.check == "verified"]
    decisive = bool(holding)
    if parts is not None:
        evidence, verified_claims = Evidence(twin, geometry), holding
        holding = [claim for claim in verified_claims if supports(claim, parts, evidence)]
        open_ = _left_open(verdict, trace, verified_claims, holding, parts)
        holding = [claim for claim in holding if not is_beside(claim.sub_query, parts)]
        decisive = any(part.id == claim.sub_query and not is_minor(part, parts) for claim in holding for part in parts)
        trace += tuple(check_claim(claim, twin, geometry) for claim in open_)
    verified = len(holding)
    wrong = [claim for claim, line in zip(verdict.claims, trace, strict=False) if line.check == "refuted"]
    excused = {claim.sub_query for claim in (*holding, *wrong)}
    if given_up:
        excused |= {claim.sub_query for claim in verdict.claims if _is_told(claim, twin)}
    refuted = len(wrong) + sum(part not in excused for part in given_up)
    score = verdict.score
    if refuted:
        cost = REFUTED_COST if parts is None else CONTRADICTED_COST
        score *= 1 - cost * refuted / (verified + refuted)
    if not verified:
        score *= JUDGED_FACTOR
    known = {track.id for track in twin.tracks}
    spans = (_inside(span, twin.duration) for span in verdict.spans)
    kept = verdict.model_copy(
        update={
            "score": score,
            "instances": tuple(name for name in dict.fromkeys(verdict.instances) if name in known),
            "spans": tuple(span for span in spans if span is not None),
        }
    )
    # Two parts may ask for the same: it is told once.
    trace = tuple(dict.fromkeys(trace))
    return CheckedVerdict(kept, trace, "verified" if decisive and not refuted else "judged", supported=decisive)


def _left_open(
    verdict: Verdict,
    trace: Sequence[CheckedClaim],
    verified: Sequence[Claim],
    supporting: Sequence[Claim],
    parts: Sequence[SubQuery],
) -> list[Claim]:
    """Return the parts that no claim settled; what is verified and neither supports nor opposes one settles nothing."""
    counted = [*supporting, *(claim for claim in verified if opposes(claim, parts))]
    beside = [claim for claim, line in zip(verdict.claims, trace, strict=False) if line.check != "verified"]
    unmeasured = {part.id for part in parts if part.relation is None}
    backed = {claim.sub_query for claim in verified} & unmeasured
    settled = {claim.sub_query for claim in (*beside, *counted)}
    return open_parts(parts, settled, verdict.reading, backed)


def _is_told(claim: Claim, twin: Twin) -> bool:
    """Say whether a claim that nothing measures says what somebody who described the video says, too."""
    words = content_stems(claim.claim) if claim.predicate is None else frozenset[str]()
    said = (fact for fact in twin.facts if fact.predicate is None and fact.kind != "text")
    return len(words) >= TOLD_WORDS and any(
        len(words & content_stems(fact.text)) >= TOLD_SHARE * len(words) for fact in said
    )


def check_claim(claim: Claim, twin: Twin, geometry: Geometry) -> CheckedClaim:
    """Recompute one claim from tracks and geometry.

    Refuted are claims that the geometry contradicts, that name an instance which the twin does not have, or a span that
    lies outside the clip: their evidence does not exist. Unverifiable are claims of which nothing is known, and those
    that cannot be recomputed: no predicate, an unknown one, the wrong number of instances, free text.
    """
    known = {track.id for track in twin.tracks}
    span = None if claim.span is None else _inside(claim.span, twin.duration)
    check: Check
    if any(name not in known for name in claim.instances) or (claim.span is not None and span is None):
        check = "refuted"
    else:
        check = _recompute(claim, span, twin, geometry)
    return CheckedClaim(
        claim=claim.claim,
        check=check,
        instances=claim.instances,
        span=span,
        predicate=claim.predicate,
        source=claim.source,
    )


def _inside(span: Span, duration: float) -> Span | None:
    """Clip a span to the video; none where it lies outside."""
    start, end = max(0.0, span[0]), min(span[1], duration)
    return (start, end) if end > start or span[0] == span[1] <= duration else None


def _recompute(claim: Claim, span: Span | None, twin: Twin, geometry: Geometry) -> Check:
    name = claim.predicate
    if name in PREDICATES:
        if pairs := read_pairs(claim.value):
            return _of_pairs(claim, pairs, span, twin, geometry)
        return (
            _of_each(claim, span, twin, geometry)
            if claim.value in (EACH, EVERYTHING)
            else _of_predicate(claim, span, twin, geometry)
        )
    if name in LOOKS:
        return _denied(check_look(name or "", claim.value, claim.instances, twin), claim.negated)
    if name in ALIKE:
        return _denied(check_likeness(name or "", claim.instances, twin), claim.negated)
    if name == CAMERA:
        return _denied(check_camera(claim.value, span, twin), claim.negated)
    if name == "category":
        return _denied(check_category(claim.value, claim.instances, twin), claim.negated)
    if name == "count":
        return _denied(_of_count(claim, twin, geometry), claim.negated)
    if name in ("before", "after", "during"):
        return _denied(_of_order(claim, twin, geometry), claim.negated)
    if name in RANKS:
        return _denied(_of_rank(claim, twin, geometry), claim.negated)
    return "unverifiable"


def _denied(check: Check, negated: bool) -> Check:
    if not negated or check == "unverifiable":
        return check
    return "refuted" if check == "verified" else "verified"


def _truth(name: str, instances: tuple[str, ...], twin: Twin, geometry: Geometry) -> Truth | None:
    """Return when a predicate holds of instances; none where their number is wrong or one has no geometry."""
    arities = {1, 2} if name in RELATIVE else {PREDICATES[name].arity, 1}
    if len(instances) not in arities or len(set(instances)) != len(instances):
        return None
    if any(instance not in geometry.track_ids for instance in instances):
        return None
    made = scene(twin, geometry)
    rows = [geometry.row(instance) for instance in instances]
    if len({int(made.object_of[row]) for row in rows}) != len(rows):
        return None
    return evaluate(name, made, *rows)


def _of_each(claim: Claim, span: Span | None, twin: Twin, geometry: Geometry) -> Check:
    """A claim of several is refuted by one of which it is not so, and verified only where it is so of every one.

    Of a relation each one can only be denied by itself, to anybody. That two of them do it to each other is said by
    naming the two, not of each: so read it would be refuted by what somebody else does.
    """
    alone = (claim.model_copy(update={"value": None, "instances": (name,)}) for name in claim.instances)
    found = _least({_of_predicate(one, span, twin, geometry) for one in alone})
    of_some = claim.value == EACH and PREDICATES[claim.predicate or ""].arity > 1
    if of_some and not (claim.negated and found == "verified"):
        return "unverifiable"
    return found


def _of_pairs(
    claim: Claim, pairs: Sequence[tuple[str, str]], span: Span | None, twin: Twin, geometry: Geometry
) -> Check:
    """A claim of several pairs is refuted by one of which it is not so, and verified only where it is so of all."""
    if any(name not in claim.instances for pair in pairs for name in pair):
        return "unverifiable"
    each = (claim.model_copy(update={"value": None, "instances": pair}) for pair in pairs)
    return _least({_of_predicate(one, span, twin, geometry) for one in each})


def _least(checks: set[Check]) -> Check:
    order: tuple[Check, ...] = ("refuted", "unverifiable", "verified")
    return next((check for check in order if check in checks), "unverifiable")


def _of_predicate(claim: Claim, span: Span | None, twin: Twin, geometry: Geometry) -> Check:
    name = claim.predicate or ""
    if claim.value == FRAME and name in SIDES:
        return _denied(_of_side(claim, span, geometry), claim.negated)
    truth = _truth(name, claim.instances, twin, geometry)
    if truth is None or not len(geometry.seconds):
        return "unverifiable"
    clip = scene(twin, geometry).clip
    within = (max(clip[0], span[0]), min(clip[1], span[1])) if span is not None else clip
    if within[1] <= within[0]:
        return "unverifiable"
    length = within[1] - within[0]
    held = covered(truth.holds, within)
    contradicted = CONTRADICTED if span is None or PREDICATES[name].event else 1 - STATE_COVER
    if not held and (covered(truth.fails, within) > contradicted * length or _is_seen_otherwise(claim, twin, geometry)):
        return _denied("refuted", claim.negated)
    enough = held > 0 if span is None or claim.negated or PREDICATES[name].event else held >= STATE_COVER * length
    return _denied("verified" if enough else "unverifiable", claim.negated)


def _is_seen_otherwise(claim: Claim, twin: Twin, geometry: Geometry) -> bool:
    """Say whether of two things the other one is seen to be in front, if only while it covers part of this one."""
    other = DEPTH_ORDER.get(claim.predicate or "") if len(claim.instances) == 2 and claim.span is None else None
    truth = _truth(other, claim.instances, twin, geometry) if other is not None else None
    return truth is not None and covered(truth.holds, scene(twin, geometry).clip) > 0


def _of_side(claim: Claim, span: Span | None, geometry: Geometry) -> Check:
    if len(claim.instances) != 1 or claim.instances[0] not in geometry.track_ids:
        return "unverifiable"
    share = side_share(geometry, geometry.row(claim.instances[0]), claim.predicate or "", span)
    return "verified" if share >= STATE_COVER else "refuted" if share < ELSEWHERE else "unverifiable"


def _of_count(claim: Claim, twin: Twin, geometry: Geometry) -> Check:
    """Count anew: ``3 of red ball that enters``, ``2 times that turns``; a bare number counts the named instances."""
    found = COUNTED.match(claim.value or "")
    if found is None:
        return "unverifiable"
    amount, times, phrase, denied, doing, other = found.groups()
    if doing is not None and doing not in PREDICATES:
        return "unverifiable"
    bound = Bound(1, 10_000) if amount == "all" else parse_bound(amount)
    if bound is None:
        return "unverifiable"
    if times is not None:
        truth = _truth(doing, claim.instances, twin, geometry) if doing and not denied else None
        return _of_times(bound, truth, scene(twin, geometry).clip) if truth is not None else "unverifiable"
    if phrase is None:
        return _of_bare_count(claim, bound, twin, geometry) if doing is None and amount != "all" else "unverifiable"
    number = None if amount == "all" else bound
    return check_described(number, phrase, Evidence(twin, geometry), doing, other, denied=denied is not None)


def _of_times(bound: Bound, truth: Truth, clip: Span) -> Check:
    """What was seen so often cannot become less by what was not; that it was no more often, only a whole clip tells."""
    seen = _apart(truth)
    if seen > bound.high:
        return "refuted"
    if seen >= bound.low and bound.high >= UNBOUNDED:
        return "verified"
    if not _is_known(truth, clip):
        return "unverifiable"
    return "verified" if bound.holds(len(truth.holds)) else "refuted"


def _apart(truth: Truth) -> int:
    """Count the spans in which something holds, those as one between which it may have gone on unseen."""
    number = 0
    for place, span in enumerate(truth.holds):
        before = truth.holds[place - 1][1] if place else None
        number += before is None or any(fail[0] < span[0] and fail[1] > before for fail in truth.fails)
    return number


def _of_bare_count(claim: Claim, bound: Bound, twin: Twin, geometry: Geometry) -> Check:
    """The instances named must at least be as many as is claimed; that there are no more cannot be known."""
    if not claim.instances:
        return "unverifiable"
    made = scene(twin, geometry)
    rows = [geometry.track_ids.index(name) for name in set(claim.instances) if name in geometry.track_ids]
    objects = {int(made.object_of[row]) for row in rows}
    number = len(objects)
    if several := len(objects & crowds(twin, geometry)):
        return check_at_least(bound, number + several)
    if number < bound.low or number > bound.high:
        return "refuted"
    return "verified" if bound.high >= UNBOUNDED else "unverifiable"


def _of_order(claim: Claim, twin: Twin, geometry: Geometry) -> Check:
    """Recompute ``stops(1); starts(2)``: two predicates with their instances, tied by the claim's relation."""
    sides = read_order(claim.value)
    if sides is None or any(side.predicate not in PREDICATES for side in sides):
        return "unverifiable"
    if any(name not in claim.instances for side in sides for name in side.instances):
        return "unverifiable"
    truths = []
    for side in sides:
        truth = _truth(side.predicate, side.instances, twin, geometry)
        if truth is None or not truth.ever:
            return "unverifiable"
        truths.append(truth)
    value, _ = in_order(claim.predicate or "", truths[0], truths[1])
    if value == 1.0:
        return "verified"
    clip = scene(twin, geometry).clip
    return "refuted" if all(_is_known(truth, clip) for truth in truths) else "unverifiable"


def _of_rank(claim: Claim, twin: Twin, geometry: Geometry) -> Check:
    """Recompute ``enters(1) of red ball``: that 1 does it before any other red ball, or after them."""
    ranked = first_last.read_rank(claim.value)
    if ranked is None or ranked.done.predicate not in PREDICATES:
        return "unverifiable"
    done, evidence = ranked.done, Evidence(twin, geometry)
    numbers = {evidence.name(number): number for number in range(len(evidence.objects))}
    if any(name not in numbers or name not in claim.instances for name in done.instances):
        return "unverifiable"
    subject, other = (*(numbers[name] for name in done.instances), None)[:2]
    if PREDICATES[done.predicate].arity == 2 and other is None:
        return "unverifiable"
    rank = claim.predicate or ""
    return first_last.standing(evidence, rank, done.predicate, subject or 0, other, ranked.rivals)[0]


def _is_known(truth: Truth, clip: Span) -> bool:
    """Say whether so little of the clip is unknown that nothing can have happened in it unseen."""
    known = covered(truth.holds, clip) + covered(truth.fails, clip)
    return known >= KNOWN_SHARE * (clip[1] - clip[0])
