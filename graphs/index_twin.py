"""From what one pass saw to a twin: which tracks matter, where they are on the displayed frame, how they look."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np

from graphs.index_perceive import Seen, ShotSeen
from tools.appearance import describe_looks
from tools.cast_shadows import SURE as SHADOW_SURE
from tools.colours import colour_shares
from tools.fragments import sides_touched
from tools.importance import importance, moving_share, travelled
from tools.looks import Look
from tools.nearness import estimate_nearness
from tools.salience import Ground, ground_of, salience_of
from tools.tracks import RawTrack
from tools.unseen import unseen_stretches
from twins.frames import VideoInfo
from twins.geometry import Bytes, Floats, Geometry, Visibility, empty_geometry
from twins.masks import CocoRle, decode_mask
from twins.schema import Attribute, Fact, Shot, Track

MAX_TRACKS = 30
"""Tracks kept of a clip of up to a minute."""
TRACKS_PER_MINUTE = 10
"""… and more for every further minute."""
MOVED_SHARE = 0.04
"""A thing whose way is shorter than this share of the frame's width stays where it is."""
STILL_SHARE = 0.25
"""Share of the tracks kept that may be of things that stay where they are."""
STILL_SALIENCE = 0.25
"""Those less sure to be things are details of the scene."""
TRACK_CONFIDENCE = 0.2
"""A thing that nobody has named is an ``object``, and little is claimed by that."""
WHOLE = 0.85
"""A sight of less than this share of a thing's usual area is not of the whole thing."""
DARK, BRIGHT = 28.0, 72.0
"""Mean lightness (0–100) below which a scene is dark, and above which it is bright."""
BACKDROP_SHARE = 0.35
"""Share of the empty scene that one colour must cover to be named."""

SOURCE = "perception"


@dataclass(frozen=True)
class Perceived:
    """A video as arrays and plain facts, before predicates; masks are at the working size, by track and frame."""

    tracks: tuple[Track, ...]
    geometry: Geometry
    masks: dict[str, dict[int, CocoRle]]
    looks: dict[str, list[Look]]
    shots: tuple[Shot, ...]
    scene: tuple[Fact, ...]


@dataclass(frozen=True, eq=False)
class Candidate:
    """A track of a shot that may come into the twin; its cut-outs are decoded once, when first asked for."""

    seen: Seen
    ground: Ground | None
    shot: ShotSeen
    track: RawTrack

    @cached_property
    def looks(self) -> list[Look]:
        """Its sights."""
        return looks_at(self.track, self.seen.work_size)

    @cached_property
    def salience(self) -> float:
        """How sure it is that it is a thing."""
        if self.track.certain is not None:
            return self.track.certain
        shown = len(self.track.samples) / len(self.seen.seconds)
        moving = moving_share(self.track.samples, self.shot.camera, self.shot.start)
        return salience_of(self.looks, self.ground, shown, moving)

    @property
    def matters(self) -> float:
        """How much it matters."""
        shot, (width, height) = self.shot, self.seen.work_size
        return importance(self.track.samples, shot.camera[: shot.end - shot.start], shot.start, width, height)

    @property
    def stays(self) -> bool:
        """Whether it stays where it is, and nobody is sure that it is a thing."""
        if self.track.certain is not None and self.track.certain > SHADOW_SURE:
            return False
        way = travelled(self.track.samples, self.shot.camera, self.shot.start)
        return way < MOVED_SHARE * self.seen.work_size[0]


def build_perceived(seen: Seen, info: VideoInfo, duration: float, source: str = SOURCE) -> Perceived:
    """Turn what was seen into tracks, geometry, masks and scene facts; ``source`` has found the tracks."""
    chosen = choose_tracks(seen, duration)
    ids = [f"t{number + 1}" for number in range(len(chosen))]
    shots = tuple(Shot(span=_span(seen, shot, duration), source=SOURCE) for shot in seen.shots)
    geometry = _geometry(seen, chosen, tuple(ids), info)
    return Perceived(
        tracks=tuple(
            Track(id=name, confidence=TRACK_CONFIDENCE, salience=round(thing.salience, 3), source=source)
            for name, thing in zip(ids, chosen, strict=True)
        ),
        geometry=geometry,
        masks={
            # Where it counts as hidden, what was found is a sliver, or the outline of what hides it.
            name: {
                seen.frame_index[number]: sample.rle
                for number, sample in thing.track.samples.items()
                if states[number] == Visibility.VISIBLE
            }
            for name, thing, states in zip(ids, chosen, geometry.visibility, strict=True)
        },
        looks={name: thing.looks for name, thing in zip(ids, chosen, strict=True)},
        shots=shots,
        scene=tuple(scene_facts(seen, duration)),
    )


def choose_tracks(seen: Seen, duration: float) -> list[Candidate]:
    """Return the tracks that matter most, in order of appearance."""
    ground = ground_of(seen.grounds) if seen.grounds else None
    limit = MAX_TRACKS + int(TRACKS_PER_MINUTE * max(0.0, duration / 60 - 1))
    everything = [Candidate(seen, ground, shot, track) for shot in seen.shots for track in shot.tracks]
    ranked = sorted(everything, key=lambda thing: -thing.matters)
    still = [thing for thing in ranked if thing.stays]
    # Looked at no longer than until there are enough: that costs some time.
    kept = set(islice((thing for thing in still if thing.salience >= STILL_SALIENCE), int(limit * STILL_SHARE)))
    dropped = set(still) - kept
    ranked = [thing for thing in ranked if thing not in dropped][:limit]
    return sorted(ranked, key=lambda thing: (min(thing.track.samples), thing.track.last.box))


