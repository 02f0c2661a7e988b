"""Scenes of candidates, made once however many claims are checked against them."""

from collections import OrderedDict
from threading import Lock
from weakref import WeakKeyDictionary

from twins.coco_kinds import is_crowd
from twins.geometry import Geometry
from twins.predicates import Scene
from twins.schema import Twin

KEPT = 64
"""Scenes kept in memory: as many as a question has candidates."""

MOST_OUTCOMES = 50_000
"""Outcomes kept of one scene: those of a crowd of thirty under all predicates."""

Outcomes = dict[tuple[str, int, int], tuple[float, float]]
"""Of a predicate and a pair: how clearly it holds somewhere (0: never), and in which share of the frames it fails."""

_kept: OrderedDict[tuple[int, bool], tuple[Geometry, Scene]] = OrderedDict()
_outcomes: WeakKeyDictionary[Scene, Outcomes] = WeakKeyDictionary()
_lock = Lock()


def scene(twin: Twin, geometry: Geometry) -> Scene:
    """Return the scene of a twin; imported tracks are whole, so that none of them are joined."""
    link = twin.origin == "perceived"
    key = (id(geometry), link)
    with _lock:
        found = _kept.get(key)
        if found is not None and found[0] is geometry:
            _kept.move_to_end(key)
            return found[1]
    made = Scene(geometry, link=link)
    with _lock:
        _kept[key] = (geometry, made)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return made


def crowds(twin: Twin, geometry: Geometry) -> frozenset[int]:
    """Return the objects of the scene that came as crowds: however many tracks one has, it is one crowd."""
    made = scene(twin, geometry)
    names = {track.id for track in twin.tracks if is_crowd(track)}
    return frozenset(int(made.object_of[row]) for row, name in enumerate(geometry.track_ids) if name in names)


def outcomes(made: Scene) -> Outcomes:
    """Return what was worked out of a scene's pairs, by whatever question; to be added to."""
    with _lock:
        known = _outcomes.setdefault(made, {})
        if len(known) > MOST_OUTCOMES:
            known = _outcomes[made] = {}
        return known
