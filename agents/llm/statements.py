"""What a model's claim says, in our words: no more than its check looks at."""

from agents.alike import RELATIONS as ALIKE
from agents.camera import RELATION as CAMERA
from agents.camera import sentence
from agents.reading.ranks import RANKS
from twins.predicates import PREDICATES
from twins.queries import Claim


def state(claim: Claim) -> str:
    """Return the sentence of a claim from what is checked of it; the model's own words where nothing is.

    A check mark must not stand beside words that nobody checked.
    """
    name = claim.predicate
    if name is None or not (claim.instances or name in ("count", CAMERA)):  # neither needs things to be named
        return claim.claim
    first, *others = claim.instances or ("",)
    if name in PREDICATES:
        said = f"thing {first} {PREDICATES[name].phrases[0]}"
        said += f" thing {others[0]}" if others else " something" if PREDICATES[name].arity == 2 else ""
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
        things = f"thing{'s' * bool(others)} {', '.join(claim.instances)}"
        said = f"{things}: {name} {claim.value}"
    when = f" ({claim.span[0]:.1f}-{claim.span[1]:.1f} s)" if claim.span is not None else ""
    return f"{'not so: ' if claim.negated else ''}{said}{when}"
