"""The stories that worlds tell: each family stages one story in four ways that differ in one fact."""

from evals.worlds.families import changes, counts, encounters, hiding, journeys, lookalikes, order, pursuits
from evals.worlds.families.family import Cast, Family, Scene

FAMILIES: tuple[Family, ...] = (
    pursuits.CHASE,
    hiding.HIDE,
    pursuits.OVERTAKE,
    counts.COUNT,
    order.ORDER,
    encounters.CIRCLE,
    encounters.BOUNCE,
    journeys.VISIT,
    counts.ODD_ONE_OUT,
    changes.NEARER,
    encounters.PUSH,
    journeys.PAUSE,
    pursuits.CAUGHT,
    changes.VANISH,
    encounters.MEET,
    hiding.IN_FRONT,
    journeys.TURN_BACK,
    encounters.APPROACH,
    lookalikes.TWINS,
    order.WAIT,
)
"""All families; the first six carry the questions of the demonstration."""

__all__ = ["FAMILIES", "Cast", "Family", "Scene"]
