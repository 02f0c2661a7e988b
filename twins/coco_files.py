"""What COCO's and YouTube-VIS's JSON files have in common: categories, times, and a bounded way to read and write."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, TextIO, TypeVar

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from twins.coco_kinds import Supercategory, supercategory_of
from twins.errors import TwinseekError
from twins.excerpt import Box, Excerpt, Sighting
from twins.given_masks import checked_mask, compact_mask
from twins.given_names import GivenId, GivenName
from twins.layout import display
from twins.masks import CocoRle
from twins.schema import Track

MAX_BYTES = 256 * 2**20
"""A larger file is refused before it is parsed: it is held in memory, with compressed masks four times its size, with
plain run lengths thirteen times (measured)."""

Id = GivenId
Side = Annotated[int, Field(gt=0, le=65_536)]
Number = Annotated[float, Field(allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
FrameNumber = Annotated[int, Field(ge=0, lt=10_000_000)]
Rate = Annotated[float, Field(gt=0, le=1000)]
XYWH = tuple[Number, Number, NotNegative, NotNegative]
"""COCO's box: left, top, width, height in pixels."""


Mask = Annotated[Any, AfterValidator(compact_mask)]
"""Run lengths, polygons or none; checked against the frame by :func:`read_sighting`."""


class Part(BaseModel):
    """Other keys (licences, scores of other programs …) are the file's own business."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Category(Part):
    """What annotations are of."""

    id: int
    name: GivenName
    supercategory: Supercategory = None


Document = TypeVar("Document", bound=BaseModel)


def read_document(path: Path, kind: type[Document]) -> Document:
    """Read and validate one JSON file. Raises :class:`TwinseekError` that names the file and the first thing wrong."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise TwinseekError(f"{display(path)} is larger than {MAX_BYTES >> 20} MiB: split it by videos")
        return kind.model_validate_json(path.read_bytes())
    except OSError as error:
        raise TwinseekError(f"cannot read {display(path)}: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise wrong(path, where, first["msg"].removeprefix("Value error, ")) from error


def wrong(path: Path, where: str, what: object) -> TwinseekError:
    """Return the error that says what is wrong with a file, and where in it."""
    return TwinseekError(f"{display(path)}: {where}: {what}; mend it and import again")


def categories_by_id(path: Path, categories: Sequence[Category]) -> dict[int, Category]:
    """Return the categories. Raises :class:`TwinseekError` where two have the same id."""
    found: dict[int, Category] = {}
    for n, category in enumerate(categories):
        if category.id in found:
            raise wrong(path, f"categories.{n}", f"two categories have the id {category.id}")
        found[category.id] = category
    return found


def read_sighting(mask: object, box: XYWH | None, from_box: bool, width: int, height: int) -> Sighting | None:
    """Return where an instance is from COCO's mask and box; none where it is not to be seen.

    Args:
        mask: run lengths or polygons as they stand in the file, or none.
        box: left, top, width, height; none where the file has none.
        from_box: the mask only repeats the box.
        width, height: of the frame.

    Raises:
        ValueError: either does not fit the frame; the message says how.
    """
    from twins.described import seen_at

    # COCO writes an empty list where it has no outline.
    empty = mask is None or (isinstance(mask, list) and not mask)
    rle = None if empty else checked_mask(mask, height, width)
    corners = None if box is None else (box[0], box[1], box[0] + box[2], box[1] + box[3])
    return seen_at(corners, None if from_box and corners else rle, width, height)


def number_in(file_name: str) -> int | None:
    """Return the number at the end of a picture's name: 15 of ``clip/00015.jpg``."""
    digits = re.search(r"(\d{1,7})$", PurePosixPath(file_name).stem)
    return int(digits[1]) if digits else None


def rising_numbers(file_names: Sequence[str]) -> list[int]:
    """Return the numbers in the names of a video's pictures where they rise, else their positions."""
    numbers = [number_in(name) for name in file_names]
    known = [number for number in numbers if number is not None]
    rises = len(known) == len(numbers) and all(a < b for a, b in pairwise(known))
    return known if rises else list(range(len(file_names)))


def times_of(frame_index: Sequence[int], rate: float | None) -> list[float]:
    """Return frame numbers over the frame rate. Raises ``ValueError`` where nobody knows the rate."""
    if rate is None:
        raise ValueError("it has neither seconds nor fps: say how many frames a second its videos have with --fps")
    return [index / rate for index in frame_index]


# Writing


def write_document(file: TextIO, parts: Mapping[str, Any]) -> None:
    """Write one JSON object; a part that is an iterator is written as a list, entry by entry, a line each."""
    file.write("{")
    for n, (name, value) in enumerate(parts.items()):
        file.write((",\n" if n else "") + json.dumps(name) + ": ")
        if isinstance(value, Iterable) and not isinstance(value, str | list | tuple | dict):
            file.write("[")
            for k, entry in enumerate(value):
                file.write((",\n" if k else "\n") + _compact(entry))
            file.write("]")
        else:
            file.write(_compact(value))
    file.write("}\n")


Kind = tuple[str, str]
"""A category and its supercategory: of one name there may be several."""


def kind_of(track: Track) -> Kind:
    """Return under which category a track is written."""
    return track.category, supercategory_of(track)


def category_numbers(excerpts: Iterable[Excerpt]) -> dict[Kind, int]:
    """Number the categories of all tracks from 1, in order of appearance."""
    kinds = dict.fromkeys(kind_of(track) for excerpt in excerpts for track in excerpt.tracks)
    return {kind: n for n, kind in enumerate(kinds, 1)}


def category_records(numbers: Mapping[Kind, int]) -> list[dict[str, Any]]:
    """Return COCO's list of categories."""
    return [{"id": n, "name": name, "supercategory": above} for (name, above), n in numbers.items()]


def info(version: str, what: str) -> dict[str, str]:
    """Return the head of a file: who wrote it, and what stands in fields that the format does not have."""
    return {"description": what, "contributor": "Twinseek", "version": version}


def xywh(box: Box) -> list[float]:
    """Return left, top, width and height of an xyxy box."""
    return [box[0], box[1], round(box[2] - box[0], 2), round(box[3] - box[1], 2)]


def mask_or_box(seen: Sighting, width: int, height: int) -> CocoRle:
    """Return the mask, or the box as a mask where there is none."""
    if seen.mask is not None:
        return seen.mask
    from pycocotools import mask as coco

    rle = coco.frPyObjects(np.array([xywh(seen.box)], np.float64), height, width)[0]
    return {"size": [height, width], "counts": rle["counts"].decode("ascii")}


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False)
