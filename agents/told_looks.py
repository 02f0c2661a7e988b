"""Looks that a twin tells of a track, or of the scene: what it tells, however unsurely, is not denied."""

from agents.descriptions import Description
from agents.grounding import look_match, terms_of
from agents.labelling import is_labelled
from agents.lexicon import lexicon
from agents.look_claims import SURE
from twins.schema import Track, Twin

Looks = tuple[tuple[str, str], ...]
"""Kinds of attributes with their basic terms."""


def tell_tale(demands: Description) -> Looks:
    """Return the looks that a phrase demands and that attributes tell; sizes are compared with what else there is."""
    return tuple((kind, term) for kind, term, _ in demands.looks if kind != "size")


def is_told(looks: Looks, track: Track) -> bool:
    """Say whether all looks are among the attributes of a track."""
    return all(any(term in terms_of(attribute, kind) for attribute in track.attributes) for kind, term in looks)


def is_sure(looks: Looks, track: Track) -> bool:
    """Say whether all looks were surely measured of a track; of what has a name, its name tells the shape as well."""
    for kind, term in looks:
        if kind == "shape" and is_labelled(track):
            continue
        match = look_match(kind, term, track)
        if match is None or match < SURE:
            return False
    return True


def scene_looks_so(demands: Description, twin: Twin) -> bool:
    """Say whether a phrase demands nothing but looks, and the scene itself is told to have them: a blue background."""
    looks = tell_tale(demands)
    if not looks or len(looks) != demands.demands:
        return False
    said = [word.strip(",.;") for fact in twin.facts if fact.kind == "scene" for word in fact.text.lower().split()]
    told = {lexicon().looks[word] for word in said if word in lexicon().looks}
    return set(looks) <= told
