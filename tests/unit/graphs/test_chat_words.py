"""Follow-ups are answered in words from what is remembered."""

import json
from functools import partial
from types import SimpleNamespace

import pytest

from agents.follow_ups import FollowUp
from agents.open_parts import SOURCE as OPEN
from graphs.answering import NAME
from graphs.chat_absent import tell_absent
from graphs.chat_alike import alike
from graphs.chat_conditions import holding, meeting, when_both_hold
from graphs.chat_places import place_of
from graphs.chat_reasons import CLAIM, CLAIMS_TOLD, tell_why
from graphs.chat_talk import Talk, remembered
from graphs.chat_turns import (
    MOST_CLAIMS,
    Turn,
    last_list,
    ranked_of,
    remember,
    said_before,
    shown_of,
    spans_of,
    what_is_shown,
)
from graphs.chat_words import tell_checked, tell_found, tell_missing, tell_refined, tell_where, told_of
from prompts import one_line
from tests.unit.twinseek.records import a_hit, an_instance
from twins.queries import CheckedClaim


def video(rank, **fields):
    path = f"/clips/v{rank}.mp4"
    (shown,) = shown_of([a_hit(rank=rank, video_id=f"v{rank}-0123", path=path, **fields)], lambda name: "g")
    return shown


def a_turn(*shown, library=None, positions=()):
    return Turn(query_id="q", query="?", kind="question", library=library, positions=list(positions), shown=list(shown))


def test_common_claims_are_told_once():
    same = CheckedClaim(claim="the dog runs", check="verified", source="p")
    other = CheckedClaim(claim="it rains", check="refuted", source="p")
    one, two = video(1, score=0.9, trace=(same,)), video(2, score=0.5, status="judged", trace=(same, other))
    assert tell_why([one, two]) == (
        "1 v1.mp4 (score 0.90, verified) is above 2 v2.mp4 (score 0.50, judged). Of both: verified: the dog runs. "
        "Only of 2 v2.mp4: refuted: it rains."
    )
    assert tell_why([two, one]).startswith("It is the other way round: 1 v1.mp4")


def test_what_was_verified_in_part_is_not_called_verified():
    claims = [CheckedClaim(claim=check, check=check, source="p") for check in ("verified", "unverifiable")]
    told = tell_why([video(1, score=0.9, trace=claims[:1]), video(2, score=0.5, trace=claims)])
    assert "1 v1.mp4 (score 0.90, verified) is above 2 v2.mp4 (score 0.50, 1 of 2 claims verified)" in told


def test_an_order_against_the_scores_is_explained():
    text = tell_why([video(1, score=0.6), video(2, score=0.8, status="judged")])
    assert "what was verified comes before what was only said" in text


def test_of_two_that_fit_equally_well_what_decides_is_told_and_nothing_else():
    equal = "1 v1.mp4 and 2 v2.mp4 fit equally well (score 0.80 each); "

    def why(first, second):
        told = tell_why([video(1, **({"score": 0.8} | first)), video(2, **({"score": 0.8} | second))])
        return told.partition(equal)[2].partition(". Of both")[0]

    less = "1 is first by less than a hundredth. The reasons are the same; the score also counts how clearly they hold"
    assert why({"score": 0.804}, {}) == less
    assert why({}, {"status": "judged"}) == "1 is first because more of its reasons hold"
    nearer = "1 is first because what is known of it is nearer to your words (0.70 to 0.61)"
    assert why({"coarse_score": 0.7}, {}) == nearer
    assert why({}, {}) == "that one is first means nothing"


