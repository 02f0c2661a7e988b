"""A process that writes to a library, for tests to start, to kill and to set against others.

Every video's arrays and sentences carry its number and the version of the writing, so that a mixture can be told.
"""

import itertools
import os
import signal
import sys
from collections.abc import Callable
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


TOUCHES_THE_DISK = {"open", "os.rename", "os.link", "os.mkdir", "os.rmdir", "os.remove", "os.truncate"}


def die_before(touch: int) -> None:
    """Kill this process, as kill -9 does, just before it touches the disk for the n-th time from now on."""
    touches = iter(range(1, touch))

    def watch(event: str, _: object) -> None:
        if event in TOUCHES_THE_DISK and next(touches, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def crash_everywhere(root: Path, action: Callable[[Store], object], check: Callable[[Store], object]) -> int:
    """Do something to a library in process after process, each killed one touch of the disk later than the last.

    After each kill the library is opened again and checked; return how many it took until one came through.
    """
    for touch in itertools.count(1):
        child = os.fork()
        if child == 0:
            store = Store.open(root)
            die_before(touch)
            action(store)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) in (0, -signal.SIGKILL), status
        store = Store.open(root)
        assert not list((root / ".work").iterdir())
        check(store)
        if status == 0:
            return touch
    raise AssertionError("itertools.count ended")


def main() -> None:
    """Do as told: ``videos ROOT VERSION FILE…``, ``observe ROOT VIDEO KEY…`` or ``crash ROOT FILE``."""
    action, root, *rest = sys.argv[1:]
    if action == "crash":
        return crash(Path(root), Path(rest[0]))
    store = Store.open(Path(root), create=True)
    print("ready", flush=True)
    sys.stdin.readline()
    if action == "videos":
        for name in rest[1:]:
            print(write_video(store, Path(name), int(rest[0])), flush=True)
    for key in rest[1:] if action == "observe" else []:
        kept = store.observe(rest[0], an_observation(key, str(os.getpid())))
        print(key, kept.args["author"], flush=True)
    return None


def crash(root: Path, path: Path) -> None:
    """Kill a process at every moment of adding, replacing, observing and removing a video."""
    Store.open(root, create=True)
    file = Store.open(root).register(path)

    def versions(store: Store) -> list[int]:
        folders = [folder.name for folder in (root / "videos").iterdir()]
        assert folders == store.video_ids(), folders
        return [check_video(store, video_id) for video_id in store.video_ids()]

    def is_one_of(*expected: list[int]) -> Callable[[Store], None]:
        def check(store: Store) -> None:
            assert versions(store) in expected, versions(store)

        return check

    def observed(store: Store) -> None:
        assert [o.key for o in store.observations(file.video_id)] in ([], ["k"])

    print("add", crash_everywhere(root, lambda store: write_video(store, path, 1), is_one_of([], [1])))
    print("replace", crash_everywhere(root, lambda store: write_video(store, path, 2), is_one_of([1], [2])))
    key = an_observation("k", "me")
    print("observe", crash_everywhere(root, lambda store: store.observe(file.video_id, key), observed))
    print("remove", crash_everywhere(root, lambda store: _removed(store, file.video_id), is_one_of([2], [])))


def _removed(store: Store, video_id: str) -> None:
    if video_id in store.video_ids():
        store.remove(video_id)


if __name__ == "__main__":
    main()
