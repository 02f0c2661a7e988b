"""Videos of the library that a question names: it is asked of all of them, and a name tells nothing of what happens."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from twins.errors import TwinseekError
from twins.queries import ResultWarning
from twins.store import Store

NAMED = "video_named"
"""Code of the warning."""
_NAME = re.compile(r"[\w.-]*[\d_.][\w.-]*")
"""What cannot be a plain word: of a file ``dog.mp4`` only the whole name is one, for *a dog* is no video."""


def warn_of_names(query: str, store: Store) -> list[ResultWarning]:
    """Say how to ask of a video that a question names, by its id or its file's name with or without its ending."""
    called = next(_named(query, store), None)
    if called is None:
        return []
    text = (
        f"{called!r} is a video of this library, and all videos were asked: `twinseek show {called}` tells what is in "
        f"it, and `twinseek ask --within {called}` asks of it alone"
    )
    return [ResultWarning(code=NAMED, text=text)]


def _named(query: str, store: Store) -> Iterator[str]:
    for found in _NAME.findall(query):
        word = found.strip(".-")
        if not any(letter.isalpha() for letter in word):
            continue  # a number counts
        with suppress(TwinseekError):  # none is called so, or several are
            video_id = store.resolve(word)
            names = store.source(video_id).names
            if word in (video_id, *names, *(Path(name).stem for name in names)) and _NAME.fullmatch(word):
                yield word