def test_where_the_reasons_are_the_same_it_is_told_what_else_the_score_counts():
    near, far = video(1, score=0.87, coarse_score=0.7), video(2, score=0.86, coarse_score=0.5)
    told = tell_why([near, far])
    assert told.partition(". Of both")[0] == (
        "1 v1.mp4 (score 0.87, 1 of 3 claims verified) is above 2 v2.mp4 (score 0.86, 1 of 3 claims verified). The "
        "reasons are the same; the score also counts how clearly they hold, and how near what is known of a video is "
        "to your words (1: 0.70, 2: 0.50)"
    )
    assert "did not say why" in tell_why([near, far], by_model=True)
    other = CheckedClaim(claim="it rains", check="verified", source="p")
    assert "reasons are the same" not in tell_why([near, video(2, score=0.86, trace=(other,))])
    assert "reasons are the same" not in tell_why([near, video(2, score=0.87, coarse_score=0.5)])


def test_of_two_that_do_not_fit_it_is_said_that_neither_does():
    one, two = (video(rank, score=0.4, status="dropped") for rank in (1, 2))
    said = "either 1 v1.mp4 nor 2 v2.mp4 fits (score 0.40 each); "
    assert tell_why([one, two]).startswith(f"N{said}")
    assert tell_why([two, one]).startswith(f"It is the other way round: n{said}")
    assert "equally well" not in tell_why([one, two])


def test_what_stands_out_is_remembered_and_is_not_said_not_to_fit():
    trace = (CheckedClaim(claim="it rains", check="unverifiable", source="p"),)
    told = video(1, score=0.4, status="dropped", trace=trace, stands_out=True)
    assert tell_why([told]).startswith("1 v1.mp4 (score 0.40, closest, not verified).")
    assert ranked_of(json.loads(json.dumps(told))).judged.stands_out
    del told["stands_out"]  # as an older version remembered it
    assert tell_why([told]).startswith("1 v1.mp4 (score 0.40, does not fit).")
    assert not ranked_of(told).judged.stands_out


def test_a_name_that_is_told_stays_on_one_line():
    """Of a video of which nothing is said, whose file has a hostile name."""
    (shown,) = shown_of([a_hit(path="/clips/a\n\x1b[31m" + "x" * 300 + ".mp4")], lambda name: "g")
    desk = SimpleNamespace(likeness=lambda library, references, edit: SimpleNamespace(ranked=list))
    told = alike(Talk(desk, None, FollowUp("alike", (1,)), [a_turn(shown)], print, [])).answer
    assert told == f"Nothing is known by which a video like {one_line(shown['name'], NAME)} could be found."
    assert "\n" not in told and len(told) < 200


def test_of_a_video_that_does_not_fit_only_what_speaks_against_it_is_told():
    def line(claim, check):
        return CheckedClaim(claim=claim, check=check, source="p")

    trace = [line("it is red", "verified"), line("it says why", "unverifiable")]
    trace += [line(f"it turns {n}", "refuted") for n in range(4)]
    assert tell_why([video(1, score=0.4, status="dropped", trace=trace)]) == (
        "1 v1.mp4 (score 0.40, does not fit). Of 1 v1.mp4: it is not so that it turns 0; it turns 1; and 2 more."
    )
    told = tell_why([video(1, score=0.4, status="dropped", trace=trace[:2])])
    assert told.endswith("Of 1 v1.mp4: nothing confirms 'it says why'.")


def test_what_speaks_against_a_video_is_told_where_the_question_of_the_list_is_asked_of_it():
    lines = {"it waits": "verified", "a dog": "unverifiable"}
    trace = tuple(CheckedClaim(claim=claim, check=check, source="p") for claim, check in lines.items())
    hit = a_hit(rank=3, video_id="delta", path=None, status="dropped", trace=trace)
    assert tell_found(hit) == "3 delta does not fit: nothing confirms 'a dog'."
    against = CheckedClaim(claim="it runs", check="refuted", source="p")
    told = tell_found(hit.model_copy(update={"trace": (*trace, against)}))
    assert told == "3 delta does not fit: it is not so that it runs."


def test_where_a_thing_is_is_told_in_words():
    instance = an_instance("t4", "object", mask=False)
    boxes = [(0, 0, 40, 30), (10, 0, 50, 30), (300, 200, 320, 220)]
    frames = tuple(f.model_copy(update={"box": box}) for f, box in zip(instance.frames, boxes, strict=True))
    told = tell_where(a_hit(instances=(instance.model_copy(update={"frames": frames}),)), (320, 240))
    assert told == (
        "1 cups.mp4: at 0:01.0-0:03.5. Object t4: at the top left at 0:01.0 and 0:02.0, at the bottom right at 0:03.0."
    )


