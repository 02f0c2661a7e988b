"""Excerpts with known masks, and what is read back of them, for the tests of the file formats."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from twins.coco_kinds import SAY_NOTHING, attributes_of
from twins.coco_vis import SOURCE, VERSION, write_coco_vis
from twins.described import Described, DescribedTrack, DescribedVideo, to_twin
from twins.excerpt import Excerpt, Sighting, excerpt_of
from twins.geometry import Visibility
from twins.instance_masks import InstanceMasks
from twins.masks import MaskReader, MaskWriter, encode_mask, mask_area
from twins.observations import EffectiveTwin


def excerpt_in(folder: Path, described: Described) -> Excerpt:
    """Return everything of a described video, its masks in a file in this folder."""
    path = folder / f"{len(list(folder.iterdir()))}.zip"
    with MaskWriter(path, described.twin.height, described.twin.width) as writer:
        for track, frames in described.masks.items():
            for index, rle in frames.items():
                writer.add(track, index, rle)
    return excerpt_of(
        described.twin,
        described.geometry,
        video_file=described.video_file,
        open_masks=(lambda: _masks_in(path, described)) if described.masks else None,
    )


@contextmanager
def _masks_in(path: Path, described: Described) -> Iterator[InstanceMasks]:
    with MaskReader(path) as reader:
        yield InstanceMasks(EffectiveTwin(described.twin, described.geometry, (), "g"), reader)


def coco_vis_text(*excerpts: Excerpt) -> str:
    """Return the YouTube-VIS file of excerpts."""
    file = StringIO()
    write_coco_vis(file, excerpts, "1")
    return file.getvalue()


def two_balls() -> Described:
    """Return a 20 x 10 clip: a red ball with masks, hidden in the middle; a box of which only the box is known."""
    mask = np.zeros((10, 20), bool)
    mask[2:5, 3:7] = True
    far = np.roll(mask, 10, axis=1)
    ball = {n: Sighting(box, 12.0, encode_mask(m)) for n, box, m in [(0, (3, 2, 7, 5), mask), (2, (13, 2, 17, 5), far)]}
    box = {n: Sighting((1.5, 6.0, 9.0, 9.25), 24.38) for n in range(3)}
    states = [Visibility.VISIBLE, Visibility.OCCLUDED, Visibility.VISIBLE]
    video = DescribedVideo(
        name="two-balls",
        width=20,
        height=10,
        frame_index=[0, 3, 7],
        seconds=[0.0, 0.1001, 0.4],
        duration=0.5,
        frame_count=9,
        tracks=[DescribedTrack("t1", "ball", ball, 0.2, states), DescribedTrack("t2", "box", box, 0.9)],
        video_file="balls.mp4",
    )
    return to_twin(video, SOURCE, VERSION)


_names = st.text(min_size=1, max_size=8).filter(lambda name: bool(name.strip()) and name.isprintable())

_kinds = _names.filter(lambda name: name.strip().casefold() not in SAY_NOTHING)


@st.composite
def described_videos(draw: st.DrawFn, name: str = "clip") -> Described:
    """Draw a small video with any tracks, masks, boxes, visibilities and times."""
    width, height = draw(st.tuples(st.integers(1, 24), st.integers(1, 24)))
    frame_index = sorted(draw(st.sets(st.integers(0, 500), max_size=5)))
    moments = draw(st.sets(st.floats(0, 1000, allow_subnormal=False), min_size=len(frame_index), max_size=5))
    seconds = sorted(moments)[: len(frame_index)]
    names = draw(st.lists(_names, max_size=3, unique=True))
    tracks = [
        DescribedTrack(
            track,
            category := draw(_names),
            sightings := {n: draw(_sightings(width, height)) for n in range(len(seconds)) if draw(st.booleans())},
            draw(st.floats(0, 1)),
            [
                Visibility.VISIBLE
                if n in sightings
                else draw(st.sampled_from([Visibility.ABSENT, Visibility.OCCLUDED, Visibility.NOT_SAMPLED]))
                for n in range(len(seconds))
            ],
            attributes_of(category, draw(st.none() | _kinds), draw(st.booleans()), SOURCE),
        )
        for track in names
    ]
    video = DescribedVideo(
        name=name,
        width=width,
        height=height,
        frame_index=frame_index,
        seconds=seconds,
        duration=max(seconds, default=0.0) + draw(st.floats(0, 10)),
        frame_count=501,
        tracks=tracks,
        video_file=draw(st.none() | st.just("clip.mp4")),
    )
    video.check()
    return to_twin(video, SOURCE, VERSION)


@st.composite
def _sightings(draw: st.DrawFn, width: int, height: int) -> Sighting:
    x1, y1 = draw(st.tuples(st.integers(0, 100 * width - 1), st.integers(0, 100 * height - 1)))
    x2, y2 = draw(st.tuples(st.integers(x1 + 1, 100 * width), st.integers(y1 + 1, 100 * height)))
    box = (x1 / 100, y1 / 100, x2 / 100, y2 / 100)
    mask = draw(st.none() | hnp.arrays(np.bool_, (height, width)))
    if mask is None or not mask.any():
        return Sighting(box, round((box[2] - box[0]) * (box[3] - box[1]), 2))
    rle = encode_mask(mask)
    return Sighting(box, float(mask_area(rle)), rle)
