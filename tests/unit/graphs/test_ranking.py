import pytest

from graphs.ranking import Judged, close_call, order_verdicts, rank_videos
from twins.queries import CheckedClaim


def judged(name, score, status="judged", *, supported=False):
    return Judged(video_id=name, score=score, status=status, spans=(), instances=(), trace=(), supported=supported)


def ranked(coarse, verdicts, threshold, top):
    return rank_videos(coarse, order_verdicts(coarse, verdicts, threshold), threshold, top)


COARSE = [("a", 0.9), ("b", 0.8), ("c", 0.7), ("d", 0.6)]


def test_verdicts_outrank_recall_and_the_unseen_keep_their_order():
    ranking, _ = ranked(COARSE, [judged("b", 0.2), judged("a", 0.1)], threshold=0.5, top=5)
    assert ranking == ["b", "a", "c", "d"]


def test_of_equal_scores_the_verified_one_comes_first_then_the_better_recalled_then_the_id():
    verdicts = [judged("a", 0.7), judged("c", 0.7, "verified"), judged("b", 0.7)]
    ranking, _ = ranked(COARSE, verdicts, threshold=0.5, top=5)
    assert ranking == ["c", "a", "b", "d"]
    tied, _ = ranked([("y", 0.5), ("x", 0.5)], [judged("y", 0.7), judged("x", 0.7)], threshold=0.5, top=5)
    assert tied == ["x", "y"]


def test_below_the_threshold_a_video_is_hidden_but_keeps_its_rank():
    ranking, hits = ranked(COARSE, [judged("a", 0.4), judged("b", 0.6)], threshold=0.5, top=5)
    assert ranking == ["b", "a", "c", "d"]
    assert [(hit.rank, hit.judged.video_id) for hit in hits] == [(1, "b")]


def test_when_nothing_passes_the_closest_three_are_shown_as_dropped():
    verdicts = [judged(name, score) for name, score in [("a", 0.1), ("b", 0.3), ("c", 0.2), ("d", 0.0)]]
    _, hits = ranked(COARSE, verdicts, threshold=0.5, top=5)
    assert [(hit.judged.video_id, hit.judged.status) for hit in hits] == [
        ("b", "dropped"),
        ("c", "dropped"),
        ("a", "dropped"),
    ]


@pytest.mark.parametrize(
    ("scores", "checks", "expected"),
    [
        ((0.4, 0.25), (), True),  # odds of 2:3 and 1:3
        ((0.4, 0.26), (), False),
        ((0.9, 0.81), (), True),
        ((0.4, 0.0), ("verified", "unverifiable"), True),
        ((0.4, 0.0), ("verified", "refuted"), False),
        ((0.04, 0.0), (), False),
        ((1.0, 0.9), (), True),
        ((0.4,), (), False),  # closer than what?
    ],
)
def test_of_what_is_dropped_the_first_stands_out_where_it_is_far_closer_and_nothing_is_refuted(
    scores, checks, expected
):
    trace = tuple(CheckedClaim(claim=check, check=check, source="test") for check in checks)
    verdicts = [judged(name, score) for name, score in zip("bac", scores, strict=False)]
    verdicts[0] = verdicts[0].model_copy(update={"trace": trace})
    _, hits = ranked(COARSE, verdicts, threshold=1.1, top=5)
    assert [hit.judged.stands_out for hit in hits] == [expected, *[False] * (len(scores) - 1)]
    assert {hit.judged.status for hit in hits} == {"dropped"}


def test_what_passes_does_not_stand_out():
    _, hits = ranked(COARSE, [judged("a", 0.9), judged("b", 0.1)], threshold=0.5, top=5)
    assert [hit.judged.stands_out for hit in hits] == [False]


def test_without_any_verdict_the_coarse_order_is_shown_and_marked():
    ranking, hits = ranked(COARSE, [], threshold=0.5, top=2)
    assert ranking == ["a", "b", "c", "d"]
    assert [(hit.judged.status, hit.judged.score, hit.coarse_score) for hit in hits] == [
        ("coarse", 0.0, 0.9),
        ("coarse", 0.0, 0.8),
    ]


def test_where_scores_can_be_talked_up_only_what_is_verified_comes_first():
    verdicts = [judged("a", 1.0), judged("b", 0.7, supported=True), judged("c", 0.3, supported=True)]
    trusted = order_verdicts(COARSE, verdicts, 0.5)
    wary = order_verdicts(COARSE, verdicts, 0.5, verified_first=True)
    assert [verdict.video_id for verdict in trusted] == ["a", "b", "c"]
    assert [verdict.video_id for verdict in wary] == ["b", "a", "c"]


def test_only_passing_scores_next_to_the_best_are_a_close_call():
    near = [judged("a", 0.80), judged("b", 0.77), judged("c", 0.74)]
    assert [verdict.video_id for verdict in close_call(near, 0.5)] == ["a", "b"]
    assert close_call([judged("a", 0.8), judged("b", 0.7)], 0.5) == []
    assert close_call([judged("a", 0.4), judged("b", 0.4)], 0.5) == []
    assert close_call([judged("a", 0.52), judged("b", 0.48)], 0.5) == []
    assert close_call([judged("a", 0.8, supported=True), judged("b", 0.79)], 0.5) == []
    assert close_call([], 0.5) == []
