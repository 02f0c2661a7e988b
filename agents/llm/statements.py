"""What a model's claim says, in our words: no more than its check looks at."""

from collections.abc import Sequence

from agents.alike import RELATIONS as ALIKE
from agents.camera import RELATION as CAMERA
from agents.camera import sentence
from agents.claims import EACH
from agents.evidence import SIDES
from agents.pairs import read_pairs
from agents.reading import FRAME
from agents.reading.ranks import RANKS
from agents.wording import say
from twins.predicates import PREDICATES
from twins.queries import Claim


def _of_predicate(name: str, claim: Claim) -> str:
    """Return what a predicate's check looks at: things by themselves, pairs, a side of the picture, or two things."""
    if pairs := read_pairs(claim.value):
        subjects, objects = (_of_all([pair[at] for pair in pairs], claim) for at in (0, 1))
        return say(subjects, name, objects)
    if claim.value == EACH:
        return say(_of_all(claim.instances, claim), name)
    first, *others = (f"thing {one}" for one in claim.instances)
    if claim.value == FRAME and name in SIDES:
        return say(first, name, FRAME)
    return say(first, name, others[0] if others else None)


def _of_all(names: Sequence[str], claim: Claim) -> str:
    things = [f"thing {name}" for name in dict.fromkeys(names)]
    return f"{'any' if claim.negated else 'each'} of {', '.join(things)}" if len(things) > 1 else things[0]


def state(claim: Claim) -> str:
    """Return the sentence of a claim from what is checked of it; the model's own words where nothing is.

    A check mark must not stand beside words that nobody checked.
    """
    name = claim.predicate
    if name is None or not (claim.instances or name in ("count", CAMERA)):  # neither needs things to be named
        return claim.claim
    if name in PREDICATES:
        said = _of_predicate(name, claim)
    elif name in ("before", "after", "during", *RANKS):
        said = f"{name}: {claim.value}"
    elif name == "count":
        said = f"count: {claim.value}"
    elif name in ALIKE:
        shared = "look alike" if name == "alike" else f"have the {name.replace('_', ' ')}"
        said = f"{' and '.join(f'thing {one}' for one in claim.instances)} {shared}"
    elif name == CAMERA:
        said = sentence(claim.value)
    else:
        things = f"thing{'s' * (len(claim.instances) > 1)} {', '.join(claim.instances)}"
        said = f"{things}: {name} {claim.value}"
    span = claim.span if name in PREDICATES or name == CAMERA else None  # nothing else is looked for at a time
    when = f" ({span[0]:.1f}-{span[1]:.1f} s)" if span is not None else ""
    return f"{'not so: ' if claim.negated else ''}{said}{when}"
