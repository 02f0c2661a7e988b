"""Stories of one thing on its way."""

from evals.worlds.families.family import Cast, Family, Scene, still
from evals.worlds.spec import Ask, Event, Keys, Want


def _visit(cast: Cast) -> Scene:
    y, edge = cast.lane(0, 0.8), 8.1 + cast.size
    bystander = cast.thing("b", still(3.4, -2.2 if y > 0 else 2.2))
    enter = ((0.3, -edge, y), (2.0, -0.6, y))
    events = [Event("enters", (0.3, 0.8), "a")]
    path: Keys
    match cast.facts["exit"]:
        case "where it came in":
            path = (*enter, (3.7, -edge, y))
            events += [Event("turns_back", (2.0, 3.7), "a"), Event("leaves_same_side", (3.2, 3.7), "a")]
        case "the far side":
            path = (*enter, (3.8, edge, y))
            events.append(Event("leaves_far_side", (3.3, 3.8), "a"))
        case "none":
            path = (*enter, (9.0, -0.6, y))
            events.append(Event("settles", (2.0, 4.0), "a"))
        case _:
            path = (*enter, (3.7, -0.4, 5.2 + cast.size if y < 0 else -5.2 - cast.size))
            events.append(Event("leaves_sideways", (3.0, 3.7), "a"))
    return Scene((cast.thing("a", path), bystander), tuple(events))


VISIT = Family(
    name="visit",
    stage=_visit,
    facts={"exit": "where it came in"},
    variants=(("exit", "the far side"), ("exit", "none"), ("exit", "another edge")),
    cameras=("still", "shake"),
    asks=(
        Ask(
            phrasings=(
                "a visitor that leaves by the way it came",
                "it comes in and goes out again on the same side",
                "somebody pops in, turns round, and is off again through the same edge",
                "Which clip has an intruder that withdraws to where it entered?",
                "something drops by and retreats out of the picture without ever crossing it",
                "in and out at one and the same edge",
                "it enters, changes its mind and exits by the side of its entrance",
                "a guest appears from outside and slips back out the way it arrived",
                "Where does somebody look in and then back out of the frame on the side it came from?",
                "it comes from offscreen and goes back there, never reaching the other end",
                "Find the one where the newcomer departs through the edge it arrived from.",
            ),
            wants=(Want("leaves_same_side"),),
            answer=("a",),
            during=("enters", "leaves_same_side"),
        ),
        Ask(
            phrasings=(
                "it comes in at one side and goes out at the opposite one",
                "something crosses the whole picture and is gone",
                "a passer-by that enters and exits on different, facing sides",
                "Which clip has something traversing the frame from end to end until it is out of it?",
                "in at one edge, out at the facing edge",
                "it arrives from offscreen, never halts or turns, and departs at the other end",
                "a traveller comes from outside, passes through, and leaves on the far side",
                "Where does somebody enter and later vanish over the opposite border?",
                "Find the one in which something goes right across and out.",
                "someone merely passes through the scene, from one border to the other",
            ),
            wants=(Want("leaves_far_side"),),
            answer=("a",),
            during=("enters", "leaves_far_side"),
            right=1,
        ),
    ),
)


def _pause(cast: Cast) -> Scene:
    y, halt = cast.lane(0, 1.2), (1.4, 2.6)
    company = cast.thing("b", ((0.0, 4.6, y + 2.6 if y < 0 else y - 2.6), (4.0, -1.6, y + 2.4 if y < 0 else y - 2.4)))
    first, second = (0.0, -5.6, y), (halt[0], -0.4, y)
    rest = (halt[1], -0.4, y)
    path: Keys
    match cast.facts["midway"]:
        case "rests and goes on":
            path = (first, second, rest, (4.0, 4.6, y))
            events = [Event("pauses", halt, "a"), Event("resumes", (halt[1], 4.0), "a")]
        case "keeps going":
            path, events = (first, (4.0, 4.6, y)), [Event("keeps_going", (0.0, 4.0), "a")]
        case "stops for good":
            path, events = (first, second, (9.0, -0.4, y)), [Event("stops", (halt[0], 4.0), "a")]
        case _:
            path = (first, second, rest, (4.0, -5.4, y))
            events = [Event("pauses", halt, "a"), Event("turns_back", (halt[1], 4.0), "a")]
    return Scene((cast.thing("a", path), company), tuple(events))


PAUSE = Family(
    name="pause",
    stage=_pause,
    facts={"midway": "rests and goes on"},
    variants=(("midway", "keeps going"), ("midway", "stops for good"), ("midway", "rests and goes back")),
    stops=True,
    asks=(
        Ask(
            phrasings=(
                "the {a} takes a breather and then continues on its way",
                "the {a} halts for a moment before it goes on",
                "Which clip has the {a} interrupting its journey for a while before it carries on?",
                "the {a} makes a stopover, afterwards it keeps to its course",
                "the {a} stops and starts again in the same direction",
                "a break in the middle of the {a}'s trip, which it then completes",
                "the {a} lingers halfway, then sets off again ahead",
                "Where does the {a} rest briefly and resume?",
                "the {a} stands still for a second but does not stay and does not turn round",
                "the {a} waits, then travels further the same way",
                "Find the one where the {a} pauses and then proceeds.",
            ),
            wants=(Want("pauses", {"colour": "a.colour"}), Want("resumes", {"colour": "a.colour"})),
            answer=("a",),
            during=("pauses", "resumes"),
        ),
    ),
)


def _turn_back(cast: Cast) -> Scene:
    y = cast.lane(0, 1.0)
    company = cast.thing("b", ((0.0, 2.5, y + 2.4 if y < 0 else y - 2.4), (4.0, 5.8, y + 2.4 if y < 0 else y - 2.4)))
    first, turn = (0.0, -5.6, y), (2.0, 1.6, y)
    path: Keys
    match cast.facts["halfway"]:
        case "turns round":
            path, events = (first, turn, (4.0, -5.4, y)), [Event("turns_back", (2.0, 4.0), "a")]
        case "goes on":
            path, events = (first, turn, (4.0, 4.2, y)), [Event("keeps_going", (0.0, 4.0), "a")]
        case "stops":
            path, events = (first, turn, (9.0, *turn[1:])), [Event("stops", (2.0, 4.0), "a")]
        case _:
            aside = (3.8, 1.8, y + 3.4 if y < 0 else y - 3.4)
            path, events = (first, turn, aside, (9.0, *aside[1:])), [Event("turns_aside", (2.0, 4.0), "a")]
    return Scene((cast.thing("a", path), company), tuple(events))


TURN_BACK = Family(
    name="turn back",
    stage=_turn_back,
    facts={"halfway": "turns round"},
    variants=(("halfway", "goes on"), ("halfway", "stops"), ("halfway", "turns aside")),
    asks=(
        Ask(
            phrasings=(
                "the {a} thinks better of it and heads back",
                "the {a} makes a U-turn",
                "Which clip has the {a} returning to where it set out from?",
                "the {a} retraces its steps",
                "out and home again goes the {a}",
                "the {a} reverses its direction half way",
                "the {a} sets off, turns round and ends up where it began",
                "a round trip by the {a}",
                "Where does the {a} go there and back?",
                "the {a} never gets to the other end because it doubles back",
                "Find the one in which the {a} changes its mind and goes back the way it came.",
            ),
            wants=(Want("turns_back", {"colour": "a.colour"}),),
            answer=("a",),
            during=("turns_back",),
        ),
    ),
)
