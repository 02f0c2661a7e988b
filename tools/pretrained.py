"""Weights in transformers' format: a folder that is looked at before any work starts, and loaded on first use.

A model is loaded once in a process, whoever names the same weights on the same device in the same precision. Only
safetensors are read, nothing is fetched, and no code that lies in the folder is run.
"""

import gc
import logging
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar, cast

from tools.installed import check_installed
from tools.precision import Dtype, torch_dtype
from tools.preparation import check_pictures
from tools.room import out_of_memory
from tools.weights import TENSORS, WEIGHTS, config_of
from twins.errors import UnusableError

Made = TypeVar("Made")

WRONG = (OSError, ValueError, RuntimeError, LookupError, TypeError, AttributeError)
"""What transformers raises where a folder does not hold what it needs, or something else."""


@dataclass(frozen=True)
class Weights:
    """A folder in transformers' format, and how it is loaded.

    Args:
        folder: one that was looked at.
        device: ``cpu`` or ``cuda``.
        dtype: see :func:`tools.precision.torch_dtype`.
    """

    folder: Path
    device: str = "cpu"
    dtype: Dtype = "auto"


@dataclass
class _Place:
    """What is loaded of some weights; ``state`` tells the files from those that take their place later."""

    lock: Lock = field(default_factory=Lock)
    state: object = None
    made: Any = None


_PLACES: dict[tuple[object, ...], _Place] = {}
_LOOKING, _MAKING = Lock(), Lock()


def folder_of(settings: Mapping[str, Any], model_type: str) -> tuple[Path, dict[str, Any]]:
    """Return the folder that the setting ``weights`` names, and its configuration.

    Raises:
        ValueError: there is none.
        TwinseekError: it holds another model, nothing says how pictures are prepared, or what it is run by is not
            installed.
    """
    if not settings.get(WEIGHTS):
        raise ValueError(f"it needs weights: set its weights to a folder that holds a {model_type} model")
    check_installed()
    folder = Path(str(settings[WEIGHTS]))
    config = config_of(folder, [model_type])
    check_pictures(folder)
    return folder, config


def loaded(weights: Weights, make: Callable[[Weights], Made]) -> Made:
    """Return what a function makes of weights: made by whoever comes first, and shared by all who name them.

    Args:
        make: one of a module, by which what it makes is known; see :func:`load_model`.

    Raises:
        TwinseekError: see :func:`load_model`.
    """
    place, state = _place(weights, make), _state(weights.folder)
    with place.lock:
        if place.made is None or place.state != state:
            place.made = None  # before others of its size come beside it
            # Tools are called side by side, and transformers knows neither two threads that import it nor two that
            # load: classes are missing then, or tensors are left without numbers.
            with _MAKING:
                place.made, place.state = make(weights), state
        return cast(Made, place.made)


def unload(weights: Weights, make: Callable[[Weights], object]) -> None:
    """Forget what was made of weights, for all who share it; it is made again when it is needed."""
    if "torch" not in sys.modules:
        return  # nothing can be loaded
    place = _place(weights, make)
    with place.lock:
        place.made = None
    gc.collect()  # what was computed with a model may go round in circles
    if weights.device != "cpu":
        import torch

        torch.cuda.empty_cache()


def load_model(kind: Any, weights: Weights) -> Any:
    """Return a model of one of transformers' classes, whole and ready to infer.

    Raises:
        UnusableError: there is no such device or too little memory on it, or the folder does not hold all of the model.
    """
    import torch
    from safetensors import SafetensorError
    from transformers.utils.logging import disable_progress_bar

    folder, device = weights.folder, weights.device
    disable_progress_bar()  # type: ignore[no-untyped-call]  # a command has its own
    logging.getLogger("transformers.modeling_utils").addFilter(_no_report)
    if device.startswith("cuda") and not torch.cuda.is_available():
        raise UnusableError(f"torch finds no {device}: set the device to cpu, or install a torch for CUDA")
    try:
        model, told = kind.from_pretrained(
            folder,
            local_files_only=True,
            use_safetensors=True,
            trust_remote_code=False,
            dtype=torch_dtype(weights.dtype, device),
            output_loading_info=True,
        )
        model = model.to(device).eval().requires_grad_(False)
    except (*WRONG, MemoryError, SafetensorError) as error:
        if out_of_memory(error):
            raise UnusableError(
                f"{folder} does not fit into the memory of {device}: take a smaller model, or free the device"
            ) from error
        raise not_loaded(folder, error) from error
    # What a file lacks is made up at random, with no more than a warning.
    if lacking := sorted(told["missing_keys"]):
        raise UnusableError(f"{folder} lacks {len(lacking)} of its weights ({lacking[0]} …): fetch it again")
    return model


def load_processor(kind: Any, weights: Weights) -> Any:
    """Return a processor of one of transformers' classes. Raises :class:`UnusableError` where the folder has none."""
    try:
        # Left open, transformers asks on the terminal whether code that lies in the folder may be run.
        return kind.from_pretrained(weights.folder, local_files_only=True, trust_remote_code=False)
    except WRONG as error:
        raise not_loaded(weights.folder, error) from error


def not_loaded(folder: Path, error: Exception) -> UnusableError:
    """Return the error that says what is wrong with a folder."""
    if "trust_remote_code" in str(error):
        return UnusableError(f"{folder} wants code of its own to be run, and none is: take a version of it without")
    if "ignore_mismatched_sizes" in str(error):
        return UnusableError(f"{folder} has weights of other sizes than its config.json says: fetch it again")
    line = next(iter(str(error).strip().splitlines()), type(error).__name__)
    return UnusableError(f"{folder} cannot be loaded ({line}): fetch it again")


def all_numbers(values: Any, folder: Path) -> Any:
    """Return a tensor of model outputs. Raises ValueError where none of it is a number."""
    if values.numel() and not values.isfinite().any():
        raise ValueError(
            f"the model of {folder} gives no numbers: its weights are damaged, or overflow in half precision "
            '(set its dtype to "float32")'
        )
    return values


def _no_report(record: logging.LogRecord) -> bool:
    """Leave out tables of what does not fit, which is told in a sentence, and of parts that are rightly left out."""
    return "LOAD REPORT" not in record.getMessage()


def _place(weights: Weights, make: Callable[[Weights], object]) -> _Place:
    # Two ways to write one precision are one.
    key = (make, weights.folder.resolve(), weights.device, torch_dtype(weights.dtype, weights.device))
    with _LOOKING:
        return _PLACES.setdefault(key, _Place())


def _state(folder: Path) -> object:
    """Return by what files that were replaced are told from those before."""
    files = [(file.name, file.stat()) for file in folder.glob(f"*{TENSORS}")]
    return sorted((name, stat.st_size, stat.st_mtime_ns) for name, stat in files)
