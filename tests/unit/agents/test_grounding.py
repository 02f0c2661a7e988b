import numpy as np
import pytest

from agents.evidence import MEANT
from agents.grounding import ROLE_MATCH, UNKNOWN_LOOK, UNLABELLED, Grounder
from encoders.minilm import MiniLM
from twins.schema import Attribute, Fact


@pytest.fixture
def grounder(clip, mover):
    still = [(0, 300, 200), (6, 300, 200)]
    candidate = clip(
        mover("red", still, colour="red", shape="circle", size=80),
        mover("orange", still, colour="orange", shape="square", size=30),
        mover("blue", still, colour="blue", shape="circle", size=20),
        mover("bare", still, size=40),
    )
    return Grounder(candidate.twin, candidate.geometry)


@pytest.fixture
def labelled(clip, mover):
    still = [(0, 300, 200), (6, 300, 200)]
    candidate = clip(
        mover("w", still, category="woman"), mover("d", still, category="dog"), mover("x", still, category="object")
    )
    facts = (Fact(about="d", kind="role", text="the thief of the sausage", source="test"),)
    return Grounder(candidate.twin.model_copy(update={"facts": facts}), candidate.geometry)


def test_a_colour_word_means_its_basic_colour(grounder):
    assert int(np.argmax(grounder.scores("crimson thing"))) == 0
    assert int(np.argmax(grounder.scores("navy ball"))) == 2


def test_a_neighbouring_colour_counts_partly_and_an_unknown_one_is_in_between(grounder):
    red, orange, blue, bare = grounder.scores("red thing")
    assert red > orange > blue
    assert red > bare > blue
    assert bare == UNKNOWN_LOOK


def test_any_track_fits_a_generic_noun(grounder):
    assert (grounder.scores("thing") == 1.0).all()
    assert (grounder.scores("other thing") == 1.0).all()


def test_size_words_compare_the_things_of_a_clip(grounder):
    assert int(np.argmax(grounder.scores("biggest thing"))) == 0
    assert int(np.argmax(grounder.scores("smallest thing"))) == 2
    scores = grounder.scores("small thing")
    assert scores[2] > scores[3] > scores[0]


def test_a_category_is_unknown_where_nobody_labelled_the_track(grounder, labelled):
    assert (grounder.scores("dog") == UNLABELLED).all()
    woman, dog, unnamed = labelled.scores("dogs")
    assert dog == 0.95  # it is only labelled with a confidence of 0.9
    assert dog > unnamed > woman


def test_a_wider_word_and_a_role_mean_the_track(labelled):
    assert int(np.argmax(labelled.scores("person"))) == 0
    assert int(np.argmax(labelled.scores("animal"))) == 1
    assert int(np.argmax(labelled.scores("thief"))) == 1
    assert int(np.argmax(labelled.scores("someone"))) in (0, 2)


@pytest.mark.parametrize("noun", ["ball", "cup"])  # a word for a shape and one that is none
def test_who_is_only_said_to_have_to_do_with_a_thing_is_not_it(noun, clip, mover):
    still = [(0, 300, 200), (6, 300, 200)]
    movers = [mover("who", still, category="woman"), mover("what", [*still[:1], (1, 300, 200)], category=noun)]

    def scores(*movers):
        candidate = clip(*movers)
        role = Fact(about="who", kind="role", text=f"throws the {noun} twice", source="test")
        return Grounder(candidate.twin.model_copy(update={"facts": (role,)}), candidate.geometry).scores(noun)

    who, what = scores(*movers)
    assert who < 0.15 and what == pytest.approx(0.95)  # it is only labelled with a confidence of 0.9
    # Where nothing is called so, what is said may tell what a thing is.
    assert scores(movers[0])[0] == pytest.approx(0.9 * ROLE_MATCH + 0.1 * UNLABELLED)


