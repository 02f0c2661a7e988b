"""SAM-2 as a segmenter: finds everything by its automatic masks and follows it. EdgeTAM and SAM-3 work the same way."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TypeVar

from tools.automatic_masks import MaskGenerator, MaskLimits
from tools.installed import check_installed
from tools.plugin_settings import check_names
from tools.precision import dtype_of, usual_settings
from tools.preparation import check_pictures
from tools.pretrained import Weights, loaded, unload
from tools.room import Room, out_of_memory
from tools.sam2_network import FAMILIES, Network, load_network
from tools.sam2_pictures import EncoderLimits
from tools.sam2_session import Session
from tools.sam2_shot import Found, Shot, ShotLimits, follow_spots
from tools.weights import config_of
from twins.geometry import Bools, Bytes

OTHERS = {"weights", "revision", "dtype"}
"""Settings besides those of the limits."""

Limits = TypeVar("Limits", MaskLimits, ShotLimits, EncoderLimits)


class Sam2:
    """The segmenter; the model is loaded by the first call that needs it, once for all of them."""

    version = "1"

    def __init__(self, folder: Path, device: str, settings: Mapping[str, Any]) -> None:
        self._weights = Weights(folder, device, dtype_of(settings))
        # Of published weights a frame takes a processor a minute and more where many things are followed.
        self.frame_seconds = 600.0 if device == "cpu" else 60.0
        self.usual = usual_settings(device)
        self._masks, self._shots = _limits(MaskLimits(), settings), _limits(ShotLimits(), settings)
        points = self._masks.points_per_batch
        self._room = Room("the model", device, "point", "points_per_batch in [plugins.sam2]", points)
        at_once = _limits(EncoderLimits(2 if device == "cpu" else 8), settings).batch_size
        self._encoder_room = Room("the encoder", device, "picture", "batch_size in [plugins.sam2]", at_once)

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
        unload(self._weights, load_network)

    def session(self) -> Session:
        """Return a stream of frames in which nothing is followed yet."""
        return Session(self.network())

    def shot(self) -> Shot:
        """Return a shot that begins."""
        return Shot(self.session(), self._shots)

    def network(self) -> Network:
        """Return the model with what the settings say of it."""
        model, processor = loaded(self._weights, load_network)
        weights, side = self._weights, self._masks.points_per_side
        # Those since the last key frame, to which new things are followed back, and those encoded ahead.
        kept = self._shots.key_step + self._encoder_room.most
        generator = MaskGenerator(model, self._masks, self._room, weights.folder)
        return Network(
            model, processor, generator, side, weights.device, model.dtype, weights.folder, self._encoder_room, kept
        )


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
        ValueError, TwinseekError: nothing can be done with them; the sentence says why.
    """
    settings: Mapping[str, Any] = context.settings
    check_installed()
    if not settings.get("weights"):
        raise ValueError("it has no weights: set [plugins.sam2] weights to a folder with a checkpoint of SAM-2")
    known = {each.name for kind in (MaskLimits, ShotLimits, EncoderLimits) for each in fields(kind)} | OTHERS
    check_names(settings, known)
    folder = Path(str(settings["weights"])).expanduser()
    plugin = Sam2(folder, context.device, settings)
    config_of(folder, FAMILIES)
    check_pictures(folder)
    return plugin


@contextmanager
def memory_told() -> Iterator[None]:
    """Say in a sentence what helps where memory is too small for what is followed."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not out_of_memory(error):
            raise
        raise MemoryError(
            "there is too little memory for so many things at once: set [plugins.sam2] most lower, "
            "or take a smaller checkpoint"
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
