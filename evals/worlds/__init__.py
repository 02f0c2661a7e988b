"""Small made-up worlds on film, known down to the pixel: clips, questions about them, and right answers."""

from evals.worlds.film import write_world
from evals.worlds.library import build_library
from evals.worlds.programme import questions, worlds
from evals.worlds.render import render_world
from evals.worlds.spec import Ask, Event, Spec, Thing, World, WorldQuestion

__all__ = [
    "Ask",
    "Event",
    "Spec",
    "Thing",
    "World",
    "WorldQuestion",
    "build_library",
    "questions",
    "render_world",
    "worlds",
    "write_world",
]
