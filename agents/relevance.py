"""Whether a claim says what a part of a question demands: that something holds is no answer to something else."""

import re
from collections.abc import Sequence

from agents.alike import RELATIONS as ALIKE
from agents.binding import ALLEN
from agents.bystanders import may_be_done
from agents.camera import MOVES
from agents.camera import RELATION as CAMERA
from agents.evidence import CONTRADICTED, ELSEWHERE, MAX_DENIED, MEANT, UNKNOWN_VALUE, Evidence, parse_bound
from agents.grounding import Grounder, look_match
from agents.labelling import is_labelled
from agents.lexicon import lexicon
from agents.number_claims import COUNTED
from agents.pairs import read_pairs
from agents.reading import FRAME
from agents.reading.ranks import RANKS
from twins.predicates import PREDICATES, RELATIVE
from twins.queries import Claim, SubQuery

LOOKS = ("colour", "color", "shape", "size", "texture")
"""Predicates of claims that say how a thing looks."""
MINOR = 0.5
"""A part of less than this share of the heaviest one's weight is minor."""
OTHER_LOOK = 0.25
"""Match of a look up to which a thing is another one than is meant, and"""
ELSE_LOW, ELSE_HIGH = 0.25, 0.75
"""… of a whole noun phrase, where another thing of the video matches it by the higher one."""

IMPLIED_BY = {
    "meets": {"collides"},
    "near": {"touching", "collides", "inside"},
    "touching": {"collides"},
    "moves": {"moves_left", "moves_right", "moves_up", "moves_down"},
    "disappears": {"leaves"},
    "appears": {"enters"},
}
"""Predicates that say more than another one: who verifies them has verified that."""

_DONE = re.compile(r"([a-z_]+)\(\s*([^(),;]+?)\s*(?:,\s*([^(),;]+?)\s*)?\)")


def supports(claim: Claim, parts: Sequence[SubQuery], evidence: Evidence) -> bool:
    """Say whether a claim, if it holds, is evidence for a part of the question.

    It has to name the part, its predicate has to be the part's, with the same sign, and its things must not be others
    than the part's noun phrases mean. A part that no predicate says is supported by a look or a name where it asks for
    just that, and by nothing else. What a part denies of all, a denial of some does not support where others do it.

    Args:
        claim: of a video.
        parts: of the question.
        evidence: of the video.
    """
    grounder = evidence.grounder
    part = next((part for part in parts if part.id == claim.sub_query), None)
    if part is None or claim.predicate is None:
        return False
    if part.relation is None:
        # That somebody is there says nothing of what he does.
        if part.kind not in ("object", "attribute"):
            return False
        if claim.predicate == "count":
            return not part.negated and not claim.negated and _counts_some(claim, part, grounder)
        there = part.negated and evidence.meant(part.subject or part.text)
        return claim.predicate in (*LOOKS, "category") and not there and _asks_for_look(part, claim, grounder)
    if claim.negated != part.negated:
        return False
    if part.relation == "count":
        return claim.predicate == "count" and _counts_the_same(claim, part, parts, grounder)
    if part.relation == CAMERA:
        said = MOVES.get(claim.value or "")
        return claim.predicate == CAMERA and said is not None and said <= MOVES.get(part.object or "", frozenset())
    if part.relation in ALLEN:
        return claim.predicate == part.relation and _same_happenings(
            claim, (part.subject, part.object), parts, grounder
        )
    if part.relation in RANKS:
        return claim.predicate == part.relation and _same_rank(claim, part, parts, grounder)
    if part.relation not in PREDICATES and part.relation not in ALIKE:
        return False
    if (part.object == FRAME) != (claim.value == FRAME):  # a side of the picture is none of another thing
        return False
    meant = {part.relation, RELATIVE.get(part.relation, part.relation)}
    # Who looks like whom is the same the other way round.
    pairs: list[tuple[str, ...]] = [*read_pairs(claim.value)] or [claim.instances]
    orders = [pairs, [names[::-1] for names in pairs]] if part.relation in ALIKE else [pairs]
    if not part.negated:
        meant |= IMPLIED_BY.get(part.relation, set())
    if claim.predicate not in meant or not any(_all_meant(part, each, grounder) for each in orders):
        return False
    return not part.negated or part.relation in ALIKE or _holds_of_all(part, pairs[0], parts, evidence)