@pytest.mark.parametrize(
    ("box", "place"),
    [
        ((140, 100, 180, 140), "in the middle"),
        ((0, 100, 20, 140), "on the left"),
        ((300, 100, 340, 140), "on the right"),
        ((140, 210, 180, 250), "at the bottom"),
        ((-90, -90, 10, 10), "at the top left"),
        ((10, 10, 310, 230), "filling the picture"),
    ],
)
def test_a_picture_has_nine_places(box, place):
    frame = an_instance(mask=False).frames[0].model_copy(update={"box": box})
    assert place_of(frame, (320, 240)) == place


def test_long_claims_are_cut_and_so_is_what_is_remembered():
    claims = tuple(CheckedClaim(claim=f"{n} " + "x" * 5000, check="unverifiable", source="p") for n in range(50))
    kept = video(1, trace=claims)
    assert len(kept["trace"]) == MOST_CLAIMS and len(str(kept)) < 12_000
    assert max(map(len, tell_why([kept]).split(", "))) < CLAIM + 80


def test_what_is_missing_is_told_with_what_there_is():
    text = tell_missing([9], [video(1), video(2)])
    assert text == "There is no number 9: 2 videos were shown (1 v1.mp4, 2 v2.mp4)."


def test_lists_are_of_one_library_and_the_last_that_showed_something():
    turns = [a_turn(video(1)), a_turn(video(2), library="b"), a_turn(), a_turn(positions=(1,))]
    assert last_list(turns, None) is turns[0] and last_list(turns, "b") is turns[1]
    shown, focus = what_is_shown(turns, None)
    assert [one.rank for one in shown] == [1] and shown[0].names == ("v1-0123", "v1.mp4", "v1") and focus == (1,)
    assert what_is_shown(turns, "c") == ([], ())


def test_the_last_messages_are_told_each_once_with_what_the_list_was_asked_by():
    def said(kind, asked="", *ranks):
        return a_turn() | {"kind": kind, "asked": asked, "positions": list(ranks)}

    turns = [a_turn(video(1)), said("about", "what colour is it", 2), said("where", "", 1)]
    assert said_before(turns, None) == ["?", "about 2: what colour is it", "where 1"]
    turns += [said("sort"), said("about", "is it red", 2), said("about", "is it red", 2), said("why", "", 2, 1)]
    assert said_before(turns, None) == ["?", "about 2: is it red", "why 2, 1"]
    turns.append(said("about", "how long is it", 1))
    assert said_before(turns, None) == ["?", "about 2: is it red", "why 2, 1", "about 1: how long is it"]
    turns.append(said("about", "", 3) | {"same": True})
    assert said_before(turns, None)[-1] == "about 3: ?"
    assert said_before(turns, "b") == []


def a_record(*hits):
    return remembered(a_turn(video(1)), list(hits), "")


def test_the_list_that_is_spoken_of_is_not_forgotten():
    turns = [a_turn(video(1))]
    for _ in range(60):
        turns = remember(turns, a_turn(positions=(1,)))
    assert len(turns) == 20 and turns[0]["shown"]


def test_what_orders_a_list_is_no_reason_where_two_are_the_same_in_it():
    lengths = {video(rank)["video_id"]: length for rank, length in ((1, "4.0 s"), (2, "4.0 s"), (3, "3.0 s"))}
    told = tell_why([video(1), video(2)], order="by length", measures=lengths)
    assert told.startswith("1 v1.mp4 is above 2 v2.mp4, though the list is sorted by length and they are the same in")
    told = tell_why([video(2), video(3)], order="by length", measures=lengths)
    assert told.startswith("2 v2.mp4 is above 3 v3.mp4 because the list is sorted by length (4.0 s and 3.0 s).")


