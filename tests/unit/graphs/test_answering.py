"""The sentence that answers a question says what was checked, and no more."""

from graphs.answering import compose_answer, told_status
from tests.unit.twinseek.records import a_hit
from twins.queries import CheckedClaim


def line(claim, check):
    return CheckedClaim(claim=claim, check=check, source="test")


def answer(*hits):
    return compose_answer(hits, ranked=9, judged=9)[0]


def test_equal_scores_fit_equally_well():
    best, equal, less = a_hit(score=0.861), a_hit(score=0.859), a_hit(score=0.5)
    assert answer(best, equal, equal, less).endswith("2 more of those shown fit equally well, 1 fits less well.")
    assert answer(best, less).endswith("1 more of those shown fits less well.")
    assert "more" not in answer(best)


def test_what_was_refuted_is_not_kept_back():
    trace = (line("it moves", "verified"), line("it turns back", "refuted"))
    assert "it moves; but it is not so that it turns back (both checked)." in answer(
        a_hit(trace=trace, status="judged")
    )


def test_nothing_checked_is_called_judged_by_description():
    assert "judged by description alone" in answer(a_hit(trace=(line("a game", "unverifiable"),)))


def test_the_answer_says_how_many_claims_could_be_checked():
    trace = (line("it moves", "verified"), line("it looks sad", "unverifiable"), line("it stops", "verified"))
    assert "it moves; it stops (2 of 3 claims could be checked)." in answer(a_hit(trace=trace))
    assert answer(a_hit(trace=trace[:1])).endswith(": it moves (checked).")
    assert answer(a_hit(trace=(trace[0], trace[2], *trace[:1]))).endswith("(all 3 checked).")


def test_the_answer_calls_a_video_as_the_list_does():
    assert answer(a_hit()).startswith("cups.mp4 at 0:01.0-0:03.5: ")
    assert answer(a_hit(path=None)).startswith("cups-0123456789 at ")
    assert "The closest is cups.mp4 (score" in answer(a_hit(status="dropped"))
    assert "closest" not in answer(a_hit(status="dropped", score=0.04))


def test_what_stands_out_is_told_as_the_closest_and_how_much_of_it_was_verified():
    said, moves, stops = (line(n, check) for n, check in zip("abc", ("unverifiable", *["verified"] * 2), strict=True))
    some = {"status": "dropped", "score": 0.4, "stands_out": True}
    nothing = "Nothing fits the question for certain among the 9 videos that were looked at, of 9. "
    assert answer(a_hit(trace=(said,), **some)) == f"{nothing}Closest, not verified: cups.mp4 (score 0.40)."
    assert answer(a_hit(trace=(said, moves, stops), **some)) == (
        f"{nothing}Closest, only 2 of 3 claims verified: cups.mp4 (score 0.40): b; c."
    )
    assert answer(a_hit(trace=(moves,), **some)).endswith(" Closest: cups.mp4 (score 0.40): b.")
    assert [warning.code for warning in compose_answer([a_hit(**some)], 9, 9)[1]] == ["nothing_fits"]


def test_times_that_are_not_told_are_counted():
    spans = tuple((float(at), at + 0.5) for at in range(5))
    assert " at 0:00.0-0:00.5, 0:01.0-0:01.5, 0:02.0-0:02.5 and 2 more times: " in answer(a_hit(spans=spans))
    assert " and 1 more time: " in answer(a_hit(spans=spans[:4])) and "more time" not in answer(a_hit(spans=spans[:3]))


def test_one_video_is_no_videos():
    assert compose_answer([], ranked=1, judged=1)[0].startswith(
        "Nothing fits the question among the 1 video that was looked at, of 1."
    )
    assert "the 2 videos that were looked at" in compose_answer([], ranked=3, judged=2)[0]


def test_verified_is_told_only_of_what_was_verified_as_a_whole():
    purple, dances = line("the elephant is purple", "verified"), line("an elephant dances", "unverifiable")
    assert told_status("verified", (purple,)) == "verified"
    assert told_status("verified", (purple, dances, dances)) == "1 of 3 claims verified"
    assert told_status("judged", (purple, dances)) == "judged" and told_status("coarse", ()) == "coarse"
    assert told_status("dropped", (purple, dances)) == "dropped"
