"""Twins written in formats that other programs read."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from twins.coco_images import write_coco
from twins.coco_vis import write_coco_vis
from twins.errors import TwinseekError
from twins.excerpt import Excerpt, excerpt_of
from twins.instance_masks import open_masks
from twins.layout import display
from twins.queries import ResultRecord
from twins.schema import Strict
from twins.store import Store
from twinseek.plain_text import count
from twinseek.whole_files import whole_file, whole_folder

Event = dict[str, Any]

MAX_ANSWER_BYTES = 256 * 2**20
"""A larger file is no answer."""

FRAMES_BETWEEN_EVENTS = 25


class ExportedVideo(Strict):
    """What was written of one video."""

    video_id: str
    tracks: int
    frames: int


class ExportReport(Strict):
    """What was written, and where: files, and for ``davis`` the folder of each video."""

    format: str
    files: tuple[str, ...]
    videos: tuple[ExportedVideo, ...]

    def summary(self) -> str:
        """Return one line for people."""
        return f"exported {count(len(self.videos), 'video')} to {', '.join(self.files)}"


FILE_ENDINGS = frozenset([".json", ".mp4", ".mov", ".avi", ".mkv", ".webm", ".m4v", ".gif", ".png", ".zip"])
"""Endings of files that a folder, or a file of another kind, should not have by mistake."""

Format = Literal["coco", "coco-vis", "davis", "mp4"]


def excerpts_of(store: Store, wanted: Iterable[Path | str | ResultRecord]) -> list[Excerpt]:
    """Return what is to be exported, a video once.

    Args:
        store: the library.
        wanted: videos, as :meth:`Store.resolve` takes them: all of each. Answers, or files that ``twinseek ask --json``
            wrote: the instances of each result inside its spans.

    Raises:
        TwinseekError: a video or an instance is not in the library, a file is no answer, or there is nothing to export.
    """
    found: dict[str, Excerpt] = {}
    for one in wanted:
        answer = one if isinstance(one, ResultRecord) else _answer_in(Path(one))
        for excerpt in [_whole(store, _resolved(store, str(one)))] if answer is None else _answered(store, answer):
            if excerpt.video_id in found:
                raise TwinseekError(f"{excerpt.video_id} is named twice: name each video once, or one answer")
            found[excerpt.video_id] = excerpt
    if not found:
        raise TwinseekError("there is nothing to export: name a video, or an answer that has instances")
    return list(found.values())


def _answer_in(path: Path) -> ResultRecord | None:
    """Read an answer; none where this is no JSON file, but a video's name."""
    if path.suffix.lower() != ".json" or not path.is_file():
        return None
    try:
        if path.stat().st_size > MAX_ANSWER_BYTES:
            raise TwinseekError(f"{display(path)} is larger than {MAX_ANSWER_BYTES >> 20} MiB: ask for fewer masks")
        return ResultRecord.model_validate_json(path.read_bytes())
    except OSError as error:
        raise TwinseekError(f"cannot read {display(path)}: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise TwinseekError(
            f"{display(path)} is no answer of `twinseek ask --json` ({where}: {first['msg']}): write it anew"
        ) from error


def _resolved(store: Store, name: str) -> str:
    try:
        return store.resolve(name)
    except TwinseekError as error:
        if not name.lower().endswith(".json") or Path(name).exists():
            raise
        raise TwinseekError(
            f"there is no file {display(Path(name))}, and no video of this name: write it with `twinseek ask --json`"
        ) from error


def _whole(store: Store, video_id: str) -> Excerpt:
    effective = store.effective(video_id)
    return excerpt_of(
        effective.twin,
        effective.geometry,
        video_file=_video_file(store, video_id),
        open_masks=partial(open_masks, store, effective),
    )


def _video_file(store: Store, video_id: str) -> str | None:
    # An imported twin goes by its own name first; a file's name, where one is known, comes after it.
    names = [name for name in store.source(video_id).names if name != video_id]
    return names[0] if names else None


def _answered(store: Store, answer: ResultRecord) -> Iterator[Excerpt]:
    for hit in answer.results:
        instances = [instance.id for instance in hit.instances]
        if not instances:
            continue
        whole = _whole(store, store.resolve(hit.video_id))
        known = {track.id for track in whole.tracks}
        gone = next((name for name in instances if name not in known), None)
        if gone is not None:
            raise TwinseekError(f"{hit.video_id} has no instance {gone!r} any more: ask again, and export that answer")
        yield whole.limited(instances, hit.spans)


def export(
    store: Store,
    excerpts: Sequence[Excerpt],
    *,
    format: Format,
    to: Path | None = None,
    force: bool = False,
    on_event: Callable[[Event], None] | None = None,
) -> ExportReport:
    """Write excerpts; each file or folder appears whole or not at all.

    Args:
        store: the library that they are of, which knows where the videos lie.
        excerpts: of :func:`excerpts_of`.
        format: one of :data:`FORMATS`.
        to: the file, or for ``davis``, or several videos as ``mp4``, the folder; by default beside the work at hand.
        force: replace what is there.
        on_event: told of progress as plain dictionaries.

    Raises:
        TwinseekError: there is something already, it cannot be written, or a video that is needed is gone.
    """
    if format not in FORMATS:
        raise TwinseekError(f"there is no export format {format!r}: choose one of {', '.join(sorted(FORMATS))}")
    places = _places(excerpts, format, to)
    beside = map(_beside, places) if format == "davis" else ()
    taken = next((place for place in (*places, *beside) if place.exists()), None)
    if taken is not None and not force:
        raise TwinseekError(f"{display(taken)} is there already: name another place (--to), or replace it (--force)")
    tell = on_event or (lambda event: None)
    tell({"event": "exporting", "total": len(excerpts)})
    with _write_errors():
        FORMATS[format](store, excerpts, places, tell)
    return ExportReport(
        format=format,
        files=tuple(display(place) for place in places),
        videos=tuple(
            ExportedVideo(video_id=e.video_id, tracks=len(e.tracks), frames=len(e.frame_index)) for e in excerpts
        ),
    )


