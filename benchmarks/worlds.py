"""Made-up worlds: share of questions answered right, and masks against the renderer's, from the mp4 files alone.

Usage: python -m benchmarks.worlds [--seeds 101,102,103,104,105] [--folder DIR] [--json]
"""

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from evals.worlds import WorldQuestion, build_library
from evals.worlds.scoring import Answer, Report, score
from twinseek.library import Library

SEEDS = (101, 102, 103, 104, 105)


def answer_all(folder: Path, seed: int) -> tuple[list[WorldQuestion], dict[str, list[Answer]], Path]:
    """Render, index and ask every phrasing of one library; what is there from an earlier run is used again."""
    clips, gold = folder / "clips", folder / "gold"
    _, questions = build_library(clips, gold, seed)
    with Library.open(folder / "library", create=True) as library:
        library.index([clips])
        names = {row.video_id: Path(row.path or "").stem for row in library.videos()}
        answers = {question.id: [_ask(library, names, text) for text in question.phrasings] for question in questions}
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
            wrong = [
                f"{question.clip} {text!r} -> {answer.ranking[:2]}"
                for question in questions
                for text, answer in zip(question.phrasings, answers[question.id], strict=True)
                if answer.ranking[0] != question.clip
            ]
            print_report(f"seed {seed} ({time.monotonic() - began:.0f} s)", report, wrong if options.wrong else ())


if __name__ == "__main__":
    main()
