"""Decoding a stream without the frames that nobody wants and that no other frame is made from; and not at all."""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from typing import Any

SPARING = frozenset({"h264"})
"""Codecs in which a frame says for certain whether another one is made from it. In HEVC it says so of its own layer."""
STAMPED = frozenset({"mov", "matroska", "mpegts"})
"""Containers that tell of every frame when it is shown; AVI, for one, does not."""


class Decoding:
    """Decodes a stream from where its container stands. ``count`` tells how many frames came, with those left out.

    In what x264 writes, every second frame is one from which no other is made. The others, and all numbers, are the
    same as where all are decoded. In a damaged file nothing more is left out from the first sign of it; what was left
    out before is counted, decodable or not.

    Args:
        container, stream: nobody else decodes it meanwhile.
        wanted: asked of frames in the order in which they are decoded, with their time stamps in seconds; where it
            says no, the frame may be left out. None: all are wanted.
    """

    def __init__(self, container: Any, stream: Any, wanted: Callable[[float], bool] | None = None) -> None:
        self.count = 0
        self._container, self._stream, self._wanted = container, stream, wanted
        stamped = not STAMPED.isdisjoint(container.format.name.split(","))
        self._spares = wanted is not None and stamped and stream.codec_context.name in SPARING
        self._last: int | None = None
        self._unwanted: list[int] = []
        """Rising time stamps of frames that the decoder may leave out and that were not counted yet."""

    def __iter__(self) -> Iterator[tuple[int, Any]]:
        """Yield (number in the order of presentation, raw frame). Raises what the decoder raises."""
        try:
            for packet in self._container.demux(self._stream):
                self._spare(packet)
                for raw in packet.decode():
                    self._count(raw)
                    yield self.count - 1, raw
        finally:
            self._stream.codec_context.skip_frame = "DEFAULT"
            self.count += len(self._unwanted)
            if self._last is not None:
                self._last = max([self._last, *self._unwanted])

    @property
    def last(self) -> float | None:
        """The last time stamp, in seconds, of the frames that came by; none where they have none."""
        return None if self._last is None else float(self._last * self._stream.time_base)

    def _spare(self, packet: Any) -> None:
        """Tell the decoder whether it may leave out the frame of this packet."""
        self._spares = self._spares and not packet.is_corrupt
        unwanted = self._spares and self._is_unwanted(packet)
        if unwanted:
            insort(self._unwanted, packet.pts)
        self._stream.codec_context.skip_frame = "NONREF" if unwanted else "DEFAULT"

    def _is_unwanted(self, packet: Any) -> bool:
        # Before the first frame is out, nobody knows which of those that come before it can be decoded at all; what an
        # edit list has thrown away comes out as no frame.
        if self._wanted is None or self._last is None or packet.pts is None or packet.is_discard:
            return False
        return packet.pts > self._last and not self._wanted(float(packet.pts * packet.time_base))

    def _count(self, raw: Any) -> None:
        """Count a frame, and those before it that were left out."""
        self.count += 1
        falls = raw.pts is not None and self._last is not None and raw.pts <= self._last
        if raw.pts is None or raw.is_corrupt or falls or raw.interlaced_frame:
            # A field may be a packet of its own, and would be counted as a frame.
            self._spares = False
        if raw.pts is None:
            return
        before = bisect_left(self._unwanted, raw.pts)
        self.count += before
        came_all_the_same = self._unwanted[before : before + 1] == [raw.pts]
        del self._unwanted[: before + came_all_the_same]
        self._last = raw.pts


def time_table(container: Any, stream: Any) -> tuple[list[float], list[float]] | None:
    """Return rising times, in seconds, of all frames and of the key frames from where a container stands on.

    None is decoded. None is returned where the time stamps do not tell.
    """
    import av

    times: list[float] = []
    keys: list[float] = []
    try:
        for packet in container.demux(stream):
            if packet.dts is None and packet.pts is None:
                continue
            if packet.pts is None or packet.is_corrupt or packet.is_discard:
                return None
            time = float(packet.pts * packet.time_base)
            times.append(time)
            if packet.is_keyframe:
                keys.append(time)
    except av.FFmpegError:
        return None
    times.sort()
    if not times or not keys or len(set(times)) < len(times):
        return None
    return times, sorted(keys)
