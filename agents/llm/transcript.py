"""Writes down what models were told and what they said: one JSON line for every request."""

import hashlib
import json
import logging
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage

from twins.errors import TwinseekError

logger = logging.getLogger(__name__)

SHORTEST_PART = 4
"""Characters of a key's beginning that are taken out at the end of a message that was cut."""
TOO_DEEP = "nested too deep to be written down"
EMBEDDED = ("base64", "data")
"""Keys under which content blocks carry a picture's bytes."""


class Transcript:
    """Appends to a file; many threads may use it at once. Pictures are named by size and hash, secrets taken out.

    Where writing fails later, on a full disk say, that is warned of once, and nothing more is written: a question is
    worth more than what is noted of it.

    Raises:
        TwinseekError: where the file cannot be written, before anything is asked.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = Lock()
        self._failed = False
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.open("ab").close()
        except OSError as error:
            raise TwinseekError(
                f"the transcript {path} cannot be written ({error.strerror}): name another file"
            ) from error

    def write(
        self,
        record: dict[str, Any],
        messages: Sequence[BaseMessage],
        answer: AIMessage | None,
        secrets: Sequence[str] = (),
    ) -> None:
        """Append one request.

        Args:
            record: plain values: purpose, model, what was wrong ...
            messages: what the model was told.
            answer: what it said; none where nothing came.
            secrets: texts that must not be written.
        """
        line = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            **record,
            "messages": [{"role": one.type, "content": without_pictures(one.content)} for one in messages],
            "answer": _spoken(answer) if answer is not None else None,
        }
        try:
            text = json.dumps(line, ensure_ascii=False, default=str)
        except RecursionError:  # the arguments of a call, which are read before they are judged
            text = json.dumps({**line, "answer": TOO_DEEP}, ensure_ascii=False, default=str)
        text = without_secrets(text, secrets)
        with self._lock:
            if self._failed:
                return
            try:
                with self.path.open("ab") as file:
                    file.write(text.encode("utf-8", "backslashreplace") + b"\n")
            except OSError as error:
                self._failed = True
                logger.warning("the transcript %s is written no further (%s)", self.path, error.strerror)


def without_secrets(text: str, secrets: Sequence[str]) -> str:
    """Return a text without the keys in it: servers repeat a key that they refuse."""
    for secret in secrets:
        text = text.replace(secret, "[secret]")
        for length in range(len(secret) - 1, SHORTEST_PART - 1, -1):  # a long message was cut amid the key
            text = text.replace(f"{secret[:length]}…", "[secret]…")
    return text


def without_pictures(content: Any) -> Any:
    """Return a message's content with the bytes of pictures replaced by their number and sha256."""
    if isinstance(content, list):
        return [without_pictures(one) for one in content]
    if isinstance(content, dict):
        return {
            name: _picture(value) if name in EMBEDDED and isinstance(value, str) else without_pictures(value)
            for name, value in content.items()
        }
    if isinstance(content, str) and content.startswith("data:") and ";base64," in content[:100]:
        return _picture(content.split(",", 1)[1])
    return content


def _picture(encoded: str) -> Any:
    try:
        data = b64decode(encoded, validate=True)
    except (NotBase64, ValueError):
        return encoded
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def _spoken(answer: AIMessage) -> dict[str, Any]:
    """Return what a model said, and what its server said of it."""
    return {
        "content": without_pictures(answer.content),
        "tool_calls": [{"name": call["name"], "args": call["args"]} for call in answer.tool_calls],
        "usage": answer.usage_metadata,
        "metadata": answer.response_metadata,
    }
