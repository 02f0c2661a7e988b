import pytest

from agents.clauses import MAX_CHARACTERS, match_verb, strip_asking, tokenise


def words(text):
    return [token.text for token in tokenise(text)]


@pytest.mark.parametrize(
    "asking",
    [
        "the clip where {}",
        "Find the clip where {}.",
        "please show me the video in which {}",
        "Which video shows {}?",
        "In which clip does {}?",
        "Can you find me a recording of {}?",
        "I'm looking for the scene where {}, thanks",
        "is there a clip with {} in this video?",
        "I want to see footage of {}",
    ],
)
def test_the_asking_frame_is_taken_off(asking):
    asked = strip_asking(tokenise(asking.format("a red ball chases a box")))
    assert [token.text for token in asked] == ["a", "red", "ball", "chases", "a", "box"]


@pytest.mark.parametrize("question", ["what vanishes behind the wall", "who overtakes whom", "the video turns black"])
def test_words_that_are_asked_about_stay(question):
    assert [token.text for token in strip_asking(tokenise(question))] == question.split()


def test_contractions_are_opened():
    assert words("it doesn't stop, can't it?") == ["it", "does", "not", "stop", ",", "can", "not", "it", "?"]


def test_full_width_and_curly_characters_are_read_as_plain_ones():
    assert words("ＲＥＤ ball doesn’t") == ["red", "ball", "does", "not"]


@pytest.mark.parametrize(
    ("text", "predicate"),
    [
        ("runs after it", "follows"),
        ("ran after it", "follows"),
        ("goes quickly after it", "follows"),
        ("came to a sudden stop", "stops"),
        ("leaves it behind", "parts_from"),
        ("moves to the right", "moves"),
        ("hidden", "hides_behind"),
        ("went round and round", "circles"),
    ],
)
def test_verbs_are_found_in_any_form_and_with_adverbs_between(text, predicate):
    match = match_verb(tokenise(text), 0)
    assert match is not None
    assert match.patterns[0].predicate == predicate


def test_left_is_a_side_unless_something_has_left():
    tokens = tokenise("the left ball has left")
    assert match_verb(tokens, 1) is None
    assert match_verb(tokens, 4) is not None


def test_a_huge_text_is_cut_before_it_is_read():
    assert len(tokenise("ball " * 10 * MAX_CHARACTERS)) <= MAX_CHARACTERS
