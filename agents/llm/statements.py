"""What a model's claim says, in our words: no more than its check looks at."""

from collections.abc import Callable, Sequence

from agents.alike import RELATIONS as ALIKE
from agents.camera import RELATION as CAMERA
from agents.camera import sentence
from agents.claims import EACH, EVERYTHING
from agents.evidence import SIDES, parse_bound
from agents.first_last import read_rank
from agents.labelling import is_surely_labelled
from agents.number_claims import COUNTED
from agents.pairs import read_pairs
from agents.predications import Predication, read_order
from agents.reading import FRAME
from agents.reading.ranks import RANKS
from agents.relevance import LOOKS
from agents.wording import how_many, in_rank, in_time, nobody, say
from prompts import one_line
from twins.predicates import PREDICATES
from twins.queries import Claim
from twins.schema import Twin

LABEL = 24
"""Characters of a label that stand before an id."""
VOWELS = tuple("aeiou")
ORDERS = ("before", "after", "during")


Names = Callable[[str], str]
"""How an instance is called."""


def names_in(twin: Twin) -> Names:
    """Return how the instances of a twin are called: ``dog 2`` by a sure label, else ``thing 2``.

    A name that a check of it would not confirm must not stand beside the check mark of something else.
    """
    labels = {track.id: one_line(track.category, LABEL) for track in twin.tracks if is_surely_labelled(track)}
    return lambda name: f"{labels.get(name, 'thing')} {name}"


def state(claim: Claim, call: Names = "thing {}".format) -> str:
    """Return the sentence of a claim from what is checked of it; the model's own words where nothing is.

    A check mark must not stand beside words that nobody checked.
    """
    of_all = claim.negated and claim.value == EVERYTHING and claim.predicate in PREDICATES
    said = _of_everything(claim.predicate or "") if of_all else _said(claim, call)
    if said is None:
        return claim.claim
    # Nothing else is looked for at a time.
    span = claim.span if claim.predicate in PREDICATES or claim.predicate == CAMERA else None
    when = f" ({span[0]:.1f}-{span[1]:.1f} s)" if span is not None else ""
    denied = claim.negated and not of_all and not _is_plain(claim)
    return f"{'not so: ' if denied else ''}{said}{when}"


def _is_plain(claim: Claim) -> bool:
    """Say whether a claim is of a look, or of one or two things and a predicate: its own sentence denies it."""
    if claim.predicate in (*LOOKS, "category"):
        return True
    return claim.predicate in PREDICATES and not read_pairs(claim.value) and claim.value != EACH


def _said(claim: Claim, call: Names) -> str | None:
    name = claim.predicate
    if name == CAMERA:
        return sentence(claim.value)
    if name == "count":
        return _of_number(claim, call)
    if name is None or not claim.instances:
        return None
    if name in PREDICATES:
        return _of_predicate(name, claim, call)
    if name in ORDERS:
        return _of_order(name, claim.value, call)
    if name in RANKS:
        return _of_rank(name, claim.value, call)
    if name in ALIKE:
        return f"{' and '.join(map(call, claim.instances))} {'look alike' if name == 'alike' else _share(name)}"
    if claim.value is not None and name in (*LOOKS, "category"):
        return _of_look(name, claim, call)
    return None


def _of_look(name: str, claim: Claim, call: Names) -> str:
    things = " and ".join(f"thing {one}" if name == "category" else call(one) for one in claim.instances)
    plural = len(claim.instances) > 1
    kind = str(claim.value)
    if name == "category" and not plural:
        kind = f"{'an' if kind[:1].lower() in VOWELS else 'a'} {kind}"
    elif name in ("category", "shape"):
        kind = f"of the {name} {kind}"
    return f"{things} {'are' if plural else 'is'}{' not' if claim.negated else ''} {kind}"


def _of_predicate(name: str, claim: Claim, call: Names) -> str:
    """Return what a predicate's check looks at: things by themselves, pairs, a side of the picture, or two things."""
    if pairs := read_pairs(claim.value):
        subjects, objects = (_of_all([pair[at] for pair in pairs], claim, call) for at in (0, 1))
        return say(subjects, name, objects)
    if claim.value == EACH:
        return say(_of_all(claim.instances, claim, call), name)
    if claim.value == FRAME and name in SIDES:
        return say(call(claim.instances[0]), name, FRAME, negated=claim.negated)
    return _done(Predication(name, claim.instances), call, negated=claim.negated)


def _of_everything(name: str) -> str:
    return say(nobody("thing"), name, "anything" if PREDICATES[name].arity > 1 else None)


def _of_order(name: str, value: str | None, call: Names) -> str | None:
    sides = read_order(value)
    if sides is None or any(side.predicate not in PREDICATES for side in sides):
        return None
    return in_time(_done(sides[0], call), name, _done(sides[1], call))


def _of_rank(name: str, value: str | None, call: Names) -> str | None:
    ranked = read_rank(value)
    if ranked is None or ranked.done.predicate not in PREDICATES:
        return None
    return in_rank(_done(ranked.done, call), name, ranked.rivals)


def _of_number(claim: Claim, call: Names) -> str | None:
    """Return what is counted: things that a phrase means, how often something is done, or the instances themselves."""
    found = COUNTED.match(claim.value or "")
    if found is None:
        return None
    amount, times, phrase, denied, doing, other = found.groups()
    bound = amount.replace(" ", "")
    if (bound != "all" and parse_bound(bound) is None) or (doing is not None and doing not in PREDICATES):
        return None
    if times is not None:
        return (
            f"{_done(Predication(doing, claim.instances), call)} {_often(bound)}" if doing and claim.instances else None
        )
    if phrase is None:
        return f"{how_many(bound, 'thing')}: {', '.join(claim.instances)}" if claim.instances and not doing else None
    many = how_many(bound, phrase)
    if doing is None:
        return f"there {'is' if bound.lstrip('<>=') in ('0', '1') else 'are'} {many}"
    if other == FRAME:
        return say(many, doing, FRAME, negated=denied is not None, plural=True)
    return say(many, doing, call(other) if other else None, negated=denied is not None, plural=True)


def _often(bound: str) -> str:
    return how_many(bound, "time").replace("no time", "at no time")


def _done(said: Predication, call: Names, *, negated: bool = False) -> str:
    first, *others = map(call, said.instances)
    return say(first, said.predicate, others[0] if others else None, negated=negated)


def _share(name: str) -> str:
    return f"have the {name.replace('_', ' ')}"


def _of_all(names: Sequence[str], claim: Claim, call: Names) -> str:
    things = [call(name) for name in dict.fromkeys(names)]
    return f"{'any' if claim.negated else 'each'} of {', '.join(things)}" if len(things) > 1 else things[0]