def _are_meant(part: SubQuery, names: Sequence[str], grounder: Grounder) -> bool:
    """Say whether no instance is clearly another one than the part's noun phrases mean, in this order."""
    phrases = zip((part.subject, part.object), names, strict=False)
    return not any(_is_another(phrase, name, grounder) for phrase, name in phrases if phrase)


def _all_meant(part: SubQuery, pairs: Sequence[Sequence[str]], grounder: Grounder) -> bool:
    return all(_are_meant(part, names, grounder) for names in pairs)


def _holds_of_all(part: SubQuery, names: Sequence[str], parts: Sequence[SubQuery], evidence: Evidence) -> bool:
    """Say whether a denial is so of everybody it speaks of, not just of those whom a claim names.

    It speaks of the one whom another part tells more of, else of all that its phrases may mean.
    """
    told = {name for one in parts if not one.negated for name in (one.subject, one.object) if one.id != part.id}
    own = dict(zip((part.subject, part.object), names, strict=False))
    numbers = {evidence.name(number): number for number in range(len(evidence.objects))}

    def spoken_of(phrase: str) -> list[int]:
        named = [numbers[own[phrase]]] if own.get(phrase) in numbers else []
        return named if phrase in told else evidence.meant(phrase) or named

    relation, subjects = part.relation or "", spoken_of(part.subject or "thing")

    def may_be_done_by_others(others: Sequence[int | None], *, to_any: bool = False) -> bool:
        return part.subject not in told and may_be_done(evidence, part, subjects, others, to_any=to_any)

    if part.object == FRAME:
        there = any(evidence.side(relation, number) >= ELSEWHERE for number in subjects)
        return not there and not may_be_done_by_others([None])
    takes = PREDICATES[relation].arity == 2 or relation in RELATIVE
    demands = evidence.grounder.describe(part.object or "").demands > 0
    named = bool(part.object) and (relation in RELATIVE or demands)
    others: list[int | None] = [*spoken_of(part.object or "")] if takes and (named or part.object in told) else [None]
    pairs = [(subject, other) for subject in subjects for other in others if subject != other]
    known = UNKNOWN_VALUE * (1 - CONTRADICTED)
    if len(pairs) > MAX_DENIED or not (evidence.values(relation, pairs) <= known).all():
        return False
    to_any = others != [None] and part.object not in told and not demands
    return not may_be_done_by_others(others, to_any=to_any)


def is_beside(name: str | None, parts: Sequence[SubQuery]) -> bool:
    """Say whether a part only names what another part says more of (:func:`agents.named_parts.told_apart`)."""
    whole, _, number = (name or "").rpartition("-")
    return number.isdigit() and any(part.id == whole for part in parts)


def is_named_otherwise(phrase: str | None, number: int | None, evidence: Evidence) -> bool:
    """Say whether an object has a label, and by that is not what a noun phrase means, where something else is."""
    if phrase is None or number is None or not is_labelled(evidence.twin.track(evidence.name(number))):
        return False
    fits = evidence.fits(phrase)
    return bool(fits[number] <= ELSE_LOW and fits.max() >= ELSE_HIGH)


def _asks_for_look(part: SubQuery, claim: Claim, grounder: Grounder) -> bool:
    """Say whether the word that a claim verifies stands in the part, or another one for the same look.

    What a claim denies has to stand among what the part's phrase excludes.
    """
    said = (claim.value or "").strip().lower()
    asked = grounder.describe(part.subject or part.text)
    look = lexicon().looks.get(said)
    terms = {said, look[1]} if look is not None else {said}
    demanded = asked.excluded if claim.negated != part.negated else (asked,)
    return bool(said) and any(
        terms & {word for _, *words in one.looks for word in words} or said in one.nouns for one in demanded
    )


def _counts_some(claim: Claim, part: SubQuery, grounder: Grounder) -> bool:
    """Say whether a claim finds at least one of what a part asks for, whatever they do."""
    said = COUNTED.match(claim.value or "")
    bound = parse_bound(said[1]) if said is not None else None
    if said is None or bound is None or bound.low < 1 or said[2] or not said[3]:
        return False
    return _same(said[3], part.subject or part.text, grounder)


