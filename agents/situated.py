"""From the situations that a question may tell of to sub-queries about its things."""

from collections import defaultdict
from collections.abc import Sequence

from agents.clauses import Token
from agents.lexicon import lexicon
from agents.reading import Entity, Reading
from agents.situations import Situation, Step
from agents.situations.recogniser import Match
from agents.situations.sentences import SEVERAL, STAND_INS
from agents.wording import call, how_many, in_time, is_plural, say
from twins.predicates import PREDICATES
from twins.queries import SubQuery, SubQueryKind

NAMES = {"a": "thing", "b": "other thing", "c": "third thing"}
"""What a role is called that the question says nothing of."""
READ_VOTES = 2.0
"""Votes of a part that grammar read, beside the one that the orders of roles in examples share out."""
CONVERSE = {
    "hides_behind": ("covers", "in_front_of"),
    "behind": ("covers", "in_front_of"),
    "covers": ("hides_behind", "behind"),
    "in_front_of": ("hides_behind", "behind"),
}
"""What is true of two things the other way round."""


def sub_queries_of(match: Match, reading: Reading) -> list[SubQuery]:
    """Say what must be seen in a situation, with the question's things in its roles.

    Ids are the situation's name and a number: steps first, then their order and counts.
    """
    names = cast_roles(match, reading)
    situation, made = match.situation, []
    ids = [f"{situation.name}{number}" for number in range(len(situation.steps))]
    for step, name in zip(situation.steps, ids, strict=True):
        made.append(_of_step(step, name, names, match))
    for relation, first, second in situation.order:
        text = in_time(made[first].text, relation, made[second].text)
        made.append(_tied(text, "temporal", relation, ids[first], ids[second], match))
    counts = [(at, bound) for at, bound in situation.counts]
    counts += [(at, step.times) for at, step in enumerate(situation.steps) if step.times is not None]
    for at, bound in counts:
        made.append(_tied(_counted(situation.steps[at], names, bound), "count", "count", ids[at], bound, match))
    return made


def _of_step(step: Step, name: str, names: dict[str, str], match: Match) -> SubQuery:
    subject = names[step.roles[0]]
    other = names.get(step.roles[1]) if len(step.roles) > 1 else None  # a cover is left open
    kind: SubQueryKind = "spatial" if PREDICATES[step.relation].kind == "spatial" else "action"
    return SubQuery(
        id=name,
        text=say(
            call(subject),
            step.relation,
            call(other) if other else None,
            negated=step.negated,
            plural=is_plural(subject),
        ),
        kind=kind,
        subject=subject,
        relation=step.relation,
        object=other,
        weight=round(match.weight, 3),
        negated=step.negated,
        reading=match.situation.name,
    )


def _counted(step: Step, names: dict[str, str], bound: str) -> str:
    """Say how many do a thing, or how often one does it."""
    subject, times = names[step.roles[0]], bound.removesuffix(" times")
    if times != bound:
        return f"{say(call(subject), step.relation)} {how_many(times, 'time')}"
    return say(how_many(bound, subject), step.relation, negated=step.negated, plural=bound not in ("0", "1"))


def _tied(text: str, kind: SubQueryKind, relation: str, first: str, second: str, match: Match) -> SubQuery:
    return SubQuery(
        id="",
        text=text,
        kind=kind,
        subject=first,
        relation=relation,
        object=second,
        weight=round(match.weight, 3),
        reading=match.situation.name,
    )


def cast_roles(match: Match, reading: Reading) -> dict[str, str]:
    """Say which of the question's things plays which role.

    What grammar read of the same predicate decides; where it read none, the things take the roles in the order in
    which the nearest examples name them.
    """
    roles = [role for role in NAMES if any(role in step.roles for step in match.situation.steps)]
    votes = _order_votes(match, reading)
    for key, number in _read_votes(match.situation, reading).items():
        votes[key] += number
    cast: dict[str, str] = {}
    taken: set[int] = set()
    for (role, number), _ in sorted(votes.items(), key=lambda item: (-item[1], item[0])):
        if role in roles and role not in cast and number not in taken:
            cast[role] = reading.entities[number].text
            taken.add(number)
    free = [name for name in NAMES.values() if name not in cast.values()]
    return {role: cast.get(role) or free.pop(0) for role in roles}


def _read_votes(situation: Situation, reading: Reading) -> dict[tuple[str, int], float]:
    """Let the parts that grammar read say who is subject and object of the same predicate."""
    votes: dict[tuple[str, int], float] = defaultdict(float)
    for part in reading.parts:
        for step in situation.steps:
            turned = step.relation in CONVERSE.get(part.predicate, ())
            if not (turned or step.relation == part.predicate) or step.negated != part.is_denied:
                continue
            things = (part.object, part.subject) if turned else (part.subject, part.object)
            for role, entity in zip(step.roles, things, strict=False):
                if entity is not None and _is_told_apart(entity):
                    votes[role, reading.entities.index(entity)] += READ_VOTES
    return votes


def described(tokens: Sequence[Token], reading: Reading) -> list[tuple[int, int, str]]:
    """Return start and end of the phrases that say how a thing looks, up to the last word that does, and a stand-in.

    A number before them stays: it says what happens. Sizes alone stay too (``small at first, large at last``). What
    only excludes something goes, or says that a described thing is missing: whatever happens does so without.
    """
    named = [entity for entity in reading.entities if entity.span is not None and _names_a_thing(entity)]
    missing = [entity.span for entity in named if entity in reading.absent and entity.span is not None]
    named = [entity for entity in named if entity not in reading.absent]
    named.sort(key=lambda entity: entity.span or (0, 0))
    known = list(dict.fromkeys(entity.text for entity in named))
    spans = []
    for entity in named:
        start, end = entity.span or (0, 0)
        start += next((at for at in range(end - start) if tokens[start + at].text in lexicon().looks), 0) * (
            entity.bound is not None
        )
        telling = [at for at in range(start, end) if _tells_looks(tokens[at].text)]
        stand_in = STAND_INS[0][min(known.index(entity.text), 2)]
        spans.append((start, max(telling, default=end - 1) + 1, SEVERAL if entity.bound is not None else stand_in))
    lacked = [
        (start, end) for start, end in reading.denials if any(start <= at and until <= end for at, until in missing)
    ]
    return spans + [(start, end, "") for start, end in (*reading.exclusions, *lacked)]


def _is_told_apart(entity: Entity) -> bool:
    """Say whether a question tells a thing from others, so that it matters which role it plays."""
    return bool(entity.looks or entity.excluded)


def _names_a_thing(entity: Entity) -> bool:
    """Say whether looks tell which thing is meant, not only that something is large or small."""
    return any(kind not in ("size", "tone") for kind, _ in entity.looks)


def _tells_looks(word: str) -> bool:
    return word in lexicon().looks or word in lexicon().asking["generic"] or word == "sign"


def _order_votes(match: Match, reading: Reading) -> dict[tuple[str, int], float]:
    there = [entity for entity in reading.entities if entity.span is not None and entity not in reading.absent]
    named = sorted(there, key=lambda e: e.span or (0, 0))
    votes: dict[tuple[str, int], float] = defaultdict(float)
    for roles, likelihood in match.orders:
        for place, entity in enumerate(named):
            if _is_told_apart(entity) and roles:
                exact = 1.0 if len(named) == len(roles) else 0.5
                votes[roles[min(place, len(roles) - 1)], reading.entities.index(entity)] += likelihood * exact
    return votes
