"""A process that writes to a library, for tests to start, to kill and to set against others.

Every video's arrays and sentences carry its number and the version of the writing, so that a mixture can be told.
"""

import os
import sys
from pathlib import Path

import numpy as np

from twins.geometry import Geometry
from twins.schema import Component, Observation, Provenance, Track, Twin
from twins.store import Store

FRAMES = 200


def write_video(store: Store, path: Path, version: int) -> str:
    """Index one file: its twin has as many tracks as ``version`` says, and everything else agrees with it."""
    file = store.register(path)
    with store.draft(file.video_id, file.source(duration=float(version), width=64, height=48)) as draft:
        draft.write(a_twin(draft.video_id, version), a_geometry(version), some_components(version))
        draft.masks_path.write_bytes(bytes([version % 256]) * 100_000)
        draft.commit({"decode": f"d{version}", "track": f"t{version}"})
    return draft.video_id


def check_video(store: Store, video_id: str) -> int:
    """Return the version of a video, having read all of it; fail where it is not whole."""
    generation = store.current(video_id)
    assert generation is not None
    assert store.damage(video_id) == () or store.current(video_id) != generation
    known = store.effective(video_id)
    version = len(known.twin.tracks)
    assert known.twin.duration == version
    assert known.geometry.track_ids == tuple(track.id for track in known.twin.tracks)
    assert (known.geometry.area == version).all()
    assert len(store.components(video_id, known.generation)) == version
    assert store.manifest(video_id, known.generation).stages["decode"] == f"d{version}"
    assert video_id in store.source(video_id).video_id
    return version


def a_twin(video_id: str, version: int) -> Twin:
    return Twin(
        video_id=video_id,
        duration=float(version),
        width=64,
        height=48,
        frame_count=FRAMES,
        origin="perceived",
        sources={"test": Provenance(specialist="test", version="1")},
        tracks=tuple(Track(id=f"t{n}", source="test") for n in range(version)),
    )


def a_geometry(version: int) -> Geometry:
    return Geometry(
        track_ids=tuple(f"t{n}" for n in range(version)),
        frame_index=np.arange(FRAMES),
        seconds=np.arange(FRAMES) / 10,
        boxes=np.full((version, FRAMES, 4), (1, 2, 3, 4), np.float32),
        area=np.full((version, FRAMES), version, np.float32),
        nearness=np.zeros((version, FRAMES), np.float32),
        visibility=np.ones((version, FRAMES), np.uint8),
        width=64,
        height=48,
    )


def some_components(version: int) -> list[Component]:
    return [Component(kind="object", text=f"thing {n}", source="test") for n in range(version)]


def an_observation(key: str, author: str) -> Observation:
    return Observation(
        key=key,
        tool="look",
        tool_version="1",
        args={"author": author},
        source_sha256="0" * 64,
        created="2026-01-01T00:00:00+00:00",
    )


def main() -> None:
    """Do what the command line says: ``videos ROOT VERSION FILE…`` or ``observe ROOT VIDEO KEY…``."""
    action, root, *rest = sys.argv[1:]
    store = Store.open(Path(root), create=True)
    print("ready", flush=True)
    sys.stdin.readline()
    if action == "videos":
        for name in rest[1:]:
            print(write_video(store, Path(name), int(rest[0])), flush=True)
    for key in rest[1:] if action == "observe" else []:
        kept = store.observe(rest[0], an_observation(key, str(os.getpid())))
        print(key, kept.args["author"], flush=True)


if __name__ == "__main__":
    main()
