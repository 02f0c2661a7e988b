"""Lists in a conversation on a real library: more of one, an earlier one, another order, what is left of one."""

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from tests.e2e.dogs import DOGS, make_dogs
from tests.integration.clips import FOLLOWS, chase, put
from twinseek.chatting import kept_chats
from twinseek.conversation import Conversation
from twinseek.library import Library


@pytest.fixture
def library(described_dogs):
    with Library.open(described_dogs) as opened:
        yield opened


@pytest.fixture
def silent(library, monkeypatch):
    """Return how to forbid that anything is searched."""
    return lambda: monkeypatch.setattr(library, "stream", None)


@pytest.fixture
def talk(library):
    return Conversation(library, "t", InMemorySaver())


def shown(answer):
    return [hit.video_id for hit in answer.result.results]


def test_an_earlier_list_is_shown_again_and_spoken_of(talk, silent):
    first = shown(talk.say(DOGS))
    brown = shown(talk.say("only those where the dog is brown"))
    assert len(brown) == 2
    silent()
    again = talk.say("go back to the first list")
    assert (again.kind, shown(again)) == ("back", first) and f"Again, for '{DOGS}': 1 alpha, 2 beta" in again.text
    assert shown(talk.say("show me the fourth")) == first[3:4]
    assert shown(talk.say("again")) == first


def test_back_goes_one_list_back_each_time(talk):
    lists = [shown(talk.say(message)) for message in (DOGS, "only the brown ones", "only at night")]
    assert [len(one) for one in lists] == [4, 3, 1]
    assert [shown(talk.say("back")) for _ in range(3)] == [lists[1], lists[0], lists[0]]


def test_a_list_is_found_by_what_was_asked_for_it(talk):
    dogs = shown(talk.say(DOGS))
    talk.say("a black cat")
    assert shown(talk.say("back to the dogs")) == dogs
    said = talk.say("back to the elephants")
    assert said.result is None and "(1) a dog waits by the door; (2) a black cat" in said.text
    assert shown(talk.say("show me the second")) == dogs[1:2]


def test_videos_are_chosen_and_left_out_by_their_numbers(talk, silent):
    first = shown(talk.say(DOGS))
    silent()
    assert shown(talk.say("the last two only")) == first[2:]
    assert shown(talk.say("show me 1")) == first[2:3]
    talk.say("back")
    left = talk.say("remove 2")
    assert (left.kind, shown(left)) == ("drop", [first[0], *first[2:]])
    assert [hit.rank for hit in left.result.results] == [1, 2, 3] and "3 of 4 videos left" in left.text
    assert "no number 4" in talk.say("what happens in 4?").text
    assert "Then nothing would be left" in talk.say("without all of them").text
    assert len(shown(talk.say("again"))) == 3


def test_those_where_a_condition_holds_are_left_out(talk):
    talk.say(DOGS)
    left = talk.say("without the brown ones")
    assert left.kind == "drop" and "alpha" not in shown(left) and "gamma" not in shown(left) and shown(left)
    none = talk.say("not the ones with a flock of sheep")
    assert none.result is None and "Of none of the shown videos is it known" in none.text


def test_what_should_not_be_there_is_no_reason_to_keep_a_video(talk):
    talk.say("something waits by the door")
    kept = talk.say("only those without a dog")
    assert shown(kept) == ["delta"]  # of the cat it is not sure enough
    assert ("no dog: 0 found", "verified") in [(line.claim, line.check) for line in kept.result.results[0].trace]


def test_the_next_videos_go_on_with_the_numbers(library):
    with Library.open(library.store.root, ask={"top": 2}) as small:
        talk = Conversation(small, "t", InMemorySaver())
        first = shown(talk.say(DOGS))
        more = talk.say("more")
        assert more.kind == "more" and [hit.rank for hit in more.result.results] == [3, 4]
        assert not set(shown(more)) & set(first) and len(first) == 2
        assert talk.say("why is 2 above 3?").text.startswith("2 beta")
        assert "These were all" in talk.say("next five").text
        assert shown(talk.say("show me the first")) == first[:1]


def test_more_that_are_alike_go_on_too(library):
    with Library.open(library.store.root, ask={"top": 2}) as small:
        talk = Conversation(small, "t", InMemorySaver())
        talk.say(DOGS)
        first = talk.say("more like the first")
        rest = talk.say("2 more")
        assert len(shown(first)) == 2 and [hit.rank for hit in rest.result.results] == [3, 4]
        assert set(shown(first)) | set(shown(rest)) == {"beta", "gamma", "delta", "epsilon"}
        scores = [hit.score for hit in (*first.result.results, *rest.result.results)]
        assert scores == sorted(scores, reverse=True)


def test_a_list_does_not_grow_for_ever(library, monkeypatch):
    monkeypatch.setattr("graphs.chat_lists.MOST_SHOWN", 3)
    with Library.open(library.store.root, ask={"top": 2}) as small:
        talk = Conversation(small, "t", InMemorySaver())
        talk.say(DOGS)
        assert [hit.rank for hit in talk.say("next five").result.results] == [3]
        assert "narrower question" in talk.say("more").text


