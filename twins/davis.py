"""DAVIS's masks: one indexed PNG a frame, in which a pixel's index is the number of the instance that covers it.

The format: Pont-Tuset et al., "The 2017 DAVIS Challenge on Video Object Segmentation", 2017. Indices cannot overlap:
where instances do, the smaller one is kept. What a PNG cannot say stands in a JSON file beside the folder.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from twins.errors import TwinseekError
from twins.excerpt import Excerpt
from twins.geometry import Bytes
from twins.instance_masks import InstanceMasks
from twins.masks import decode_mask

MAX_INSTANCES = 255
"""An index has eight bits, and 0 is the ground."""

_FIRST_COLOURS = (
    "000000 800000 008000 808000 000080 800080 008080 808080 400000 bf0000 408000"
    " bf8000 400080 bf0080 408080 bf8080 004000 804000 00bf00 80bf00 004080 804080"
)


def palette() -> list[int]:
    """Return DAVIS's palette as 768 numbers: 22 colours, and greys after them."""
    first = bytes.fromhex(_FIRST_COLOURS.replace(" ", ""))
    return [*first, *(level for level in range(len(first) // 3, 256) for _ in range(3))]


def write_davis(folder: Path, excerpt: Excerpt) -> dict[str, Any]:
    """Write ``00000.png`` … into an empty folder, named by frame number, and return what the PNGs cannot say.

    Instances are numbered from 1 in the order of the tracks. Where an instance has no mask its box is filled, and its
    number stands in the frame's ``from_box``.

    Raises:
        TwinseekError: there are more instances than an index can hold.
    """
    if len(excerpt.tracks) > MAX_INSTANCES:
        raise TwinseekError(
            f"{excerpt.video_id} has {len(excerpt.tracks)} instances, a DAVIS mask holds {MAX_INSTANCES}:"
            " export it as coco-vis"
        )
    from PIL import Image

    colours, frames = palette(), []
    with excerpt.masks() as masks:
        for n, index in enumerate(excerpt.frame_index):
            pixels, from_box = _pixels(excerpt, masks, n)
            picture = Image.fromarray(pixels)
            picture.putpalette(colours)
            picture.save(folder / f"{index:05d}.png")
            entry = {"file": f"{index:05d}.png", "frame_index": index, "seconds": excerpt.seconds[n]}
            frames.append(entry | {"from_box": from_box})
    return {
        "video": excerpt.video_id,
        "video_file": excerpt.video_file,
        "width": excerpt.twin.width,
        "height": excerpt.twin.height,
        "instances": {
            str(number): {"track_id": track.id, "category": track.category}
            for number, track in enumerate(excerpt.tracks, 1)
        },
        "frames": frames,
    }


def davis_json(record: dict[str, Any]) -> str:
    """Return the text of the JSON file beside a video's folder."""
    return json.dumps(record, indent=1) + "\n"


def _pixels(excerpt: Excerpt, masks: InstanceMasks | None, n: int) -> tuple[Bytes, list[int]]:
    """Return the (h, w) instance numbers of a frame, and which instances are there as boxes only."""
    pixels = np.zeros((excerpt.twin.height, excerpt.twin.width), np.uint8)
    found = [(number, excerpt.sighting(masks, track.id, n)) for number, track in enumerate(excerpt.tracks, 1)]
    there = [(number, seen) for number, seen in found if seen is not None]
    for number, seen in sorted(there, key=lambda entry: -entry[1].area):
        if seen.mask is not None:
            pixels[decode_mask(seen.mask)] = number
        else:
            x1, y1, x2, y2 = (round(value) for value in seen.box)
            pixels[y1:y2, x1:x2] = number
    return pixels, [number for number, seen in there if seen.mask is None]
