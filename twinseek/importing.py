"""Twins from annotations that users bring."""

import glob
import mimetypes
from collections.abc import Callable, Sequence
from pathlib import Path

from twins.annotations import import_annotation
from twins.components import components
from twins.errors import TwinseekError
from twins.fingerprints import fingerprint
from twins.geometry import Geometry
from twins.layout import path_text
from twins.schema import Source, Twin
from twins.sentences import predicate_facts
from twins.store import Store

Reader = Callable[[Path, bool], tuple[Twin, Geometry]]

FORMATS: dict[str, Reader] = {"annotations": lambda path, captions: import_annotation(path, captions=captions)}


def import_files(store: Store, paths: Sequence[Path], *, format: str, captions: bool) -> list[str]:
    """Write one twin a file; return their ids.

    Every file is read and checked before the first is written, so that a mistake in the last leaves nothing half done.

    Raises:
        TwinseekError: naming the file and what is wrong with it, or listing the formats that are known.
    """
    if format not in FORMATS:
        raise TwinseekError(f"there is no import format {format!r}: choose one of {', '.join(sorted(FORMATS))}")
    read = [(path, *FORMATS[format](path, captions)) for path in _expand(paths)]
    names = [twin.video_id for _, twin, _ in read]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise TwinseekError(f"several files describe the video {repeated[0]!r}: import one of them")
    for path, twin, geometry in read:
        _write(store, path, twin, geometry)
    return names


def _expand(paths: Sequence[Path]) -> list[Path]:
    files = [file for path in paths for file in (sorted(path.glob("*.json")) if path.is_dir() else [path])]
    if not files:
        raise TwinseekError(f"no .json file in {', '.join(map(str, paths)) or 'nothing'}: name files or their folder")
    return files


def _write(store: Store, path: Path, twin: Twin, geometry: Geometry) -> None:
    twin = twin.model_copy(update={"facts": (*twin.facts, *predicate_facts(twin, geometry))})
    stages = {"import": fingerprint("import", "1", specialist=None, settings={}, inputs=[twin.model_dump_json()])}
    with store.draft(twin.video_id, _source(path, twin)) as draft:
        draft.write(twin, geometry, components(twin))
        draft.commit(stages)


def _source(path: Path, twin: Twin) -> Source:
    """Describe the video's file, if one of the same name lies beside the annotation or in a sibling folder."""
    folders = [path.parent, *sorted(entry for entry in path.resolve().parent.parent.iterdir() if entry.is_dir())]
    found = [
        file
        for folder in folders
        for file in folder.glob(f"{glob.escape(twin.video_id)}.*")
        if (mimetypes.guess_type(file.name)[0] or "").startswith("video/")
    ]
    return Source(
        video_id=twin.video_id,
        names=(twin.video_id,),
        paths=tuple(path_text(file.resolve()) for file in found[:1]),
        size=found[0].stat().st_size if found else None,
        duration=twin.duration,
        width=twin.width,
        height=twin.height,
    )