@pytest.mark.parametrize("chosen", ["only the brown ones", "without 1", "sort by name"])
def test_of_what_was_chosen_there_are_no_more_though_other_videos_may_fit(library, chosen):
    with Library.open(library.store.root, ask={"top": 2}) as small:
        talk = Conversation(small, "t", InMemorySaver())
        talk.say(DOGS)
        talk.say(chosen)
        assert "chosen from another one, or sorted" in talk.say("show me more").text
        talk.say("back")
        assert [hit.rank for hit in talk.say("show me more").result.results] == [3, 4]


def test_a_list_is_sorted_and_what_orders_it_is_told(talk, silent):
    first = talk.say(DOGS)
    silent()
    turned = talk.say("reverse the list")
    assert shown(turned) == shown(first)[::-1] and turned.kind == "sort"
    assert shown(talk.say("sort by name")) == sorted(shown(first))
    assert "because the list is sorted by name" in talk.say("why is 1 above 2?").text
    worst = talk.say("worst first").result.results
    assert [hit.score for hit in worst] == sorted(hit.score for hit in worst)
    said = talk.say("sort by colour")
    assert said.result is None and "length, name or score" in said.text


def test_the_other_way_round_asks_with_the_two_in_each_others_place(tmp_path):
    with Library.open(tmp_path / "library", create=True) as library:
        put(library, chase("right"))
        library.gallery.sync()
        talk = Conversation(library, "t", InMemorySaver())
        talk.say(FOLLOWS)
        turned = talk.say("no, the other way round")
        assert (turned.kind, turned.result.query) == ("sort", "the red thing follows the blue thing")


def test_what_was_asked_is_told(talk, silent):
    assert "Nothing has been shown yet" in talk.say("what did I ask?").text
    talk.say(DOGS)
    talk.say("only the brown ones")
    silent()
    said = talk.say("what did I ask?").text
    assert f"(1) {DOGS}; (2) {DOGS}; only: brown." in said and "3 videos are shown: 1 alpha, 2 gamma, 3 delta" in said


def test_what_was_asked_first_is_told_however_long_ago_it_was(talk):
    talk.say(DOGS)
    talk.say("only the brown ones")
    for _ in range(20):
        talk.say("how long is it?")
    assert talk.say("what did I ask first?").text == f"The first question was: {DOGS}."


def test_what_was_asked_is_told_once_however_often_its_list_was_shown(talk):
    talk.say(DOGS)
    talk.say("sort by name")
    talk.say("again")
    assert f"Asked was: (1) {DOGS}. 4 videos are shown" in talk.say("what did I ask?").text


def test_lists_are_known_to_the_next_process(described_dogs, tmp_path):
    with Library.open(described_dogs) as library, kept_chats(tmp_path / "chats.sqlite") as chats:
        talk = Conversation(library, "t", chats)
        first = shown(talk.say(DOGS))
        talk.say("only the brown ones")
    with Library.open(described_dogs) as library, kept_chats(tmp_path / "chats.sqlite") as chats:
        talk = Conversation(library, "t", chats)
        assert shown(talk.say("back")) == first
        assert "4 beta" not in talk.say("the second one").text
        assert talk.say("and the third?").text.startswith("3 gamma: 2.0 s. Seen: brown dog")


def test_a_video_that_is_gone_is_told_and_the_numbers_stay(tmp_path):
    with Library.open(make_dogs(tmp_path)) as library:
        talk = Conversation(library, "t", InMemorySaver())
        first = shown(talk.say(DOGS))
        library.remove([first[1]])
        again = talk.say("again")
        assert f"2 {first[1]} cannot be shown" in again.text
        assert shown(again) == [first[0], *first[2:]]


def test_a_video_that_is_gone_does_not_hide_that_there_are_more(tmp_path):
    with Library.open(make_dogs(tmp_path), ask={"top": 2}) as library:
        talk = Conversation(library, "t", InMemorySaver())
        library.remove([shown(talk.say(DOGS))[1]])
        assert [hit.rank for hit in talk.say("more").result.results] == [3, 4]


def test_a_list_of_which_a_video_is_gone_is_sorted_all_the_same(tmp_path):
    with Library.open(make_dogs(tmp_path)) as library:
        talk = Conversation(library, "t", InMemorySaver())
        first = shown(talk.say(DOGS))
        library.remove([first[1]])
        by_length = talk.say("sort by length")
        assert shown(by_length) == [first[0], *first[2:]] and f"{first[1]} cannot be shown" in by_length.text


def test_what_sorts_nothing_is_said_and_is_no_reason(talk):
    first = shown(talk.say(DOGS))
    said = talk.say("sort by length")
    assert said.text.startswith("All 4 are the same (2.0 s). The order stays as it is: 1 alpha, ")
    assert shown(said) == first and "sorted by length" not in talk.say("why is 2 above 3?").text
    assert talk.say("which is the shortest?").text.count("the same") == 1
    talk.say("sort by name")
    talk.say("only the first two")
    assert "because the list is sorted by name" in talk.say("why is 1 above 2?").text


def test_which_is_the_longest_is_answered(talk, silent):
    talk.say(DOGS)
    silent()
    said = talk.say("which of them is the longest?")
    assert said.kind == "sort" and said.text.startswith("None is the longest: all 4 are the same (2.0 s).")
    best = talk.say("which is the best?").text
    assert best.startswith("The best is alpha (score 0.99). Sorted by score: 1 alpha (score 0.99), 2 beta (score 0.98)")
    worse = talk.say("which of 1 and 4 is worse?")
    assert worse.text.startswith("The worst is delta (score 0.") and worse.result is None
    assert len(shown(talk.say("again"))) == 4
