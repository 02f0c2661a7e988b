"""COCO's JSON for pictures, with the frames of videos as its pictures: one annotation an instance and frame.

``track_id`` ties the annotations of an instance together, ``video_id`` and ``frame_index`` the pictures of a video; of
the fields that COCO does not have, these are in use elsewhere (TAO, COCO-VID). See docs/formats.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from statistics import fmean
from typing import Any, TextIO

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
    number_in,
    read_document,
    read_sighting,
    times_of,
    write_document,
    wrong,
    xywh,
)
from twins.coco_kinds import Crowd, attributes_of, is_crowd
from twins.described import Described, DescribedTrack, DescribedVideo, to_twin
from twins.errors import TwinseekError
from twins.excerpt import Excerpt, Sighting

SOURCE = "coco"
VERSION = "2"

NOTE = "COCO; sampled frames of videos; where from_box is true, the segmentation repeats the box"


class Picture(Part):
    """One frame."""

    id: Id
    width: Side
    height: Side
    file_name: str = ""
    video_id: Id | None = None
    frame_index: FrameNumber | None = None
    seconds: NotNegative | None = None


class Annotation(Part):
    """One instance in one frame."""

    id: Id
    image_id: Id
    category_id: int
    segmentation: Mask = None
    bbox: XYWH | None = None
    track_id: Id | None = None
    instance_id: Id | None = None
    confidence: Share | None = None
    score: Share | None = None
    iscrowd: Crowd = False
    from_box: bool = False


class Video(Part):
    """One video."""

    id: Id
    name: str | None = None
    video_file: str | None = Field(default=None, max_length=255)
    duration: NotNegative | None = None
    frame_count: int | None = Field(default=None, ge=0)
    fps: Rate | None = None


class ImagesDocument(Part):
    """The whole file."""

    images: tuple[Picture, ...]
    categories: tuple[Category, ...]
    annotations: tuple[Annotation, ...] = ()
    videos: tuple[Video, ...] = ()


def write_coco(file: TextIO, excerpts: Sequence[Excerpt], version: str) -> None:
    """Write excerpts as one COCO file; the masks of one video are in memory at a time."""
    excerpts = [_by_appearance(excerpt) for excerpt in excerpts]
    numbers = category_numbers(excerpts)
    parts = {
        "info": info(version, NOTE),
        "licenses": [],
        "videos": (_video_record(n, excerpt) for n, excerpt in enumerate(excerpts, 1)),
        "images": _image_records(excerpts),
        "categories": category_records(numbers),
        "annotations": _annotation_records(excerpts, numbers),
    }
    write_document(file, parts)


def _by_appearance(excerpt: Excerpt) -> Excerpt:
    """Return the tracks that are seen, by when they first are: the order in which a reader comes upon them."""
    first: dict[str, int] = {}
    for n in range(len(excerpt.frame_index)):
        for track in excerpt.tracks:
            if track.id not in first and excerpt.box(track.id, n) is not None:
                first[track.id] = n
    seen = {track.id: track for track in excerpt.tracks}
    return replace(excerpt, tracks=tuple(seen[name] for name in first))


def _video_record(number: int, excerpt: Excerpt) -> dict[str, Any]:
    return {
        "id": number,
        "name": excerpt.video_id,
        "video_file": excerpt.video_file,
        "duration": excerpt.twin.duration,
        "frame_count": excerpt.twin.frame_count,
    }


def _image_records(excerpts: Sequence[Excerpt]) -> Iterator[dict[str, Any]]:
    count = 0
    for video, excerpt in enumerate(excerpts, 1):
        for index, seconds in zip(excerpt.frame_index, excerpt.seconds, strict=True):
            count += 1
            yield {
                "id": count,
                "width": excerpt.twin.width,
                "height": excerpt.twin.height,
                "file_name": f"{excerpt.video_id}/{index:05d}.jpg",
                "video_id": video,
                "frame_index": index,
                "seconds": seconds,
            }


def _annotation_records(excerpts: Sequence[Excerpt], numbers: dict[Kind, int]) -> Iterator[dict[str, Any]]:
    count = images = 0
    for excerpt in excerpts:
        width, height = excerpt.twin.width, excerpt.twin.height
        with excerpt.masks() as masks:
            for n in range(len(excerpt.frame_index)):
                images += 1
                for track in excerpt.tracks:
                    seen = excerpt.sighting(masks, track.id, n)
                    if seen is None:
                        continue
                    count += 1
                    yield {
                        "id": count,
                        "image_id": images,
                        "category_id": numbers[kind_of(track)],
                        "iscrowd": int(is_crowd(track)),
                        "segmentation": mask_or_box(seen, width, height),
                        "bbox": xywh(seen.box),
                        "area": seen.area,
                        "track_id": track.id,
                        "score": track.confidence,
                        "from_box": seen.mask is None,
                    }


def read_coco(path: Path, fps: float | None = None) -> Iterator[Described]:
    """Yield a twin for every video of a COCO file whose pictures are frames of videos.

    Pictures belong together by ``video_id``, else by the folder in their file names. They are in the order of
    ``frame_index``, else of the numbers in their names.

    Args:
        path: the file.
        fps: frames a second of the videos of which the file tells no times.

    Raises:
        TwinseekError: naming the file and the place in it that is wrong.
    """
    document = read_document(path, ImagesDocument)
    categories = categories_by_id(path, document.categories)
    films: dict[Id, list[int]] = {}
    for n, image in enumerate(document.images):
        film = image.video_id if image.video_id is not None else PurePosixPath(image.file_name).parent.name
        films.setdefault(film, []).append(n)
    tracks = _sightings(path, document, categories)
    for film, images in films.items():
        place = f"images.{images[0]}"
        try:
            described = _described(path, document, film, images, tracks, fps)
            described.check()
        except (ValueError, TwinseekError) as error:
            raise wrong(path, f"the video of {place}", error) from error
        yield to_twin(described, SOURCE, VERSION)


InFrame = dict[str, tuple[Annotation, Category, Sighting]]
"""By track: the annotation, its category, and where it is."""
Seen = dict[int, InFrame]
"""By position of the image."""


def _sightings(path: Path, document: ImagesDocument, categories: dict[int, Category]) -> Seen:
    positions = {image.id: n for n, image in enumerate(document.images)}
    if len(positions) < len(document.images):
        raise wrong(path, "images", "two images have the same id")
    found: Seen = {}
    for n, annotation in enumerate(document.annotations):
        place = f"annotations.{n}"
        track = annotation.track_id if annotation.track_id is not None else annotation.instance_id
        if track is None:
            raise wrong(path, place, "it has no track_id, which tells which annotations are of one instance")
        if annotation.image_id not in positions:
            raise wrong(path, f"{place}.image_id", f"there is no image {annotation.image_id!r} in the file")
        if annotation.category_id not in categories:
            raise wrong(path, f"{place}.category_id", f"there is no category {annotation.category_id}")
        image = positions[annotation.image_id]
        if str(track) in found.get(image, {}):
            raise wrong(path, place, f"track {track!r} is twice in one image")
        picture = document.images[image]
        try:
            seen = read_sighting(
                annotation.segmentation, annotation.bbox, annotation.from_box, picture.width, picture.height
            )
        except ValueError as error:
            raise wrong(path, place, error) from error
        if seen is not None:
            found.setdefault(image, {})[str(track)] = (annotation, categories[annotation.category_id], seen)
    return found


def _described(
    path: Path, document: ImagesDocument, film: Id, images: list[int], seen: Seen, fps: float | None
) -> DescribedVideo:
    video = next((video for video in document.videos if video.id == film), Video(id=film))
    ordered = _in_order(document, images)
    pictures = [document.images[image] for image in ordered.values()]
    if len({(picture.width, picture.height) for picture in pictures}) > 1:
        raise ValueError("its images have different sizes")
    frame_index, rate = list(ordered), video.fps or fps
    given = [picture.seconds for picture in pictures if picture.seconds is not None]
    seconds = given if len(given) == len(pictures) else times_of(frame_index, rate)
    tick = 1 / rate if rate else (seconds[-1] - seconds[0]) / (len(seconds) - 1) if len(seconds) > 1 else 0.0
    folder = PurePosixPath(pictures[0].file_name).parent.name
    return DescribedVideo(
        name=video.name or folder or f"{path.stem}-{film}".rstrip("-"),
        width=pictures[0].width,
        height=pictures[0].height,
        frame_index=frame_index,
        seconds=seconds,
        duration=video.duration if video.duration is not None else seconds[-1] + tick,
        frame_count=video.frame_count if video.frame_count is not None else frame_index[-1] + 1,
        tracks=_tracks([seen.get(image, {}) for image in ordered.values()]),
        video_file=video.video_file,
    )


def _in_order(document: ImagesDocument, images: list[int]) -> dict[int, int]:
    """Return the positions of a video's images by rising frame number."""
    pictures = [document.images[n] for n in images]
    numbers = [p.frame_index if p.frame_index is not None else number_in(p.file_name) for p in pictures]
    if any(number is None for number in numbers):
        raise ValueError("an image has neither a frame_index nor a number in its file_name")
    ordered = dict(sorted((number, n) for number, n in zip(numbers, images, strict=True) if number is not None))
    if len(ordered) < len(images):
        raise ValueError("two of its images have the same frame number")
    return ordered


