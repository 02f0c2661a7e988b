"""Stories of one thing going after another."""

from evals.worlds.families.family import Cast, Family, Scene, line
from evals.worlds.motion import delayed
from evals.worlds.spec import Ask, Event, Keys, Want

_CHASE_GAP, _HUNT_GAP = 0.8, 0.85
"""Seconds by which a pursuer is later where the pursued was: near, but not touching."""


def _winding(cast: Cast) -> Keys:
    tilt = cast.lane(0, 0.6)
    bends = ((0.6, -3.6, 1.1 + tilt), (2.0, -0.2, -1.0 + tilt), (3.3, 3.4, 0.9 + tilt))
    return ((-0.8, -6.2, -0.6), *bends, (4.8, 6.8, -0.8 + tilt))


def _chase(cast: Cast) -> Scene:
    ahead, behind = _winding(cast), delayed(_winding(cast), _CHASE_GAP)
    always = cast.always()
    events: tuple[Event, ...]
    match cast.facts["pursuit"]:
        case "a follows b":
            things = (cast.thing("a", behind), cast.thing("b", ahead))
            events = (Event("chases", always, "a", "b"), Event("flees", always, "b", "a"))
        case "b follows a":
            things = (cast.thing("a", ahead), cast.thing("b", behind))
            events = (Event("chases", always, "b", "a"), Event("flees", always, "a", "b"))
        case _:
            alone = ((0.0, -5.9, -1.9), (1.4, -6.0, 2.6), (2.8, -2.6, 3.2), (4.0, -5.4, 1.8))
            things = (cast.thing("a", alone), cast.thing("b", ahead))
            events = (Event("parts", always, "a", "b"),)
    return Scene(things, events)


CHASE = Family(
    name="chase",
    stage=_chase,
    facts={"pursuit": "a follows b"},
    variants=(("a.colour", "spare"), ("pursuit", "b follows a"), ("pursuit", "none")),
    largest=0.82,
    asks=(
        Ask(
            phrasings=(
                "Which clip shows somebody being tailed by the {a}?",
                "the one where the pursuer is {a_colour}",
                "In which video is the {a} hot on another one's heels?",
                "the {a} hunts the other one across the picture",
                "find the clip where the {a} is running after something",
                "a fugitive that cannot shake off the {a}",
                "Where does the {a} dog the other one's every move?",
                "{an_a} in pursuit of something else",
                "somebody is trying to get away from the {a}, which sticks right behind it",
                "the {b} is being chased, and the chaser is {a_colour}",
                "whatever way the {b} goes, the {a} comes after it",
                "Show me the {a} trailing along behind the {b}.",
            ),
            wants=(Want("chases", {"colour": "a.colour"}),),
            answer=("a", "b"),
            during=("chases",),
            demo=True,
        ),
    ),
)


def _caught(cast: Cast) -> Scene:
    y = cast.lane(0, 0.8)
    head: Keys = ((-1.0, -7.0, y - 1.0), (0.6, -3.4, y + 0.9), (1.8, -0.4, y - 0.9))
    prey: Keys = (*head, (2.5, 1.6, y))
    hunter = delayed(head, _HUNT_GAP)
    chased, gone = (0.0, 2.4), (4.4, 11.0, y + 0.6)
    match cast.facts["ending"]:
        case "caught":
            prey = (*prey, (2.6, 1.7, y), (9.0, 1.7, y))
            reach = 1.7 - 1.35 * cast.size
            hunter = (*hunter, (3.2, reach, y), (9.0, reach, y))
            last = [Event("catches", cast.until_end(3.1), "a", "b"), Event("stops", cast.until_end(2.6), "b")]
        case "gives up":
            prey, hunter = (*prey, gone), (*hunter, (2.8, -0.1, y - 0.6), (9.0, -0.1, y - 0.6))
            last = [Event("gives_up", cast.until_end(2.8), "a", "b"), Event("stops", cast.until_end(2.8), "a")]
            last.append(Event("leaves", (3.2, 4.0), "b"))
        case "turns back":
            prey, hunter = (*prey, gone), (*hunter, (2.8, -0.1, y - 0.6), (4.2, -4.6, y + 1.0))
            last = [Event("turns_back", cast.until_end(2.8), "a"), Event("leaves", (3.2, 4.0), "b")]
        case _:
            prey, hunter = (*prey, (3.2, 8.9, y + 0.3), (4.4, 20.0, y)), (*hunter, (4.2, 4.2, y + 0.6))
            last = [Event("leaves", (2.9, 3.2), "b")]
    events = (Event("chases", chased, "a", "b"), Event("flees", chased, "b", "a"), *last)
    return Scene((cast.thing("a", hunter), cast.thing("b", prey)), events)


