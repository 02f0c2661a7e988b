"""A real clip of two discs, indexed, and plugins that outline them and tell their depth."""

import shutil
from pathlib import Path

import av
import numpy as np
import pytest

from graphs.tool_calls import ToolRunner, run_call
from tests.plugins import install, install_built_in
from tools.context import make_context
from tools.door import open_tools
from twins.instance_masks import open_masks
from twins.masks import decode_mask
from twins.queries import ToolCall
from twinseek.library import Library

SIZE = (960, 540)
RATE, FRAMES = 10, 30
RED, BLUE = (225, 45, 40), (40, 60, 225)
CUTTER = """
import numpy as np
BUILT, SEGMENTED, FOLLOWED, COLOURS = [], [], [], []

def alike(image, colour):
    return np.abs(image.astype(int) - colour).max(axis=2) < 70

class Cutter:
    version = "4"
    def __init__(self, settings): BUILT.append(dict(settings))
    def segment(self, images):
        SEGMENTED.append(len(images))
        return [({at: alike(image, (40, 60, 225)) for at, image in enumerate(images)}, 0.9)]
    def follow(self, images, spots):
        FOLLOWED.append(([image.shape for image in images], spots))
        {body}
def build(context): return Cutter(context.settings)
"""
# What is red or blue at the spot, and fills the box that is given of it; told by its colour alone.
BY_COLOUR = """
        found = []
        for spot in spots:
            image = images[spot["position"]]
            x1, y1, x2, y2 = spot.get("box") or (*spot["point"], *spot["point"])
            colour = image[int((y1 + y2) / 2), int((x1 + x2) / 2)].astype(int)
            COLOURS.append(colour.tolist())
            mask = alike(image, colour)
            rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
            own = np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1])
            fills = "point" in spot or abs(own - (x1, y1, x2, y2)).max() <= 6
            bright = colour.max() > 180
            found.append(({at: alike(i, colour) for at, i in enumerate(images)} if bright and fills else {}, 0.8))
        return found
"""
NEAR = """
import numpy as np
BUILT, ASKED = [], []
class Near:
    version, scale = "2", "relative"
    def __init__(self, settings):
        BUILT.append(1)
        self.blue = settings.get("blue", 2.0)
    def nearness(self, image):
        ASKED.append(image.shape)
        {body}
def build(context): return Near(context.settings)
"""
BY_HUE = "return np.where(image[..., 0] > 150, 3.0, np.where(image[..., 2] > 150, self.blue, 1.0))"


def centre(colour, number: int) -> tuple[int, int]:
    return (180 + 14 * number, 180) if colour == RED else (760 - 10 * number, 390)


def disc(colour, number: int) -> np.ndarray:
    """Return the pixels of a disc in a frame."""
    x, y = centre(colour, number)
    rows, columns = np.mgrid[: SIZE[1], : SIZE[0]]
    return (columns + 0.5 - x) ** 2 + (rows + 0.5 - y) ** 2 <= 70**2


def box(colour, number: int) -> list[float]:
    x, y = centre(colour, number)
    return [x - 70.0, y - 70.0, x + 70.0, y + 70.0]


@pytest.fixture(scope="module")
def film(tmp_path_factory) -> Path:
    """Encode a clip in which a red disc goes to the right and a blue one below it to the left."""
    path = tmp_path_factory.mktemp("film") / "discs.mp4"
    ground = np.random.default_rng(0).integers(20, 60, (SIZE[1], SIZE[0], 3), dtype=np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"crf": "12"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for number in range(FRAMES):
            image = ground.copy()
            for colour in (RED, BLUE):
                image[disc(colour, number)] = colour
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode())
    return path


class Clip:
    """A library of the clip with some plugins, and calls of the tools that they make possible."""

    def __init__(self, folder, film, **settings):
        self.folder, self.film, self.settings = folder, film, settings

    def open(self, **settings):
        given = {**self.settings, **settings}
        index = {"text": False, **{name: given.pop(name) for name in ("segmenter", "depth") if name in given}}
        return Library.open(self.folder / "library", create=True, index=index, **given)

    def index(self, **settings):
        with self.open(**settings) as library:
            library.index([self.film], jobs=1)

    def call(self, tool, library=None, **args):
        if library is None:
            with self.open() as library:
                return self.call(tool, library, **args)
        video = library.video_ids()[0]
        toolbox = open_tools(
            make_context(library.store, library.store.effective, specialists=library.gallery.specialists)
        )
        runner = ToolRunner(library.store, toolbox, library.store.effective)
        finding = run_call(ToolCall(tool=tool, args=args), video, runner)
        return finding, library.store.observation(video, finding.key) if finding.key else None

    def known(self):
        with self.open() as library:
            return library.store.effective(library.video_ids()[0])


@pytest.fixture(scope="module")
def indexed(film, tmp_path_factory) -> Path:
    """Return the folder of a library with the clip, in which the segmenter has found the blue disc alone."""
    folder = tmp_path_factory.mktemp("indexed")
    with pytest.MonkeyPatch.context() as patch:
        install(folder, patch, "cutter", CUTTER.replace("{body}", ""), group="twinseek.segmenters")
        Clip(folder, film, segmenter="cutter").index()
    return folder / "library"


@pytest.fixture
def put(tmp_path, monkeypatch):
    install_built_in(tmp_path, monkeypatch)

    def put(segmenter=BY_COLOUR, depth=None, code=CUTTER):
        module = install(
            tmp_path, monkeypatch, "cutter", code.replace("{body}", segmenter), group="twinseek.segmenters"
        )
        near = depth and install(tmp_path, monkeypatch, "near", NEAR.replace("{body}", depth), group="twinseek.depths")
        return module, near

    return put


@pytest.fixture
def clip(tmp_path, film, indexed):
    shutil.copytree(indexed, tmp_path / "library")
    return Clip(tmp_path, film, segmenter="cutter")


def likeness(rle, truth: np.ndarray) -> float:
    mask = decode_mask(rle)
    assert mask.shape == truth.shape
    return np.count_nonzero(mask & truth) / np.count_nonzero(mask | truth)


def masks_of(library, name):
    """Return the masks of an instance at the displayed size, by frame."""
    known = library.store.effective(library.video_ids()[0])
    with open_masks(library.store, known) as masks:
        found = {int(n): masks.rle(name, int(n)) for n in known.geometry.frame_index}
    return {n: rle for n, rle in found.items() if rle is not None}
