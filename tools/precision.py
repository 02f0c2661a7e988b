"""In which numbers a model computes."""

from collections.abc import Mapping
from typing import Any, Literal, get_args

Dtype = Literal["auto", "float32", "float16", "bfloat16"]
DTYPES: tuple[Dtype, ...] = get_args(Dtype)
"""What the setting ``dtype`` may be."""


def dtype_of(settings: Mapping[str, Any]) -> Dtype:
    """Return the setting ``dtype``. Raises ValueError where it is none."""
    given = settings.get("dtype", "auto")
    for dtype in DTYPES:
        if given == dtype:
            return dtype
    raise ValueError(f"its dtype is {given!r}, not one of {', '.join(DTYPES)}")


def torch_dtype(dtype: Dtype, device: str) -> Any:
    """Return torch's type of that name; ``auto`` is half precision on a GPU, where it is quicker, else float32.

    Of the two kinds of half precision bfloat16 does not overflow, and newer models were trained in it; a GPU before
    Ampere (a T4, a V100) does not compute with it, and at best imitates it slowly.
    """
    import torch

    if dtype != "auto":
        return getattr(torch, dtype)
    if not device.startswith("cuda"):
        return torch.float32
    return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16


def usual_settings(device: str) -> dict[str, tuple[Dtype, ...]]:
    """Return the values of ``dtype`` that say no more than its default does on a device: see docs/plugins.md."""
    return {"dtype": ("auto",) if device.startswith("cuda") else ("auto", "float32")}
