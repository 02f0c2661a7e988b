"""Stories of two things that meet."""

from evals.worlds.families.family import Cast, Family, Scene, line, still
from evals.worlds.motion import orbit
from evals.worlds.spec import Ask, Event, Keys, Want


def _circle(cast: Cast) -> Scene:
    y, always = cast.lane(0, 0.4), cast.always()
    path: Keys
    match cast.facts["route"]:
        case "round b":
            path = orbit((0.0, y), 2.7, always, 1.6, cast.chance[1])
            events: tuple[Event, ...] = (Event("circles", always, "a", "b"),)
        case "straight past":
            path = line(4.0, (-5.6, y - 2.5), (5.6, y - 2.5))
            events = (Event("passes_by", (1.2, 2.8), "a", "b"),)
        case "there and back":
            path = ((0.0, -5.8, y - 1.0), (2.0, -1.9, y), (4.0, -5.8, y - 1.0))
            events = (Event("approaches", (0.0, 2.0), "a", "b"), Event("turns_back", (2.0, 4.0), "a"))
        case _:
            path = orbit((4.2, y), 1.9, always, 1.6, cast.chance[1])
            events = (Event("loops", always, "a"),)
    return Scene((cast.thing("a", path), cast.thing("b", still(0.0, y))), (*events, Event("rests", always, "b")))


CIRCLE = Family(
    name="circle",
    stage=_circle,
    facts={"route": "round b"},
    variants=(("route", "straight past"), ("route", "there and back"), ("route", "loops beside b")),
    smallest=0.55,
    asks=(
        Ask(
            phrasings=(
                "one orbits the other",
                "something keeps going round and round another",
                "like a moon about its planet",
                "Which clip shows laps being run around something that stands still?",
                "the other is ringed again and again",
                "it goes all the way around the one in the middle",
                "a thing revolves about another that does not move",
                "a merry-go-round with something resting at the hub",
                "somebody is encircled by a restless companion",
                "Where does a satellite make its rounds of a fixed centre?",
                "Find the video where one makes full turns about its neighbour.",
            ),
            wants=(Want("circles"),),
            answer=("a", "b"),
            during=("circles",),
            demo=True,
        ),
    ),
)


def _bounce(cast: Cast) -> Scene:
    y = cast.lane(0, 1.2)
    # Corners of a path are rounded: aim a little deeper, so that the two just touch.
    touch = 0.97 * cast.size - 0.16
    hit = 1.8
    rows = (y, y)
    match cast.facts["contact"]:
        case "bounce":
            ends, events = (
                (-touch, -5.6),
                [Event("collides", (1.7, 2.0), "a", "b"), Event("rebounds", (1.8, 4.0), "a", "b")],
            )
        case "stick":
            ends = (-cast.size, -cast.size)
            events = [Event("collides", (1.7, 4.0), "a", "b"), Event("stops", (1.8, 4.0), "a")]
        case "stop short":
            ends, events = (-1.7 - touch, -5.6), [Event("retreats", (1.8, 4.0), "a", "b")]
        case _:
            ends, events = (-0.4, 5.6), [Event("passes_opposite", (1.2, 2.6), "a", "b")]
            rows = (y - 1.1 - 0.4 * cast.size, y + 1.1 + 0.4 * cast.size)
    left = ((0.0, -5.8, rows[0]), (hit, ends[0], rows[0]), (4.2, ends[1], rows[0]))
    right = tuple((time, -x, rows[1]) for time, x, _ in left)
    return Scene((cast.thing("a", left), cast.thing("b", right)), tuple(events))


