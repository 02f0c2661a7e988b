"""Stories of two things that differ in their pattern only."""

from evals.worlds.families.family import Cast, Family, Scene
from evals.worlds.spec import Ask, Event, Keys, Want


def _twins(cast: Cast) -> Scene:
    upper, lower = -1.7 + cast.lane(0, 0.4), 1.7 + cast.lane(1, 0.4)
    things, events = [], []
    for role, y in (("a", upper), ("b", lower)):
        start: tuple[float, float, float] = (0.0, -5.4, y)
        if role in cast.facts["who stops"].split():
            path: Keys = (start, (1.7, -1.6, y), (9.0, -1.6, y))
            events.append(Event("stops", cast.until_end(1.7), role))
        else:
            path = (start, (4.0, 3.6, y))
        things.append(cast.thing(role, path))
    if cast.facts["who stops"] == "a":
        events.append(Event("is_left_behind", cast.until_end(1.7), "a", "b"))
    if cast.facts["who stops"] == "b":
        events.append(Event("is_left_behind", cast.until_end(1.7), "b", "a"))
    return Scene(tuple(things), tuple(events))


TWINS = Family(
    name="twins",
    stage=_twins,
    facts={"who stops": "a"},
    variants=(("who stops", "b"), ("who stops", "a and b"), ("who stops", "neither")),
    shapes=dict.fromkeys(("a", "b"), ("ball", "square", "star", "diamond")),
    same_looks=True,
    textures={"a": "striped", "b": "plain"},
    smallest=0.7,
    asks=(
        Ask(
            phrasings=(
                "the striped one comes to rest while its plain twin goes on",
                "of two lookalikes, the one with stripes drops out and the other continues",
                "Which clip has the banded one halting and only the unpatterned one moving on?",
                "the one with the stripes gives up half way, not the plain one",
                "the patterned one of the pair stays behind",
                "plain carries on, striped stops",
                "the pair sets out together, but the one in stripes does not go all the way",
                "only the striped one quits; its even-coloured companion keeps moving",
                "Where does a striped thing brake to a standstill and let its plain double go ahead?",
                "the zebra-like one is the one that stops, and nobody else does",
                "Find the one in which the stripes are left behind.",
            ),
            wants=(Want("is_left_behind", {"texture": "a.texture"}),),
            answer=("a",),
            during=("is_left_behind",),
        ),
        Ask(
            phrasings=(
                "the plain one comes to rest while its striped twin goes on",
                "of two lookalikes, the one without stripes drops out and the other continues",
                "Which clip has the unpatterned one halting and only the striped one moving on?",
                "striped carries on, plain stops",
                "the one of a single tone gives up half way, not the one with stripes",
                "only the plain one quits; its banded companion keeps moving",
                "Where does a plain thing brake to a standstill and let its striped double go ahead?",
                "the pair sets out together, but the one that has no pattern does not go all the way",
                "it is the one without a pattern that is left behind",
                "Find the one in which the stripes win the trip and the plain one stays where it stopped.",
            ),
            wants=(Want("is_left_behind", {"texture": "b.texture"}),),
            answer=("b",),
            during=("is_left_behind",),
            right=1,
        ),
    ),
)
