"""Claims of looks, likeness and names, recomputed from what was measured of tracks."""

from collections.abc import Iterable

from agents.alike import likeness, pair_of
from agents.descriptions import is_shape_noun, same_word
from agents.grounding import UNKNOWN_LOOK, is_wider, look_match, terms_of
from agents.labelling import is_labelled, is_surely_labelled
from agents.lexicon import lexicon
from twins.queries import Check
from twins.schema import Track, Twin

SURE = 0.7
"""Match of a look from which a claim of it is verified, and"""
WRONG = 0.25
"""… below which it is refuted."""
NEAR = 0.2
"""Match of a colour from which it is a neighbour of another one (``[neighbours]`` of ``agents/lexicon/look.toml``), so
that what was measured as the one may well be called by the other: a tomato orange, turquoise green, olive yellow."""


def check_look(kind: str, word: str | None, instances: tuple[str, ...], twin: Twin) -> Check:
    """Compare a colour, shape, size or texture with what was measured of every one of some instances."""
    kind = "colour" if kind == "color" else kind
    said = (word or "").strip().lower()
    look = lexicon().looks.get(said)
    if look is None or look[0] != kind or not instances:
        return "unverifiable"
    checks = []
    for instance in instances:
        track = twin.track(instance)
        if kind == "shape" and check_category(said, (instance,), twin) == "verified":
            checks.append(1.0)
            continue
        if kind == "shape" and is_labelled(track) and is_shape_noun(said, look[1]):
            return "unverifiable"  # a round table is no ball, and words are many
        match = look_match(kind, look[1], track)
        if match is None:
            return "unverifiable"
        if kind == "colour" and match <= WRONG and _may_be_called(look[1], track):
            match = UNKNOWN_LOOK
        checks.append(match)
    return "verified" if min(checks) >= SURE else "refuted" if min(checks) <= WRONG else "unverifiable"


def check_likeness(relation: str, instances: tuple[str, ...], twin: Twin) -> Check:
    """Compare two instances by the looks that a relation says they share."""
    pair = pair_of(instances)
    value = likeness(twin.track(pair[0]), twin.track(pair[1]), relation) if pair else None
    if value is None:
        return "unverifiable"
    return "verified" if value >= SURE else "refuted" if value <= WRONG else "unverifiable"


def _may_be_called(colour: str, track: Track) -> bool:
    """Say whether a colour that was measured of a thing is a neighbour of this one."""
    near = lexicon().neighbours.get(colour, {})
    return any(near.get(term, 0.0) >= NEAR for a in track.attributes for term in terms_of(a, "colour"))


def check_category(noun: str | None, instances: tuple[str, ...], twin: Twin) -> Check:
    """A label that says the same words confirms a category; another one proves nothing, words being many."""
    words = (noun or "").lower().split()
    if not instances or not words:
        return "unverifiable"
    tracks = [twin.track(instance) for instance in instances]
    return "verified" if all(_says(track, words) for track in tracks) else "unverifiable"


def _says(track: Track, words: Iterable[str]) -> bool:
    """Say whether a sure label has all of some words in it, or is of their kind: a ``soccer ball`` is a *ball*."""
    label = track.category.lower().split()
    return is_surely_labelled(track) and all(
        any(same_word(word, one) for one in label) or is_wider(word, track.category) for word in words
    )


def is_called(nouns: Iterable[str], instance: str, twin: Twin) -> bool:
    """Say whether an instance's label confirms all nouns of a phrase; it does where there are none."""
    return all(check_category(noun, (instance,), twin) == "verified" for noun in nouns)
