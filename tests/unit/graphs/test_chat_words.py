"""Follow-ups are answered in words from what is remembered."""

from graphs.chat_nodes import holding
from graphs.chat_turns import MOST_CLAIMS, Turn, last_list, remember, shown_of, what_is_shown
from graphs.chat_words import CLAIM, tell_missing, tell_refined, tell_why
from tests.unit.twinseek.records import a_hit
from twins.queries import CheckedClaim


def video(rank, **fields):
    (shown,) = shown_of([a_hit(rank=rank, video_id=f"v{rank}", **fields)], lambda name: "g")
    return shown


def a_turn(*shown, library=None, positions=()):
    return Turn(query_id="q", query="?", kind="question", library=library, positions=list(positions), shown=list(shown))


def test_common_claims_are_told_once():
    same = CheckedClaim(claim="the dog runs", check="verified", source="p")
    other = CheckedClaim(claim="it rains", check="refuted", source="p")
    one, two = video(1, score=0.9, trace=(same,)), video(2, score=0.5, status="judged", trace=(same, other))
    assert tell_why([one, two]) == (
        "1 v1 (score 0.90, verified) is above 2 v2 (score 0.50, judged). Of both: verified: the dog runs. "
        "Only of 2 v2: refuted: it rains."
    )
    assert tell_why([two, one]).startswith("It is the other way round: 1 v1")


def test_what_was_verified_in_part_is_not_called_verified():
    claims = [CheckedClaim(claim=check, check=check, source="p") for check in ("verified", "unverifiable")]
    told = tell_why([video(1, score=0.9, trace=claims[:1]), video(2, score=0.5, trace=claims)])
    assert "1 v1 (score 0.90, verified) is above 2 v2 (score 0.50, 1 of 2 claims verified)" in told


def test_an_order_against_the_scores_is_explained():
    text = tell_why([video(1, score=0.6), video(2, score=0.8, status="judged")])
    assert "what was verified comes before what was only said" in text
    assert "a close call" in tell_why([video(1, score=0.8), video(2, score=0.8)])


def test_long_claims_are_cut_and_so_is_what_is_remembered():
    claims = tuple(CheckedClaim(claim=f"{n} " + "x" * 5000, check="unverifiable", source="p") for n in range(50))
    kept = video(1, trace=claims)
    assert len(kept["trace"]) == MOST_CLAIMS and len(str(kept)) < 12_000
    assert max(map(len, tell_why([kept]).split(", "))) < CLAIM + 80


def test_what_is_missing_is_told_with_what_there_is():
    text = tell_missing([9], [video(1), video(2)])
    assert text == "There is no number 9: 2 videos were shown (1 v1, 2 v2)."


def test_lists_are_of_one_library_and_the_last_that_showed_something():
    turns = [a_turn(video(1)), a_turn(video(2), library="b"), a_turn(), a_turn(positions=(1,))]
    assert last_list(turns, None) is turns[0] and last_list(turns, "b") is turns[1]
    shown, focus = what_is_shown(turns, None)
    assert [one.rank for one in shown] == [1] and shown[0].names == ("v1", "cups.mp4", "cups") and focus == 1
    assert what_is_shown(turns, "c") == ([], None)


def test_the_list_that_is_spoken_of_is_not_forgotten():
    turns = [a_turn(video(1))]
    for _ in range(60):
        turns = remember(turns, a_turn(positions=(1,)))
    assert len(turns) == 20 and turns[0]["shown"]


def test_what_could_not_be_verified_is_not_said_not_to_hold():
    assert "'red' could not be verified there" in tell_refined([], 3, "red", refuted=False)
    assert "'red' does not hold there" in tell_refined([], 3, "red", refuted=True)


def test_a_condition_that_holds_as_a_whole_of_one_video_is_not_met_by_a_part_of_it():
    def hit(name, *checks):
        lines = tuple(CheckedClaim(claim=f"{check} {n}", check=check, source="p") for n, check in enumerate(checks))
        return a_hit(video_id=name, status="verified", trace=lines)

    whole, part = hit("whole", "verified", "verified"), hit("part", "verified", "unverifiable")
    against = hit("against", "verified", "refuted")
    assert holding((part, whole, against)) == [whole]
    assert holding((part, against)) == [part]