def test_the_first_list_is_not_forgotten_either():
    turns = []
    for number in range(60):
        turns = remember(turns, a_turn(video(1)) | {"query": str(number)})
        turns = remember(turns, a_turn(positions=(1,)))
    asked = [turn["query"] for turn in turns if turn["shown"]]
    assert len(turns) == 20 and asked == ["0", *map(str, range(51, 60))]


def test_what_could_not_be_verified_is_not_said_not_to_hold():
    shown = [video(rank) for rank in (1, 2, 3)]
    assert "'red' could not be verified there" in tell_refined([], shown, "red", shown)
    assert "'red' does not hold there" in tell_refined([], shown, "red", [])
    some = tell_refined([], shown, "red", shown[1:])
    assert "does not hold, as far as it is known. Of 2 v2.mp4, 3 v3.mp4 it could not be verified." in some
    kept = a_hit(rank=1, video_id="v1")
    assert tell_refined([(kept, kept)], shown, "red", shown[2:]).endswith(" Of v3.mp4 it could not be verified.")


def test_how_many_stay_is_told_in_words_that_fit():
    def told(kept, asked):
        hits = [a_hit(rank=rank, video_id=f"v{rank}") for rank in range(1, kept + 1)]
        shown = [video(rank) for rank in range(1, asked + 1)]
        return tell_refined([(hit, hit) for hit in hits], shown, "red", []).partition(":")[0]

    assert told(1, 1) == "The one video that was shown stays"
    assert told(2, 2) == "All 2 shown videos stay"
    assert (told(1, 3), told(2, 3)) == ("1 of the 3 shown videos stays", "2 of the 3 shown videos stay")


def test_a_condition_is_not_met_by_a_part_of_it():
    def hit(name, *checks):
        lines = tuple(CheckedClaim(claim=f"{check} {n}", check=check, source="p") for n, check in enumerate(checks))
        return a_hit(video_id=name, status="verified", trace=lines)

    whole, part = hit("whole", "verified", "verified"), hit("part", "verified", "unverifiable")
    against = hit("against", "verified", "refuted")
    assert holding(a_record(part, whole, against), "red") == [whole]
    assert holding(a_record(part, against), "red") == []


def test_a_description_meets_a_condition_of_which_it_has_every_word():
    def hit(name, *lines):
        trace = tuple(
            CheckedClaim(claim=claim, check=check, source=source, predicate=predicate)
            for claim, check, source, predicate in lines
        )
        return a_hit(video_id=name, status="verified", trace=trace)

    man = ("a man", "verified", "p", "category")
    cap = hit("cap", man, ("a man in a dark cap", "unverifiable", "annotations", None))
    near = hit("near", man, ("a man in a dark coat", "unverifiable", "annotations", None))
    measured = hit("measured", man, ("the cap is dark", "unverifiable", "annotations", "colour"))
    open_ = hit("open", man, ("cap", "unverifiable", OPEN, None))
    assert holding(a_record(cap, near, measured, open_), "the man wears a cap") == [cap]


def test_what_is_remembered_is_plain_json():
    told = video(1, spans=((0.5, 2.0),))
    assert json.loads(json.dumps(told)) == told and spans_of(told) == ((0.5, 2.0),)


def test_what_is_kept_by_a_condition_is_shown_when_either_happens():
    def line(claim, span, predicate):
        return CheckedClaim(claim=claim, check="verified", span=span, predicate=predicate, source="p")

    hides, turns = line("it hides", (1.3, 2.7), "hides_behind"), line("it turns", (2.1, 2.9), "turns")
    red = line("it is red", None, "colour")
    turning = a_hit(spans=((2.1, 2.9),), trace=(turns,))
    assert when_both_hold(turning, video(1, spans=((1.3, 2.7),), trace=(hides,))) == ((1.3, 2.9),)
    # Being in view is no time beside what happens.
    assert when_both_hold(turning, video(1, spans=((0.0, 9.0),), trace=(red,))) == ((2.1, 2.9),)
    assert when_both_hold(a_hit(spans=(), trace=(red,)), video(1, spans=((1.3, 2.7),), trace=(hides,))) == ((1.3, 2.7),)
    assert when_both_hold(a_hit(spans=((0.0, 9.0),), trace=(red,)), video(1, spans=(), trace=())) == ((0.0, 9.0),)


