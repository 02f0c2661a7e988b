"""SA-V's masklets: a mask for every instance at every fourth frame of a video, as JSON or as folders of PNG files.

The format: Ravi et al., "SAM 2: Segment Anything in Images and Videos", 2024, and its dataset's description.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from pydantic import Field

from twins.coco_files import Mask, NotNegative, Part, Side, number_in, read_document, wrong
from twins.containers import MAX_PIXELS
from twins.described import Described, DescribedTrack, DescribedVideo, seen_at, to_twin
from twins.errors import TwinseekError
from twins.excerpt import Sighting
from twins.geometry import Bools
from twins.given_masks import checked_mask
from twins.given_names import GivenName
from twins.layout import display
from twins.masks import encode_mask

SOURCE = "sa-v"
VERSION = "1"

FRAME_RATE = 24.0
"""Frames a second of the published videos."""
STEP = 4
"""Every fourth frame has masks: six a second."""
PNG_FOLDER = "Annotations_6fps"
CATEGORY = "object"
"""SA-V does not name what it masks."""


class MaskletDocument(Part):
    """The JSON of one video; numbers may be written as floats."""

    video_id: GivenName
    video_frame_count: int = Field(gt=0, lt=10_000_000)
    video_height: Side
    video_width: Side
    video_duration: NotNegative | None = None
    masklet: tuple[tuple[Mask, ...], ...]
    masklet_id: tuple[int, ...] | None = None


def read_sa_v(path: Path, fps: float | None = None) -> Iterator[Described]:
    """Yield a twin for every video that a file or folder describes.

    Args:
        path: a JSON file; or a folder of PNG files: ``Annotations_6fps``, what holds it, or one video's folder in it.
        fps: frames a second of the videos; by default 24, as published.

    Raises:
        TwinseekError: naming the file and the place in it that is wrong.
    """
    rate = fps or FRAME_RATE
    if not path.is_dir():
        yield _from_json(path, rate)
        return
    root = path / PNG_FOLDER if (path / PNG_FOLDER).is_dir() else path
    videos = [root] if any(root.glob("*/*.png")) else sorted(f for f in root.iterdir() if any(f.glob("*/*.png")))
    if not videos:
        raise TwinseekError(f"{display(path)} holds no masks: name a folder with {PNG_FOLDER}/VIDEO/OBJECT/FRAME.png")
    for video in videos:
        yield _from_pictures(video, rate)


def _from_json(path: Path, rate: float) -> Described:
    document = read_document(path, MaskletDocument)
    height, width = document.video_height, document.video_width
    ids = document.masklet_id
    if ids is None:
        ids = tuple(range(len(document.masklet[0]) if document.masklet else 0))
    found: list[dict[int, Sighting]] = [{} for _ in ids]
    for n, masks in enumerate(document.masklet):
        if len(masks) != len(ids):
            raise wrong(path, f"masklet.{n}", f"it has {len(masks)} masks, there are {len(ids)} masklets")
        for track, mask in enumerate(masks):
            try:
                seen = seen_at(None, None if mask is None else checked_mask(mask, height, width), width, height)
            except ValueError as error:
                raise wrong(path, f"masklet.{n}.{track}", error) from error
            if seen is not None:
                found[track][n] = seen
    frame_index = [STEP * n for n in range(len(document.masklet))]
    tracks = [DescribedTrack(str(name), CATEGORY, seen) for name, seen in zip(ids, found, strict=True)]
    video = DescribedVideo(
        name=document.video_id,
        width=width,
        height=height,
        frame_index=frame_index,
        seconds=[index / rate for index in frame_index],
        # Rounded to a tenth or so in the published files: what the frames last counts.
        duration=max(document.video_frame_count / rate, document.video_duration or 0.0),
        frame_count=document.video_frame_count,
        tracks=tracks,
    )
    return _checked(path, video)


def _from_pictures(folder: Path, rate: float) -> Described:
    """Read one video's folder; a mask is what is not black. Which frames there are is what any object has."""
    objects = sorted(entry for entry in folder.iterdir() if entry.is_dir())
    files = {entry.name: _numbered(entry) for entry in objects}
    frame_index = sorted({number for numbered in files.values() for number in numbered})
    position = {number: n for n, number in enumerate(frame_index)}
    size: tuple[int, int] | None = None
    tracks = []
    for name, numbered in files.items():
        sightings = {}
        for number, path in numbered.items():
            mask = _read_mask(path)
            size = mask.shape if size is None else size
            if mask.shape != size:
                raise wrong(path, "its size", f"{mask.shape[1]}x{mask.shape[0]}, the others have {size[1]}x{size[0]}")
            seen = seen_at(None, encode_mask(mask), size[1], size[0])
            if seen is not None:
                sightings[position[number]] = seen
        tracks.append(DescribedTrack(name, CATEGORY, sightings))
    height, width = size or (1, 1)
    seconds = [index / rate for index in frame_index]
    video = DescribedVideo(
        name=folder.resolve().name,
        width=width,
        height=height,
        frame_index=frame_index,
        seconds=seconds,
        # The frames after the last mask are not known: three of them, at most, in the published files.
        duration=seconds[-1] + STEP / rate,
        frame_count=frame_index[-1] + STEP,
        tracks=tracks,
    )
    return _checked(folder, video)


def _checked(path: Path, video: DescribedVideo) -> Described:
    try:
        video.check()
    except (ValueError, TwinseekError) as error:
        raise wrong(path, "its video", error) from error
    return to_twin(video, SOURCE, VERSION)


def _numbered(folder: Path) -> dict[int, Path]:
    found: dict[int, Path] = {}
    for path in sorted(folder.glob("*.png")):
        number = number_in(path.name)
        if number is None or number in found:
            raise wrong(path, "its name", "a mask is called by the number of its frame, 00004.png, and no two alike")
        found[number] = path
    return found


def _read_mask(path: Path) -> Bools:
    """Read an (h, w) mask; its size is looked at before its pixels are."""
    from PIL import Image

    try:
        with Image.open(path, formats=["PNG"]) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise wrong(path, "its size", f"{picture.width}x{picture.height} pixels are too many")
            if picture.mode not in ("1", "L", "P"):
                raise wrong(path, "its colours", f"a mask is black and white or indexed, not {picture.mode}")
            mask: Bools = np.asarray(picture) != 0
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise wrong(path, "the file", f"not a PNG that can be read ({error})") from error
    return mask
