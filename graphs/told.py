"""Which videos are told to hold what a question asks: by its predicates, and by the looks of who takes part in them.

Sentence vectors tell a red car from a dog far better than one movement from another, and a library without names says
"object" of everything: among hundreds of such videos the one in which something grows is not near "it looms larger".
But the word search knows by name what predicates each video tells, and what their things look like, in basic terms:
what is told of a yellow thing is found by a lemon-coloured one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from agents.clauses import tokenise
from agents.descriptions import describe
from agents.lexicon import lexicon
from agents.rules_judge import readings
from twins.coco_kinds import is_kind_or_crowd
from twins.predicates import PREDICATES
from twins.predicates.findings import IMPLIED, MIRRORED
from twins.queries import Decomposition
from twins.schema import Fact, Track
from twins.search.index import SearchIndex

LOOKS = "looks"
"""Stands before a look that some thing has, whatever it takes part in."""


def told_by(facts: Iterable[Fact], tracks: Iterable[Track] = ()) -> tuple[str, ...]:
    """Return what a part of a twin tells, as names for the word search: ``follows``, ``follows_red``, ``looks_red``.

    Args:
        facts: those of predicates, and those that say how a thing looks.
        tracks: of the same part.
    """
    known = list(facts)
    looks: dict[str, set[str]] = defaultdict(set)
    for track in tracks:
        looks[track.id].update(_terms(each.text for each in track.attributes if not is_kind_or_crowd(each)))
    for fact in known:
        if fact.kind == "attribute" and len(fact.instances) == 1:
            looks[fact.instances[0]].update(_terms([fact.text]))
    told = dict.fromkeys(_joined(LOOKS, look) for look in sorted(set().union(*looks.values())))
    for fact in known:
        if fact.predicate is not None:
            seen = set().union(*(looks[name] for name in fact.instances))
            told.update(dict.fromkeys([fact.predicate, *(_joined(fact.predicate, look) for look in sorted(seen))]))
    return tuple(told)


def told_of(decomposition: Decomposition, index: SearchIndex) -> list[str]:
    """Return the videos that tell some of the predicates asked for, those that tell most first; equal ones by id.

    Every reading counts by its share, every part by its weight, and by BM25 every predicate and every look of its
    things: what few videos tell counts more, and what a video tells beside many other things less.
    """
    known: dict[tuple[str, str], Mapping[str, float]] = {}
    total: dict[str, float] = defaultdict(float)
    for share, reading in readings(decomposition):
        for asked, weight in _asked(reading):
            if asked not in known:
                name, look = asked
                known[asked] = index.bm25_told([_joined(each, look) for each in names_of(name)])
            for video_id, score in known[asked].items():
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


def _asked(reading: Decomposition) -> Iterator[tuple[tuple[str, str], float]]:
    """Yield (predicate, look of a thing in it), and (predicate, ""), each with the weight of its part.

    What is denied is told by nobody.
    """
    for part in reading.sub_queries:
        if part.negated or part.relation not in (None, *PREDICATES):
            continue
        things = [describe(phrase) for phrase in (part.subject, part.object) if phrase]
        terms = dict.fromkeys(term for thing in things for _, term, _ in thing.looks)
        for look in terms if part.relation is None else ("", *terms):
            yield (part.relation or LOOKS, look), part.weight


def _terms(texts: Iterable[str]) -> set[str]:
    """Return the basic terms of the looks that some texts name: ``yellow`` of lemon."""
    looks = lexicon().looks
    return {looks[token.text][1] for text in texts for token in tokenise(text) if token.text in looks}


def _joined(predicate: str, look: str) -> str:
    return f"{predicate}_{look}".rstrip("_").replace("-", "_").replace(" ", "_")
