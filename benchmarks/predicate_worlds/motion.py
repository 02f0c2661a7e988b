"""Worlds for the predicates of how one moves."""

import numpy as np

from benchmarks.predicate_worlds.alone import edge, mover, pausing, ringing, stander, turning
from benchmarks.predicate_worlds.making import Maker

WORLDS: dict[str, dict[str, list[Maker]]] = {
    "moves": {
        "yes": [mover((0, 0), (0.5, 1.5), True, "moves"), mover((0, 0), (0.12, 0.3), True, "creeps")],
        "no": [stander(False, "stands"), stander(False, "stands, perhaps panned")],
    },
    "still": {
        "yes": [stander(True, "stands"), pausing(True, False, True, "stands first")],
        "no": [pausing(False, False, False, "crosses"), ringing(False, "ring")],
    },
    "fast": {
        "yes": [mover((1, 0), (2.0, 3.0), True, "rushes"), mover((0, 1), (2.0, 2.6), True, "drops")],
        "no": [mover((0, 0), (0.3, 1.1), False, "strolls"), stander(False, "stands")],
    },
    "slow": {
        "yes": [mover((0, 0), (0.12, 0.35), True, "creeps"), mover((1, 0), (0.2, 0.38), True, "crosses slowly")],
        "no": [mover((1, 0), (0.9, 2.0), False, "moves on"), stander(False, "stands")],
    },
    "moves_left": {
        "yes": [mover((-1, 0), (0.3, 1.5), True, "left", "y")],
        "no": [
            mover((1, 0), (0.3, 1.5), False, "right", "y"),
            mover((0, 1), (0.3, 1.2), False, "down", "xy"),
            stander(False, "stands"),
        ],
    },
    "moves_right": {
        "yes": [mover((1, 0), (0.3, 1.5), True, "right", "y")],
        "no": [
            mover((-1, 0), (0.3, 1.5), False, "left", "y"),
            mover((0, 1), (0.3, 1.2), False, "down", "xy"),
            stander(False, "stands"),
        ],
    },
    "moves_up": {
        "yes": [mover((0, -1), (0.3, 1.2), True, "up", "x")],
        "no": [
            mover((0, 1), (0.3, 1.2), False, "down", "x"),
            mover((1, 0), (0.3, 1.5), False, "right", "xy"),
            stander(False, "stands"),
        ],
    },
    "moves_down": {
        "yes": [mover((0, 1), (0.3, 1.2), True, "down", "x")],
        "no": [
            mover((0, -1), (0.3, 1.2), False, "up", "x"),
            mover((1, 0), (0.3, 1.5), False, "right", "xy"),
            stander(False, "stands"),
        ],
    },
    "starts": {
        "yes": [pausing(True, False, True, "starts"), pausing(True, True, True, "starts and stops")],
        "no": [
            pausing(False, False, False, "moves on"),
            pausing(False, True, False, "stops"),
            stander(False, "stands"),
        ],
    },
    "stops": {
        "yes": [pausing(False, True, True, "stops"), pausing(True, True, True, "starts and stops")],
        "no": [
            pausing(False, False, False, "moves on"),
            pausing(True, False, False, "starts"),
            edge(True, False, "leaves"),
        ],
    },
    "turns": {
        "yes": [turning(np.pi, 0.0, True, "turns back"), turning(np.pi, 0.8, True, "waits and turns back")],
        "no": [
            turning(0, 0.5, False, "goes on"),
            turning(np.pi / 2, 0.3, False, "bends"),
            ringing(False, "ring"),
            pausing(False, True, False, "stops"),
        ],
    },
}
