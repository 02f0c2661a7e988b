"""Twins from annotations that users bring."""

import glob
import mimetypes
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twins.annotations import import_annotation
from twins.coco_images import read_coco
from twins.coco_vis import read_coco_vis
from twins.components import components
from twins.described import Described
from twins.errors import TwinseekError
from twins.fingerprints import fingerprint
from twins.layout import display, path_text
from twins.masks import MaskWriter
from twins.sa_v import read_sa_v
from twins.schema import Source
from twins.sentences import predicate_facts
from twins.store import Store

Event = dict[str, Any]


@dataclass(frozen=True)
class ImportOptions:
    """How files are read.

    Args:
        captions: false leaves captions out, so that a measurement cannot profit from them.
        fps: frames a second of videos whose file tells no times.
        videos: a folder, looked through to its depths, in which the described videos lie.
    """

    captions: bool = True
    fps: float | None = None
    videos: Path | None = None


Reader = Callable[[Path, ImportOptions], Iterator[Described]]


def _annotations(path: Path, options: ImportOptions) -> Iterator[Described]:
    yield Described(*import_annotation(path, captions=options.captions))


FORMATS: dict[str, Reader] = {
    "annotations": _annotations,
    "coco": lambda path, options: read_coco(path, options.fps),
    "coco-vis": lambda path, options: read_coco_vis(path, options.fps),
    "sa-v": lambda path, options: read_sa_v(path, options.fps),
}

MARKS = {
    "sa-v": {"masklet"},
    "coco": {"images", "annotations"},
    "coco-vis": {"videos", "annotations"},
    "annotations": {"video", "objects", "frames"},
}
"""Keys of a file that only this format has, the first that fits."""
MOST_GUESSED = 64 * 2**20
"""Bytes of a file that is looked through once more to tell what format it may be."""
DEEPEST = 32
"""Brackets within brackets: no format has as many."""
_JSON = re.compile(rb'"((?:[^"\\]|\\.){0,64})"\s*:|"(?:[^"\\]|\\.)*+"|[][{}]')
"""A short key, another string, a bracket."""


def import_files(
    store: Store,
    paths: Sequence[Path],
    *,
    format: str,
    options: ImportOptions | None = None,
    on_event: Callable[[Event], None] | None = None,
) -> list[str]:
    """Write one twin a described video; return their ids.

    Every file is read and checked before the first twin is written, so that a mistake in the last leaves nothing half
    done. They are read once more for writing: what one file holds is in memory at a time.

    Raises:
        TwinseekError: naming the file and what is wrong with it, or listing the formats that are known.
    """
    if format not in FORMATS:
        raise TwinseekError(f"there is no import format {format!r}: choose one of {', '.join(sorted(FORMATS))}")
    options = options or ImportOptions()
    files = _expand(paths, format)
    names = _names(store, files, format, options)
    tell = on_event or (lambda event: None)
    tell({"event": "importing", "total": len(names)})
    found = _video_files(options.videos)
    for path in files:
        for described in FORMATS[format](path, options):
            _write(store, path, described, found)
            tell({"event": "imported", "video": described.twin.video_id})
    return names


def _names(store: Store, files: Sequence[Path], format: str, options: ImportOptions) -> list[str]:
    names: dict[str, None] = {}
    for path in files:
        for described in _read(path, format, options):
            name = described.twin.video_id
            if name in names:
                raise TwinseekError(f"the video {name!r} is described twice: import one of its descriptions")
            names[name] = None
    known = set(store.video_ids())
    indexed = next((name for name in names if name in known and store.twin(name).origin == "perceived"), None)
    if indexed is not None:
        raise TwinseekError(
            f"{indexed!r} was indexed from its video, which holds more than a description: import into another library,"
            f" or remove it first with `twinseek remove {indexed}`"
        )
    return list(names)