BOUNCE = Family(
    name="bounce",
    stage=_bounce,
    facts={"contact": "bounce"},
    variants=(("contact", "none: they pass"), ("contact", "stop short"), ("contact", "stick")),
    shapes={"a": ("ball",), "b": ("ball",)},
    asks=(
        Ask(
            phrasings=(
                "two crash head-on and are thrown back",
                "they run into each other and bounce off",
                "Which clip has a collision after which both rebound?",
                "a bump sends them back to where they came from",
                "they knock together and recoil",
                "like billiard balls that hit and spring apart",
                "an impact reverses both of them",
                "they smack into one another, then fly apart",
                "Where do two meet with a bang and ricochet?",
                "Find the one in which they touch, and the shock makes each go back.",
                "a clash that repels the two",
            ),
            wants=(Want("collides"), Want("rebounds")),
            answer=("a", "b"),
            during=("collides", "rebounds"),
        ),
        Ask(
            phrasings=(
                "they come at each other but turn away without touching",
                "both pull back before there is any contact",
                "Which clip has a near miss: they stop short and retreat?",
                "a collision is avoided because the two reverse in time",
                "they rush together and shy away before they meet",
                "heading for a crash that never comes, they both back off",
                "never touching, the two approach and then withdraw again",
                "Find the one where they get close, and go back the way they came without a bump.",
                "each recoils although nothing has hit it",
                "the two keep a gap between them and turn round",
            ),
            wants=(Want("retreats"),),
            answer=("a", "b"),
            during=("retreats",),
            right=2,
        ),
    ),
)


def _push(cast: Cast) -> Scene:
    y, side = cast.lane(0, 1.0), 1.72 * cast.size
    met, box = 1.3, (-0.6, y)
    start, contact = (0.0, -5.8, y), (met, box[0] - side, y)
    stay: Keys = ((0.0, *box),)
    match cast.facts["effect"]:
        case "shoved along":
            mover: Keys = (start, contact, (4.0, 4.6 - side, y))
            stay = ((0.0, *box), (met, *box), (4.0, 4.6, y))
            events = [Event("pushes", (met, 4.0), "a", "b"), Event("starts", (met, 4.0), "b")]
        case "a halts at b":
            mover = (start, contact, (9.0, *contact[1:]))
            events = [Event("approaches", (0.0, met), "a", "b"), Event("stops", (met, 4.0), "a")]
        case "a passes b":
            lane = y + (-1 if y > 0 else 1) * 2.0 * cast.size
            mover = ((0.0, -5.8, lane), (4.0, 5.6, lane))
            events = [Event("passes_by", (1.3, 2.6), "a", "b")]
        case _:
            mover = (start, (met, -4.4, y), (9.0, -4.4, y))
            stay = ((0.0, *box), (met, *box), (4.0, 4.6, y))
            events = [Event("stops", (met, 4.0), "a"), Event("starts", (met, 4.0), "b")]
    return Scene((cast.thing("a", mover), cast.thing("b", stay)), tuple(events))


PUSH = Family(
    name="push",
    stage=_push,
    facts={"effect": "shoved along"},
    variants=(("effect", "a halts at b"), ("effect", "a passes b"), ("effect", "b goes by itself")),
    shapes={"a": ("ball",), "b": ("square",)},
    stops=True,
    smallest=0.6,
    asks=(
        Ask(
            phrasings=(
                "one shoves the other along",
                "something that was at rest is pushed across the floor",
                "Which clip shows a thing being moved by another that presses against it?",
                "it is set in motion by a touch and driven forward",
                "a pusher and its load",
                "the resting one only gets going because it is nudged from behind",
                "like a bulldozer with something before its blade",
                "somebody leans into the other and takes it along",
                "Where does one propel another?",
                "it walks up to a thing at rest and drives it ahead",
                "Find the video in which a load is shifted by someone's pushing.",
            ),
            wants=(Want("pushes"),),
            answer=("a", "b"),
            during=("pushes",),
        ),
    ),
)


def _meet(cast: Cast) -> Scene:
    y, near = cast.lane(0, 0.5), 1.15 * cast.size + 0.1
    left: Keys = ((0.0, -5.6, y - 1.6), (1.4, -near, y), (2.4, -near, y))
    right: Keys = ((0.0, 5.6, y - 1.6), (1.4, near, y), (2.4, near, y))
    together = [Event("meets", (1.4, 2.4), "a", "b")]
    match cast.facts["ending"]:
        case "part":
            left, right = (*left, (4.2, -5.0, y + 2.8)), (*right, (4.2, 5.0, y + 2.8))
            events = [*together, Event("parts", (2.4, 4.0), "a", "b")]
        case "stay":
            left, right = (*left, (9.0, -near, y)), (*right, (9.0, near, y))
            events = [*together, Event("stops", (1.4, 4.0), "a")]
        case "leave as a pair":
            left, right = (*left, (4.2, 4.2 - near, y + 2.2)), (*right, (4.2, 4.2 + near, y + 2.2))
            events = [*together, Event("goes_along", (2.4, 4.0), "a", "b")]
        case _:
            left = ((0.0, -5.6, y - 1.6), (1.4, -4.0, y), (2.4, -4.0, y), (4.2, -5.0, y + 2.8))
            right = tuple((time, -x, row) for time, x, row in left)
            events = [Event("stays_apart", (0.0, 4.0), "a", "b")]
    return Scene((cast.thing("a", left), cast.thing("b", right)), tuple(events))


