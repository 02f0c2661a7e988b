"""What a twin tells of its video in a few words."""

from agents.evidence import Evidence
from agents.told_videos import BRIEF, tell_briefly, tell_number, tell_things, tell_video
from twins.schema import Fact

RESTS = [(0, 60, 100), (6, 60, 100)]


def test_a_video_is_known_by_its_things_and_their_colours_and_by_shapes_where_nobody_named_them(clip, mover):
    named = clip(
        mover("1", RESTS, category="ball", colour="yellow", shape="round"),
        mover("2", RESTS, category="person"),
        mover("3", RESTS, category="person"),
    )
    assert tell_briefly(named.twin) == "yellow ball, person"
    assert tell_briefly(clip(mover("1", RESTS, colour="red", shape="square")).twin) == "red square object"
    many = clip(*(mover(str(n), RESTS, category=f"thing{n}", colour="red") for n in range(30)))
    assert tell_briefly(many.twin) == "red thing0, red thing1, red thing2, red thing3"


def test_where_no_thing_was_followed_a_video_is_known_by_what_is_first_said_of_it(clip, mover):
    said = Fact(kind="event", text="a man pours coffee " + "slowly " * 50, source="test")
    twin = clip(mover("1", RESTS)).twin.model_copy(update={"tracks": (), "facts": (said,)})
    told = tell_briefly(twin)
    assert told.startswith("a man pours coffee slowly") and len(told.split()) == BRIEF
    assert tell_briefly(twin.model_copy(update={"facts": ()})) == ""


def happening(twin, *events):
    """Return a twin in which these happen: (start in seconds, text, confidence)."""
    facts = tuple(
        Fact(kind="event", text=text, span=(at, at + 0.5), confidence=sure, source="test") for at, text, sure in events
    )
    return twin.model_copy(update={"facts": facts})


def test_what_happens_is_told_from_its_start_to_its_end(clip, mover):
    twin = clip(mover("1", RESTS, category="cup")).twin
    few = happening(twin, (3.0, "a cup falls", 0.2), (0.0, "a hand comes", 1.0))
    assert "What happens: at 0.0 s: a hand comes; at 3.0 s: a cup falls." in f"{tell_video(few)}."
    names = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    equal = happening(twin, *((n / 2, f"cup {name} falls", 1.0) for n, name in enumerate(names)))
    assert (
        "What happens: at 0.0 s: cup one falls; at 2.0 s: cup five falls; at 4.0 s: cup nine falls (3 of 9 events)"
        in tell_video(equal)
    )
    telling = happening(twin, *((n / 2, f"cup {name} falls", 0.1 + (n == 1) * 0.8) for n, name in enumerate(names)))
    assert "What happens: at 0.5 s: cup two falls; at 2.0 s" in tell_video(telling)


def test_one_event_is_told_as_it_is(clip, mover):
    twin = happening(clip(mover("1", RESTS, category="cup")).twin, (1.0, "a cup falls", 1.0))
    assert "What happens: a cup falls." in f"{tell_video(twin)}."


def test_equal_things_are_counted_in_the_plural(clip, mover):
    made = clip(*(mover(str(n), RESTS, category="cup", colour="red") for n in range(3)))
    assert tell_things(made.twin) == "seen: 3 red cups"
    assert tell_number("cups", Evidence(made.twin, made.geometry)) == "3 red cups"
    mixed = clip(*(mover(str(n), RESTS, category=name) for n, name in enumerate(("cup", "cup", "mug"))))
    assert tell_number("", Evidence(mixed.twin, mixed.geometry)) == "3: 2 cups, mug"
