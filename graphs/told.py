"""Which videos are told to hold what a question asks: by its predicates, whoever does it.

Sentence vectors tell a red car from a dog far better than one movement from another, and a library without names says
"object" of everything: among hundreds of such videos the one in which something grows is not near "it looms larger".
But the word search knows by name what predicates each video tells.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from agents.rules_judge import readings
from twins.predicates import PREDICATES
from twins.predicates.findings import IMPLIED, MIRRORED
from twins.queries import Decomposition
from twins.search.index import SearchIndex


def told_of(decomposition: Decomposition, index: SearchIndex) -> list[str]:
    """Return the videos that tell some of the predicates asked for, those that tell most first; equal ones by id.

    Every reading counts by its share, every part by its weight, and every predicate by BM25: what few videos tell
    counts more, and what a video tells beside many other things less.
    """
    known: dict[str, Mapping[str, float]] = {}
    total: dict[str, float] = defaultdict(float)
    for share, reading in readings(decomposition):
        for name, weight in _asked(reading):
            if name not in known:
                known[name] = index.bm25_told(names_of(name))
            for video_id, score in known[name].items():
                total[video_id] += share * weight * score
    return sorted(total, key=lambda video_id: (-total[video_id], video_id))


def names_of(name: str) -> tuple[str, ...]:
    """Return the predicates by which twins tell that one holds: itself, and all in whose place it is not told."""
    names = dict.fromkeys([name, *([MIRRORED[name]] if name in MIRRORED else [])])
    while stronger := [other for other in IMPLIED if other not in names and names.keys() & set(IMPLIED[other])]:
        names.update(dict.fromkeys(stronger))
    return tuple(names)


def proposed(coarse: Sequence[tuple[str, float]], told: Sequence[str], most: int) -> list[tuple[str, float]]:
    """Return the videos that a judge looks at, with their recall scores: in turn by their words and by what they tell.

    Args:
        coarse: (id, recall score) of every video, best first.
        told: ids, best first; those that are not among ``coarse`` are passed over.
        most: how many.
    """
    scores = dict(coarse)
    both = zip(coarse, [name for name in told if name in scores], strict=False)
    chosen = dict.fromkeys(name for (near, _), holder in both for name in (near, holder))
    chosen.update(dict.fromkeys(scores))
    return [(name, scores[name]) for name in list(chosen)[:most]]


def _asked(reading: Decomposition) -> Iterator[tuple[str, float]]:
    """Yield the predicates that are asked for, with their weights; what is denied is told by nobody."""
    for part in reading.sub_queries:
        if part.relation in PREDICATES and not part.negated:
            yield part.relation, part.weight