CAUGHT = Family(
    name="caught",
    stage=_caught,
    facts={"ending": "caught"},
    variants=(("ending", "gives up"), ("ending", "turns back"), ("ending", "outrun")),
    cameras=("still", "shake"),
    stops=True,
    asks=(
        Ask(
            phrasings=(
                "the runaway is caught in the end",
                "Which chase ends with the hunter getting its prey?",
                "a pursuit that succeeds",
                "something flees but is seized",
                "one runs after the other and at last lays hold of it",
                "the clip in which the escape fails",
                "Where does the fugitive get nabbed?",
                "after a short run the one behind reaches the one in front and both come to rest together",
                "no getting away: the pursuer closes in and has it",
                "the chased one doesn't make it",
                "Find the hunt in which the quarry is finally brought to a halt by its hunter.",
            ),
            wants=(Want("catches"),),
            answer=("a", "b"),
            during=("chases", "catches"),
        ),
    ),
)


def _overtake(cast: Cast) -> Scene:
    above, below, always = -1.15 + cast.lane(0, 0.3), 1.15 + cast.lane(1, 0.3), cast.always()
    slow = ((-3.0, below), (2.4, below))
    if cast.facts["b.heading"] == "towards a":
        slow = (slow[1], slow[0])
    second = cast.thing("b", line(cast.seconds, *slow))
    match cast.facts["pace of a"]:
        case "faster":
            path = line(cast.seconds, (-6.2, above), (6.2, above))
        case "the same":
            path = line(cast.seconds, (-6.2, above), (-0.8, above))
        case _:
            path = ((0.0, -6.2, above), (1.9, -1.4, above), (2.4, -0.6, above), (4.0, 0.0, above))
    if cast.facts["b.heading"] == "towards a":
        events: tuple[Event, ...] = (Event("passes_opposite", always, "a", "b"),)
    elif cast.facts["pace of a"] == "faster":
        events = (Event("overtakes", (1.2, 2.6), "a", "b"),)
    else:
        events = (Event("stays_behind", always, "a", "b"),)
    return Scene((cast.thing("a", path), second), events)


OVERTAKE = Family(
    name="overtake",
    stage=_overtake,
    facts={"pace of a": "faster", "b.heading": "the same way as a"},
    variants=(("pace of a", "the same"), ("b.heading", "towards a"), ("pace of a", "fades")),
    asks=(
        Ask(
            phrasings=(
                "a race with a change of lead",
                "the one that was behind finishes in front",
                "one of them is overtaken",
                "Which clip has a slowpoke being left behind by a faster one going the same way?",
                "somebody catches up and goes past",
                "the front runner loses its place",
                "two travel in the same direction and one passes the other",
                "first it trails, later it leads",
                "Where does the last become the first?",
                "the leader is outstripped by the one coming up from the rear",
                "a quick one zooms by a slower one that is heading the same way",
                "Find the video where the order of the two runners is swapped by the end.",
            ),
            wants=(Want("overtakes"),),
            answer=("a", "b"),
            during=("overtakes",),
            demo=True,
        ),
    ),
)
