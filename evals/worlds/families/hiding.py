"""Stories of one thing covering another."""

from evals.worlds.families.family import Cast, Family, Scene, line, still
from evals.worlds.spec import Ask, Event, Keys, Want

_WALL = 3.4


def _hide(cast: Cast) -> Scene:
    y, x = cast.lane(0, 0.7), cast.lane(1, 0.5)
    wall = cast.wall(x, y + 1.6, _WALL, 6.0)
    path: Keys
    match cast.facts["way"]:
        case "emerges on the far side":
            path = ((0.0, x - 5.2, y), (4.0, x + 5.2, y))
            inside = _covered(cast, 5.2 / 2.0)
            events = [
                Event("hides", inside, "a", "wall"),
                Event("reappears_beyond", cast.until_end(inside[1]), "a", "wall"),
            ]
        case "stays hidden":
            path = ((0.0, x - 5.2, y), (2.0, x, y), (9.0, x, y))
            events = [Event("hides", cast.until_end(_covered(cast, 2.6)[0]), "a", "wall")]
        case "comes back out":
            path = ((0.0, x - 5.2, y), (2.0, x - 0.1, y), (4.0, x - 5.2, y))
            inside = _covered(cast, 5.1 / 2.0)
            events = [
                Event("hides", inside, "a", "wall"),
                Event("reappears_same", cast.until_end(inside[1]), "a", "wall"),
            ]
            events.append(Event("turns_back", (2.0, 4.0), "a"))
        case _:
            path = ((0.0, x - 5.2, y), (4.0, x + 5.2, y))
            events = [Event("passes_in_front", _covered(cast, 2.6), "a", "wall")]
    nearness = 3.0 if cast.facts["way"] == "passes in front" else 1.0
    return Scene((cast.thing("a", path, nearness=nearness), wall), tuple(events))


def _covered(cast: Cast, speed: float) -> tuple[float, float]:
    """Return when something that is in the middle of the wall at 2 s is behind it as a whole."""
    half = max(_WALL / 2 - 0.85 * cast.size, 0.1) / speed
    return (round(2.0 - half, 2), round(2.0 + half, 2))


HIDE = Family(
    name="hide",
    stage=_hide,
    facts={"way": "emerges on the far side"},
    variants=(("way", "stays hidden"), ("way", "comes back out"), ("way", "passes in front")),
    roles=("a",),
    hidden=True,
    asks=(
        Ask(
            phrasings=(
                "something vanishes behind a wall and turns up on the far side",
                "it goes out of sight on one side and comes into view again on the other",
                "Which clip has a peekaboo: in at one edge of the obstacle, out at the opposite one?",
                "lost from view for a moment, then there again further along",
                "an obstacle swallows it and lets it out at the other end",
                "a thing slips behind cover and re-emerges beyond it",
                "something blocks the view of it for a while, yet it keeps going and shows up past the barrier",
                "the traveller is concealed midway through its trip and then carries on in plain sight",
                "Where does something pass at the back of a barrier from end to end?",
                "hidden halfway, visible before and after, and never turning round",
                "Find the one that ducks behind the screen and surfaces on the opposite side.",
            ),
            wants=(Want("hides"), Want("reappears_beyond")),
            answer=("a",),
            during=("hides", "reappears_beyond"),
            demo=True,
        ),
        Ask(
            phrasings=(
                "something goes behind a wall and never comes out again",
                "it slips out of sight behind cover and stays there",
                "Which one hides for good?",
                "a thing takes cover and does not show itself again",
                "after it has gone behind the barrier nothing more is seen of it",
                "it goes into hiding and remains concealed until the end",
                "where something is swallowed by an obstacle and is not seen any more",
                "once behind the screen, it is gone for the rest of the film",
                "Find the clip where the hidden one fails to re-emerge.",
                "lost from view behind something and still missing when the clip is over",
            ),
            wants=(Want("hides"), Want("reappears_beyond", count=0), Want("reappears_same", count=0)),
            answer=("a",),
            during=("hides",),
            right=1,
        ),
    ),
)


def _in_front(cast: Cast) -> Scene:
    y = cast.lane(0, 0.6)
    crossing = (1.3, 2.7)
    other = cast.thing("b", still(0.2, y))
    # Off the middle and larger: whoever is behind sticks out, and is never hidden as by a wall.
    row, larger = y + 0.45 * cast.size, 1.15
    match cast.facts["crossing"]:
        case "in front":
            mover = cast.thing("a", line(4.0, (-5.4, row), (5.4, row)), larger, nearness=2.0)
            events = (Event("passes_before", crossing, "a", "b"),)
        case "behind":
            mover = cast.thing("a", line(4.0, (-5.4, row), (5.4, row)), larger, nearness=0.5)
            events = (Event("passes_behind", crossing, "a", "b"),)
        case _:
            lane = y - 2.6 if y > 0 else y + 2.6
            mover = cast.thing("a", line(4.0, (-5.4, lane), (5.4, lane)), larger, nearness=2.0)
            events = (Event("passes_by", crossing, "a", "b"),)
    return Scene((mover, other), events)


IN_FRONT = Family(
    name="in front",
    stage=_in_front,
    facts={"crossing": "in front"},
    variants=(("crossing", "behind"), ("crossing", "clear of it"), ("a.colour", "spare")),
    shapes={"a": ("ball", "square", "diamond"), "b": ("star", "cross", "triangle")},
    hidden=True,
    smallest=0.65,
    asks=(
        Ask(
            phrasings=(
                "the {a} cuts across in front of the {b}",
                "for a moment the {b} is covered by the {a}",
                "Which clip has the {a} getting between us and the {b}?",
                "the {a} blocks our view of the {b} as it goes by",
                "the {b} is eclipsed by the {a}",
                "the {a} slides over the {b}, nearer to the viewer",
                "something {a_colour} goes past on the near side of the {b}",
                "the {b} is partly masked by {an_a} that crosses over it",
                "Where does the {a} travel across the face of the {b}?",
                "the {a} wanders past, hiding the {b} and not the other way round",
                "Find the one where the {a} obscures the {b}.",
            ),
            wants=(Want("passes_before", {"colour": "a.colour"}),),
            answer=("a", "b"),
            during=("passes_before",),
        ),
    ),
)
