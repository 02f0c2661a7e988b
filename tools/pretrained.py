"""Weights in transformers' format: a folder that is looked at before any work starts, and loaded on first use.

Only safetensors are read, nothing is fetched, and no code that lies in the folder is run.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

from tools.installed import check_installed
from tools.precision import Dtype, torch_dtype
from tools.weights import TENSORS, WEIGHTS, config_of

PREPROCESSORS = ("preprocessor_config.json", "processor_config.json")

_LOADED: dict[tuple[object, ...], Any] = {}
_LOADING = Lock()


def folder_of(settings: Mapping[str, Any], model_type: str) -> tuple[Path, dict[str, Any]]:
    """Return the folder that the setting ``weights`` names, and its configuration.

    Raises:
        ValueError: there is none, or nothing says how pictures are prepared.
        TwinseekError: it holds another model, or what it is run by is not installed.
    """
    if not settings.get(WEIGHTS):
        raise ValueError(f"it needs weights: set its weights to a folder that holds a {model_type} model")
    check_installed()
    folder = Path(str(settings[WEIGHTS]))
    config = config_of(folder, [model_type])
    if not any((folder / name).is_file() for name in PREPROCESSORS):
        raise ValueError(f"{folder} has no {PREPROCESSORS[0]}, which says how pictures are prepared: fetch it too")
    return folder, config


class Pretrained:
    """A model and what goes with it, loaded when they are first needed; who names the same weights shares them.

    Args:
        folder: a checked one.
        device: ``cpu`` or ``cuda``.
        dtype: see :func:`tools.precision.torch_dtype`.
        load: takes the folder; returns the class of the model, and a processor.
        exact: parts of the model that compute in float32 all the same; what they are given must be that, too.
    """

    def __init__(
        self,
        folder: Path,
        device: str,
        dtype: Dtype,
        load: Callable[[Path], tuple[Any, Any]],
        exact: Sequence[str] = (),
    ) -> None:
        self._folder, self._device, self._dtype, self._load, self._exact = folder, device, dtype, load, exact

    def get(self) -> tuple[Any, Any]:
        """Return the model, ready to infer, and its processor. Raises ValueError where weights are missing."""
        with _LOADING:
            key = self._key()
            if key not in _LOADED:
                kind, processor = self._load(self._folder)
                model = _load_model(kind, self._folder, self._device, self._dtype)
                for part in self._exact:
                    model.get_submodule(part).float()
                _LOADED[key] = model, processor
            loaded: tuple[Any, Any] = _LOADED[key]
            return loaded

    def unload(self) -> None:
        """Forget the model, for all who share it; it is loaded again when it is needed."""
        with _LOADING:
            _LOADED.pop(self._key(), None)
        if self._device != "cpu":
            import torch

            torch.cuda.empty_cache()

    def _key(self) -> tuple[object, ...]:
        states = [
            (file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in self._folder.glob(f"*{TENSORS}")
        ]
        return self._folder, self._device, self._dtype, tuple(sorted(states))


def _load_model(kind: Any, folder: Path, device: str, dtype: Dtype) -> Any:
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]  # a command has its own
    model, told = kind.from_pretrained(
        folder,
        local_files_only=True,
        use_safetensors=True,
        dtype=torch_dtype(dtype, device),
        output_loading_info=True,
    )
    # What a file lacks is made up at random, with no more than a warning.
    lacking = sorted(told["missing_keys"])
    if lacking:
        raise ValueError(f"{folder} lacks {len(lacking)} of its weights ({lacking[0]} …): fetch it again")
    return model.to(device).eval()


def all_numbers(values: Any, folder: Path) -> Any:
    """Return a tensor of model outputs. Raises ValueError where none of it is a number."""
    if values.numel() and not values.isfinite().any():
        raise ValueError(
            f"the model of {folder} gives no numbers: its weights are damaged, or overflow in half precision "
            '(set its dtype to "float32")'
        )
    return values
