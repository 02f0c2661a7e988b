"""What a twin tells of its video in a few words."""

from agents.told_videos import BRIEF, tell_briefly
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
