"""Chroma as an index over the packed vectors: derived, owned by one process at a time, rebuilt when broken.

Embedded Chroma is not safe between processes and can break when its process is killed, so only the holder of
``chroma.lock`` opens it, a child process tries it first, and ``state.json`` says which segments a finished sync left in
it. A vector's id there is ``<segment>:<offset>``: segments keep their number when they are compacted.
"""

import json
import logging
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

import numpy as np
from filelock import FileLock, Timeout

from twins.geometry import Floats, Ints
from twins.search.chroma_client import BATCH_ROWS, ChromaClient, ChromaUnavailableError
from twins.search.chroma_state import Held, State, read_state, write_state
from twins.search.snapshot import Snapshot

if TYPE_CHECKING:
    from twins.search.chroma_probe import Sample

logger = logging.getLogger(__name__)

LOCK_NAME = "chroma.lock"

REBUILD_SHARE = 0.5
"""From this share of removed rows on, a new graph costs less than deletions and finds more."""

PROBE = "twins.search.chroma_probe"
PROBE_SECONDS = 120.0
PROBE_VECTORS = 8
RETRY_SECONDS = 30.0


class Chroma:
    """The Chroma of one search index: embedded in ``<search>/chroma/``, or on a server. Threads may share it.

    An embedded one is owned from the first use until :meth:`close`, a server only while it is brought up to date.
    """

    def __init__(self, search: Path, url: str | None = None) -> None:
        """Open nothing yet.

        Args:
            search: the search index's folder.
            url: of a Chroma server, which takes the place of the embedded one.
        """
        self._folder, self._url = search / "chroma", url
        self._state_path = self._folder / ("state.json" if url is None else "server.json")
        self._lock = FileLock(search / LOCK_NAME, thread_local=False)
        self._guard = RLock()
        self._client: ChromaClient | None = None
        self._checked: set[str] = set()
        self._retry_at = 0.0

    def propose(self, queries: Floats, snapshot: Snapshot, rows: int) -> list[str]:
        """Return the videos of the ``rows`` nearest rows of each query (q, d), sorted; errors as :meth:`nearest`."""
        ordinals = np.unique(snapshot.videos[self.nearest(queries, snapshot, rows)])
        return [snapshot.video_ids[ordinal] for ordinal in ordinals]

    def nearest(self, queries: Floats, snapshot: Snapshot, rows: int) -> Ints:
        """Return the union of the ``rows`` nearest rows of each query (q, d): about those, for Chroma approximates.

        Raises:
            ChromaUnavailableError: another process owns it, it does not hold what the snapshot shows, or it is broken.
        """
        with self._guard:
            client, name = self._ready(snapshot)
        try:
            ids, _ = client.nearest(name, queries, max(1, min(rows, snapshot.rows)))
        except ChromaUnavailableError:
            self._give_up()
            raise
        pairs = np.array([one.split(":") for one in ids], np.int64).reshape(-1, 2)
        order = np.argsort(snapshot.segments)
        found = np.searchsorted(snapshot.segments[order], pairs[:, 0])
        known = found < len(order)
        if not known.all() or (snapshot.segments[order[found]] != pairs[:, 0]).any():
            raise ChromaUnavailableError("Chroma was brought up to date while it was asked")
        return np.sort(snapshot.starts[order[found]] + pairs[:, 1])

    def sync(self, snapshots: Iterable[Snapshot]) -> None:
        """Make Chroma hold exactly these spaces as these snapshots show them; build it anew where it is broken.

        The rows should be unit vectors. A call that was killed is made good by the next one.

        Raises:
            ChromaUnavailableError: another process owns it, or the server does not answer.
        """
        wanted = {snapshot.space: snapshot for snapshot in snapshots}
        if not wanted:
            return
        with self._guard:
            self._own()
            self._retry_at = 0.0
            try:
                self._sync(wanted)
            finally:
                if self._url is not None:
                    self._lock.release()

    def close(self) -> None:
        """Let go of Chroma, so that another process may own it."""
        with self._guard:
            self._disconnect()
            self._lock.release(force=True)

    def _own(self) -> None:
        if self._lock.is_locked:
            return
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise ChromaUnavailableError(f"another process owns {self._folder}") from None
        except OSError as error:
            raise ChromaUnavailableError(f"{self._folder} cannot be owned here ({error.strerror})") from error

    def _ready(self, snapshot: Snapshot) -> tuple[ChromaClient, str]:
        """Return the client, and the name of the collection that holds exactly the snapshot's rows."""
        if time.monotonic() < self._retry_at:
            raise ChromaUnavailableError("Chroma failed a moment ago")
        if self._url is None:
            self._own()
        state = self._state()
        if state is None or not state.of(snapshot):
            raise ChromaUnavailableError(f"{self._state_path} names no finished Chroma: run `twinseek index`")
        if not state.holds(snapshot):
            raise ChromaUnavailableError(f"Chroma is older than the {snapshot.space!r} vectors: run `twinseek index`")
        name = _name(snapshot)
        try:
            client = self._opened(state, {snapshot.space: snapshot})
            if name not in self._checked and client.rows(name) != snapshot.rows:
                raise ChromaUnavailableError(f"Chroma has lost rows of {snapshot.space!r}: run `twinseek index`")
        except ChromaUnavailableError:
            self._give_up()
            raise
        self._checked.add(name)
        return client, name

    def _state(self) -> State | None:
        """Return what the last finished sync left, if it was of this Chroma."""
        state = read_state(self._state_path)
        return state if state is not None and state.clean and state.url == self._url else None

    def _opened(self, state: State, snapshots: Mapping[str, Snapshot]) -> ChromaClient:
        if self._client is None:
            if self._url is None:
                self._probe(self._folder / state.folder, state, snapshots)
            self._client = self._connected(state)
        return self._client

    def _connected(self, state: State) -> ChromaClient:
        if self._url is not None:
            return ChromaClient.connect(self._url)
        return ChromaClient.open_folder(self._folder / state.folder)

    def _probe(self, folder: Path, state: State, snapshots: Mapping[str, Snapshot]) -> None:
        """Let a child process open the folder, which may crash it, and look some vectors up."""
        both = state.held.keys() & snapshots.keys()
        samples = [_sample(state.held[space], snapshots[space]) for space in sorted(both)]
        command = [sys.executable, "-m", PROBE, str(folder)]
        try:
            child = subprocess.run(
                command, input=json.dumps(samples), capture_output=True, text=True, timeout=PROBE_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise ChromaUnavailableError(f"{folder} did not open in {PROBE_SECONDS:.0f} s") from None
        if child.returncode:
            said = child.stderr.strip().splitlines() if child.returncode == 1 else []
            cause = said[-1] if said else f"exit status {child.returncode}"
            raise ChromaUnavailableError(f"{folder} is broken ({cause}): run `twinseek index`")

    def _give_up(self) -> None:
        """Search exactly for a while, then try again with a new connection."""
        with self._guard:
            self._retry_at = time.monotonic() + RETRY_SECONDS
            self._disconnect()

    def _disconnect(self) -> None:
        client, self._client = self._client, None
        self._checked.clear()
        if client is not None:
            try:
                client.close()
            except ChromaUnavailableError as error:
                logger.info("%s", error)

    def _sync(self, wanted: Mapping[str, Snapshot]) -> None:
        state = self._state()
        if state is not None and all(state.of(snapshot) for snapshot in wanted.values()):
            try:
                if self._update(state, wanted):
                    return
            except ChromaUnavailableError as error:
                logger.warning("%s; building it anew", error)
        self._rebuild(wanted)

    def _update(self, state: State, wanted: Mapping[str, Snapshot]) -> bool:
        """Remove what is gone and add what is new; false where building anew is better.

        A kill meanwhile leaves a state that says so.
        """
        client = self._opened(state, wanted)
        for space, snapshot in wanted.items():
            held = state.held.get(space, Held.nothing())
            # An embedded Chroma was tried by the child; a server may have lost everything.
            if held.rows_beyond(snapshot) > REBUILD_SHARE * held.rows or (
                space in state.held and client.rows(_name(snapshot)) != held.rows
            ):
                return False
        if state.held.keys() == wanted.keys() and all(state.holds(snapshot) for snapshot in wanted.values()):
            return True
        write_state(self._state_path, state.with_clean(False))
        for space in state.held.keys() - wanted.keys():
            client.delete(_collection(state.identity, space))
        self._fill(client, state, wanted)
        return True

    def _rebuild(self, wanted: Mapping[str, Snapshot]) -> None:
        """Build in a folder of a new name: Chroma keeps caches by path, and the old state names it until this ends."""
        self._disconnect()
        identity = next(iter(wanted.values())).identity
        state = State(clean=False, identity=identity, url=self._url, folder=f"c-{uuid.uuid4().hex}", held={})
        if self._folder.is_file():
            self._folder.unlink()
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._url is not None:
            write_state(self._state_path, state)
        self._client = self._connected(state)
        self._fill(self._client, state, wanted)
        if self._url is None:
            for path in self._folder.glob("c-*"):
                if path.name != state.folder:
                    shutil.rmtree(path, ignore_errors=True)

    def _fill(self, client: ChromaClient, state: State, wanted: Mapping[str, Snapshot]) -> None:
        for space, snapshot in wanted.items():
            if space not in state.held:
                client.create(_name(snapshot))
            _fill(client, snapshot, state.held.get(space, Held.nothing()))
            if client.rows(_name(snapshot)) != snapshot.rows:
                raise ChromaUnavailableError(f"Chroma lost rows of {space!r} while they were added")
        held = {space: Held(snapshot.segments, snapshot.counts) for space, snapshot in wanted.items()}
        write_state(self._state_path, State(True, state.identity, state.url, state.folder, held))


def _fill(client: ChromaClient, snapshot: Snapshot, held: Held) -> None:
    """Turn a collection from what it holds into what the snapshot shows."""
    gone = np.isin(held.segments, snapshot.segments, invert=True)
    client.remove(_name(snapshot), _ids(held.segments[gone], held.counts[gone]))
    new = np.flatnonzero(np.isin(snapshot.segments, held.segments, invert=True))
    ids, rows = _ids(snapshot.segments[new], snapshot.counts[new]), snapshot.rows_at(new)
    for first in range(0, len(ids), BATCH_ROWS):
        vectors = snapshot.matrix[rows[first : first + BATCH_ROWS]].astype(np.float32)
        client.add(_name(snapshot), ids[first : first + BATCH_ROWS], vectors)


def _name(snapshot: Snapshot) -> str:
    return _collection(snapshot.identity, snapshot.space)


def _collection(identity: str, space: str) -> str:
    # The identity keeps libraries on one server apart; Chroma wants a letter or digit last.
    return f"twinseek-{identity}-{space}-v"


def _ids(segments: Ints, counts: Ints) -> list[str]:
    pairs = zip(segments.tolist(), counts.tolist(), strict=True)
    return [f"{segment}:{offset}" for segment, count in pairs for offset in range(count)]


def _sample(held: Held, snapshot: Snapshot) -> "Sample":
    """Choose vectors that Chroma should hold, evenly over those that are still alive."""
    alive = np.flatnonzero(np.isin(snapshot.segments, held.segments))
    chosen = alive[np.linspace(0, len(alive) - 1, min(PROBE_VECTORS, len(alive))).astype(int)]
    vectors = snapshot.matrix[snapshot.starts[chosen]].astype(float)
    return {"collection": _name(snapshot), "rows": held.rows, "vectors": vectors.tolist()}
