import json
from pathlib import Path

import numpy as np
import pytest

from evals.retrieval import Query, Run, caption_twins, figures, figures_by_kind, gain, read_queries, run_queries

CLIP = {
    "video": "pond",
    "queries": [{"id": "pond/1", "text": "Who floats?", "kind": "semantic", "explicit": "the duck"}],
    "composed": [{"reference": "lake", "edit": "make it small", "target": "pond"}],
}
QUERIES = [Query(str(n), f"question {n}", frozenset({f"v{n}"}), ("semantic", "spatial")[n % 2]) for n in range(4)]


def test_questions_controls_and_edits_are_read_from_annotations(tmp_path: Path) -> None:
    (tmp_path / "pond.json").write_text(json.dumps(CLIP))
    answer = frozenset({"pond"})
    assert read_queries(tmp_path) == [Query("pond/1", "Who floats?", answer, "semantic")]
    assert read_queries(tmp_path, "literal") == [Query("pond/1/literal", "the duck", answer, "literal")]
    assert read_queries(tmp_path, "composed") == [
        Query("pond/composed/1", "make it small", answer, "composed", reference="lake")
    ]


def test_the_shared_clips_have_sixty_questions(shared: Path) -> None:
    queries = read_queries(shared / "annotations")
    assert len(queries) == len({query.id for query in queries}) == 60


def test_distractors_are_distinct_captions_and_the_same_every_time(tmp_path: Path) -> None:
    path = tmp_path / "triplets.csv"
    path.write_text('txt1,txt2\nx,A  dog\ny,"A cat, asleep"\nz,A dog\n')
    first, again = caption_twins(path, 5, seed=1), caption_twins(path, 5, seed=1)
    assert first == again
    assert sorted(twin.facts[0].text for twin in first) == ["A cat, asleep", "A dog"]
    assert len({twin.video_id for twin in first}) == 2


def test_a_question_whose_video_was_left_out_is_a_miss() -> None:
    run = run_queries(lambda query: ["v0", "v1", "v2"], QUERIES, gallery=9)
    np.testing.assert_array_equal(run.ranks, [1, 2, 3, np.inf])
    found = figures(run)
    assert found.queries == 4
    assert found.recall_at_1.value == 0.25
    assert found.recall_at_10.value == 0.75
    assert found.mean_rank == (1 + 2 + 3 + 9) / 4


def test_every_kind_is_summed_up_alone() -> None:
    run = run_queries(lambda query: ["v0", "v1", "v2"], QUERIES, gallery=9)
    by_kind = figures_by_kind(run)
    assert {kind: found.queries for kind, found in by_kind.items()} == {"semantic": 2, "spatial": 2}
    assert by_kind["semantic"].recall_at_1.value == 0.5
    assert by_kind["spatial"].recall_at_1.value == 0


def test_a_gain_is_the_difference_over_the_same_questions() -> None:
    right = run_queries(lambda query: sorted(query.relevant), QUERIES, gallery=9)
    first = run_queries(lambda query: ["v0"], QUERIES, gallery=9)
    assert gain(right, first).value == 0.75
    with pytest.raises(ValueError, match="different queries"):
        gain(right, Run(right.queries[::-1], right.ranks, 9))
