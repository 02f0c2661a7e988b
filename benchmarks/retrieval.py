"""R@1 of implicit questions on imported twins: two baselines and ours, over the same sentences in the same run.

python -m benchmarks.retrieval [--shared ../shared] [--distractors 500] [--seed 0]
"""

import argparse
import tomllib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from encoders.minilm import MiniLM
from evals.rankers import RANKERS, Gallery, embed_gallery, fused_scores
from evals.retrieval import Query, Run, caption_twins, figures, gain, read_queries, run_queries
from twins.annotations import import_annotation
from twins.components import components
from twins.geometry import Floats
from twins.protocols import WordStates
from twins.schema import Component
from twins.sentences import predicate_facts

BASELINE, OURS = "clause-wise max-sim", "ours"


class Remembering:
    """MiniLM that embeds a sentence once, though it stands in several galleries."""

    name, dimensions, fingerprint = "minilm", 384, "remembering"

    def __init__(self) -> None:
        self._encoder = MiniLM()
        self._known: dict[str, tuple[Floats, WordStates]] = {}

    def encode(self, texts: Sequence[str]) -> Floats:
        """See :meth:`MiniLM.encode`."""
        return self.encode_both(texts)[0]

    def encode_words(self, texts: Sequence[str]) -> list[WordStates]:
        """See :meth:`MiniLM.encode_words`."""
        return self.encode_both(texts)[1]

    def encode_both(self, texts: Sequence[str]) -> tuple[Floats, list[WordStates]]:
        """See :meth:`MiniLM.encode_both`."""
        fresh = [text for text in dict.fromkeys(texts) if text not in self._known]
        if fresh:
            vectors, words = self._encoder.encode_both(fresh)
            self._known.update(zip(fresh, zip(vectors, words, strict=True), strict=True))
        return np.stack([self._known[text][0] for text in texts]), [self._known[text][1] for text in texts]


def clip_components(folder: Path, *, captions: bool) -> dict[str, tuple[Component, ...]]:
    """Return the sentences of every annotated clip, as importing it makes them."""
    found = {}
    for path in sorted(folder.glob("*.json")):
        twin, geometry = import_annotation(path, captions=captions)
        twin = twin.model_copy(update={"facts": (*twin.facts, *predicate_facts(twin, geometry))})
        found[twin.video_id] = components(twin, captions=captions)
    return found


def second_queries() -> list[Query]:
    """Return sixty more questions about the same clips."""
    clips = tomllib.loads(Path(__file__).with_name("second_questions.toml").read_text())
    return [
        Query(f"{clip}/second/{n}", question, frozenset({clip}), "second")
        for clip, asked in clips.items()
        for n, question in enumerate(asked["questions"], start=1)
    ]


def report(gallery: Gallery, implicit: list[Query], literal: list[Query]) -> None:
    """Print a row for every way of ranking, then ours by kind and what it gains."""
    size = len(gallery.video_ids)
    runs: dict[str, Run] = {}
    for name, ranker in RANKERS.items():
        runs[name] = run_queries(lambda query, rank=ranker: rank(gallery, query.text), implicit, size)
        control = run_queries(lambda query, rank=ranker: rank(gallery, query.text), literal, size)
        found = figures(runs[name])
        print(
            f"  {name:22} R@1 {found.recall_at_1}  R@5 {100 * found.recall_at_5.value:.1f}"
            f"  MRR {100 * found.reciprocal_rank:.1f}  MnR {found.mean_rank:.1f}"
            f"  literal R@1 {100 * figures(control).recall_at_1.value:.1f}"
        )
    for name in RANKERS:
        if name != OURS:
            print(f"  ours - {name:22} {gain(runs[OURS], runs[name])} points of R@1 (paired bootstrap, 95 %)")
    print(f"  fused scores, 5th, 50th and 95th per cent: {_scores(gallery, implicit)}")
    kinds = dict.fromkeys(query.kind for query in implicit)
    shares = (f"{kind} {100 * figures(runs[OURS].of_kind(kind)).recall_at_1.value:.0f}" for kind in kinds)
    print(f"  ours by kind: {', '.join(shares)}")


def _scores(gallery: Gallery, queries: list[Query]) -> str:
    """Say what a video that answers scores, and what the best of the others does."""
    right, wrong = [], []
    for query in queries:
        scores = fused_scores(gallery, query.text)
        answers = np.array([name in query.relevant for name in gallery.video_ids])
        right.append(scores[answers].max())
        wrong.append(scores[~answers].max())
    shown = (" ".join(f"{value:.2f}" for value in np.percentile(part, [5, 50, 95])) for part in (right, wrong))
    return "{} where it answers, {} the best of the others".format(*shown)


def main() -> None:
    """Measure captions out and in, with and without distractors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path(__file__).resolve().parents[2] / "shared")
    parser.add_argument("--distractors", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    annotations = options.shared / "annotations"
    implicit, literal = read_queries(annotations), read_queries(annotations, "literal")
    distractors = caption_twins(options.shared / "data" / "webvid_covr_dev.csv", options.distractors, options.seed)
    captioned = {twin.video_id: components(twin) for twin in distractors}
    encoder = Remembering()
    for captions in (False, True):
        clips = clip_components(annotations, captions=captions)
        for others in ({}, captioned):
            gallery = embed_gallery({**clips, **others}, encoder)
            size = f"{len(clips)} clips" + (f" + {len(others)} caption-only" if others else "")
            print(f"{size}, captions {'in' if captions else 'out'}: {len(gallery.vectors)} sentences")
            report(gallery, implicit, literal)
            print("  sixty questions written later:")
            report(gallery, second_queries(), literal)


if __name__ == "__main__":
    main()
