"""The stage that names things: by a labeller that is shown the tracks, or by a detector whose finds are matched.

What a detector finds again and again where nothing was followed becomes a track of its own: things that never move are
not seen otherwise.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from graphs.index_frames import boxes_in, column_at
from graphs.index_thinning import Kept, Thinned, columns_kept, evenly
from graphs.index_twin import SOURCE, TRACK_CONFIDENCE
from twins.frames import Frame
from twins.geometry import Doubles, Floats, Geometry, Visibility
from twins.masks import FindMask, shares_inside
from twins.overlap import iou
from twins.relinking import Anchor
from twins.schema import Alternative, Track, Twin
from twins.specialists import Detection, Detector, Label, Labeller, Namer
from twins.widening import add_rows

LABELS_VERSION = "9"

LABEL_FRAMES = 4
DETECT_FRAMES = 16
"""Frames that are shown to who names things; a detector also has to follow what it finds over them."""
SAME_IOU = 0.4
"""Overlap from which a detected thing is a followed one; less than the usual 0.5, for what is followed moves."""
SAME_SHARE = 0.5
"""… if its mask, where there is one, lies in the detection's box for the larger part: boxes alone would call what is
around a small thing, a basket or a person who holds it, by the small thing's name."""
LINK_IOU = 0.14
"""Overlap from which detections with a name in common in neighbouring frames are one thing; it moves in between, which
are half a second and more, by up to half its size each way: a seventh of both is shared then."""
STILL_IOU = 0.5
"""… and from which it stayed where it is, so that its place in between is known."""
MIN_SIGHTS = 2
MIN_CONFIDENCE = 0.5
"""Detections, and their mean confidence (another where the detector says so), that make a track: a single one is more
often wrong than right."""
MOST_DETECTED = 30
MOST_ALTERNATIVES = 3

DETECTED = "d"
"""Ids of detected tracks begin with it; those of followed ones with another letter."""

UNNAMED = {"category": "object", "confidence": TRACK_CONFIDENCE, "alternatives": ()}


@dataclass
class Sighting:
    """One thing that a detector found in several frames, boxes in displayed pixels."""

    frames: list[Anchor] = field(default_factory=list)
    sights: list[Detection] = field(default_factory=list)
    known: bool = False

    @property
    def label(self) -> Label:
        """What it is called, over all sights."""
        return _elected(self.sights)

    @property
    def confidence(self) -> float:
        """How sure the detector was, over all sights."""
        return float(np.mean([sight.confidence for sight in self.sights]))


