"""Where exactly each instance is: one mask a frame, in COCO's run-length form, one member a track in ``masks.zip``.

A track's member is found by the archive's directory, so that reading one track never reads another's.
"""

import json
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twins.errors import TwinseekError
from twins.geometry import Bools, Doubles, Floats
from twins.run_lengths import check_counts, check_size

HEADER = "masks.json"

# A fixed date keeps equal masks equal byte for byte; 1980 is the oldest that a zip archive can hold.
_EPOCH = (1980, 1, 1, 0, 0, 0)

CocoRle = dict[str, Any]
"""``{"size": [height, width], "counts": str}``, COCO's compressed run lengths."""

FindMask = Callable[[str, int], CocoRle | None]
"""Returns a track's mask at a frame, at any size, where there is one."""


def encode_mask(mask: Bools) -> CocoRle:
    """Return the run-length form of an (h, w) bool mask."""
    from pycocotools import mask as coco

    rle = coco.encode(np.asfortranarray(mask, dtype=np.uint8))
    return {"size": [int(n) for n in rle["size"]], "counts": rle["counts"].decode("ascii")}


def encode_within(mask: Bools, corner: tuple[int, int], size: tuple[int, ...]) -> CocoRle:
    """Return the run-length form of a (height, width) frame that is empty but for a small mask.

    Args:
        mask: (h, w), all of it within the frame.
        corner: row and column of its upper left pixel in the frame.
        size: height and width of the frame.
    """
    from pycocotools import mask as coco

    (height, width), (top, left) = size, corner
    # Thousands of masks a clip: of small arrays, np.diff, np.delete and np.append cost more than their values.
    columns = np.zeros((mask.shape[1], mask.shape[0] + 2), np.bool_)
    columns[:, 1:-1] = mask.T
    pixels = columns.ravel()
    column, row = np.divmod(np.flatnonzero(pixels[1:] != pixels[:-1]), columns.shape[1])
    turns = (left + column) * height + top + row
    # A run that ends at the bottom of the frame goes on at the top of the next column.
    goes_on = np.flatnonzero(turns[1:-1:2] == turns[2::2])
    if len(goes_on):
        turns = np.delete(turns, np.concatenate([2 * goes_on + 1, 2 * goes_on + 2]))
    # The last run ends with the frame, and is not followed by an empty one.
    turns = turns[:-1] if len(turns) and turns[-1] == height * width else turns
    ends = np.concatenate([[0], turns, [height * width]])
    counts = (ends[1:] - ends[:-1]).tolist()
    rle = coco.frPyObjects({"size": [height, width], "counts": counts}, height, width)
    return {"size": [height, width], "counts": rle["counts"].decode("ascii")}


def decode_mask(rle: Mapping[str, Any]) -> Bools:
    """Return the (h, w) bool mask of a run-length form."""
    from pycocotools import mask as coco

    decoded: NDArray[np.uint8] = coco.decode(_as_bytes(rle))
    return decoded.astype(np.bool_)


def mask_area(rle: Mapping[str, Any]) -> int:
    """Count the pixels of a run-length form without decoding it."""
    from pycocotools import mask as coco

    return int(coco.area(_as_bytes(rle)))


def mask_iou(a: Mapping[str, Any], b: Mapping[str, Any]) -> float:
    """Return intersection over union of two run-length forms of one size; 1 where both are empty."""
    from pycocotools import mask as coco

    if mask_area(a) == 0 and mask_area(b) == 0:
        return 1.0
    return float(coco.iou([_as_bytes(a)], [_as_bytes(b)], [0])[0, 0])


def mask_ious(rles: Sequence[Mapping[str, Any]]) -> NDArray[np.float64]:
    """Return (n, n) intersections over unions of run-length forms of one size, none of them empty."""
    from pycocotools import mask as coco

    counted = [_as_bytes(rle) for rle in rles]
    ious: NDArray[np.float64] = np.asarray(coco.iou(counted, counted, [0] * len(counted))).reshape(len(rles), len(rles))
    return ious


def shares_inside(rle: Mapping[str, Any], boxes: Floats) -> Doubles:
    """Return which share of a mask's pixels lies inside each box, 0 to 1; 0 where it has none. Nothing is decoded.

    Args:
        boxes: (n, 4) xyxy in pixels of the mask.
    """
    from pycocotools import mask as coco

    if not len(boxes):
        return np.zeros(0)
    height, width = rle["size"]
    sides = np.asarray(boxes, np.float64)
    inside = coco.frPyObjects(np.concatenate([sides[:, :2], sides[:, 2:] - sides[:, :2]], axis=1), height, width)
    # Of a crowd COCO counts a thing's own pixels alone, and not those of both.
    shares: Doubles = np.asarray(coco.iou([_as_bytes(rle)], inside, [1] * len(boxes))).reshape(len(boxes))
    return shares


def join_masks(rles: Sequence[Mapping[str, Any]]) -> CocoRle:
    """Return the union of run-length forms of one size."""
    from pycocotools import mask as coco

    rle = coco.merge([_as_bytes(rle) for rle in rles])
    return {"size": [int(n) for n in rle["size"]], "counts": rle["counts"].decode("ascii")}


def mask_box(rle: Mapping[str, Any]) -> tuple[float, float, float, float]:
    """Return the smallest xyxy box, half-open, in pixels of the mask; all zero where the mask is empty."""
    from pycocotools import mask as coco

    x, y, width, height = (float(side) for side in coco.toBbox(_as_bytes(rle)))
    return x, y, x + width, y + height


