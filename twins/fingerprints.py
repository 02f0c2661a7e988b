"""By what a stage's result is recognised: equal fingerprints mean that running again would change nothing."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from twins.schema import Provenance

NOT_IDENTITY = frozenset(
    {"profile", "device", "batch_size", "points_per_batch", "jobs", "threads", "concurrency", "timeout", "attempts"}
)
"""Settings that change where and how fast a stage runs, but not what it finds."""


def fingerprint(
    stage: str,
    version: str,
    *,
    specialist: Provenance | None = None,
    settings: Mapping[str, object] | None = None,
    inputs: Sequence[str] = (),
) -> str:
    """Return the fingerprint of a stage as 32 hex digits.

    Args:
        version: of the stage's code, raised by hand when its results change.
        settings: JSON values; those named in :data:`NOT_IDENTITY` do not count.
        inputs: fingerprints of the stages, or the hash of the file, that it reads, in the order in which it takes them.
    """
    identity = {
        "stage": stage,
        "version": version,
        "specialist": specialist.model_dump() if specialist else None,
        "settings": {name: value for name, value in (settings or {}).items() if name not in NOT_IDENTITY},
        "inputs": list(inputs),
    }
    return digest(identity)


def stale_stages(recorded: Mapping[str, str], wanted: Mapping[str, str]) -> tuple[str, ...]:
    """Return the stages whose recorded fingerprint is missing or another one, in the order of ``wanted``."""
    return tuple(stage for stage, value in wanted.items() if recorded.get(stage) != value)


def digest(value: object) -> str:
    """Return 32 hex digits over JSON values; key order does not count, nor whether 2 is written 2.0.

    Raises:
        TypeError: a value is no JSON.
        ValueError: a number is not finite.
    """
    text = json.dumps(_canonical(value), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _canonical(value: Any) -> Any:
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TypeError(f"keys must be text: {sorted(map(repr, value))}")
        return {key: _canonical(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
