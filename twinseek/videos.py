"""One line about each video of a library."""

import logging

from twins.errors import TwinseekError
from twins.one_video import one_video
from twins.schema import Strict
from twins.store import Store

log = logging.getLogger(__name__)


class VideoRow(Strict):
    """What ``twinseek list`` says of a video; ``missing`` where none of its files is left."""

    video_id: str
    path: str | None
    duration: float
    width: int
    height: int
    tracks: int
    facts: int
    origin: str
    missing: bool


def describe_video(store: Store, video_id: str, *, missing: bool) -> VideoRow | None:
    """Read the source and the twin of one video; none where it has gone meanwhile, or is damaged, which is logged."""
    try:
        with one_video(video_id):
            twin, source = store.twin(video_id), store.source(video_id)
    except TwinseekError as error:
        if store.current(video_id) is not None:
            log.warning("%s is left out: %s", video_id, error)
        return None
    return VideoRow(
        video_id=video_id,
        path=next(iter(source.paths), None),
        duration=source.duration,
        width=source.width,
        height=source.height,
        tracks=len(twin.tracks),
        facts=len(twin.facts),
        origin=twin.origin,
        missing=missing,
    )