MEET = Family(
    name="meet",
    stage=_meet,
    facts={"ending": "part"},
    variants=(("ending", "stay"), ("ending", "leave as a pair"), ("ending", "never meet")),
    stops=True,
    asks=(
        Ask(
            phrasings=(
                "a short get-together of the {a} and the {b}, then each goes its own way",
                "the {a} meets the {b}, they linger, and they separate",
                "Which clip has a brief rendezvous of the {a} and the {b} before they part company?",
                "the {a} and the {b} come together for a moment and take leave of each other",
                "they join up, the {a_colour} one and the {b_colour} one, and split up again",
                "a visit between the {a} and the {b} that ends in a farewell",
                "the {b} keeps the {a} company for a second, no longer",
                "Where do the {a} and the {b} get close, pause, and drift apart?",
                "first apart, then side by side, then apart once more: the {a} and the {b}",
                "the {a} and the {b} say hello and goodbye",
                "Find the one where the {a} and the {b} stop next to each other, then go off different ways.",
            ),
            wants=(Want("meets", {"colour": "a.colour"}), Want("parts", {"colour": "a.colour"})),
            answer=("a", "b"),
            during=("meets", "parts"),
        ),
    ),
)


def _approach(cast: Cast) -> Scene:
    y, near = cast.lane(0, 0.8), 1.15 * cast.size + 0.15
    walk: Keys = ((0.0, -5.4, y + 0.8), (2.6, 3.2 - 2 * near, y), (9.0, 3.2 - 2 * near, y))
    match cast.facts["who goes"]:
        case "a to b":
            paths = (walk, still(3.2, y))
            events = [Event("approaches", (0.0, 2.6), "a", "b"), Event("stops", (2.6, 4.0), "a")]
        case "b to a":
            paths = (still(-5.4 + 2.2, y), tuple((time, -x, row) for time, x, row in walk))
            events = [Event("approaches", (0.0, 2.6), "b", "a"), Event("stops", (2.6, 4.0), "b")]
        case _:
            away = ((0.0, 3.2 - 2 * near, y), (2.6, -5.4, y + 0.8), (9.0, -5.4, y + 0.8))
            paths = (away, still(3.2, y))
            events = [Event("goes_away", (0.0, 2.6), "a", "b"), Event("stops", (2.6, 4.0), "a")]
    return Scene((cast.thing("a", paths[0]), cast.thing("b", paths[1])), tuple(events))


APPROACH = Family(
    name="approach",
    stage=_approach,
    facts={"who goes": "a to b"},
    variants=(("who goes", "b to a"), ("who goes", "a leaves b"), ("a.colour", "spare")),
    stops=True,
    asks=(
        Ask(
            phrasings=(
                "the {a} goes up to the {b} and stays with it",
                "the {b} waits where it is until the {a} has come to it",
                "Which clip has the {a} walking over to the {b}?",
                "the {a} seeks out the {b} and settles next to it",
                "the {b} gets a visit from the {a}",
                "the {a} closes the distance to the {b}, which does not stir",
                "it is the {a} that makes its way to the {b}, not the reverse",
                "the {a} draws near to the {b} and stops beside it",
                "Where does the {a} join the resting {b}?",
                "the {b} stays put while the {a} comes over",
                "Find the one in which the gap shrinks because the {a} comes nearer to the {b}.",
            ),
            wants=(Want("approaches", {"colour": "a.colour"}), Want("stops", {"colour": "a.colour"})),
            answer=("a", "b"),
            during=("approaches",),
        ),
    ),
)
