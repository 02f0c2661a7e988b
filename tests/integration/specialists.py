"""Plugins of an index that tell depth, describe, segment and detect, as code, and what is asked of their twins."""

from twins.predicates import evaluate
from twins.predicates.scene import Scene

DEPTH = """
import numpy as np
class Near:
    version = "2"
    scale = "relative"
    def __init__(self, settings): self.settings = settings
    def nearness(self, image):
        {body}
def build(context): return Near(dict(context.settings))
"""
BY_COLOUR = (
    "return np.where(image[..., 0] > 150, self.settings.get('red', 10.0), np.where(image[..., 2] > 150, 2.0, 1.0))"
)
DESCRIBER = """
class Teller:
    version = "5"
    def describe(self, images, boxes):
        assert len(images) == len(boxes) <= 4
        {body}
def build(context):
    teller = Teller()
    teller.word = context.settings.get("word", "velvet")
    return teller
"""
SEGMENTER = """
import numpy as np
LENGTHS = []
class Cutter:
    version = "4"
    def __init__(self, settings): self.most = settings.get("most", 2)
    def segment(self, images):
        LENGTHS.append(len(images))
        {body}
def build(context): return Cutter(dict(context.settings))
"""
BY_HUE = """
        red = {at: image[..., 0] > 150 for at, image in enumerate(images)}
        blue = {at: image[..., 2] > 150 for at, image in enumerate(images)}
        # Their order changes from stretch to stretch, as it may.
        tracks = [(red, 0.7), (blue, 0.9)][: self.most]
        return tracks[:: -1 if len(LENGTHS) % 2 else 1]
"""
SEEKER = """
NAMES = []
class Seeker:
    vocabulary = ["cup"]
    def detect(self, image): return self.find([image], self.vocabulary)[0]
    def find(self, images, names):
        NAMES.append(list(names))
        return [[(names[-1], 0.9, (100.0, 90.0, 140.0, 118.0))] for _ in images]
def build(context): return Seeker()
"""
SUGGEST = """
class Suggester(Teller):
    def names(self, images):
        assert len(images) == 4
        return ["cup", self.word + " stamp"]
Teller = Suggester
"""


def of_colour(twin, colour: str) -> str:
    (found,) = [track.id for track in twin.tracks if any(colour in a.text for a in track.attributes)]
    return found


def in_front(geometry, first: str, second: str) -> float:
    """Return for how many seconds one is in front of the other."""
    truth = evaluate("in_front_of", Scene(geometry), geometry.row(first), geometry.row(second))
    return sum(end - start for start, end in truth.holds)