def resized_rle(rle: CocoRle, height: int, width: int) -> CocoRle:
    """Return a run-length form at another size, every pixel the nearest one of the given form."""
    if tuple(rle["size"]) == (height, width):
        return rle
    return encode_mask(resize_mask(decode_mask(rle), height, width))


def resize_mask(mask: Bools, height: int, width: int) -> Bools:
    """Return the (height, width) mask whose every pixel is the nearest one of ``mask``."""
    h, w = mask.shape
    if (h, w) == (height, width):
        return mask
    rows = ((np.arange(height) + 0.5) * h / height).astype(np.int64)
    columns = ((np.arange(width) + 0.5) * w / width).astype(np.int64)
    # Rows are copied as a whole, so that they come last.
    resized: Bools = mask[:, columns][rows]
    return resized


def _as_bytes(rle: Mapping[str, Any]) -> CocoRle:
    counts = rle["counts"]
    return {"size": list(rle["size"]), "counts": counts.encode("ascii") if isinstance(counts, str) else counts}


class MaskWriter:
    """Collect the masks of one video and write them to ``masks.zip`` on ``close``.

    Args:
        path: the archive to write.
        height, width: size of the displayed frame in pixels. Masks may be added at any smaller size.
    """

    def __init__(self, path: Path, height: int, width: int) -> None:
        self.path = path
        self.size = (height, width)
        self._tracks: dict[str, dict[int, CocoRle]] = {}

    def add(self, track_id: str, frame_index: int, mask: Bools | Mapping[str, Any]) -> None:
        """Add one mask, as an (h, w) bool array or in run-length form; a later one for the same frame replaces it."""
        rle = encode_mask(mask) if isinstance(mask, np.ndarray) else dict(mask)
        if isinstance(rle["counts"], bytes):
            rle["counts"] = rle["counts"].decode("ascii")
        self._tracks.setdefault(track_id, {})[int(frame_index)] = rle

    def close(self) -> None:
        """Write the archive."""
        height, width = self.size
        with zipfile.ZipFile(self.path, "w", zipfile.ZIP_DEFLATED) as archive:
            header = {"schema_version": 1, "height": height, "width": width, "tracks": list(self._tracks)}
            _write(archive, HEADER, header)
            for number, frames in enumerate(self._tracks.values()):
                rows = [[index, rle["size"], rle["counts"]] for index, rle in sorted(frames.items())]
                _write(archive, _member(number), rows)

    def __enter__(self) -> "MaskWriter":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.close()


class MaskReader:
    """Read the masks of ``masks.zip``; one track is read when it is first asked for. Not shared between threads.

    Raises:
        TwinseekError: the file is missing or damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._tracks: dict[str, dict[int, CocoRle]] = {}
        try:
            self._archive = zipfile.ZipFile(path)
            header = json.loads(self._archive.read(HEADER))
            self.size = (int(header["height"]), int(header["width"]))
            check_size(*self.size)
            self._numbers = {str(name): number for number, name in enumerate(header["tracks"])}
        except FileNotFoundError as error:
            raise TwinseekError(f"{path} does not exist: index the video again") from error
        except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, TypeError, OverflowError) as error:
            raise self._damaged(error) from error

    def track_ids(self) -> tuple[str, ...]:
        """Return the ids of the tracks that have masks, in the order in which they were added."""
        return tuple(self._numbers)

    def frames(self, track_id: str) -> tuple[int, ...]:
        """Return the rising frame indices at which this track has a mask; none for an unknown track."""
        return tuple(self._track(track_id))

    def mask(self, track_id: str, frame_index: int) -> Bools:
        """Return the (H, W) mask at the displayed size. Raises ``KeyError`` where there is none."""
        return resize_mask(decode_mask(self._checked(self._track(track_id)[frame_index])), *self.size)

    def rle(self, track_id: str, frame_index: int) -> CocoRle:
        """Return the run-length form at the displayed size. Raises ``KeyError`` where there is none."""
        return resized_rle(self._checked(self._track(track_id)[frame_index]), *self.size)

    def stored(self, track_id: str) -> Iterable[tuple[int, CocoRle]]:
        """Return this track's masks as they are stored, which may be smaller than displayed."""
        return ((index, self._checked(rle)) for index, rle in self._track(track_id).items())

    def close(self) -> None:
        """Close the archive."""
        self._archive.close()

    def __enter__(self) -> "MaskReader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _track(self, track_id: str) -> dict[int, CocoRle]:
        if track_id not in self._numbers:
            return {}
        if track_id not in self._tracks:
            try:
                rows = json.loads(self._archive.read(_member(self._numbers[track_id])))
                self._tracks[track_id] = {index: {"size": size, "counts": counts} for index, size, counts in rows}
            except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, TypeError, EOFError) as error:
                raise self._damaged(error) from error
        return self._tracks[track_id]

    def _checked(self, rle: CocoRle) -> CocoRle:
        """Return a mask that can be decoded: libraries may come from anywhere, and pycocotools trusts what it gets."""
        try:
            height, width = rle["size"]
            check_counts(rle["counts"], height, width)
        except (ValueError, TypeError, AttributeError) as error:
            raise self._damaged(error) from error
        return rle

    def _damaged(self, error: Exception) -> TwinseekError:
        return TwinseekError(f"{self.path} is damaged ({error}): index the video again")


def _member(number: int) -> str:
    # Numbered, not named: an id may hold a slash, a newline or 300 letters.
    return f"tracks/{number:05d}.json"


def _write(archive: zipfile.ZipFile, name: str, value: object) -> None:
    info = zipfile.ZipInfo(name, date_time=_EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, json.dumps(value, separators=(",", ":")))