def _read(path: Path, format: str, options: ImportOptions) -> Iterator[Described]:
    try:
        yield from FORMATS[format](path, options)
    except TwinseekError as error:
        other = _other_format(path, format)
        if other is None:
            raise
        raise TwinseekError(f"{error}; the file looks like {other}, not like {format}: add --format {other}") from error


def _other_format(path: Path, format: str) -> str | None:
    """Return the format of which a file has the keys where it lacks those of the one that was asked for."""
    try:
        keys = _keys(path.read_bytes()) if path.stat().st_size <= MOST_GUESSED else frozenset()
    except OSError:
        return None
    if MARKS[format] <= keys:
        return None
    return next((name for name, marks in MARKS.items() if marks <= keys), None)


def _keys(text: bytes) -> frozenset[str]:
    """Return the outermost keys of an object in JSON. Nothing is parsed: a hint is not worth a second copy of a file.

    What is nested deeper than any format has no keys worth a look.
    """
    found, depth = set(), 0
    for token in _JSON.finditer(text):
        mark = token[0][:1]
        if mark in b"{[":
            depth += 1
        elif mark in b"}]":
            depth -= 1
        elif depth == 1 and token[1] is not None:
            found.add(token[1].decode("utf-8", "replace"))
        if depth > DEEPEST:
            return frozenset()
    return frozenset(found)


def _expand(paths: Sequence[Path], format: str) -> list[Path]:
    files = [file for path in paths for file in _files_of(path, format)]
    if not files:
        raise TwinseekError(f"no .json file in {', '.join(map(str, paths)) or 'nothing'}: name files or their folder")
    return files


def _files_of(path: Path, format: str) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(path.glob("*.json"))
    return [path] if format == "sa-v" and not files else files


def _write(store: Store, path: Path, described: Described, found: dict[str, Path]) -> None:
    twin = described.twin
    twin = twin.model_copy(update={"facts": (*twin.facts, *predicate_facts(twin, described.geometry))})
    stages = {"import": fingerprint("import", "1", specialist=None, settings={}, inputs=[twin.model_dump_json()])}
    with store.draft(twin.video_id, _source(path, described, found)) as draft:
        draft.write(twin, described.geometry, components(twin))
        if described.masks:
            with MaskWriter(draft.masks_path, twin.height, twin.width) as writer:
                for track, frames in described.masks.items():
                    for index, rle in frames.items():
                        writer.add(track, index, rle)
        draft.commit(stages)


def _video_files(folder: Path | None) -> dict[str, Path]:
    """Return the videos in a folder and below, by their files' names and by these without an ending."""
    found: dict[str, Path] = {}
    if folder is None:
        return found
    if not folder.is_dir():
        raise TwinseekError(f"{display(folder)} is no folder: name the folder in which the videos lie")
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if _is_video(name):
                found.setdefault(name, Path(place, name))
                found.setdefault(Path(name).stem, Path(place, name))
    return found


def _is_video(name: str) -> bool:
    return (mimetypes.guess_type(name)[0] or "").startswith("video/")


def _source(path: Path, described: Described, found: dict[str, Path]) -> Source:
    """Describe the video's file, if one of its name was found, or lies beside the description or in a folder there."""
    twin, called = described.twin, described.video_file
    names = tuple(dict.fromkeys([twin.video_id, *([called] if called else [])]))
    file = next((found[name] for name in reversed(names) if name in found), None) or _beside(path, twin.video_id)
    return Source(
        video_id=twin.video_id,
        names=names,
        paths=(path_text(file.resolve()),) if file else (),
        size=file.stat().st_size if file else None,
        duration=twin.duration,
        width=twin.width,
        height=twin.height,
    )


def _beside(path: Path, name: str) -> Path | None:
    folders = [path.parent, *sorted(entry for entry in path.resolve().parent.parent.iterdir() if entry.is_dir())]
    files = (file for folder in folders for file in folder.glob(f"{glob.escape(name)}.*") if _is_video(file.name))
    return next(files, None)