def opposes(claim: Claim, parts: Sequence[SubQuery]) -> bool:
    """Say whether a claim, if it holds, is the opposite of a part: its denial, or that there is no such thing."""
    part = next((part for part in parts if part.id == claim.sub_query), None)
    if part is None or claim.predicate is None:
        return False
    if part.relation is not None:
        return claim.predicate == part.relation and claim.negated != part.negated
    said = COUNTED.match(claim.value or "") if claim.predicate == "count" and not claim.negated else None
    bound = parse_bound(said[1]) if said is not None and not said[2] else None
    return part.kind == "object" and not part.negated and bound is not None and bound.high == 0


def is_minor(part: SubQuery, parts: Sequence[SubQuery]) -> bool:
    """Say whether a part weighs so little beside the others that it does not decide."""
    return part.weight < MINOR * max(other.weight for other in parts)


def _counts_the_same(claim: Claim, part: SubQuery, parts: Sequence[SubQuery], grounder: Grounder) -> bool:
    """Say whether a claim counts so many, or so many times, of just what a part wants counted."""
    said, wanted = COUNTED.match(claim.value or ""), COUNTED.match(part.object or "")
    if said is None or wanted is None or _bound(said[1]) != _bound(wanted[1]) or bool(said[2]) != bool(wanted[2]):
        return False
    done = next((other for other in parts if other.id == part.subject), None)
    if said[5] != (done.relation if done else None) or bool(said[4]) != bool(done and done.negated):
        return False
    if said[2]:
        return done is not None and _are_meant(done, claim.instances, grounder)
    if done is not None and not _is_done_to(said[6], done, grounder):
        return False
    phrase = (done.subject if done else part.subject) or ""
    if said[3]:
        return _same(said[3], phrase, grounder)
    return not any(_is_another(phrase, name, grounder) for name in claim.instances)


def _is_done_to(name: str | None, done: SubQuery, grounder: Grounder) -> bool:
    """Say whether a claim counts what is done to whom a part says: to anybody only where that may be anybody."""
    if done.object == FRAME or name == FRAME:
        return name == done.object
    if name is None:
        return not done.object or not grounder.describe(done.object).demands
    return not _is_another(done.object or "", name, grounder)


def _bound(amount: str) -> object:
    """Return a bound in one form."""
    return parse_bound(amount) or amount


def _same_happenings(claim: Claim, names: Sequence[str | None], parts: Sequence[SubQuery], grounder: Grounder) -> bool:
    """Say whether a claim ties what is done in some parts, in this order, by those who are meant there."""
    told = _DONE.findall(claim.value or "")
    wanted = [part for name in names for part in parts if part.id == name]
    return len(told) == len(wanted) == len(names) and all(
        done == part.relation and _are_meant(part, [who for who in things if who], grounder)
        for (done, *things), part in zip(told, wanted, strict=True)
    )


def _same_rank(claim: Claim, part: SubQuery, parts: Sequence[SubQuery], grounder: Grounder) -> bool:
    """Say whether a claim ranks what is done in a part, among the same things."""
    rivals = (claim.value or "").rpartition(") of ")[2]
    return _same_happenings(claim, (part.subject,), parts, grounder) and _same(rivals, part.object or "thing", grounder)


def _same(phrase: str, other: str, grounder: Grounder) -> bool:
    """Say whether two noun phrases mean the same things of a video."""
    return bool(((grounder.scores(phrase) >= MEANT) == (grounder.scores(other) >= MEANT)).all())


def _is_another(phrase: str, name: str, grounder: Grounder) -> bool:
    """Say whether an instance is clearly not what a noun phrase means."""
    track = grounder.twin.track(name)
    for kind, term, _ in grounder.describe(phrase).looks:
        match = look_match(kind, term, track)
        if kind != "size" and match is not None and match <= OTHER_LOOK:
            return True
    scores = dict(zip((one.id for one in grounder.twin.tracks), grounder.scores(phrase), strict=True))
    return bool(scores[name] <= ELSE_LOW and max(scores.values()) >= ELSE_HIGH)
