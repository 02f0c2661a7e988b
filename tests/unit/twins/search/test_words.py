import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.search_rows import drop, put
from twins.search import SearchIndex


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> SearchIndex:
    index = SearchIndex.open(tmp_path_factory.mktemp("words") / "search", writable=True)
    with index.batch() as batch:
        batch.put("dog", "p", {}, "a dog runs\na dog barks at a wall")
        batch.put("cat", "p", {}, "a cat sleeps under a table")
        batch.put("cup", "p", {}, "the cup stands on a table; someone is running")
        batch.put("odd", "p", {}, "NEAR a NOT b \ud800 \0 naïve café")
    return index


def test_words_are_matched_by_their_stem(index: SearchIndex) -> None:
    assert set(index.bm25(["running"])) == {"dog", "cup"}
    assert set(index.bm25(["sleeping tables"])) == {"cat", "cup"}


def test_a_rarer_word_and_more_words_score_higher(index: SearchIndex) -> None:
    scores = index.bm25(["cat", "table"])
    assert scores["cat"] > scores["cup"] > 0


def test_a_long_question_scores_as_its_words_do_one_by_one(index: SearchIndex) -> None:
    filler = [f"w{number}" for number in range(10_000)]
    whole = index.bm25([" ".join([*filler[:70], "dog", *filler[70:], "table"])])
    single = [index.bm25([word]) for word in ("dog", "table")]
    assert whole == pytest.approx({video: sum(one.get(video, 0) for one in single) for video in ("dog", "cat", "cup")})


def test_a_repeated_word_counts_once(index: SearchIndex) -> None:
    assert index.bm25(["dog dog", "Dog"]) == index.bm25(["dog"])


def test_accents_do_not_matter(index: SearchIndex) -> None:
    assert set(index.bm25(["cafe NAI\u0308VE"])) == {"odd"}


@pytest.mark.parametrize("text", ["", '"', "'", '" OR "', "text:", "^", "*", "(", "\0", "💥", "_", "\ud800", "\u0301"])
def test_a_question_without_words_finds_nothing(index: SearchIndex, text: str) -> None:
    assert index.bm25([text]) == {}


@pytest.mark.parametrize(
    "text", ['NEAR("dog" "cup", 3)', "dog AND", "video_id:dog*", "dog\0cup", "-dog", 'd"; DROP --']
)
def test_operators_are_only_words(index: SearchIndex, text: str) -> None:
    found = index.bm25([text])
    assert ("dog" in found) == ("dog" in text)
    assert index.parts().keys() >= {("dog", "p")}


@settings(max_examples=200)
@given(st.lists(st.text(st.characters(), max_size=40), max_size=4))
def test_no_text_breaks_the_search(index: SearchIndex, texts: list[str]) -> None:
    assert all(np.isfinite(score) for score in index.bm25(texts).values())


def test_what_a_video_tells_weighs_nothing_among_its_words(tmp_path):
    scores = []
    for told in ([], ["follows", "moves_left", "near"]):
        with SearchIndex.open(tmp_path / str(len(told)), writable=True) as index:
            put(index, "dog", "p", {}, "a dog runs", told=told)
            put(index, "cat", "p", {}, "a cat follows a dog under the table")
            scores.append(index.bm25(["dog", "follows", "moves_left"]))
    assert scores[0] == scores[1]


def test_a_predicate_is_told_by_its_whole_name_and_once_whatever_part_tells_it(tmp_path):
    with SearchIndex.open(tmp_path, writable=True) as index:
        put(index, "a", "p", {}, "moves left", told=["moves_left", "near"])
        put(index, "b", "p", {}, "near", told=["near"])
        put(index, "b", "q", {}, "", told=["near", "moves"])
        assert set(index.bm25_told(["moves"])) == {"b"}
        assert set(index.bm25_told(["moves_left", "nothing"])) == {"a"}
        near = index.bm25_told(["near"])
        assert near["a"] == pytest.approx(near["b"])
        drop(index, "b", "q")
        assert (index.bm25_told(["moves"]), set(index.bm25_told(["near"]))) == ({}, {"a", "b"})


@pytest.mark.parametrize("name", ["", '"', '" OR predicates:near', "near OR moves", "near*", "né", "\0"])
def test_no_name_of_a_predicate_is_a_query_language(tmp_path, name):
    with SearchIndex.open(tmp_path, writable=True) as index:
        put(index, "a", "p", {}, "", told=["near"])
        assert index.bm25_told([name]) == {}


def test_labels_are_those_of_all_parts_and_the_same_object_until_something_changes(tmp_path):
    with SearchIndex.open(tmp_path, writable=True) as index:
        put(index, "a", "p", {}, "", labels=["stop  sign", "dog"])
        put(index, "b", "p", {}, "", labels=["dog\ncat"])
        labels = index.labels()
        assert labels == {"stop sign", "dog", "dog cat"} and index.labels() is labels
        drop(index, "b")
        assert index.labels() == {"stop sign", "dog"}