def with_labels(
    twin: Twin,
    geometry: Geometry,
    namer: Namer | None,
    look: Callable[[Sequence[float]], list[Frame]],
    followed: str = SOURCE,
    suggest: Callable[[Sequence[Frame]], Sequence[str]] | None = None,
    masks: FindMask = lambda name, index: None,
) -> tuple[Twin, Geometry]:
    """Name the tracks of a twin anew; return it with its geometry, in which detected tracks have rows of their own.

    Args:
        namer: without one all tracks stay unnamed.
        look: decodes the frames at some times.
        followed: source of the tracks that nobody names.
        suggest: returns words for what may be seen in some frames; a detector looks for that too.
        masks: of the tracks; where there is none, a thing is as its box is.
    """
    twin, geometry = _without_detected(twin, geometry)
    if namer is None or not len(geometry.seconds):
        return _named(twin, {}, SOURCE, followed), geometry
    source = namer.provenance.specialist
    if isinstance(namer, Detector):
        frames = look(_moments(geometry, DETECT_FRAMES))
        words = suggest(frames[:: max(1, len(frames) // LABEL_FRAMES)][:LABEL_FRAMES]) if suggest and frames else ()
        seen = list(zip(frames, namer.detect(frames, words), strict=True))
        labels, sightings = match(geometry, seen, MIN_CONFIDENCE if namer.sure is None else namer.sure, masks)
        return _with_detected(_named(twin, labels, source, followed), geometry, sightings, source)
    return _named(twin, _asked(namer, look(_moments(geometry, LABEL_FRAMES)), geometry), source, followed), geometry


def match(
    geometry: Geometry,
    seen: Sequence[tuple[Frame, Sequence[Detection]]],
    sure: float = MIN_CONFIDENCE,
    masks: FindMask = lambda name, index: None,
) -> tuple[dict[str, Label], list[Sighting]]:
    """Return names for the tracks on which detections lie, and what was detected where no track is.

    Args:
        geometry: of the tracks.
        seen: frames with what was detected in each.
        sure: mean confidence from which something is there although nothing was followed.
        masks: of the tracks; where there is none, a thing is as its box is.
    """
    sights: dict[str, list[Detection]] = {}
    sightings: list[Sighting] = []
    for frame, detections in seen:
        height, width = frame.image.shape[:2]
        scale = np.array((geometry.width / width, geometry.height / height) * 2, np.float32)
        ordered = sorted(detections, key=lambda d: (-d.confidence, d.category, d.box))
        boxes = _boxes_of(ordered) * scale
        lies_on = _assign(_likeness(geometry, column_at(geometry, frame.seconds), boxes, masks), SAME_IOU * SAME_SHARE)
        linked = _link(sightings, frame, ordered, boxes)
        for number, row in lies_on.items():
            linked[number].known = True
            sights.setdefault(geometry.track_ids[row], []).append(ordered[number])
    found = [s for s in sightings if not s.known and len(s.frames) >= MIN_SIGHTS and s.confidence >= sure]
    found = sorted(found, key=lambda s: -s.confidence * len(s.frames))[:MOST_DETECTED]
    return {name: _elected(seen) for name, seen in sights.items()}, sorted(found, key=lambda s: s.frames[0][1:])


def _likeness(geometry: Geometry, column: int, boxes: Floats, masks: FindMask) -> Doubles:
    """Return how well each detection's box fits each track, (n, tracks): 0 where it does not.

    That is the overlap of the boxes times the share of the track's mask that the detection's box holds. A small thing
    within a large one's box is wholly in either's detection, and overlaps better with its own; the large one overlaps
    with the small one's, but has most of its mask elsewhere.
    """
    # The box of a hidden thing shows what hides it.
    in_view = geometry.visibility[:, column, None] == Visibility.VISIBLE
    likeness = iou(boxes[:, None], np.where(in_view, geometry.boxes[:, column], np.nan))
    likeness[~(likeness >= SAME_IOU)] = 0.0
    for row in np.flatnonzero(likeness.any(axis=0)):  # of the others no mask is read
        rle = masks(geometry.track_ids[row], int(geometry.frame_index[column]))
        if rle is not None:
            height, width = rle["size"]
            scale = np.array((width / geometry.width, height / geometry.height) * 2, np.float32)
            shares = shares_inside(rle, boxes * scale)
            likeness[:, row] *= np.where(shares >= SAME_SHARE, shares, 0.0)
    return likeness


def _boxes_of(detections: Sequence[Detection]) -> Floats:
    return np.array([detection.box for detection in detections], np.float32).reshape(-1, 4)


def _link(
    sightings: list[Sighting], frame: Frame, detections: Sequence[Detection], boxes: Floats
) -> dict[int, Sighting]:
    """Add each detection to the sighting that it goes on, or begin one; return which is which, by number."""
    last = np.array([sighting.frames[-1][2] for sighting in sightings], np.float32).reshape(-1, 4)
    before = [_names(*sighting.sights) for sighting in sightings]
    shared = np.array([[not names.isdisjoint(_names(each)) for names in before] for each in detections], bool)
    pairs = _assign(iou(boxes[:, None], last) * shared.reshape(len(detections), len(before)), LINK_IOU)
    linked: dict[int, Sighting] = {}
    for number, detection in enumerate(detections):
        linked[number] = sightings[pairs[number]] if number in pairs else Sighting()
        x1, y1, x2, y2 = (float(side) for side in boxes[number])
        linked[number].frames.append((frame.frame_index, frame.seconds, (x1, y1, x2, y2)))
        linked[number].sights.append(detection)
    sightings.extend(each for number, each in linked.items() if number not in pairs)
    return linked


def _names(*sights: Detection) -> set[str]:
    return {name for each in sights for name in (each.category, *(other.category for other in each.alternatives))}


def _assign(overlaps: Doubles, least: float) -> dict[int, int]:
    """Pair things one to one, the most overlapping first: (n, m), NaN where there is none."""
    overlaps = np.nan_to_num(overlaps)
    pairs: dict[int, int] = {}
    for flat in np.argsort(-overlaps, axis=None, kind="stable"):
        n, m = (int(index) for index in np.unravel_index(flat, overlaps.shape))
        if overlaps[n, m] < least:
            break
        if n not in pairs and m not in pairs.values():
            pairs[n] = m
    return pairs


def _elected(sights: Sequence[Detection]) -> Label:
    """Return the category with most confidence over all sights of a thing; the others stay possible.

    A less sure name for it at one sight counts as much as it is sure.
    """
    votes: dict[str, list[float]] = {}
    for sight in sights:
        votes.setdefault(sight.category, []).append(sight.confidence)
        for other in sight.alternatives:
            votes.setdefault(other.category, []).append(other.confidence)
    everything = sum(sight.confidence for sight in sights) or 1.0
    ranked = sorted(votes, key=lambda name: (-sum(votes[name]), name))

    def sureness(name: str) -> float:
        return round(float(np.mean(votes[name])) * min(1.0, sum(votes[name]) / everything), 3)

    others = tuple(Alternative(category=n, confidence=sureness(n)) for n in ranked[1 : 1 + MOST_ALTERNATIVES])
    return Label(ranked[0], sureness(ranked[0]), others)


def _asked(labeller: Labeller, frames: Sequence[Frame], geometry: Geometry) -> dict[str, Label]:
    """Return the surest label that a frame gives each track."""
    best: dict[str, Label] = {}
    for frame in frames:
        for name, label in labeller.label(frame, boxes_in(frame, geometry)).items():
            if name not in best or label.confidence > best[name].confidence:
                best[name] = label
    return best


def _named(twin: Twin, labels: Mapping[str, Label], source: str, followed: str) -> Twin:
    tracks = []
    for track in twin.tracks:
        label = labels.get(track.id)
        update: dict[str, object] = {**UNNAMED, "source": followed}
        if label is not None:
            update = {
                "category": label.category,
                "confidence": label.confidence,
                "alternatives": label.alternatives,
                "source": source,
            }
        tracks.append(track.model_copy(update=update))
    return twin.model_copy(update={"tracks": tuple(tracks)})


def _with_detected(twin: Twin, geometry: Geometry, sightings: Sequence[Sighting], source: str) -> tuple[Twin, Geometry]:
    names = [f"{DETECTED}{number}" for number in range(1, len(sightings) + 1)]
    tracks = [
        Track(
            id=name,
            category=label.category,
            confidence=label.confidence,
            alternatives=label.alternatives,
            salience=round(sighting.confidence, 3),
            source=source,
        )
        for name, sighting, label in zip(names, sightings, (each.label for each in sightings), strict=True)
    ]
    wider = add_rows(geometry, [(name, sighting.frames) for name, sighting in zip(names, sightings, strict=True)])
    for row, sighting in enumerate(sightings, start=len(geometry.track_ids)):
        _fill_in(wider, row, sighting)
    return twin.model_copy(update={"tracks": (*twin.tracks, *tracks)}), wider


def _fill_in(geometry: Geometry, row: int, sighting: Sighting) -> None:
    """Say where a thing is between two sights of it at one place; where it was elsewhere, nobody knows its way."""
    for (_, start, first), (_, end, second) in zip(sighting.frames, sighting.frames[1:], strict=False):
        before, after = np.array([first], np.float32), np.array([second], np.float32)
        between = np.flatnonzero((geometry.seconds > start) & (geometry.seconds < end))
        if iou(before, after)[0] >= STILL_IOU and len(between):
            share = ((geometry.seconds[between] - start) / (end - start))[:, None]
            geometry.boxes[row, between] = before + share * (after - before)
            geometry.visibility[row, between] = Visibility.VISIBLE
    geometry.area[row] = (geometry.boxes[row, :, 2:] - geometry.boxes[row, :, :2]).prod(axis=1)


def _without_detected(twin: Twin, geometry: Geometry) -> tuple[Twin, Geometry]:
    """Take out what a detector added the last time."""
    rows = [row for row, name in enumerate(geometry.track_ids) if not name.startswith(DETECTED)]
    if len(rows) == len(geometry.track_ids):
        return twin, geometry
    arrays = {name: getattr(geometry, name)[rows] for name in ("boxes", "area", "nearness", "visibility")}
    ids = tuple(geometry.track_ids[row] for row in rows)
    tracks = tuple(track for track in twin.tracks if not track.id.startswith(DETECTED))
    return twin.model_copy(update={"tracks": tracks}), replace(geometry, track_ids=ids, **arrays)


def label_thinning() -> Thinned[Kept]:
    """Return what keeps the sampled frames, told by their numbers, of which those for naming are taken."""
    return Thinned(1, lambda _: 2 * DETECT_FRAMES - 1)


def _moments(geometry: Geometry, count: int) -> list[float]:
    """Return sampled times, evenly spread: what is found there needs no column of its own."""
    kept = columns_kept(range(len(geometry.seconds)), label_thinning())
    return [float(geometry.seconds[column]) for column in evenly(kept, count)]