def _tracks(frames: list[InFrame]) -> list[DescribedTrack]:
    found: dict[str, dict[int, Sighting]] = {}
    said: dict[str, tuple[Category, list[Annotation]]] = {}
    for n, frame in enumerate(frames):
        for track, (annotation, category, seen) in frame.items():
            known, annotations = said.setdefault(track, (category, []))
            if known.name != category.name:
                raise ValueError(f"track {track!r} is called {known.name!r} and {category.name!r}")
            annotations.append(annotation)
            found.setdefault(track, {})[n] = seen
    return [_track(name, *said[name], sightings) for name, sightings in found.items()]


def _track(
    name: str, category: Category, annotations: list[Annotation], sightings: dict[int, Sighting]
) -> DescribedTrack:
    """Return an instance: as sure as the mean of its scores, and a crowd where it is one in any frame."""
    given = [each.confidence if each.confidence is not None else each.score for each in annotations]
    scores = [score for score in given if score is not None] or [1.0]
    crowd = any(each.iscrowd for each in annotations)
    return DescribedTrack(
        name,
        category.name,
        sightings,
        # The mean of equal numbers may be another one.
        scores[0] if len(set(scores)) == 1 else fmean(scores),
        attributes=attributes_of(category.name, category.supercategory, crowd, SOURCE),
    )