def _places(excerpts: Sequence[Excerpt], format: Format, to: Path | None) -> list[Path]:
    if format == "davis":
        _check_folder(to, "davis writes a folder")
        return [(to or Path("davis")) / excerpt.video_id for excerpt in excerpts]
    if format == "mp4":
        if to is not None and to.suffix.lower() == ".mp4" and not to.is_dir():
            if len(excerpts) > 1:
                raise TwinseekError(f"{len(excerpts)} videos cannot go into the one file {display(to)}: name a folder")
            return [to]
        _check_folder(to, "an overlay is an .mp4 file, several are a folder")
        return [(to or Path()) / f"{excerpt.video_id}.overlay.mp4" for excerpt in excerpts]
    if to is not None and to.suffix.lower() in FILE_ENDINGS - {".json"} and not to.is_dir():
        raise TwinseekError(f"{display(to)} is not named like JSON, which {format} writes: name a .json file (--to)")
    name = f"{excerpts[0].video_id if len(excerpts) == 1 else 'twins'}.{format}.json"
    return [Path(name) if to is None else to / name if to.is_dir() else to]


def _check_folder(to: Path | None, why: str) -> None:
    """Refuse a file, or what is named like one, where a folder is written."""
    if to is None or to.is_dir():
        return
    if to.exists():
        raise TwinseekError(f"{display(to)} is a file, and {why}: name another place (--to)")
    if to.suffix.lower() in FILE_ENDINGS:
        raise TwinseekError(f"{display(to)} is named like a file, and {why}: name another place (--to)")


@contextmanager
def _write_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        place = display(error.filename) if error.filename else "the export"
        raise TwinseekError(f"cannot write {place} ({error.strerror or error}): name another place (--to)") from error


Tell = Callable[[Event], None]


def _json(write: Callable[..., None], excerpts: Sequence[Excerpt], places: Sequence[Path], tell: Tell) -> None:
    with whole_file(places[0]) as new, new.open("w", encoding="utf-8") as file:
        write(file, excerpts, version("twinseek"))
    for excerpt in excerpts:
        tell({"event": "exported", "video": excerpt.video_id})


def _coco(store: Store, excerpts: Sequence[Excerpt], places: Sequence[Path], tell: Tell) -> None:
    _json(write_coco, excerpts, places, tell)


def _coco_vis(store: Store, excerpts: Sequence[Excerpt], places: Sequence[Path], tell: Tell) -> None:
    _json(write_coco_vis, excerpts, places, tell)


def _davis(store: Store, excerpts: Sequence[Excerpt], places: Sequence[Path], tell: Tell) -> None:
    from twins.davis import davis_json, write_davis

    for excerpt, place in zip(excerpts, places, strict=True):
        with whole_folder(place) as new:
            record = write_davis(new, excerpt)
        with whole_file(_beside(place)) as new:
            new.write_text(davis_json(record), encoding="utf-8")
        tell({"event": "exported", "video": excerpt.video_id})


def _beside(place: Path) -> Path:
    """Return the file in which stands what the pictures of a DAVIS folder cannot say."""
    return place.with_name(place.name + ".json")


def _mp4(store: Store, excerpts: Sequence[Excerpt], places: Sequence[Path], tell: Tell) -> None:
    videos = [_source(store, excerpt.video_id) for excerpt in excerpts]  # all are there before the first is drawn
    from twinseek.overlay_video import write_overlay

    for excerpt, place, video in zip(excerpts, places, videos, strict=True):

        def drawn(done: int, excerpt: Excerpt = excerpt) -> None:
            if done % FRAMES_BETWEEN_EVENTS == 0:
                stage = f"frame {done} of {len(excerpt.frame_index)}"
                tell({"event": "progress", "video": excerpt.video_id, "stage": stage})

        with whole_file(place) as new:
            write_overlay(new, excerpt, video, drawn)
        tell({"event": "exported", "video": excerpt.video_id})


def _source(store: Store, video_id: str) -> Path:
    path = store.path(video_id)
    if path is None:
        known = ", ".join(store.source(video_id).paths) or "nowhere"
        raise TwinseekError(
            f"the file of {video_id} is gone (last seen: {known}), and an overlay is drawn on its frames:"
            " index it again where it is now, or export masks alone (coco-vis, coco, davis)"
        )
    return path


FORMATS: dict[str, Callable[[Store, Sequence[Excerpt], Sequence[Path], Tell], None]] = {
    "coco": _coco,
    "coco-vis": _coco_vis,
    "davis": _davis,
    "mp4": _mp4,
}
