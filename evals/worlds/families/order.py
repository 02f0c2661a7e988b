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
