"""Print the figures of docs/benchmarks.md: ``python -m benchmarks [NAME …]``; without a name, all of them."""

import argparse
import importlib
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.figures import Options, SkippedError, describe_machine

BENCHMARKS = {
    "recall": "benchmarks.recall",
    "asking": "benchmarks.asking",
    "indexing": "benchmarks.indexing",
    "memory": "benchmarks.memory",
    "overhead": "benchmarks.overhead",
    "camera": "benchmarks.camera",
    "specialists": "benchmarks.specialists",
    "predicates": "benchmarks.predicates",
    "claims": "benchmarks.claims",
    "views": "benchmarks.views",
    "reasoning": "benchmarks.reasoning",
    "retrieval": "benchmarks.retrieval_product",
    "literal": "benchmarks.literal",
    "perception": "benchmarks.perception",
    "worlds": "benchmarks.worlds",
    "demo": "benchmarks.demo",
}
"""In the order in which they are run: what is timed first, before the machine has grown warm."""


def main() -> None:
    """List or run benchmarks; leave with status 1 where one of them breaks, whatever the bars say."""
    options, given = _read_arguments()
    if given.list:
        for name in BENCHMARKS:
            print(f"{name:12} {_module(name).__doc__.splitlines()[0]}")
        return
    machine = describe_machine()
    print(", ".join(f"{key} {value}" for key, value in machine.items()))
    if options.quick:
        print("a quick run: it shows that everything works; its figures mean nothing")
    rows: list[dict[str, Any]] = []
    broken = []
    with tempfile.TemporaryDirectory(prefix="twinseek-bench-") as scratch:
        options.scratch, options.kept = given.folder or Path(scratch), given.folder is not None
        for name in given.names or BENCHMARKS:
            try:
                rows += _run(name, options, given.wrong)
            except Exception as error:
                broken.append(name)
                print(f"  broke: {type(error).__name__}: {error}", flush=True)
            if given.json:
                written = {"machine": machine, "quick": options.quick, "figures": rows}
                given.json.write_text(json.dumps(written, indent=1))
    _sum_up(rows)
    if broken:
        sys.exit(f"these benchmarks broke: {', '.join(broken)}")


def _run(name: str, options: Options, wrong: bool) -> list[dict[str, Any]]:
    """Run one benchmark; print each figure as soon as it is known."""
    module, began = _module(name), time.monotonic()
    print(f"\n{name}: {module.__doc__.splitlines()[0]}", flush=True)
    rows: list[dict[str, Any]] = []
    group = ""
    try:
        for figure in module.measure(options):
            if figure.group != group:
                group = figure.group
                print(f"  {group}")
            print(figure.line(), flush=True)
            for line in figure.details if wrong else ():
                print(f"      {line}")
            rows.append({"benchmark": name, **figure.record()})
    except SkippedError as reason:
        print(f"  skipped: {reason}")
        rows.append({"benchmark": name, "skipped": str(reason)})
    print(f"  ({time.monotonic() - began:.0f} s)", flush=True)
    return rows


def _sum_up(rows: list[dict[str, Any]]) -> None:
    judged = [row for row in rows if row.get("met") is not None]
    missed = [row for row in judged if not row["met"]]
    print(f"\n{len(judged) - len(missed)} of {len(judged)} bars met")
    for row in missed:
        print(f"  not met: {': '.join(filter(None, (row['benchmark'], row['group'], row['name'])))}")
    for row in rows:
        if "skipped" in row:
            print(f"  skipped: {row['benchmark']}: {row['skipped']}")


def _module(name: str) -> Any:  # a module that holds ``measure(options) -> Figures``
    return importlib.import_module(BENCHMARKS[name])


def _read_arguments() -> tuple[Options, argparse.Namespace]:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(BENCHMARKS)}")
    parser.add_argument("--list", action="store_true", help="say what each benchmark measures")
    parser.add_argument("--quick", action="store_true", help="the smallest run that goes through everything")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures, machine and commit")
    parser.add_argument("--wrong", action="store_true", help="list what was answered wrong")
    parser.add_argument("--questions", type=Path, metavar="FILE", help="ask these of the annotated clips (retrieval)")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="draw the errors of perception")
    parser.add_argument("--seeds", default="101,102,103,104,105", help="of the made-up worlds")
    parser.add_argument("--folder", type=Path, help="keep what is made here; clips and worlds are used again")
    given = parser.parse_args()
    for name in given.names:
        if name not in BENCHMARKS:
            parser.error(f"there is no benchmark {name!r}: choose from {', '.join(BENCHMARKS)}")
    if given.questions and not given.questions.is_file():
        parser.error(f"there is no {given.questions}: name a file of questions")
    seeds = tuple(int(seed) for seed in given.seeds.split(","))
    return Options(Path(), given.quick, given.questions, given.pictures, seeds), given


if __name__ == "__main__":
    main()
