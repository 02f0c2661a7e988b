"""Worlds for the predicates of how one grows or shrinks."""

from benchmarks.predicate_worlds.alone import edge, sizing
from benchmarks.predicate_worlds.making import Maker, untold
from benchmarks.predicate_worlds.walls import behind, emerging

WORLDS: dict[str, dict[str, list[Maker]]] = {
    "grows": {
        "yes": [sizing(1, True, "grows")],
        "no": [
            sizing(-1, False, "shrinks"),
            sizing(0, False, "stays"),
            emerging(False, "emerges"),
            edge(False, False, "enters"),
        ],
    },
    "shrinks": {
        "yes": [sizing(-1, True, "shrinks")],
        "no": [
            sizing(1, False, "grows"),
            sizing(0, False, "stays"),
            untold(behind("in", False, "hides", binary=False)),
            edge(True, False, "leaves"),
        ],
    },
    "moves_toward": {
        "yes": [sizing(1, True, "comes"), sizing(1, True, "comes, with depth", depth=True)],
        "no": [sizing(-1, False, "goes"), sizing(0, False, "stays", depth=True), edge(False, False, "enters")],
    },
    "moves_away": {
        "yes": [sizing(-1, True, "goes"), sizing(-1, True, "goes, with depth", depth=True)],
        "no": [sizing(1, False, "comes"), sizing(0, False, "stays", depth=True), edge(True, False, "leaves")],
    },
}