def test_beside_a_boy_a_girl_is_no_boy_and_a_round_table_no_ball(clip, mover):
    made = clip(*(mover(str(n), [(0, 60 * n, 100), (6, 60 * n, 100)], shape="circle") for n in (1, 2)))

    def scores(phrase, *labels):
        tracks = tuple(
            track.model_copy(update={"category": label, "confidence": 0.9})
            for track, label in zip(made.twin.tracks, labels, strict=True)
        )
        told = (Fact(kind="caption", text="an afternoon", source="test"),)
        twin = made.twin.model_copy(update={"tracks": tracks, "facts": told})
        return Grounder(twin, made.geometry, MiniLM()).scores(phrase)

    assert scores("boy", "girl", "boy")[0] < 0.2 < 0.4 < scores("boy", "girl", "girl")[0]
    assert scores("ball", "table", "ball")[0] < 0.2 < 0.9 < scores("ball", "table", "ball")[1]
    assert scores("ball", "table", "table")[0] < 0.5


@pytest.mark.parametrize(
    ("said", "phrase", "fits"),
    [
        ("dark cap", "hat", True),
        ("dark cap", "headgear", True),
        ("steel helmet", "headgear", True),
        ("blue jeans", "trousers", True),
        ("a parka", "coat", True),
        ("dark cap", "shoe", False),
        ("beside a bowl", "container", False),  # who is beside one is none
        ("steel helmet", "hat", False),
        ("red hat", "cap", False),  # a hat may be none
        ("red shirt, no cap", "hat", False),
        ("without a cap", "hat", False),
        ("no shoes and a red hat", "hat", True),
        ("no shoes and a red hat", "shoe", False),
        ("without a coat in a red hat", "hat", True),
        ("there is no doubt that he wears a cap", "hat", True),
        ("he does not wear a hat", "hat", False),
        ("isn't wearing a cap", "hat", False),
        ("he never wears a hat", "hat", False),
        ("wears neither a coat nor a hat", "hat", False),
        ("nobody in a hat", "hat", False),
        ("not in a hat", "hat", False),
        ("a short man", "trousers", False),
        ("long legs", "trousers", False),
        ("the one who pants", "trousers", False),
        ("who pants", "pants", False),
        ("in shorts", "trousers", True),
        ("in blue pants", "trousers", True),
        ("in trousers", "pants", True),
        ("in leggings", "clothes", True),
        ("behind a table cloth", "clothing", False),
        ("a fast bowler", "hat", False),
        ("with a polo stick", "shirt", False),
        ("pumps water", "shoe", False),
        ("digs in his heels", "shoe", False),
        ("in headgear", "headwear", True),
        ("in a turban", "headwear", True),
    ],
)
def test_who_wears_a_kind_of_a_thing_wears_it(said, phrase, fits, clip, mover):
    made = clip(mover("m", [(0, 300, 200), (6, 300, 200)], category="man"))
    attribute = Attribute(kind="other", text=said, source="annotations")
    track = made.twin.tracks[0].model_copy(update={"attributes": (attribute,)})
    grounder = Grounder(made.twin.model_copy(update={"tracks": (track,)}), made.geometry)
    assert bool(grounder.scores(phrase)[0] >= MEANT) is fits


def test_a_thing_that_has_a_name_of_the_kind_is_that_and_not_who_wears_it(clip, mover):
    still = [(0, 300, 200), (6, 300, 200)]
    made = clip(mover("m", still, category="man"), mover("c", still, category="cap"))
    facts = (Fact(about="m", kind="role", text="loses a cap", source="test"),)
    man, cap = Grounder(made.twin.model_copy(update={"facts": facts}), made.geometry).scores("hat")
    assert man < ROLE_MATCH < cap


def test_what_is_called_by_a_stem_of_clothes_is_none(clip, mover):
    still = [(0, 300, 200), (6, 300, 200)]
    made = clip(mover("l", still, category="leg"), mover("p", still, category="pants"))
    grounder = Grounder(made.twin, made.geometry)
    leg, pants = grounder.scores("leggings")
    assert leg < MEANT
    leg, pants = grounder.scores("trousers")
    assert leg < MEANT <= pants