def test_a_condition_takes_out_what_is_only_judged_but_not_what_nobody_has_told_of():
    def hit(name, status, check, source="judge"):
        return a_hit(video_id=name, status=status, trace=(CheckedClaim(claim=name, check=check, source=source),))

    verified, told = hit("verified", "verified", "verified"), hit("told", "judged", "unverifiable")
    against, open_ = hit("against", "judged", "refuted"), hit("open", "judged", "unverifiable", OPEN)
    record = a_record(verified, told, against, open_)
    assert meeting(record, "red") == ([verified], [told])
    assert holding(record, "red") == [verified]
    by_model = record.model_copy(update={"strategy": "llm"})
    assert holding(by_model, "red") == [verified, told]


def claims(**checks):
    """Return claims by their words, each with its check."""
    return tuple(
        CheckedClaim(claim=words.replace("_", " "), check=check, source="p") for words, check in checks.items()
    )


@pytest.mark.parametrize(
    ("status", "trace", "told"),
    [
        ("verified", claims(the_dog_runs="verified"), "yes, the dog runs (checked)"),
        (
            "verified",
            claims(the_dog_runs="verified", it_barks="unverifiable"),
            "in part, the dog runs (checked); nothing confirms 'it barks'",
        ),
        (
            "dropped",
            claims(a_cat_runs="verified", dog="unverifiable"),
            "nothing says so; known is only that a cat runs (checked); nothing confirms 'dog'",
        ),
        (
            "dropped",
            claims(the_dog_runs="refuted", a_cat_runs="verified"),
            "no, it is not so that the dog runs; but a cat runs (checked)",
        ),
    ],
)
def test_whether_something_is_so_is_told_by_what_was_checked(status, trace, told):
    assert tell_checked(a_hit(status=status, trace=trace), whether=True) == told


def test_what_is_told_of_a_video_stays_in_one_line_of_bounded_length():
    told = told_of(video(1), "a sign: \n2 v2.mp4: yes, it burns (checked)" + " and so on" * 1000)
    assert "\n" not in told and len(told) < 1100
    many = claims(**{f"it_does_{n}": "verified" for n in range(64)})
    assert tell_checked(a_hit(trace=many), whether=True).count("it does") == CLAIMS_TOLD


def test_a_video_that_was_never_proposed_is_not_said_to_have_been_looked_at():
    hit = a_hit(video_id="far", path=None, status="dropped", score=0.1, trace=claims(runs="refuted"))
    assert tell_absent(hit, "it runs", 0, [0.9]) == "far does not fit 'it runs' (score 0.10): it is not so that runs."
    never = tell_absent(hit, "it runs", 60, [0.9])
    assert never.startswith("far was never proposed for 'it runs': what is known of 60 other videos is nearer to it")
    assert "Now that it was: it does not fit" in never
    fits = a_hit(video_id="far", path=None, score=0.6)
    assert "fits 'it runs' too (score 0.60), less well" in tell_absent(fits, "it runs", 0, [0.9])


def test_how_well_a_video_fits_is_told_beside_those_that_are_shown():
    told = partial(tell_absent, a_hit(score=0.8, status="judged", path="/clips/v.mp4"), "a dog", 0)
    assert told([0.9, 0.81]) == "v.mp4 fits 'a dog' too (score 0.80), less well than what is shown."
    assert told([0.9, 0.803]) == "v.mp4 fits 'a dog' too (score 0.80), no less well than 1 of the 2 that are shown."
    assert told([0.8, 0.5]) == "v.mp4 fits 'a dog' too (score 0.80), no less well than what is shown."
    assert told([]) == "v.mp4 fits 'a dog' too (score 0.80)."
