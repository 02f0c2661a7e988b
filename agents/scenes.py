"""Scenes of candidates, made once however many claims are checked against them."""

from collections import OrderedDict
from threading import Lock

from twins.geometry import Geometry
from twins.predicates import Scene
from twins.schema import Twin

KEPT = 64
"""Scenes kept in memory: as many as a question has candidates."""

_kept: OrderedDict[tuple[int, bool], tuple[Geometry, Scene]] = OrderedDict()
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
