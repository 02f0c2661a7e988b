"""Opening the videos of a list one after the other, the next one while the one before it is finished."""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from graphs.index_kept import HELD_PIXELS
from graphs.index_options import IndexOptions
from graphs.index_perceive import working_side
from twins.ahead import Ahead
from twins.errors import TwinseekError
from twins.frames import Frame, VideoFile
from twins.seen import FileState, state_of
from twins.sources import SourceFile


class Opening:
    """Hands out the videos of a list in their order. Close it at the end.

    Of the next video the first frames are decoded in a thread once the frames of one are all taken, so that its decoder
    is at work while later stages are.

    Args:
        done: tells of a file that it may need no decoding; it is not opened before its turn.
    """

    def __init__(
        self, paths: Sequence[Path], options: IndexOptions, done: Callable[[Path], bool] = lambda path: False
    ) -> None:
        self._next = dict(pairwise(paths))
        self._options, self._done = options, done
        self._begun: tuple[Path, Ahead[tuple[FileState, VideoFile]]] | None = None

    def open(self, file: SourceFile) -> VideoFile:
        """Open a video, or return it where that was done already. Raises :class:`TwinseekError`: it cannot be read."""
        video = self._taken(file)
        return video if video is not None else VideoFile(file.path)

    def frames(self, video: VideoFile) -> Iterator[Frame]:
        """Yield the sampled frames of an opened video, at the size in which things are found."""
        # Nearly all frames are only looked at small, and the decoder's own scaling is much faster than doing it twice.
        return video.sample(self._options.sampling, working_side(video.info.width, video.info.height))

    def begin_after(self, path: Path) -> None:
        """Begin the video that comes after this one, of which no more frames are wanted."""
        self._taken(None)
        following = self._next.get(path)
        if following is not None and not self._done(following):
            self._begun = following, Ahead(self._begin(following), lambda opened: 1, 1, "opener")

    def close(self) -> None:
        """Close what was opened and never asked for."""
        self._taken(None)

    def _begin(self, path: Path) -> Generator[tuple[FileState, VideoFile], None, None]:
        # What is wrong with the file is told in its turn.
        with suppress(TwinseekError):
            state, video = state_of(path), VideoFile(path)
            # A large picture's decoder holds half a gigabyte, and later stages may need it.
            if video.info.width * video.info.height <= HELD_PIXELS:
                video.begin(self._options.sampling)
            yield state, video

    def _taken(self, file: SourceFile | None) -> VideoFile | None:
        """Return the video that was begun where it is of this file, as it was registered; else close it."""
        if self._begun is None:
            return None
        (path, opener), self._begun = self._begun, None
        for state, video in opener:
            if file is not None and (path, state) == (file.path, file.state):
                return video
            video.close()
        return None
