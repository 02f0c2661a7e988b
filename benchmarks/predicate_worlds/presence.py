"""Worlds for the predicates of coming into view and going out of it."""

from benchmarks.predicate_worlds.alone import edge, mover, passing_through, popping, stander
from benchmarks.predicate_worlds.making import Maker
from benchmarks.predicate_worlds.walls import behind, vanishing_far

WORLDS: dict[str, dict[str, list[Maker]]] = {
    "enters": {
        "yes": [edge(False, True, "enters"), edge(True, True, "leaves and comes back", back=True)],
        "no": [
            behind("out", False, "comes out", binary=False),
            popping((2.5, 9), False, "pops up"),
            edge(True, False, "leaves"),
            edge(False, False, "starts at the edge", stop=True),
        ],
    },
    "leaves": {
        "yes": [edge(True, True, "leaves"), edge(True, True, "leaves and comes back", back=True)],
        "no": [
            behind("in", False, "hides", binary=False),
            popping((-1, 5), False, "vanishes"),
            edge(False, False, "enters"),
            edge(True, False, "stops at the edge", stop=True),
        ],
    },
    "crosses_view": {
        "yes": [passing_through("across", True, "goes across")],
        "no": [
            passing_through("back", False, "goes back"),
            passing_through("down", False, "goes out below"),
            passing_through("stays", False, "stays"),
            edge(True, False, "leaves"),
        ],
    },
    "leaves_as_it_came": {
        "yes": [passing_through("back", True, "goes back")],
        "no": [
            passing_through("across", False, "goes across"),
            passing_through("down", False, "goes out below"),
            passing_through("stays", False, "stays"),
            edge(True, False, "leaves"),
        ],
    },
    "appears": {
        "yes": [popping((2.5, 9), True, "pops up"), behind("out", True, "comes out", binary=False)],
        "no": [stander(False, "is there"), edge(True, False, "leaves"), mover((1, 0), (0.5, 1), False, "moves")],
    },
    "disappears": {
        "yes": [popping((-1, 5), True, "vanishes"), behind("in", True, "hides", binary=False)],
        "no": [stander(False, "is there"), edge(False, False, "enters"), mover((1, 0), (0.5, 1), False, "moves")],
    },
    "reappears": {
        "yes": [
            edge(True, True, "leaves and comes back", back=True),
            behind("through", True, "comes out", binary=False),
        ],
        "no": [
            popping((2.5, 9), False, "pops up"),
            behind("in", False, "hides", binary=False),
            stander(False, "is there"),
            edge(False, False, "enters"),
        ],
    },
    "hides": {
        "yes": [behind("through", True, "through", binary=False), behind("in", True, "stays", binary=False)],
        "no": [
            behind("beside", False, "stops beside", binary=False),
            behind("front", False, "in front", binary=False),
            behind("leave", False, "leaves the picture", binary=False),
            popping((-1, 5), False, "vanishes"),
            edge(True, False, "leaves"),
        ],
    },
    "hides_behind": {
        "yes": [behind("through", True, "through"), behind("in", True, "stays")],
        "no": [
            behind("beside", False, "stops beside"),
            behind("front", False, "in front"),
            behind("leave", False, "leaves the picture"),
            vanishing_far,
        ],
    },
}
