"""Reading the JSON files of a library: one version check and one way of saying that a file is damaged."""

import json
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from twins.errors import TwinseekError
from twins.layout import display
from twins.schema import SCHEMA_VERSION

Record = TypeVar("Record", bound=BaseModel)

INDEX_AGAIN = "index the video again"

NEWER = "{path} has {what} {found}, this Twinseek reads {known}: install a newer Twinseek"
OLDER = "{path} has {what} {found}, this Twinseek reads {known}: run `twinseek library upgrade`"


class DamagedFileError(TwinseekError):
    """A file is not what this package wrote, or cannot be read at all."""


def read_record(path: Path, kind: type[Record], advice: str = INDEX_AGAIN) -> Record:
    """Read one JSON file.

    Args:
        advice: what to do where the file is damaged.

    Raises:
        TwinseekError: the file is of another version.
        DamagedFileError: it is damaged or cannot be read.
        FileNotFoundError: there is no such file.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        text = f"{display(path)} cannot be read ({error.strerror}): make it readable, or {advice}"
        raise DamagedFileError(text) from error
    try:
        return kind.model_validate_json(content)
    except ValidationError as error:
        check_version(_version_of(content), SCHEMA_VERSION, path, "schema_version")
        cause = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in cause["loc"]) or "the file"
        raise DamagedFileError(f"{display(path)} is damaged ({place}: {cause['msg']}): {advice}") from error


def check_version(found: object, known: int, path: Path, what: str) -> None:
    """Raise :class:`TwinseekError` where a version is known and is not ours."""
    if not isinstance(found, int) or found == known:
        return
    sentence = NEWER if found > known else OLDER
    raise TwinseekError(sentence.format(path=display(path), what=what, found=found, known=known))


def _version_of(content: bytes) -> object:
    try:
        record = json.loads(content)
    except ValueError:
        return None
    return record.get("schema_version") if isinstance(record, dict) else None
