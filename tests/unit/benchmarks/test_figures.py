import json
import sys
from pathlib import Path

import pytest

from benchmarks import figures
from benchmarks.__main__ import BENCHMARKS, main
from benchmarks.figures import Figure, Options, SkippedError, at_least, at_most
from benchmarks.retrieval_product import read_questions
from benchmarks.worlds import _pooled
from evals.worlds.scoring import Score


def test_a_bar_is_met_at_its_very_value_and_missed_beside_it() -> None:
    assert [Figure("rate", value, "x", at_least(2)).met for value in (1.99, 2, 2.01)] == [False, True, True]
    assert [Figure("peak", value, "MB", at_most(10)).met for value in (9, 10, 10.1)] == [True, True, False]


def test_what_could_not_be_measured_meets_no_bar() -> None:
    assert Figure("J", float("nan"), "", at_least(0)).met is False
    assert Figure("J", float("nan"), "", at_most(1)).met is False
    assert Figure("J", float("nan")).met is None


def test_a_missed_bar_stands_out_in_the_line() -> None:
    assert "NOT MET" in Figure("rate", 1.5, "x", at_least(2)).line()
    assert "NOT MET" not in Figure("rate", 2.5, "x", at_least(2)).line()


def test_material_that_is_not_beside_the_checkout_is_a_reason_to_skip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "SHARED", tmp_path)
    (tmp_path / "videos").mkdir()
    assert Options(tmp_path).shared("videos") == tmp_path / "videos"
    with pytest.raises(SkippedError, match=r"\.\./shared/annotations"):
        Options(tmp_path).shared("annotations")


def test_a_benchmark_without_its_material_is_skipped_and_written_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(figures, "SHARED", tmp_path)
    monkeypatch.setattr(sys, "argv", ["benchmarks", "perception", "--quick", "--json", str(tmp_path / "rows.json")])
    main()
    assert "skipped: needs ../shared/videos" in capsys.readouterr().out
    written = json.loads((tmp_path / "rows.json").read_text())
    assert written["machine"]["cores"] >= 1
    assert [row["benchmark"] for row in written["figures"]] == ["perception"]


def test_every_benchmark_says_what_it_measures(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--list"])
    main()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(BENCHMARKS)
    assert all(line.endswith(".") for line in lines)


def test_a_benchmark_that_is_not_there_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmarks", "recal"])
    with pytest.raises(SystemExit) as refused:
        main()
    assert refused.value.code == 2
    assert "'recal'" in capsys.readouterr().err


def test_questions_of_one_s_own_bring_their_controls_where_they_have_one(tmp_path: Path) -> None:
    rows = [
        {"id": "a", "video": "v1", "text": "who waits?", "kind": "temporal", "objects": [1], "explicit": "the dog"},
        {"id": "b", "video": "v2", "text": "what hides?", "kind": "spatial", "objects": []},
    ]
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(rows))
    title, implicit, literal = read_questions(path)
    assert title == "mine"
    assert [(query.text, query.relevant, query.kind) for query in implicit] == [
        ("who waits?", {"v1"}, "temporal"),
        ("what hides?", {"v2"}, "spatial"),
    ]
    assert [(query.text, query.relevant) for query in literal] == [("the dog", {"v1"})]


def test_libraries_are_pooled_by_what_was_asked_and_j_by_what_was_right() -> None:
    nothing_right = Score(asked=10, right=0.0, mean_j=float("nan"), reciprocal_rank=0.1)
    scores = [Score(10, 0.8, 0.5, 0.9), Score(30, 0.4, 0.9, 0.5), nothing_right]
    right, j = _pooled("all", scores)
    assert right.value == pytest.approx(100 * (8 + 12) / 50)
    assert j.value == pytest.approx((8 * 0.5 + 12 * 0.9) / 20)
