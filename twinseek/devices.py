"""Where models run. Torch is loaded only where a GPU is asked for."""

from collections.abc import Callable
from importlib.util import find_spec

from twins.errors import TwinseekError
from twinseek.settings import Settings

INSTALL = "pip install torch torchvision 'transformers>=5.20.2,<5.21'"
"""What the extra ``models`` asks for; asked for by the extra, pip would put a second OpenCV beside the first."""


def device_of(settings: Settings) -> str:
    """Return the device that plugins are handed, ``cpu`` or ``cuda``.

    Raises:
        TwinseekError: a GPU is asked for and cannot be used.
    """
    if settings.device == "cpu":
        return "cpu"
    why = no_gpu()
    if why is None:
        return "cuda"
    if settings.device == "auto":
        return "cpu"
    raise TwinseekError(f"device is cuda, but {why}; or choose --profile cpu, or set TWINSEEK_DEVICE=auto")


def device_or_cpu(settings: Settings, tell: Callable[[str], None]) -> str:
    """Return the device; ``cpu``, saying why, where no GPU can be used: what was indexed can be asked all the same."""
    try:
        return device_of(settings)
    except TwinseekError as error:
        tell(f"tools run on the cpu: {error}")
        return "cpu"


def no_gpu() -> str | None:
    """Return why no GPU can be used, and what to do; nothing where one can."""
    if find_spec("torch") is None:
        return f"torch is not installed: {INSTALL}"
    import torch

    if torch.cuda.is_available():
        return None
    if torch.version.cuda is None:
        return f"torch {torch.__version__} is built without CUDA: install the build that fits your driver"
    return "torch finds no GPU: see what nvidia-smi says, and CUDA_VISIBLE_DEVICES"
