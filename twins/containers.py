"""Open video files that may be hostile: only containers that hold a video themselves, and only sizes that fit."""

import os
from pathlib import Path
from typing import Any

from twins.errors import TwinseekError

MAX_PIXELS = 8192 * 8192
"""A larger picture is refused before the decoder allocates it; 8K is half of this."""

FORMATS = "mov,mp4,matroska,webm,avi,mpeg,mpegts,mpegvideo,asf,flv,ogg,gif,mxf,h264,hevc,m4v,ivf,nut,obu,dv,vob"
"""Containers that hold a video themselves. A playlist would have other files opened before anyone could look at it."""

REFUSED_FORMATS = frozenset(
    {"hls", "dash", "concat", "concatf", "sdp", "rtsp", "applehttp", "image2", "image2pipe", "tty", "imf"}
    | {"webvtt", "srt", "ass", "lrc", "txt", "ffmetadata"}
)
"""Containers that name other files, or that are text or single pictures: a video library has no use for them."""


def open_container(path: Path) -> Any:
    """Open a video file. Raises :class:`TwinseekError`: it is none, or may not be read; the sentence says why."""
    import av

    try:
        if not path.is_file():
            raise TwinseekError(f"{path} is no file: name a video file or a folder of them")
        with path.open("rb") as file:
            if not file.read(1):
                raise TwinseekError(f"{path} is empty (0 bytes): copy or download it again")
        # The prefix keeps a name like "concat:a|b" or "http://…" from being taken for a protocol.
        container = av.open(
            "file:" + os.fspath(path.resolve()),
            container_options={"protocol_whitelist": "file", "format_whitelist": FORMATS},
            options={"max_pixels": str(MAX_PIXELS)},
            metadata_errors="replace",
        )
    except PermissionError as error:
        raise TwinseekError(f"{path} may not be read ({error.strerror}): change its permissions") from error
    except (OSError, av.FFmpegError) as error:
        raise TwinseekError(
            f"{path} is not a video that can be read ({error.strerror or error}): convert it to mp4, or leave it out"
        ) from error
    name = container.format.name
    if REFUSED_FORMATS.intersection(name.split(",")) or name.endswith("_pipe"):
        container.close()
        raise TwinseekError(f"{path} is not a video (its format is {name}): name a video file")
    return container


def picture_stream(path: Path, container: Any) -> Any:
    """Return the video stream of an opened file, set to one thread.

    Raises:
        TwinseekError: there is none, it cannot be decoded, or its pictures are larger than :data:`MAX_PIXELS`.
    """
    streams = [s for s in container.streams.video if "attached_pic" not in str(s.disposition)]
    if not streams:
        what = "only sound" if container.streams.audio else "no pictures"
        raise TwinseekError(f"{path} holds {what}: name a file with a video stream")
    stream = streams[0]
    if stream.codec_context is None:
        raise TwinseekError(f"{path} is coded in a way that is not understood: convert it to mp4 (H.264)")
    if (stream.codec_context.width or 0) * (stream.codec_context.height or 0) > MAX_PIXELS:
        size = f"{stream.codec_context.width}x{stream.codec_context.height}"
        raise TwinseekError(f"{path} has frames of {size} pixels, which is too many: scale it down to 8K or less")
    # Slices only: frame threads hand out frames late and each holds its own copies.
    stream.thread_type = "SLICE"
    stream.codec_context.thread_count = 1
    return stream
