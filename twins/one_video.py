"""What goes wrong with one video is told as that: whoever works on many goes on with the others."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from twins.errors import TwinseekError, comes_of_an_interrupt

log = logging.getLogger(__name__)

SAID = 200
"""Characters of a foreign error's message that are repeated."""


@contextmanager
def one_video(video_id: str) -> Iterator[None]:
    """Raise whatever goes wrong in the block as :class:`TwinseekError`, saying what to do.

    Mistakes of the code stay to be seen: where they were made is logged, and they are the cause of what is raised.
    Ctrl-C and cancellation pass as they are.
    """
    try:
        yield
    except TwinseekError:
        raise
    except Exception as error:
        if comes_of_an_interrupt(error):
            raise
        log.debug("this is where %s failed", video_id, exc_info=error)
        raise TwinseekError(_told(error)) from error


def _told(error: Exception) -> str:
    """Return a foreign error in one line with the next step."""
    said = " ".join(str(error).partition("For further information visit")[0].split())  # pydantic's
    said = said if len(said) <= SAID else f"{said[:SAID]}…"
    if isinstance(error, OSError):
        return f"{said}: make the file readable, or index the video again"
    what = f"{type(error).__name__}: {said}" if said else type(error).__name__
    return f"{what}: index the video again, and report it if that does not help (--debug shows where)"
