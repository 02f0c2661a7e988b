"""When what a describer says of a shot is true; all numbers by hand."""

import numpy as np

from graphs.index_descriptions import with_descriptions
from tests.unit.graphs.test_index_labels import LEFT, NAN, RIGHT, SECONDS, a_geometry, a_twin
from twins.frames import Frame
from twins.schema import Provenance, Shot
from twins.specialists import Phrase


class Teller:
    """Says which times it is shown, of the picture and of each thing in it."""

    provenance = Provenance(specialist="teller", version="1")

    def describe(self, frames, boxes):
        said = {"": [Phrase("scene", " ".join(f"{frame.seconds:g}" for frame in frames), 0.6)]}
        for name in sorted({name for those in boxes for name in those}):
            times = [f"{frame.seconds:g}" for frame, those in zip(frames, boxes, strict=True) if name in those]
            said[name] = [Phrase("attribute", " ".join(times), 0.6)]
        return said


def look(seconds):
    numbers = [int(np.flatnonzero(second == SECONDS)[0]) for second in seconds]
    return [Frame(number * 5, float(SECONDS[number]), np.zeros((100, 100, 3), np.uint8)) for number in numbers]


def told(*shots):
    """Return what is said of a clip of 4 s with some shots, of whom, and when that is true."""
    # The first thing is there throughout, the second in the latter half.
    geometry = a_geometry([LEFT] * 8, [NAN] * 4 + [RIGHT] * 4)
    twin = a_twin(2).model_copy(update={"shots": tuple(Shot(span=span, source="perception") for span in shots)})
    return [(fact.about, fact.text, fact.span) for fact in with_descriptions(twin, geometry, Teller(), look).facts]


def test_what_is_said_of_a_shot_is_of_its_own_frames_and_holds_as_long_as_it_lasts():
    assert told((0.0, 2.0), (2.0, 4.0)) == [
        (None, "0 0.5 1 1.5", (0.0, 2.0)),
        ("t1", "0 0.5 1 1.5", (0.0, 2.0)),
        (None, "2 2.5 3 3.5", (2.0, 4.0)),
        ("t1", "2 2.5 3 3.5", (2.0, 4.0)),
        ("t2", "2 2.5 3 3.5", (2.0, 4.0)),
    ]


def test_what_is_said_of_the_only_shot_holds_throughout():
    assert {span for _, _, span in told((0.0, 4.0))} == {None}
