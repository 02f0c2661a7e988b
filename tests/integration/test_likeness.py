"""Which videos are most like one, in a library of clips that nobody has described."""

import pytest

from graphs.likeness import Edit, Likeness
from tests.integration.clips import chase, put
from tests.unit.agents.conftest import make_clip, make_mover
from twins.errors import TwinseekError
from twins.queries import SubQuery
from twins.schema import Fact
from twinseek.library import Library


def runner(video_id, first, second):
    """Return a clip in which a thing of one colour runs after one of another."""
    ahead = make_mover("1", [(0, 200, 100), (4, 580, 100), (6, 580, 100)], colour=first)
    behind = make_mover("2", [(0, 60, 100), (4, 460, 100), (6, 520, 100)], colour=second)
    return make_clip(ahead, behind, video_id=video_id)


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    with Library.open(tmp_path_factory.mktemp("clips") / "library", create=True) as library:
        for made in (
            chase("right"),
            chase("away", chased=False),
            runner("twice", "red", "blue"),
            runner("others", "green", "yellow"),
            make_clip(make_mover("1", [(0, 300, 100), (6, 300, 100)], colour="red"), video_id="still"),
        ):
            put(library, made)
        library.gallery.sync()
        yield library


def compared(library, *references, edit=None):
    gallery = library.gallery
    return Likeness(references, edit or Edit(), gallery.index, gallery.encoder, library.store, gallery.read)


def test_the_same_deed_by_other_things_is_more_alike_than_the_same_thing_that_does_nothing(library):
    found = compared(library, "right").ranked()
    names = [name for name, _ in found]
    assert names[0] == "twice" and names.index("others") < names.index("still")
    assert found[0][1] > 0.99 and all(0 <= score <= 1 for _, score in found)


def test_what_is_shared_is_checked_in_the_other_video(library):
    lines = compared(library, "right").shared("others")
    told = {line.claim: (line.check, line.predicate, line.source) for line in lines}
    follows = "the yellow object follows the green object (there: the blue object follows the red object)"
    assert told[follows] == ("verified", "follows", "likeness")
    assert not any("follows" in line.claim for line in compared(library, "right").shared("away"))


def test_what_the_edit_speaks_of_does_not_count(library):
    edit = Edit([SubQuery(id="q", text="a green thing", kind="attribute", subject="green thing")], "with a green thing")
    plain, changed = dict(compared(library, "others").ranked()), dict(compared(library, "others", edit=edit).ranked())
    assert changed["twice"] > plain["twice"]


def test_several_references_count_alike(library):
    both = dict(compared(library, "right", "still").ranked())
    one, other = (dict(compared(library, name).ranked()) for name in ("right", "still"))
    assert set(both) == {"away", "twice", "others"}
    assert both["others"] == pytest.approx((one["others"] + other["others"]) / 2, abs=0.01)


def test_a_video_that_was_removed_is_not_named(tmp_path):
    with Library.open(tmp_path / "library", create=True) as library:
        for name in ("one", "two", "three"):
            put(library, chase(name))
        library.gallery.sync()
        library.store.remove("two")
        assert [name for name, _ in compared(library, "one").ranked()] == ["three"]
        with pytest.raises(TwinseekError, match="nobody"):
            compared(library, "nobody").ranked()


def told_alike(folder, fact, reference, other):
    """Return what a clip with one fact of two things has in common with another such clip."""
    with Library.open(folder, create=True) as library:
        for video_id, things in (("there", reference), ("here", other)):
            rests = [(0, 60, 150), (6, 60, 150)]
            made = make_clip(*(make_mover(name, rests, category=name) for name in things), video_id=video_id)
            text = f"the {things[0]} {fact} the {things[1]}"
            said = Fact(
                kind="relation", about=things[0], others=things[1:], text=text, source="test", predicate=PREDICATE[fact]
            )
            put(library, made, said)
        library.gallery.sync()
        return {line.claim for line in compared(library, "there").shared("here") if fact in line.claim}


PREDICATE = {"follows": "follows", "is inside": "inside"}


@pytest.mark.parametrize(
    ("fact", "reference", "other", "shared"),
    [
        ("follows", ("man", "dog"), ("girl", "cat"), True),
        ("follows", ("kettle", "coffee"), ("building", "tree"), False),
        ("follows", ("man", "dog"), ("dog", "man"), False),
        ("is inside", ("coffee", "kettle"), ("tea", "cup"), True),
        ("is inside", ("boy", "man"), ("girl", "woman"), False),
    ],
)
def test_only_things_of_a_kind_have_in_common_what_they_do_and_nothing_is_inside_a_man(
    tmp_path, fact, reference, other, shared
):
    here, there = (f"the {one} {fact} the {another}" for one, another in (other, reference))
    assert told_alike(tmp_path / "library", fact, reference, other) == (
        {f"{here} (there: {there})"} if shared else set()
    )
