"""Made-up worlds: share of questions answered right, and masks against the renderer's, from the mp4 files alone.

Usage: python -m benchmarks.worlds [--seeds 101,102,103,104,105] [--folder DIR] [--json]
"""

import argparse
import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from benchmarks.figures import Figure, Figures, Options, at_least
from evals.worlds import WorldQuestion, build_library
from evals.worlds.scoring import Answer, Report, Score, score
from twinseek.library import Library

CLIPS, QUICK_CLIPS = 36, 8
CROWD, CROWD_SEED = 80, 1000
"""Clips of the one library that has every family, and what is added to the first seed for it."""
SEEDS = (101, 102, 103, 104, 105)


def measure(options: Options) -> Figures:
    """Yield shares of right answers and mean J over all seeds, then by difficulty; details name what was wrong."""
    reports, wrong = [], []
    for seed in options.seeds[:1] if options.quick else options.seeds:
        clips = QUICK_CLIPS if options.quick else CLIPS
        questions, answers, gold = answer_all(options.scratch / f"worlds-{seed}", seed, clips, options.quick)
        report = score(questions, answers, gold)
        reports.append(report)
        wrong += [f"seed {seed}: {line}" for line in list_wrong(questions, answers)]
        whole = report.overall
        ways = min(len(question.phrasings) for question in questions)
        note = f"of {whole.asked}, at least {ways} phrasings a question; J {whole.mean_j:.3f}"
        yield Figure(f"seed {seed}: right", 100 * whole.right, "%", None, note)
    yield from _pooled("all", [report.overall for report in reports], bars=True, details=tuple(wrong))
    for tag in sorted({tag for report in reports for tag in report.by_difficulty}):
        yield from _pooled(tag, [r.by_difficulty[tag] for r in reports if tag in r.by_difficulty])
    for family in sorted({name for report in reports for name in report.by_family}):
        yield from list(_pooled(family, [r.by_family[family] for r in reports if family in r.by_family]))[:1]
    if not options.quick:
        yield from _crowd(options)


def _crowd(options: Options) -> Figures:
    """Yield how many questions are answered right where the library has every family, and so more that is like it."""
    seed = options.seeds[0] + CROWD_SEED
    questions, answers, gold = answer_all(options.scratch / f"worlds-{seed}", seed, CROWD)
    report = score(questions, answers, gold)
    wrong = tuple(list_wrong(questions, answers))
    note = f"of {report.overall.asked}, seed {seed}; J {report.overall.mean_j:.3f}"
    yield Figure(f"{CROWD} clips of every family: right", 100 * report.overall.right, "%", None, note, wrong)


def _pooled(title: str, scores: Sequence[Score], *, bars: bool = False, details: tuple[str, ...] = ()) -> Figures:
    """Sum libraries up as if they were one: shares weigh by what was asked, J by what was right."""
    asked = np.array([found.asked for found in scores])
    right = asked * [found.right for found in scores]
    js = [found.mean_j if n else 0.0 for found, n in zip(scores, right, strict=True)]
    share = 100 * float(right.sum() / asked.sum())
    yield Figure(f"{title}: right", share, "%", at_least(85) if bars else None, f"of {asked.sum()}", details)
    mean_j = float(right @ js / right.sum()) if right.any() else float("nan")
    yield Figure(f"{title}: J of returned instances", mean_j, "", at_least(0.7) if bars else None)


def list_wrong(questions: Sequence[WorldQuestion], answers: Mapping[str, Sequence[Answer]]) -> list[str]:
    """Say which phrasings were answered with another clip."""
    return [
        f"{question.family}: {question.clip} {text!r} -> {list(answer.ranking[:2])}"
        for question in questions
        for text, answer in zip(question.phrasings, answers.get(question.id, ()), strict=False)
        if not answer.ranking or answer.ranking[0] != question.clip
    ]


def answer_all(
    folder: Path, seed: int, count: int = CLIPS, quick: bool = False
) -> tuple[list[WorldQuestion], dict[str, list[Answer]], Path]:
    """Render, index and ask every phrasing of one library; what is there from an earlier run is used again.

    Args:
        count: clips of the library.
        quick: only the first phrasing of each question is asked.
    """
    clips, gold = folder / "clips", folder / "gold"
    _, questions = build_library(clips, gold, seed, count)
    with Library.open(folder / "library", create=True) as library:
        library.index([clips])
        names = {row.video_id: Path(row.path or "").stem for row in library.videos()}
        asked = {question.id: question.phrasings[: 1 if quick else None] for question in questions}
        answers = {name: [_ask(library, names, text) for text in texts] for name, texts in asked.items()}
    return questions, answers, gold


def _ask(library: Library, names: dict[str, str], text: str) -> Answer:
    result = library.ask(text, top=1, threshold=0.0, masks="all")
    return Answer([names[video_id] for video_id in result.ranking], result.results[0].instances)


def print_report(name: str, report: Report, wrong: Sequence[str] = ()) -> None:
    """Print one library's figures."""
    whole = report.overall
    print(f"{name}: right {whole.right:.1%} of {whole.asked}, J {whole.mean_j:.3f}, MRR {whole.reciprocal_rank:.3f}")
    for title, rows in (("difficulty", report.by_difficulty), ("family", report.by_family)):
        for key, row in rows.items():
            print(f"  {title:10} {key:20} right {row.right:6.1%} of {row.asked:3}  J {row.mean_j:.3f}")
    for line in wrong:
        print(f"  wrong: {line}")


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", default=",".join(map(str, SEEDS)))
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--wrong", action="store_true", help="list the questions that were answered wrong")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        for seed in map(int, options.seeds.split(",")):
            began = time.monotonic()
            questions, answers, gold = answer_all((options.folder or Path(scratch)) / str(seed), seed)
            report = score(questions, answers, gold)
            if options.json:
                print(json.dumps({"seed": seed, **asdict(report)}))
                continue
            wrong = list_wrong(questions, answers) if options.wrong else ()
            print_report(f"seed {seed} ({time.monotonic() - began:.0f} s)", report, wrong)


if __name__ == "__main__":
    main()
