"""Stories in which it matters what comes first."""

from evals.worlds.families.family import Cast, Family, Scene
from evals.worlds.spec import Ask, Event, Keys, Want

_STOP, _LATE, _EARLY = 1.5, 2.3, 0.4


def _order(cast: Cast) -> Scene:
    upper, lower = -1.6 + cast.lane(0, 0.5), 1.6 + cast.lane(1, 0.5)
    halt = (_STOP, -1.4, lower)
    events = []
    if cast.facts["a"] == "stops":
        path: Keys = ((0.0, -5.6, lower), halt, (9.0, -1.4, lower))
        events.append(Event("stops", cast.until_end(_STOP), "a"))
    else:
        path = ((0.0, -5.6, lower), (4.4, 6.4, lower))
    things = [cast.thing("a", path)]
    entry = {"enters late": _LATE, "enters early": _EARLY}.get(cast.facts["b"])
    if entry is not None:
        edge = 8.0 + cast.size
        things.append(cast.thing("b", ((entry, edge, upper), (entry + 3.4, edge - 9.5, upper))))
        events.append(Event("enters", (entry, entry + 0.5), "b"))
    return Scene(tuple(things), tuple(events))


ORDER = Family(
    name="order",
    stage=_order,
    facts={"a": "stops", "b": "enters late"},
    variants=(("b", "enters early"), ("a", "goes on"), ("b", "never enters")),
    cameras=("still", "shake"),
    stops=True,
    asks=(
        Ask(
            phrasings=(
                "one comes to a halt, and only then does another come in",
                "something stops before a newcomer arrives",
                "by the time the second one shows up the first has already come to rest",
                "Which clip has a standstill followed by an arrival?",
                "the first one parks, afterwards somebody else enters the scene",
                "a new one turns up after the other has stopped moving",
                "first a stop, next an entrance",
                "an arrival later than the other's halt",
                "Where does somebody join in only once the one that was there has quit moving?",
                "somebody new appears, but not until the first one stands still",
                "Find the one in which a traveller brakes to a standstill and another then drifts into the picture.",
            ),
            wants=(Want("enters", after="stops"),),
            answer=("a", "b"),
            during=("stops", "enters"),
            demo=True,
        ),
    ),
)


_GONE = 1.7


def _wait(cast: Cast) -> Scene:
    upper, lower = -1.6 + cast.lane(0, 0.5), 1.6 + cast.lane(1, 0.5)
    rest = (-3.4, lower)
    away, edge = cast.facts["b"] == "leaves", 8.2 + cast.size
    start = {"sets out late": 2.1, "sets out early": 0.5}.get(cast.facts["a"])
    events = []
    if start is None:
        waiting = cast.thing("a", ((0.0, *rest),))
    else:
        waiting = cast.thing("a", ((0.0, *rest), (start, *rest), (4.0, rest[0] + 3.2 * (4.0 - start), lower)))
        events.append(Event("starts", cast.until_end(start), "a"))
    if away:
        other = cast.thing("b", ((0.0, 1.0, upper), (_GONE, edge, upper), (9.0, 40.0, upper)))
        events.append(Event("leaves", (_GONE - 0.4, _GONE), "b"))
    else:
        other = cast.thing("b", ((0.0, 1.0, upper), (4.0, 5.4, upper)))
    return Scene((waiting, other), tuple(events))


WAIT = Family(
    name="wait",
    stage=_wait,
    facts={"a": "sets out late", "b": "leaves"},
    variants=(("a", "sets out early"), ("b", "stays in view"), ("a", "never sets out")),
    cameras=("still", "shake"),
    stops=True,
    asks=(
        Ask(
            phrasings=(
                "one waits until the other is gone before it sets out",
                "the coast is clear: only after somebody has left does the one at rest begin to move",
                "something starts off once its companion is out of the picture",
                "Which clip has a departure followed by another's first movement?",
                "the last one stays motionless till it is alone, then gets going",
                "as soon as it has the place to itself it comes to life",
                "first one exits, next the one that stood still takes off",
                "after the other has gone offscreen, the idle one stirs at last",
                "Where does one not budge as long as the other is there, and goes when it isn't?",
                "a late starter that is on its own by the time it gets under way",
                "Find the one in which somebody disappears over the edge and then the remaining one begins to travel.",
            ),
            wants=(Want("starts", after="leaves"),),
            answer=("a", "b"),
            during=("leaves", "starts"),
        ),
    ),
)
