"""A folder of a Qwen-VL in transformers' format, looked at before any work: what is wrong with it is known early."""

import importlib.util
import json
from pathlib import Path

from twins.errors import TwinseekError

FAMILIES = ("qwen2_5_vl", "qwen3_vl", "qwen3_vl_moe")
"""``model_type`` of the configurations that are taken."""
NEEDED = ("torch", "torchvision", "transformers")
INDEX, WHOLE = "model.safetensors.index.json", "model.safetensors"


def check_weights(folder: Path) -> None:
    """Look at a folder without loading it. Raises :class:`TwinseekError` where it cannot be used; it says why."""
    lacking = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if lacking:
        raise TwinseekError(f"{', '.join(lacking)} are not installed: pip install 'twinseek[models]'")
    try:
        family = json.loads((folder / "config.json").read_text())["model_type"]
        index = folder / INDEX
        shards = set(json.loads(index.read_text())["weight_map"].values()) if index.is_file() else {WHOLE}
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        problem = f"{type(error).__name__}: {error}"
        raise TwinseekError(f"{folder} is no folder of a model in transformers' format ({problem})") from error
    if family not in FAMILIES:
        raise TwinseekError(f"{folder} holds a {family!r}, not one of {', '.join(FAMILIES)}: name another folder")
    for shard in sorted(shards):
        _check_shard(folder, str(shard))


def _check_shard(folder: Path, name: str) -> None:
    from safetensors import SafetensorError, safe_open

    if Path(name).name != name or not name.endswith(".safetensors"):
        raise TwinseekError(f"{folder} names {name!r} as weights: only .safetensors beside it are read")
    try:
        with safe_open(folder / name, framework="numpy"):
            pass
    except (OSError, SafetensorError) as error:
        raise TwinseekError(f"the weights {folder / name} cannot be read ({error}): fetch them again") from error
