"""Stories of how many."""

import numpy as np

from evals.worlds.families.family import Cast, Family, Scene, still
from evals.worlds.motion import orbit
from evals.worlds.spec import Ask, Event, Keys, Want

_CELLS = ((-4.6, -2.0), (0.0, -2.1), (4.6, -1.9), (-4.4, 2.1), (0.1, 2.0), (4.5, 2.1))


def _places(cast: Cast, number: int) -> list[tuple[float, float]]:
    """Return cells that lie far enough apart for small loops, the same first few for every number."""
    order = np.random.default_rng(int(cast.chance[0] * 1e6)).permutation(len(_CELLS))
    return [_CELLS[cell] for cell in order[:number]]


def _loop(cast: Cast, number: int, place: tuple[float, float]) -> Keys:
    start, turns = cast.chance[number % len(cast.chance)], (0.7 + 0.25 * (number % 3)) * (-1) ** number
    return orbit((place[0] * 0.95, place[1]), 0.9, (0.0, cast.seconds), turns, start)


_NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5}
_ROLES = ("a", "b", "c", "d", "e")


def _count(cast: Cast) -> Scene:
    number = _NUMBERS[cast.facts["how many"]]
    places = _places(cast, number)
    things = tuple(cast.thing(role, _loop(cast, i, places[i])) for i, role in enumerate(_ROLES[:number]))
    return Scene(things, tuple(Event("roams", cast.always(), thing.id) for thing in things))


COUNT = Family(
    name="count",
    stage=_count,
    facts={"how many": "three"},
    variants=(("how many", "two"), ("how many", "four"), ("how many", "five")),
    roles=_ROLES,
    shapes=dict.fromkeys(_ROLES, ("star", "triangle", "cross", "square", "diamond")),
    same_looks=True,
    asks=(
        Ask(
            phrasings=(
                "exactly three {a_shapes} are moving about",
                "a trio of {a_colour} {a_shapes}",
                "Which clip has three {a_shapes} in it, neither more nor fewer?",
                "three of the same kind, all {a_colour}, drifting around",
                "two {a_shapes} plus one more, no others",
                "there are 3 {a_colour} {a_shapes} to be seen",
                "a threesome of {a_colour} {a_shapes} circulates",
                "Find the video where you would count to three {a_shapes}.",
                "three {a_colour} things of one shape, {a_shapes}, wander about",
                "the {a_shapes} number three",
                "Where do I see three {a_shapes} milling around?",
            ),
            wants=(Want("exists", {"shape": "a.shape"}, count=3),),
            answer=("a", "b", "c"),
            during=("roams",),
            demo=True,
        ),
        Ask(
            phrasings=(
                "only a pair of {a_colour} {a_shapes} moves about",
                "just two {a_shapes}, both {a_colour}",
                "Which clip has a couple of {a_colour} {a_shapes} and no more than that?",
                "a duo of {a_colour} {a_shapes}",
                "there are 2 {a_colour} {a_shapes} to be seen",
                "Find the one with no more than two {a_shapes} drifting around.",
                "twin {a_colour} {a_shapes} roam about, without any company",
                "exactly two {a_colour} {a_shapes} wander around",
                "the {a_colour} {a_shapes} number two",
                "one {a_colour} {a_shape} and a second like it, and that is all",
            ),
            wants=(Want("exists", {"shape": "a.shape"}, count=2),),
            answer=("a", "b"),
            during=("roams",),
            right=1,
        ),
    ),
)


def _odd_one_out(cast: Cast) -> Scene:
    places = _places(cast, 4)
    still_ones = {"one": 1, "none": 0, "two": 2, "all but one": 3}[cast.facts["how many are still"]]
    things, events = [], []
    for i, role in enumerate(_ROLES[:4]):
        resting = i < still_ones
        things.append(cast.thing(role, still(*places[i]) if resting else _loop(cast, i, places[i])))
        events.append(Event("stays_still" if resting else "stirs", cast.always(), role))
    return Scene(tuple(things), tuple(events))


ODD_ONE_OUT = Family(
    name="odd one out",
    stage=_odd_one_out,
    facts={"how many are still": "all but one"},
    variants=(("how many are still", "none"), ("how many are still", "two"), ("how many are still", "one")),
    roles=_ROLES[:4],
    stops=True,
    asks=(
        Ask(
            phrasings=(
                "nobody moves except one",
                "a single one is restless, the others keep still",
                "only one out of the whole group stirs",
                "Which clip has one thing in motion among motionless ones?",
                "all but one are at rest",
                "everyone has frozen, save for one",
                "one wanders around while the rest of the company stays put",
                "just one is on the go; nothing else budges",
                "Where is there a lone mover among things that never leave their places?",
                "the group stands still apart from one of its members",
                "Find the one where, out of several things, exactly one moves.",
            ),
            wants=(Want("moves", count=1), Want("rests", several=True)),
            answer=("d",),
            during=("stirs",),
        ),
        Ask(
            phrasings=(
                "all of them move except one",
                "only one stays where it is while the others wander",
                "Which clip has a single motionless one in a busy crowd?",
                "one never budges, the rest are on the go",
                "everybody is restless but one",
                "a lone stay-put among the wanderers",
                "one keeps perfectly still in the midst of all the movement",
                "there is exactly one that does not join in the bustle",
                "Find the video where just one of the things is at rest.",
                "the odd one out is the only one not moving",
            ),
            wants=(Want("rests", count=1), Want("moves", several=True)),
            answer=("a",),
            during=("stays_still",),
            right=3,
        ),
    ),
)
