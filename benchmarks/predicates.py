"""Precision and recall of every predicate on noisy generated tracks.

A clip counts as positive when the predicate holds at some time: a quarter of a second for an event, half a second
for a state.
"""

import sys
from collections import Counter
from dataclasses import dataclass

import numpy as np

from benchmarks.figures import Figure, Figures, Options, at_least
from benchmarks.predicate_tracks import observe
from benchmarks.predicate_worlds import WORLDS
from twins.predicates import PREDICATES, Scene, evaluate
from twins.predicates.truth import covered

STATE_SECONDS = 0.5
EVENT_SECONDS = 0.1


@dataclass(frozen=True)
class Score:
    """What a predicate got right over a number of clips, and by which worlds it was fooled."""

    precision: float
    recall: float
    clips: int
    wrong: tuple[tuple[str, int], ...]


LEAST = 0.8


def measure(options: Options) -> Figures:
    """Yield the lowest precision and the lowest recall of all predicates, each the mean over seeds."""
    seeds, clips = (options.seeds[:1], 2) if options.quick else (options.seeds, 20)
    means = {}
    for name in sorted(WORLDS):
        scores = [score(name, seed, clips) for seed in seeds]
        means[name] = np.mean([(found.precision, found.recall) for found in scores], axis=0)
    note = f"{len(means)} predicates, {len(seeds)} seeds, {2 * clips} noisy clips each"
    for place, measured in enumerate(("precision", "recall")):
        worst = min(means, key=lambda name: means[name][place])
        weak = tuple(f"{name}: {pair[place]:.2f}" for name, pair in means.items() if pair[place] < LEAST)
        yield Figure(f"lowest {measured} ({worst})", float(means[worst][place]), "", at_least(LEAST), note, weak)


def score(name: str, seed: int, clips: int = 20, *, noise: bool = True) -> Score:
    """Ask a predicate of ``clips`` worlds where it holds and as many where it does not."""
    rng = np.random.default_rng([seed, *name.encode()])
    hits = misses = alarms = 0
    wrong: Counter[str] = Counter()
    for kind in ("yes", "no"):
        makers = WORLDS[name][kind]
        for clip in range(clips):
            world = makers[clip % len(makers)](rng)
            found = holds(name, *observe(world, rng, noise=noise))
            hits += found and world.answer
            misses += world.answer and not found
            alarms += found and not world.answer
            if found != world.answer:
                wrong[world.name] += 1
    return Score(hits / max(hits + alarms, 1), hits / max(hits + misses, 1), 2 * clips, tuple(wrong.most_common()))


def holds(name: str, geometry: object, subject: int, other: int | None) -> bool:
    """Say whether a predicate holds in a clip long enough to be said of it."""
    scene = Scene(geometry)  # type: ignore[arg-type]
    truth = evaluate(name, scene, subject, other)
    least = EVENT_SECONDS if PREDICATES[name].event else STATE_SECONDS
    return covered(truth.holds, scene.clip) >= least - 1e-6


def main(arguments: list[str]) -> None:
    """Print a table for the given seeds (``--seeds 101-105``) and predicates, or all of them."""
    seeds = range(101, 106)
    names = []
    for argument in arguments:
        if argument.startswith("--seeds="):
            first, _, last = argument.removeprefix("--seeds=").partition("-")
            seeds = range(int(first), int(last or first) + 1)
        else:
            names.append(argument)
    print(f"{'predicate':14} {'precision':>9} {'recall':>7} {'worst seed':>11}  fooled by")
    for name in names or sorted(WORLDS):
        scores = [score(name, seed) for seed in seeds]
        wrong: Counter[str] = Counter()
        for each in scores:
            wrong.update(dict(each.wrong))
        precision, recall = np.mean([s.precision for s in scores]), np.mean([s.recall for s in scores])
        worst = min(min(s.precision, s.recall) for s in scores)
        fooled = ", ".join(f"{world} {count}" for world, count in wrong.most_common(4))
        mark = " " if min(precision, recall) >= 0.8 else "!"
        print(f"{name:14} {precision:9.2f} {recall:7.2f} {worst:11.2f}{mark} {fooled}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
