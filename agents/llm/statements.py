"""What a model's claim says, in our words: no more than its check looks at."""

from collections.abc import Sequence

from agents.alike import RELATIONS as ALIKE
from agents.camera import RELATION as CAMERA
from agents.camera import sentence
from agents.claims import EACH, EVERYTHING
from agents.evidence import SIDES, parse_bound
from agents.first_last import read_rank
from agents.number_claims import COUNTED
from agents.pairs import read_pairs
from agents.predications import Predication, read_order
from agents.reading import FRAME
from agents.reading.ranks import RANKS
from agents.relevance import LOOKS
from agents.wording import how_many, in_rank, in_time, nobody, say
from twins.predicates import PREDICATES
from twins.queries import Claim

ORDERS = ("before", "after", "during")


def state(claim: Claim) -> str:
    """Return the sentence of a claim from what is checked of it; the model's own words where nothing is.

    A check mark must not stand beside words that nobody checked.
    """
    of_all = claim.negated and claim.value == EVERYTHING and claim.predicate in PREDICATES
    said = _of_everything(claim.predicate or "") if of_all else _said(claim)
    if said is None:
        return claim.claim
    # Nothing else is looked for at a time.
    span = claim.span if claim.predicate in PREDICATES or claim.predicate == CAMERA else None
    when = f" ({span[0]:.1f}-{span[1]:.1f} s)" if span is not None else ""
    return f"{'not so: ' if claim.negated and not of_all else ''}{said}{when}"


def _said(claim: Claim) -> str | None:
    name = claim.predicate
    if name == CAMERA:
        return sentence(claim.value)
    if name == "count":
        return _of_number(claim)
    if name is None or not claim.instances:
        return None
    if name in PREDICATES:
        return _of_predicate(name, claim)
    if name in ORDERS:
        return _of_order(name, claim.value)
    if name in RANKS:
        return _of_rank(name, claim.value)
    if name in ALIKE:
        return f"{' and '.join(_things(claim.instances))} {'look alike' if name == 'alike' else _share(name)}"
    if claim.value is not None and name in (*LOOKS, "category"):
        return f"thing{'s' * (len(claim.instances) > 1)} {', '.join(claim.instances)}: {name} {claim.value}"
    return None


def _of_predicate(name: str, claim: Claim) -> str:
    """Return what a predicate's check looks at: things by themselves, pairs, a side of the picture, or two things."""
    if pairs := read_pairs(claim.value):
        subjects, objects = (_of_all([pair[at] for pair in pairs], claim) for at in (0, 1))
        return say(subjects, name, objects)
    if claim.value == EACH:
        return say(_of_all(claim.instances, claim), name)
    if claim.value == FRAME and name in SIDES:
        return say(_things(claim.instances)[0], name, FRAME)
    return _done(Predication(name, claim.instances))


def _of_everything(name: str) -> str:
    return say(nobody("thing"), name, "anything" if PREDICATES[name].arity > 1 else None)


def _of_order(name: str, value: str | None) -> str | None:
    sides = read_order(value)
    if sides is None or any(side.predicate not in PREDICATES for side in sides):
        return None
    return in_time(_done(sides[0]), name, _done(sides[1]))


def _of_rank(name: str, value: str | None) -> str | None:
    ranked = read_rank(value)
    if ranked is None or ranked.done.predicate not in PREDICATES:
        return None
    return in_rank(_done(ranked.done), name, ranked.rivals)


def _of_number(claim: Claim) -> str | None:
    """Return what is counted: things that a phrase means, how often something is done, or the instances themselves."""
    found = COUNTED.match(claim.value or "")
    if found is None:
        return None
    amount, times, phrase, denied, doing, other = found.groups()
    bound = amount.replace(" ", "")
    if (bound != "all" and parse_bound(bound) is None) or (doing is not None and doing not in PREDICATES):
        return None
    if times is not None:
        return f"{_done(Predication(doing, claim.instances))} {_often(bound)}" if doing and claim.instances else None
    if phrase is None:
        return f"{how_many(bound, 'thing')}: {', '.join(claim.instances)}" if claim.instances and not doing else None
    many = how_many(bound, phrase)
    if doing is None:
        return f"there {'is' if bound.lstrip('<>=') in ('0', '1') else 'are'} {many}"
    if other == FRAME:
        return say(many, doing, FRAME, negated=denied is not None, plural=True)
    return say(many, doing, f"thing {other}" if other else None, negated=denied is not None, plural=True)


def _often(bound: str) -> str:
    return how_many(bound, "time").replace("no time", "at no time")


def _done(said: Predication) -> str:
    first, *others = _things(said.instances)
    return say(first, said.predicate, others[0] if others else None)


def _share(name: str) -> str:
    return f"have the {name.replace('_', ' ')}"


def _things(names: Sequence[str]) -> list[str]:
    return [f"thing {name}" for name in names]


def _of_all(names: Sequence[str], claim: Claim) -> str:
    things = _things(list(dict.fromkeys(names)))
    return f"{'any' if claim.negated else 'each'} of {', '.join(things)}" if len(things) > 1 else things[0]
