"""A small library of described clips: dogs, a car and a cat by a door, by day and by night."""

import json
from pathlib import Path
from typing import Any

from twinseek.library import Library

DOGS = "a dog waits by the door"
"""A question that three of them answer."""
CLIPS = {
    "alpha": ("dog", "brown", "a street in daylight"),
    "beta": ("dog", "white", "a street at night"),
    "gamma": ("dog", "brown", "a street at night"),
    "delta": ("car", "brown", "a street in daylight"),
    "epsilon": ("cat", "black", "a kitchen"),
}


def annotation(name: str, doer: str, colour: str, scene: str) -> dict[str, Any]:
    """Return the description of a clip of two seconds in which something waits by a door."""
    box = [0.1, 0.1, 0.2, 0.3]
    return {
        "video": name,
        "fps": 25,
        "n_frames": 50,
        "width": 320,
        "height": 240,
        "scene": scene,
        "objects": [{"id": 1, "category": doer, "attributes": [colour], "role": f"the {doer} waits by the door"}],
        "frames": [{"frame": n, "objects": [{"id": 1, "bbox": box, "state": "waits"}]} for n in (0, 25, 49)],
        "events": [],
    }


def make_dogs(folder: Path) -> Path:
    """Import the clips into a library in a folder, and return it."""
    described = folder / "described"
    described.mkdir(parents=True)
    for name, told in CLIPS.items():
        (described / f"{name}.json").write_text(json.dumps(annotation(name, *told)))
    with Library.open(folder / "library", create=True) as library:
        library.import_files([described])
    return folder / "library"
