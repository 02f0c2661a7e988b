"""What Chroma holds, as the last sync left it: read without opening Chroma."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np

from twins.geometry import Ints
from twins.search.snapshot import Snapshot


@dataclass(frozen=True, eq=False)
class Held:
    """The segments of one space that Chroma holds: (S,) numbers and (S,) rows of each."""

    segments: Ints
    counts: Ints

    @classmethod
    def nothing(cls) -> Self:
        """Return what an empty collection holds."""
        return cls(np.empty(0, np.int64), np.empty(0, np.int64))

    @property
    def rows(self) -> int:
        """How many vectors these are."""
        return int(self.counts.sum())

    def rows_beyond(self, snapshot: Snapshot) -> int:
        """Return how many of the vectors the snapshot no longer shows."""
        return int(self.counts[np.isin(self.segments, snapshot.segments, invert=True)].sum())


@dataclass(frozen=True, eq=False)
class State:
    """Where Chroma is, whether a sync was finished there, and of which catalogue's segments.

    Args:
        clean: false while a sync runs; false on opening means that it was killed.
        url: of the server; none for the embedded one, which lies in ``folder``.
    """

    clean: bool
    identity: str
    url: str | None
    folder: str
    held: dict[str, Held]

    def holds(self, snapshot: Snapshot) -> bool:
        """Say whether Chroma holds exactly the snapshot's rows."""
        held = self.held.get(snapshot.space)
        return held is not None and np.array_equal(np.sort(held.segments), np.sort(snapshot.segments))

    def of(self, snapshot: Snapshot) -> bool:
        """Say whether its segment numbers are of the snapshot's catalogue."""
        return self.identity == snapshot.identity

    def with_clean(self, clean: bool) -> "State":
        """Return the state with this mark."""
        return replace(self, clean=clean)


def read_state(path: Path) -> State | None:
    """Read the state; none where there is none that can be understood."""
    try:
        found = json.loads(path.read_text())
        held = {
            space: Held(np.asarray(segments, np.int64), np.asarray(counts, np.int64))
            for space, (segments, counts) in found["held"].items()
        }
        return State(found["clean"], found["identity"], found["url"], found["folder"], held)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write_state(path: Path, state: State) -> None:
    """Write the state in one step."""
    held = {space: (one.segments.tolist(), one.counts.tolist()) for space, one in state.held.items()}
    record = {"clean": state.clean, "identity": state.identity, "url": state.url, "folder": state.folder, "held": held}
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(record))
    fresh.replace(path)
