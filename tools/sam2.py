"""SAM-2 as a segmenter: finds everything by its automatic masks and follows it. EdgeTAM and SAM-3 work the same way."""

import gc
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

from tools.automatic_masks import MaskLimits
from tools.plugin_settings import check_names
from tools.sam2_network import Network, check_folder, load_network
from tools.sam2_session import Session
from tools.sam2_shot import Found, Shot, ShotLimits, follow_spots
from twins.geometry import Bools, Bytes

DTYPES = ("float32", "bfloat16", "float16")
NEEDED = ("torch", "torchvision", "transformers")
OTHERS = {"weights", "revision", "dtype"}
"""Settings besides those of the limits."""

Limits = TypeVar("Limits", MaskLimits, ShotLimits)


class Sam2:
    """The segmenter; the model is loaded by the first call that needs it, once for all of them."""

    version = "1"

    def __init__(self, folder: Path, device: str, settings: Mapping[str, Any]) -> None:
        self._folder, self._device, self._dtype = folder, device, settings.get("dtype")
        # Of published weights a frame takes a processor a minute and more where many things are followed.
        self.frame_seconds = 600.0 if device == "cpu" else 60.0
        self._masks, self._shots = _limits(MaskLimits(), settings), _limits(ShotLimits(), settings)
        self._loading = threading.Lock()
        self._loaded: Network | None = None

    def segment(self, images: Sequence[Bytes]) -> list[tuple[dict[int, Bools], float]]:
        """Return the tracks of a few consecutive (h, w, 3) RGB pictures: masks by position, and how sure it is."""
        return [(masks, score) for _, masks, score in self.begin().segment(images)]

    def begin(self) -> "Following":
        """Return who takes the pictures of one shot, some at a time, and knows its things again."""
        return Following(self)

    def follow(
        self, images: Sequence[Bytes], spots: Sequence[Mapping[str, Any]]
    ) -> list[tuple[dict[int, Bools], float]]:
        """Return of each spot the masks of what is there, before and after, and how sure it is."""
        for spot in spots:
            if not 0 <= spot["position"] < len(images) or not spot.keys() & {"box", "point"}:
                raise ValueError(f"{dict(spot)!r} is no spot in {len(images)} pictures: give position and box or point")
        with memory_told():
            return follow_spots(self.session(), images, spots)

    def unload(self) -> None:
        """Free the model; the next call loads it again."""
        with self._loading:
            self._loaded = None
        gc.collect()
        if self._device == "cuda":
            import torch

            torch.cuda.empty_cache()

    def session(self) -> Session:
        """Return a stream of frames in which nothing is followed yet."""
        return Session(self.network())

    def shot(self) -> Shot:
        """Return a shot that begins."""
        return Shot(self.session(), self._shots)

    def network(self) -> Network:
        """Return the model, loaded by whoever comes first."""
        with self._loading:
            if self._loaded is None:
                self._loaded = load_network(
                    self._folder,
                    self._masks,
                    device=self._device,
                    dtype=self._dtype,
                    features=self._shots.key_step + 1,
                )
            return self._loaded


class Following:
    """The pictures of one shot; the model is not loaded before the first of them."""

    def __init__(self, plugin: Sam2) -> None:
        self._plugin = plugin
        self._shot: Shot | None = None

    def segment(self, images: Sequence[Bytes]) -> Found:
        """Return what is in the next pictures: name, masks by position, and how sure it is; equal names are one."""
        with memory_told():
            if self._shot is None:
                self._shot = self._plugin.shot()
            return self._shot.segment(images)


def build(context: Any) -> Sam2:
    """Check the settings and the folder of weights.

    Raises:
        ValueError: nothing can be done with them; the sentence says why.
    """
    settings: Mapping[str, Any] = context.settings
    if absent := [name for name in NEEDED if find_spec(name) is None]:
        raise ValueError(f"it needs {' and '.join(absent)}: install twinseek[models]")
    if not settings.get("weights"):
        raise ValueError("it has no weights: set [plugins.sam2] weights to a folder with a checkpoint of SAM-2")
    known = {each.name for kind in (MaskLimits, ShotLimits) for each in fields(kind)} | OTHERS
    check_names(settings, known)
    if settings.get("dtype", DTYPES[0]) not in DTYPES:
        raise ValueError(f"dtype is {settings['dtype']!r}: choose of {', '.join(DTYPES)}")
    folder = Path(str(settings["weights"])).expanduser()
    check_folder(folder)
    return Sam2(folder, context.device, settings)


@contextmanager
def memory_told() -> Iterator[None]:
    """Say in a sentence what helps where the GPU's memory is too small even for the least at once."""
    import torch

    try:
        yield
    except torch.cuda.OutOfMemoryError as error:
        raise MemoryError(
            "the GPU's memory is too small: set [plugins.sam2] most lower, or take a smaller checkpoint"
        ) from error


def _limits(limits: Limits, settings: Mapping[str, Any]) -> Limits:
    """Return the limits with those that the settings change."""
    changed = {}
    for each in fields(limits):
        value, default = settings.get(each.name), getattr(limits, each.name)
        if value is None:
            continue
        whole = isinstance(default, int)
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float) or value < whole:
            raise ValueError(f"{each.name} is {value!r}: give a {'whole number from 1 on' if whole else 'share'}")
        if not whole and value > 1:
            raise ValueError(f"{each.name} is {value!r}: give a share, 0 to 1")
        changed[each.name] = type(default)(value)
    return replace(limits, **changed)
