"""The programme of a library: which worlds it shows, and what is asked about them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from evals.worlds.casting import DECK, Conditions, cast_group
from evals.worlds.families import FAMILIES, Family
from evals.worlds.palette import ALSO_CALLED, SHAPE_WORDS
from evals.worlds.spec import Ask, Span, Want, World, WorldQuestion
from twins.errors import TwinseekError

GROUP = 4
"""Worlds that a group has: a right one and three that differ from it in one fact."""

DEMO_FAMILIES = 6
_RECASTS = 80


def worlds(seed: int, size: int = 36) -> list[World]:
    """Return the worlds of a library, in the order of their names, which say nothing of what they show.

    Args:
        size: number of clips, a multiple of four. The families of the demonstration come first.

    Raises :class:`TwinseekError` where there are not that many families.
    """
    if not GROUP <= size <= GROUP * len(FAMILIES) or size % GROUP:
        raise TwinseekError(
            f"a library of {size} made-up clips is not possible: ask for a multiple of {GROUP} "
            f"up to {GROUP * len(FAMILIES)}"
        )
    rng = np.random.default_rng((seed, 1))
    chosen = _families(rng, size // GROUP)
    deck = [DECK[card] for turn in range(2) for card in rng.permutation(len(DECK))]
    shown = [world for group in _cast_all(chosen, deck, seed) for world in group]
    places = rng.permutation(len(shown))
    named = [replace(world, name=f"clip_{place:03d}") for world, place in zip(shown, places, strict=True)]
    return sorted(named, key=lambda world: world.name)


def _families(rng: np.random.Generator, number: int) -> list[Family]:
    demo, others = FAMILIES[:DEMO_FAMILIES], FAMILIES[DEMO_FAMILIES:]
    drawn = [others[i] for i in rng.permutation(len(others))]
    return [*demo, *drawn][:number]


def _cast_all(families: Sequence[Family], deck: Sequence[Conditions], seed: int) -> list[list[World]]:
    """Cast every group; cast a group anew while one of its questions has another right answer in the library."""
    tries = dict.fromkeys(range(len(families)), 0)
    for _ in range(_RECASTS):
        groups = [
            cast_group(family, deck[i], (seed, FAMILIES.index(family), tries[i])) for i, family in enumerate(families)
        ]
        everything = [world for group in groups for world in group]
        unclear = [i for i, family in enumerate(families) if not _clear(family, groups[i], everything)]
        if not unclear:
            return groups
        for i in unclear:
            tries[i] += 1
    raise RuntimeError(f"no casting for seed {seed} in which every question has one right answer")


def _clear(family: Family, group: Sequence[World], everything: Sequence[World]) -> bool:
    return all(fitting(ask, group[ask.right], everything) == [group[ask.right]] for ask in family.asks)


def fitting(ask: Ask, right: World, everything: Sequence[World]) -> list[World]:
    """Return the worlds in which everything holds that this question, cast like the right world, asks for."""
    wants = [_worded(want, right.facts) for want in ask.wants]
    return [world for world in everything if all(want.holds(world) for want in wants)]


def _worded(want: Want, facts: Mapping[str, str]) -> Want:
    return replace(want, subject={key: facts.get(value, value) for key, value in want.subject.items()})


def questions(worlds: Sequence[World]) -> list[WorldQuestion]:
    """Return the questions about these worlds; the six of the demonstration are flagged."""
    found = []
    for family in FAMILIES:
        group = [world for world in worlds if world.group == family.name]
        if group:
            found += [_question(family, number, ask, group) for number, ask in enumerate(family.asks)]
    return found


def _question(family: Family, number: int, ask: Ask, group: Sequence[World]) -> WorldQuestion:
    right = _telling(family, ask.right, group)
    return WorldQuestion(
        id=f"{family.name.replace(' ', '-')}-{number + 1}",
        family=family.name,
        phrasings=tuple(_fill(text, right, i) for i, text in enumerate(ask.phrasings)),
        clip=right.name,
        distractors=tuple(sorted(world.name for world in group if differing(world, right) == 1)),
        instances=ask.answer,
        spans=_spans(right, ask.during),
        difficulty=right.difficulty,
        demo=ask.demo,
    )


def _telling(family: Family, number: int, group: Sequence[World]) -> World:
    """Return the world of a group that tells the story in the family's n-th way."""
    key, value = ("", "") if number == 0 else family.variants[number - 1]
    turns = dict(family.facts) | ({key: value} if key else {})
    if number and value == "spare":
        raise ValueError(f"family {family.name} asks about its world with a spare colour")
    usual = _usual_looks(family, group)
    return next(world for world in group if all(world.facts[k] == v for k, v in {**usual, **turns}.items()))


def _usual_looks(family: Family, group: Sequence[World]) -> dict[str, str]:
    """Return the looks that most worlds of the group share: the one with the spare colour is outvoted."""
    looks = [key for key in group[0].facts if key not in family.facts]
    votes = {key: [world.facts[key] for world in group] for key in looks}
    return {key: max(sorted(set(values)), key=values.count) for key, values in votes.items()}


def differing(one: World, other: World) -> int:
    """Return in how many facts two worlds of a group differ."""
    return sum(one.facts[key] != other.facts[key] for key in one.facts)


def _spans(world: World, names: Sequence[str]) -> tuple[Span, ...]:
    """Return the spans of these events, clipped to the film; those that meet are joined."""
    length = world.spec.seconds
    raw = sorted((max(e.span[0], 0.0), min(e.span[1], length)) for e in world.events if e.name in names)
    joined: list[Span] = []
    for start, end in raw:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def _fill(text: str, world: World, number: int) -> str:
    """Fill a phrasing's gaps with what the things look like, in words that change from phrasing to phrasing."""
    rng = np.random.default_rng((world.spec.seed, number))
    words: dict[str, str] = {}
    # In the order of the facts: a set's differs from one process to the next, and so would the words that are drawn.
    for role in [key.removesuffix(".shape") for key in world.facts if key.endswith(".shape")]:
        colour = str(rng.choice(ALSO_CALLED[world.facts[f"{role}.colour"]]))
        shape = str(rng.choice(SHAPE_WORDS[world.facts[f"{role}.shape"]]))
        plain = world.facts[f"{role}.shape"]
        words |= {
            role: f"{colour} {shape}",
            f"an_{role}": f"{'an' if re.match('[aeiou]', colour) else 'a'} {colour} {shape}",
            f"{role}_colour": colour,
            f"{role}_shape": plain,
            f"{role}_shapes": f"{plain}es" if plain == "cross" else f"{plain}s",
        }
    return text.format_map(words)
