"""Put a world on film (H.264 in mp4), and write down what is in it."""

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from evals.worlds.motion import cameras
from evals.worlds.render import Picture, render_world
from evals.worlds.spec import Spec, Thing, World
from twins.geometry import Bools

GOLD_VERSION = 1


def write_world(spec: Spec, path: Path) -> dict[str, Any]:
    """Render a world into an mp4 file; return its per-frame gold (see :class:`Ledger`)."""
    ledger = Ledger(spec)
    _encode(spec, path, ledger.seen(render_world(spec)))
    return ledger.record()


def _encode(spec: Spec, path: Path, pictures: Iterator[Picture]) -> None:
    import av

    # Neither threads nor mbtree, whose vector code gives other bytes on every run (measured): a seed gives one file.
    options = {"preset": "veryfast", "crf": "22", "threads": "1", "x264-params": "mbtree=0"}
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=spec.fps, options=options)
        stream.width, stream.height, stream.pix_fmt = spec.width, spec.height, "yuv420p"
        stream.codec_context.time_base = Fraction(1, spec.fps)
        for picture in pictures:
            frame = av.VideoFrame.from_ndarray(picture.image, format="rgb24")
            frame.pts = picture.frame_index
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


class Ledger:
    """Collects the gold of a clip while it is drawn."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._seconds: list[float] = []
        self._frames: dict[str, list[dict[str, Any] | None]] = {thing.id: [] for thing in spec.things}

    def seen(self, pictures: Iterator[Picture]) -> Iterator[Picture]:
        """Pass pictures on, noting each."""
        for picture in pictures:
            self._seconds.append(picture.seconds)
            for identity, frames in self._frames.items():
                mask = picture.masks.get(identity)
                frames.append(None if mask is None else _entry(mask, picture.whole[identity]))
            yield picture

    def record(self) -> dict[str, Any]:
        """Return the gold: ``seconds``, ``camera`` (scene units to pixels), and per thing an entry for every frame.

        An entry is none where the thing does not exist; else ``box`` (xyxy, half-open; none where nothing is seen),
        ``share`` (0 to 1, the seen part of its whole area) and ``counts`` (COCO's compressed run lengths).
        """
        things = {thing.id: _looks(thing) | {"frames": self._frames[thing.id]} for thing in self._spec.things}
        order = sorted(self._spec.things, key=lambda thing: -thing.nearness)
        return {
            "version": GOLD_VERSION,
            "size": [self._spec.height, self._spec.width],
            "fps": self._spec.fps,
            "seconds": self._seconds,
            "near_to_far": [thing.id for thing in order],
            "camera": cameras(self._spec).round(5).tolist(),
            "things": things,
        }


def _looks(thing: Thing) -> dict[str, Any]:
    return {"shape": thing.shape, "colour": thing.colour, "texture": thing.texture, "nearness": thing.nearness}


def _entry(mask: Bools, whole: float) -> dict[str, Any]:
    from pycocotools import mask as coco

    pixels = int(mask.sum())
    if not pixels:
        return {"box": None, "share": 0.0, "counts": None}
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    box = [int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1]
    counts = coco.encode(np.asfortranarray(mask.astype(np.uint8)))["counts"].decode("ascii")
    return {"box": box, "share": round(min(1.0, pixels / max(whole, 1.0)), 3), "counts": counts}


def gold_of(world: World, seen: dict[str, Any]) -> dict[str, Any]:
    """Join the per-frame gold with the events and facts of the world."""
    events = [
        {"name": event.name, "span": list(event.span), "subject": event.subject, "object": event.object}
        for event in world.events
    ]
    return seen | {
        "video": world.name,
        "group": world.group,
        "facts": dict(world.facts),
        "events": events,
        "difficulty": sorted(world.difficulty),
    }


def write_gold(world: World, seen: dict[str, Any], folder: Path) -> None:
    """Write ``<folder>/<name>.json``."""
    (folder / f"{world.name}.json").write_text(json.dumps(gold_of(world, seen)), encoding="utf-8")
