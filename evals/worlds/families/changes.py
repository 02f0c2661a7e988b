"""Stories of things that change: they grow, they shrink, they are there or not."""

from dataclasses import replace

from evals.worlds.families.family import Cast, Family, Scene, line
from evals.worlds.spec import ALWAYS, Ask, Event, Want

_GROWTH = {"toward us": ((0.3, 0.6), (3.7, 1.9)), "away from us": ((0.3, 1.9), (3.7, 0.6))}
_NO_GROWTH = ((0.0, 1.1),)
_EVENTS = {"toward us": "grows", "away from us": "shrinks", "a little aside": "drifts", "across": "crosses"}


def _nearer(cast: Cast) -> Scene:
    y = cast.lane(0, 0.5)
    heading = cast.facts["heading"]
    reach = 3.1 if heading == "across" else 1.5
    way = line(cast.seconds, (-0.8 - reach, y - 0.4), (-0.8 + reach, y + 0.5))
    thing = replace(cast.thing("a", way), growth=_GROWTH.get(heading, _NO_GROWTH))
    company = cast.thing("b", line(cast.seconds, (5.6, 2.4), (4.4, -2.2)))
    return Scene((thing, company), (Event(_EVENTS[heading], (0.3, 3.7), "a"),))


NEARER = Family(
    name="nearer",
    stage=_nearer,
    facts={"heading": "toward us"},
    variants=(("heading", "away from us"), ("heading", "a little aside"), ("heading", "across")),
    cameras=("still", "pan", "shake"),
    largest=0.85,
    asks=(
        Ask(
            phrasings=(
                "something is coming toward us",
                "it gets bigger and bigger until the end",
                "Which clip has a thing closing in on the camera?",
                "it looms larger and larger",
                "one of them swells steadily",
                "a thing draws near to the viewer and does not go away again",
                "its size increases all the time",
                "small at first, big at last",
                "Where does something advance on the onlooker?",
                "it is heading for the lens",
                "Find the one in which something ends much larger than it began.",
            ),
            wants=(Want("grows"),),
            answer=("a",),
            during=("grows",),
        ),
        Ask(
            phrasings=(
                "something moves away from us into the distance",
                "it gets smaller and smaller until the end",
                "Which clip has a thing receding from the camera?",
                "it dwindles the whole time",
                "one of them shrinks steadily",
                "big at first, small at last",
                "its size keeps going down",
                "Where does something withdraw from the onlooker?",
                "it is going off into the depth of the scene",
                "Find the one in which something ends much tinier than it began.",
            ),
            wants=(Want("shrinks"),),
            answer=("a",),
            during=("shrinks",),
            right=1,
        ),
    ),
)

_PRESENT = {
    "until midway": ((0.0, 2.2),),
    "throughout": ALWAYS,
    "from midway": ((2.2, float("inf")),),
    "with a gap": ((0.0, 1.5), (2.7, float("inf"))),
}


def _vanish(cast: Cast) -> Scene:
    y, presence = cast.lane(0, 0.5), cast.facts["a is there"]
    thing = replace(cast.thing("a", line(cast.seconds, (-3.0, y + 1.0), (2.4, y - 0.4))), present=_PRESENT[presence])
    others = (
        cast.thing("b", line(cast.seconds, (4.8, -2.4), (5.0, 2.2))),
        cast.thing("c", line(cast.seconds, (-5.4, -2.6), (0.6, -2.8))),
    )
    events = {
        "until midway": (Event("vanishes", (2.2, cast.seconds), "a"),),
        "throughout": (),
        "from midway": (Event("pops_up", (2.2, cast.seconds), "a"),),
        "with a gap": (Event("blinks", (1.5, 2.7), "a"),),
    }
    return Scene((thing, *others), events[presence])


VANISH = Family(
    name="vanish",
    stage=_vanish,
    facts={"a is there": "until midway"},
    variants=(("a is there", "throughout"), ("a is there", "from midway"), ("a is there", "with a gap")),
    roles=("a", "b", "c"),
    asks=(
        Ask(
            phrasings=(
                "one of them dissolves into thin air and does not return",
                "all at once one is gone, in full view, for good",
                "Which clip has something that ceases to exist with nothing covering it?",
                "three to begin with, and from the middle on only two",
                "one is wiped out on open ground",
                "a vanishing act without anything to hide behind, and no comeback",
                "in the midst of its way one simply isn't there any more",
                "one drops out of existence for the rest of the film",
                "Where does a thing disappear as if by magic and stay away?",
                "one member is lost suddenly, with no cover near, and never seen again",
                "Find the one where something in the open is missing from one moment to the next and is not restored.",
            ),
            wants=(Want("vanishes"),),
            answer=("a",),
            during=("vanishes",),
        ),
        Ask(
            phrasings=(
                "something that was not there at the start pops up out of nowhere",
                "one comes into being in the middle of the picture, having been absent so far",
                "Which clip starts with two and has a third materialise?",
                "a thing unseen until then shows up suddenly without coming in from the edge",
                "two at the start, and all at once there is one more",
                "one that wasn't there at the start springs into existence in the open",
                "as if conjured, something turns up mid-scene and stays",
                "Where does a new one appear from thin air?",
                "one is missing at first and then simply there",
                "Find the one in which a newcomer is added from one moment to the next.",
            ),
            wants=(Want("pops_up"),),
            answer=("a",),
            during=("pops_up",),
            right=2,
        ),
    ),
)
