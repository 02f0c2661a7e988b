"""YouTube-VIS JSON: one annotation an instance, with a mask and a box for every frame of its video.

What the format has no field for is written into fields of our own (docs/formats.md), which other readers pass over.
The format: Yang, Fan and Xu, "Video Instance Segmentation", ICCV 2019, and its dataset files.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Literal, TextIO

from pydantic import Field

from twins.coco_files import (
    XYWH,
    Category,
    FrameNumber,
    Id,
    Kind,
    Mask,
    NotNegative,
    Part,
    Rate,
    Share,
    Side,
    categories_by_id,
    category_numbers,
    category_records,
    info,
    kind_of,
    mask_or_box,
    read_document,
    read_sighting,
    rising_numbers,
    times_of,
    write_document,
    wrong,
    xywh,
)
from twins.coco_kinds import Crowd, attributes_of, is_crowd
from twins.described import Described, DescribedTrack, DescribedVideo, to_twin
from twins.errors import TwinseekError
from twins.excerpt import Excerpt, Sighting
from twins.geometry import Visibility
from twins.given_names import GivenName

SOURCE = "coco-vis"
VERSION = "2"

NOTE = "YouTube-VIS; sampled frames only; where from_box lists a frame, its segmentation repeats the box"


class VisVideo(Part):
    """One video and its frames."""

    id: Id
    width: Side
    height: Side
    length: int | None = Field(default=None, ge=0)
    file_names: tuple[str, ...] = ()
    name: str | None = None
    video_file: str | None = Field(default=None, max_length=255)
    frame_index: tuple[FrameNumber, ...] | None = None
    seconds: tuple[NotNegative, ...] | None = None
    duration: NotNegative | None = None
    frame_count: int | None = Field(default=None, ge=0)
    fps: Rate | None = None


class VisAnnotation(Part):
    """One instance; each list has an entry a frame of its video."""

    id: Id
    video_id: Id
    category_id: int
    segmentations: tuple[Mask, ...] | None = None
    bboxes: tuple[XYWH | None, ...] | None = None
    track_id: GivenName | None = None
    visibility: tuple[Literal["absent", "visible", "occluded", "not_sampled"], ...] | None = None
    confidence: Share | None = None
    score: Share | None = None
    iscrowd: Crowd = False
    from_box: frozenset[int] = frozenset()


class VisDocument(Part):
    """The whole file."""

    videos: tuple[VisVideo, ...]
    categories: tuple[Category, ...]
    annotations: tuple[VisAnnotation, ...] = ()


def write_coco_vis(file: TextIO, excerpts: Sequence[Excerpt], version: str) -> None:
    """Write excerpts as one YouTube-VIS file; one track is in memory at a time."""
    numbers = category_numbers(excerpts)
    parts = {
        "info": info(version, NOTE),
        "licenses": [],
        "videos": (_video_record(n, excerpt) for n, excerpt in enumerate(excerpts, 1)),
        "categories": category_records(numbers),
        "annotations": _annotation_records(excerpts, numbers),
    }
    write_document(file, parts)


def _video_record(number: int, excerpt: Excerpt) -> dict[str, Any]:
    return {
        "id": number,
        "width": excerpt.twin.width,
        "height": excerpt.twin.height,
        "length": len(excerpt.frame_index),
        "file_names": [f"{excerpt.video_id}/{index:05d}.jpg" for index in excerpt.frame_index],
        "name": excerpt.video_id,
        "video_file": excerpt.video_file,
        "frame_index": excerpt.frame_index,
        "seconds": excerpt.seconds,
        "duration": excerpt.twin.duration,
        "frame_count": excerpt.twin.frame_count,
    }


def _annotation_records(excerpts: Sequence[Excerpt], numbers: dict[Kind, int]) -> Iterator[dict[str, Any]]:
    count = 0
    for video, excerpt in enumerate(excerpts, 1):
        width, height = excerpt.twin.width, excerpt.twin.height
        for track in excerpt.tracks:
            # Opened anew for every track: a reader keeps what it has read.
            with excerpt.masks() as masks:
                seen = [excerpt.sighting(masks, track.id, n) for n in range(len(excerpt.frame_index))]
            count += 1
            yield {
                "id": count,
                "video_id": video,
                "category_id": numbers[kind_of(track)],
                "iscrowd": int(is_crowd(track)),
                "width": width,
                "height": height,
                "length": len(seen),
                "segmentations": [mask_or_box(there, width, height) if there else None for there in seen],
                "bboxes": [xywh(there.box) if there else None for there in seen],
                "areas": [there.area if there else None for there in seen],
                "track_id": track.id,
                "visibility": [state.name.lower() for state in excerpt.visibility(track.id)],
                "score": track.confidence,
                "from_box": [n for n, there in enumerate(seen) if there and there.mask is None],
            }


def read_coco_vis(path: Path, fps: float | None = None) -> Iterator[Described]:
    """Yield a twin for every video of a YouTube-VIS file.

    Args:
        path: the file.
        fps: frames a second of the videos of which the file tells no times.

    Raises:
        TwinseekError: naming the file and the place in it that is wrong.
    """
    document = read_document(path, VisDocument)
    categories = categories_by_id(path, document.categories)
    positions = {video.id: n for n, video in enumerate(document.videos)}
    if len(positions) < len(document.videos):
        raise wrong(path, "videos", "two videos have the same id")
    tracks: dict[Id, list[DescribedTrack]] = {video: [] for video in positions}
    for n, annotation in enumerate(document.annotations):
        if annotation.video_id not in positions:
            raise wrong(path, f"annotations.{n}.video_id", f"there is no video {annotation.video_id!r} in the file")
        if annotation.category_id not in categories:
            raise wrong(path, f"annotations.{n}.category_id", f"there is no category {annotation.category_id}")
        video = document.videos[positions[annotation.video_id]]
        place = f"annotations.{n}"
        tracks[video.id].append(_track(path, place, annotation, video, categories[annotation.category_id]))
    for n, video in enumerate(document.videos):
        try:
            described = _described(path, video, tracks[video.id], fps)
            described.check()
        except (ValueError, TwinseekError) as error:
            raise wrong(path, f"videos.{n}", error) from error
        yield to_twin(described, SOURCE, VERSION)


def _described(path: Path, video: VisVideo, tracks: list[DescribedTrack], fps: float | None) -> DescribedVideo:
    length = _length(video)
    frame_index = list(video.frame_index) if video.frame_index is not None else rising_numbers(video.file_names)
    rate = video.fps or fps
    seconds = list(video.seconds) if video.seconds is not None else times_of(frame_index, rate)
    if len(frame_index) != length or len(seconds) != length:
        raise ValueError(f"its length is {length}, but it names {len(frame_index)} frames and {len(seconds)} times")
    count = video.frame_count if video.frame_count is not None else max(frame_index, default=-1) + 1
    tick = 1 / rate if rate else (seconds[-1] - seconds[0]) / (length - 1) if length > 1 else 0.0
    last = max(seconds, default=0.0) + tick
    return DescribedVideo(
        name=video.name or _folder(video) or f"{path.stem}-{video.id}",
        width=video.width,
        height=video.height,
        frame_index=frame_index,
        seconds=seconds,
        duration=video.duration if video.duration is not None else last,
        frame_count=count,
        tracks=tracks,
        video_file=video.video_file,
    )


def _length(video: VisVideo) -> int:
    if video.length is not None:
        return video.length
    return len(video.frame_index if video.frame_index is not None else video.file_names)


def _folder(video: VisVideo) -> str:
    return PurePosixPath(video.file_names[0]).parent.name if video.file_names else ""


def _track(path: Path, place: str, annotation: VisAnnotation, video: VisVideo, category: Category) -> DescribedTrack:
    length = _length(video)
    for field in ("segmentations", "bboxes", "visibility"):
        values = getattr(annotation, field)
        if values is not None and len(values) != length:
            raise wrong(path, f"{place}.{field}", f"it has {len(values)} entries, its video has {length} frames")
    if annotation.segmentations is None and annotation.bboxes is None:
        raise wrong(path, place, "it has neither segmentations nor bboxes")
    sightings = {}
    for n in range(length):
        seen = _sighting(path, place, annotation, video, n)
        if seen is not None:
            sightings[n] = seen
    states = None
    if annotation.visibility is not None:
        states = [Visibility[word.upper()] for word in annotation.visibility]
        lost = next((n for n, s in enumerate(states) if s == Visibility.VISIBLE and n not in sightings), None)
        if lost is not None:
            raise wrong(path, f"{place}.visibility.{lost}", "it is visible, but has neither a mask nor a box there")
    sure = annotation.confidence if annotation.confidence is not None else annotation.score
    return DescribedTrack(
        id=annotation.track_id or str(annotation.id),
        category=category.name,
        sightings=sightings,
        confidence=1.0 if sure is None else sure,
        visibility=states,
        attributes=attributes_of(category.name, category.supercategory, annotation.iscrowd, SOURCE),
    )


def _sighting(path: Path, place: str, annotation: VisAnnotation, video: VisVideo, n: int) -> Sighting | None:
    mask = annotation.segmentations[n] if annotation.segmentations is not None else None
    box = annotation.bboxes[n] if annotation.bboxes is not None else None
    try:
        return read_sighting(mask, box, n in annotation.from_box, video.width, video.height)
    except ValueError as error:
        field = "bboxes" if str(error).startswith("the box") else "segmentations"
        raise wrong(path, f"{place}.{field}.{n}", error) from error
