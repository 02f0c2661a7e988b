"""The stage that asks a describer for words: what it says of each shot and of its tracks become facts."""

from collections.abc import Callable, Sequence

import numpy as np

from agents.negations import without_denials
from graphs.index_frames import boxes_in, column_at
from graphs.index_thinning import Kept, Thinned, columns_kept, evenly
from twins.frames import Frame
from twins.geometry import Geometry, Visibility
from twins.schema import Fact, Shot, Twin
from twins.specialists import Boxes, Describer, source_of

DESCRIPTIONS_VERSION = "5"

PART = "describer"
SHOWN = 4
"""Frames of a shot that a describer is shown at once."""
MOST_SHOTS = 8
"""The longest shots of a clip are described."""
MOST_FACTS = 240
"""Phrases of a clip that are kept, the surest."""


def with_descriptions(
    twin: Twin, geometry: Geometry, describer: Describer | None, look: Callable[[Sequence[float]], list[Frame]]
) -> Twin:
    """Return the twin with what the describer says of it, in place of what any said before.

    Args:
        look: decodes the frames at some times.
    """
    kept = tuple(fact for fact in twin.facts if not fact.source.startswith(f"{PART}:"))
    found = [fact for shot in _longest(twin.shots) for fact in _described(shot, twin, geometry, describer, look)]
    surest = sorted(range(len(found)), key=lambda place: -found[place].confidence)[:MOST_FACTS]
    return twin.model_copy(update={"facts": (*kept, *(found[place] for place in sorted(surest)))})


def shot_thinning() -> Thinned[Kept]:
    """Return what keeps the sampled frames of a shot, counted from its first, of which those to show are taken."""
    return Thinned(1, lambda _: 2 * SHOWN - 1)


def _longest(shots: Sequence[Shot]) -> list[Shot]:
    chosen = sorted(shots, key=lambda shot: shot.span[0] - shot.span[1])[:MOST_SHOTS]
    return sorted(chosen, key=lambda shot: shot.span)


def _described(
    shot: Shot,
    twin: Twin,
    geometry: Geometry,
    describer: Describer | None,
    look: Callable[[Sequence[float]], list[Frame]],
) -> list[Fact]:
    moments = _moments(shot, geometry)
    if describer is None or not moments:
        return []
    frames = look(moments)
    phrases = describer.describe(frames, [_seen(frame, geometry) for frame in frames])
    # What is said of the only shot holds throughout.
    span = shot.span if len(twin.shots) > 1 else None
    return [
        Fact(
            about=name or None,
            kind=phrase.kind,
            text=text,
            confidence=round(phrase.confidence, 3),
            span=span,
            source=source_of(PART, describer),
        )
        for name, those in phrases.items()
        for phrase in those
        if (text := without_denials(phrase.text))  # what is missing must not be found
    ]


def _moments(shot: Shot, geometry: Geometry) -> list[float]:
    """Return sampled times of a shot, evenly spread."""
    columns = np.flatnonzero((geometry.seconds >= shot.span[0] - 1e-6) & (geometry.seconds < shot.span[1] - 1e-6))
    if not len(columns):
        return []
    kept = columns_kept(range(len(columns)), shot_thinning())
    return [float(geometry.seconds[columns[place]]) for place in evenly(kept, SHOWN)]


def _seen(frame: Frame, geometry: Geometry) -> Boxes:
    """Return the boxes of the tracks that can be seen in a frame: in that of a hidden one is something else."""
    states = geometry.visibility[:, column_at(geometry, frame.seconds)]
    seen = {name for name, state in zip(geometry.track_ids, states, strict=True) if state == Visibility.VISIBLE}
    return {name: box for name, box in boxes_in(frame, geometry).items() if name in seen}
