"""Where things lie in a library, and what they are called. Names of files are untrusted everywhere here."""

import hashlib
import os
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

from twins.errors import TwinseekError

LIBRARY_FORMAT = 1
"""Version of the folder layout, kept in ``library.toml``; rises when :mod:`twins.migrations` gains a step."""

TWIN, GEOMETRY, MASKS, COMPONENTS, MANIFEST = (
    "twin.json",
    "geometry.npz",
    "masks.zip",
    "components.json",
    "manifest.json",
)

SLUG_LENGTH = 48
ID_BYTES = 200  # a file name may have 255; suffixes are added to ids
_DIGEST = 10

CURRENT, UNFINISHED = "current", "unfinished"
"""Files of a video's folder that name its live generation, and one that a run has begun to put in its place."""

_GENERATION = re.compile(r"g-[0-9a-f]{16}")
_FILE_URI = "file://"


@dataclass(frozen=True)
class Layout:
    """The places of one library."""

    root: Path

    @property
    def library_file(self) -> Path:
        """``library.toml``: format version and id."""
        return self.root / "library.toml"

    @property
    def videos(self) -> Path:
        """One folder a video."""
        return self.root / "videos"

    @property
    def search(self) -> Path:
        """What is derived from the videos and can be made again."""
        return self.root / "search"

    @property
    def hashes(self) -> Path:
        """Memory of what files held when they were read; deleting it costs time only."""
        return self.root / "paths"

    @property
    def work(self) -> Path:
        """Unfinished work."""
        return self.root / ".work"

    def video(self, video_id: str) -> Path:
        """Return the folder of a video. Raises :class:`TwinseekError` for an id that is no plain file name."""
        return self.videos / check_video_id(video_id)


def slug(stem: str) -> str:
    """Return a short lower-case ASCII name for a file's stem; ``video`` where nothing readable is left."""
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    return words[:SLUG_LENGTH].rstrip("-") or "video"


def video_id_of(path: Path, sha256: str) -> str:
    """Return the id of a file with this content: its stem's slug and ten hex digits of the content."""
    return f"{slug(path.stem)}-{sha256[:_DIGEST]}"


def check_video_id(video_id: str) -> str:
    """Return the id if it can name a folder, else raise :class:`TwinseekError`."""
    try:
        length = len(video_id.encode())
    except UnicodeEncodeError:
        length = 0
    controls = any(unicodedata.category(letter) == "Cc" for letter in video_id)
    if not 0 < length <= ID_BYTES or controls or video_id[0] == "." or set(video_id) & set("/\\"):
        raise TwinseekError(
            f"{display(video_id)[:ID_BYTES]!r} cannot be a video's id: use 1 to {ID_BYTES} bytes of text"
            " without slashes or control characters that do not start with a full stop"
        )
    return video_id


def check_part(name: str) -> str:
    """Return the name of an encoder, generation or observation if it can name a file; ``ValueError`` otherwise."""
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,100}", name):
        raise ValueError(f"{name!r} cannot name a file: use letters, digits, '.', '_' and '-'")
    return name


def is_generation(name: str) -> bool:
    """Tell whether this is the name of a generation's folder."""
    return _GENERATION.fullmatch(name) is not None


def generation_name(parts: dict[str, str]) -> str:
    """Return ``g-<hash>`` over what a generation was made of: equal content has an equal name."""
    text = "\n".join(f"{name}={value}" for name, value in sorted(parts.items()))
    return "g-" + hashlib.sha256(text.encode()).hexdigest()[:16]


def path_text(path: Path) -> str:
    """Write an absolute path as text that JSON can hold and :func:`text_path` turns back into the same path.

    A name that is no valid UTF-8 becomes a ``file://`` URI; every other path stays as it is.
    """
    absolute = os.path.abspath(path)  # noqa: PTH100 - resolve() would follow the user's links
    try:
        absolute.encode()
    except UnicodeEncodeError:
        return _FILE_URI + quote(os.fsencode(absolute))
    return absolute


def text_path(text: str) -> Path | None:
    """Return the local path that :func:`path_text` wrote, or none where the text is the address of something remote."""
    if text.startswith(_FILE_URI):
        return Path(os.fsdecode(unquote_to_bytes(text.removeprefix(_FILE_URI))))
    return None if "://" in text else Path(text)


def display(name: str | Path) -> str:
    """Write a name for people: undecodable bytes as ``\\xNN``, never an encoding error."""
    return os.fsencode(name).decode("utf-8", "backslashreplace") if _has_escapes(str(name)) else str(name)


def _has_escapes(text: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in text)
