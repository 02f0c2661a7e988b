"""Which files a library's videos came from: content decides the id, paths come and go."""

import hashlib
import logging
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from twins.durable import replace_file
from twins.layout import Layout, display, path_text, text_path, video_id_of
from twins.locks import exclusive
from twins.records import DamagedFileError, read_record
from twins.schema import Source
from twins.seen import FileState, SeenFiles, check_unchanged, is_there

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SourceFile:
    """A video file that was registered; it has its ``video_id`` even before it is indexed."""

    path: Path
    video_id: str
    sha256: str
    state: FileState

    @property
    def size(self) -> int:
        """Bytes."""
        return self.state.size

    def source(self, *, duration: float, width: int, height: int) -> Source:
        """Return the record for ``source.json``, given what decoding found out (seconds, displayed pixels)."""
        return Source(
            video_id=self.video_id,
            names=(display(self.path.name),),
            paths=(path_text(self.path),),
            sha256=self.sha256,
            size=self.size,
            duration=duration,
            width=width,
            height=height,
        )

    def check_unchanged(self) -> None:
        """Raise :class:`TwinseekError` where the file is no longer the one that was registered."""
        check_unchanged(self.path, self.state)


class Sources:
    """The ``source.json`` of every video of a library."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.seen = SeenFiles(layout)
        self._known: dict[str, Source] | None = None
        self._registered: dict[str, str] = {}  # sha256 -> id, of files that are not committed yet

    def read(self, video_id: str) -> Source:
        """Read ``source.json``. Raises ``FileNotFoundError`` where the video is not in the library."""
        return read_record(self._file(video_id), Source)

    def committed(self, ending: str = "") -> list[str]:
        """Return the ids (that end so) of all videos that are wholly there, in order."""
        try:
            names = os.listdir(self.layout.videos)  # noqa: PTH208 - names are enough, of thousands
        except FileNotFoundError:
            return []
        videos = str(self.layout.videos)
        return sorted(n for n in names if n.endswith(ending) and os.path.exists(f"{videos}/{n}/current"))  # noqa: PTH110

    def all(self, ending: str = "") -> Iterator[Source]:
        """Read the sources of all videos (whose ids end so), in the order of their ids."""
        for video_id in self.committed(ending):
            source = self._read_whole(video_id)
            if source is not None:
                yield source

    def register(self, path: Path) -> SourceFile:
        """Find out which video a file is and note where it lies now; another content's claim to the path ends.

        Raises:
            TwinseekError: the file cannot be read, is no regular file, or changes while it is read.
        """
        state, sha256 = self.seen.identify(path)
        text = path_text(path)
        for holder, source in list(self._all().items()):
            if text in source.paths and source.sha256 not in (None, sha256):
                self._edit(holder, partial(_without, paths=(text,)))
        committed = self.find_content(sha256)
        if committed is not None:
            self._edit(committed, partial(_with, names=(display(path.name),), paths=(text,)))
        video_id = committed or self._registered.setdefault(sha256, video_id_of(path, sha256))
        return SourceFile(path, video_id, sha256, state)

    def find_content(self, sha256: str) -> str | None:
        """Return the committed video that was made from this content; imported twins, named otherwise, do not count."""
        return next((s.video_id for s in self.all("-" + sha256[:10]) if s.sha256 == sha256), None)

    def holders(self, path: Path) -> list[str]:
        """Return the videos that are known to lie at this path, in order; reads every ``source.json``."""
        self._known = None
        text = path_text(path)
        return [video_id for video_id, source in self._all().items() if text in source.paths]

    def claimed(self, path: Path) -> bool:
        """Tell whether a committed video lies at this path, as far as this process has read."""
        text = path_text(path)
        return any(text in source.paths for source in self._all().values())

    def named(self, name: str) -> list[str]:
        """Return the videos whose file is called so, with its ending or without; else those whose name begins so."""
        called = {video_id: source.names for video_id, source in self._all().items()}
        whole = [video_id for video_id, names in called.items() if any(name in (n, Path(n).stem) for n in names)]
        return whole or [video_id for video_id, names in called.items() if any(n.startswith(name) for n in names)]

    def merged(self, source: Source) -> Source:
        """Return a source with the names and paths that the library already knows for this video."""
        old = self._read_whole(source.video_id)
        if old is None:
            return source
        return source.model_copy(update=_union(old, source.names, source.paths))

    def add_paths(self, video_id: str, source: Source) -> None:
        """Add the names and paths of ``source`` to a committed video whose lock the caller holds."""
        self._rewrite(video_id, partial(_with, names=source.names, paths=source.paths))

    def note(self, source: Source) -> None:
        """Remember what was just committed, so that the next registration need not read it."""
        if self._known is not None:
            self._known[source.video_id] = source

    def missing_paths(self) -> dict[str, tuple[str, ...]]:
        """Return, of every video that has some, the recorded local paths at which no file is any more."""
        gone = {source.video_id: _gone(source) for source in self.all()}
        return {video_id: paths for video_id, paths in gone.items() if paths}

    def missing(self) -> list[str]:
        """Return the videos that came from a file and whose file is at none of the recorded paths."""
        return [s.video_id for s in self.all() if s.sha256 is not None and len(_gone(s)) == len(s.paths)]

    def drop_missing_paths(self) -> None:
        """Take the paths at which no file is out of every video, and forget their hashes."""
        for video_id, paths in self.missing_paths().items():
            self._edit(video_id, partial(_without, paths=paths))
        self.seen.forget_missing()

    def lock(self, video_id: str) -> Path:
        """Return the lock under which a video is changed; two ids of the same content share one."""
        digest = re.search(r"-([0-9a-f]{10})$", video_id)
        key = digest[1] if digest else hashlib.sha256(video_id.encode()).hexdigest()[:10]
        return self.layout.work / f"video-{key}.lock"

    def _read_whole(self, video_id: str) -> Source | None:
        try:
            return self.read(video_id)
        except FileNotFoundError:  # removed by another process meanwhile
            return None
        except DamagedFileError as error:  # one video's damage is no reason to stop at the others
            log.warning("%s", error)
            return None

    def _file(self, video_id: str) -> Path:
        return self.layout.video(video_id) / "source.json"

    def _all(self) -> dict[str, Source]:
        if self._known is None:
            self._known = {source.video_id: source for source in self.all()}
        return self._known

    def _edit(self, video_id: str, change: Callable[[Source], Source]) -> None:
        self.layout.work.mkdir(exist_ok=True)
        with exclusive(self.lock(video_id)):
            self._rewrite(video_id, change)

    def _rewrite(self, video_id: str, change: Callable[[Source], Source]) -> None:
        old = self._read_whole(video_id)
        if old is None:
            if self._known is not None:
                self._known.pop(video_id, None)
            return
        new = change(old)
        if new != old:
            replace_file(self._file(video_id), new.model_dump_json().encode(), self.layout.work)
        self.note(new)


def _union(old: Source, names: tuple[str, ...], paths: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    return {"names": tuple(dict.fromkeys(old.names + names)), "paths": tuple(dict.fromkeys(old.paths + paths))}


def _with(old: Source, names: tuple[str, ...], paths: tuple[str, ...]) -> Source:
    return old.model_copy(update=_union(old, names, paths))


def _without(old: Source, paths: tuple[str, ...]) -> Source:
    return old.model_copy(update={"paths": tuple(path for path in old.paths if path not in paths)})


def _gone(source: Source) -> tuple[str, ...]:
    local = ((text, text_path(text)) for text in source.paths)
    return tuple(text for text, path in local if path is not None and not is_there(path))