def looks_at(track: RawTrack, work_size: tuple[int, int]) -> list[Look]:
    """Return the sights of a track from its cut-outs."""
    width, height = work_size
    looks = []
    for number, crop in track.crops.items():
        sample = track.samples.get(number)
        if sample is None:
            continue
        image = crop.image()
        mask = decode_mask(sample.rle)[crop.y : crop.y + image.shape[0], crop.x : crop.x + image.shape[1]]
        if mask.any():
            # A thing that is cut off or half hidden does not show its outline.
            whole = sample.area >= WHOLE * track.typical_area and not sides_touched(sample, width, height)
            looks.append(Look(image, mask, sample.area / (width * height), whole))
    return looks


def attributes_of(looks: dict[str, list[Look]]) -> dict[str, tuple[Attribute, ...]]:
    """Return the measured attributes of every track."""
    return {name: describe_looks(sights) for name, sights in looks.items()}


def scene_facts(seen: Seen, duration: float) -> list[Fact]:
    """Say what can be measured of the scene: what the camera does, how light it is, what colour the backdrop has."""
    facts = []
    words = {
        "still": "the camera is still",
        "left": "the camera pans left",
        "right": "the camera pans right",
        "up": "the camera tilts up",
        "down": "the camera tilts down",
        "in": "the camera zooms or moves in",
        "out": "the camera zooms or moves out",
    }
    for shot in seen.shots:
        for move in shot.moves:
            confidence = 0.9 if move.kind == "still" else min(0.95, 0.6 + move.amount)
            facts.append(_scene(words[move.kind], confidence, _span(seen, shot, duration)))
    light = float(np.median(seen.lightness)) if seen.lightness else 50.0
    if light <= DARK or light >= BRIGHT:
        facts.append(_scene("the scene is dark" if light <= DARK else "the scene is bright", 0.8))
    if seen.grounds:
        backdrops = [colour_shares(ground.reshape(-1, 3)) for ground in seen.grounds]
        shares = {name: float(np.mean([backdrop[name] for backdrop in backdrops])) for name in backdrops[0]}
        name = max(shares, key=lambda key: shares[key])
        if shares[name] >= BACKDROP_SHARE:
            facts.append(_scene(f"the background is mostly {name}", min(0.9, shares[name] + 0.2)))
    return facts


def _scene(text: str, confidence: float, span: tuple[float, float] | None = None) -> Fact:
    return Fact(kind="scene", text=text, confidence=round(confidence, 3), span=span, source=SOURCE)


def _span(seen: Seen, shot: ShotSeen, duration: float) -> tuple[float, float]:
    end = seen.seconds[shot.end] if shot.end < len(seen.seconds) else max(duration, seen.seconds[-1])
    return seen.seconds[shot.start], end


def _geometry(seen: Seen, chosen: Sequence[Candidate], ids: tuple[str, ...], info: VideoInfo) -> Geometry:
    count, frames = len(ids), len(seen.seconds)
    if frames == 0:
        return empty_geometry(info.width, info.height)
    boxes = np.full((count, frames, 4), np.nan, np.float32)
    area = np.full((count, frames), np.nan, np.float32)
    visibility = np.full((count, frames), Visibility.ABSENT, np.uint8)
    sx, sy = info.width / seen.work_size[0], info.height / seen.work_size[1]
    for row, thing in enumerate(chosen):
        for number, sample in thing.track.samples.items():
            boxes[row, number] = np.array(sample.box) * (sx, sy, sx, sy)
            area[row, number] = sample.area * sx * sy
            visibility[row, number] = Visibility.VISIBLE
        _fill_gaps(thing.track, thing.shot, seen, boxes[row], area[row], visibility[row])
    camera = np.broadcast_to(np.eye(2, 3, dtype=np.float32), (frames, 2, 3)).copy()
    for shot in seen.shots:
        scaled = shot.camera[: shot.end - shot.start].copy()
        scaled[:, 0, 1:] *= (sx / sy, sx)
        scaled[:, 1, :] *= (sy / sx, 1, sy)
        camera[shot.start : shot.start + len(scaled)] = scaled
    return Geometry(
        track_ids=ids,
        frame_index=np.array(seen.frame_index, np.int64),
        seconds=np.array(seen.seconds, np.float64),
        boxes=boxes,
        area=area,
        nearness=estimate_nearness(boxes, area, visibility, info.height),
        visibility=visibility,
        width=info.width,
        height=info.height,
        nearness_scale="weak",
        camera=camera,
    )


def _fill_gaps(track: RawTrack, shot: ShotSeen, seen: Seen, boxes: Floats, area: Floats, visibility: Bytes) -> None:
    """Say of the frames in which a track was not found whether it blinked, was hidden or was gone."""
    for gap in unseen_stretches(track, shot, *seen.work_size):
        frames = slice(gap.start, gap.end)
        if gap.kind == "missed":
            visibility[frames] = Visibility.NOT_SAMPLED
        elif gap.kind == "hidden":
            visibility[frames] = Visibility.OCCLUDED
            boxes[frames], area[frames] = np.nan, np.nan
    hidden, known = np.flatnonzero(visibility == Visibility.OCCLUDED), np.flatnonzero(np.isfinite(area))
    # What does not come back may be anywhere behind what hides it.
    hidden = hidden[hidden < known[-1]]
    seconds = np.array(seen.seconds)
    for values in (*boxes.T, area):
        values[hidden] = np.interp(seconds[hidden], seconds[known], values[known])
