"""Which worlds a library shows, and what is asked about them."""

import os
import re
import subprocess
import sys
from itertools import pairwise

import pytest

from evals.worlds import World, WorldQuestion, questions, worlds
from evals.worlds.families import FAMILIES
from evals.worlds.programme import GROUP, differing, fitting
from twins.errors import TwinseekError

ALL = GROUP * len(FAMILIES)
SEEDS = (1, 2, 3, 11, 12345)


@pytest.fixture(scope="module", params=SEEDS)
def library(request: pytest.FixtureRequest) -> tuple[list[World], list[WorldQuestion]]:
    shown = worlds(request.param, ALL)
    return shown, questions(shown)


def test_every_question_has_three_distractors_that_differ_in_exactly_one_fact(
    library: tuple[list[World], list[WorldQuestion]],
) -> None:
    shown, asked = library
    by_name = {world.name: world for world in shown}
    for question in asked:
        right = by_name[question.clip]
        assert len(question.distractors) >= 3, question.id
        for name in question.distractors:
            assert by_name[name].group == right.group
            assert differing(by_name[name], right) == 1
            assert by_name[name].spec.things != right.spec.things


def test_worlds_of_a_group_share_ground_camera_and_noise() -> None:
    for group in {world.group for world in worlds(4, ALL)}:
        films = [world.spec for world in worlds(4, ALL) if world.group == group]
        for part in ("seed", "background", "camera", "width", "fps", "seconds", "noise", "contrast"):
            assert len({getattr(film, part) for film in films}) == 1


def test_exactly_one_world_of_the_library_answers_a_question(
    library: tuple[list[World], list[WorldQuestion]],
) -> None:
    shown, asked = library
    for family in FAMILIES:
        for number, ask in enumerate(family.asks):
            question = next(q for q in asked if q.id == f"{family.name.replace(' ', '-')}-{number + 1}")
            right = next(world for world in shown if world.name == question.clip)
            assert [world.name for world in fitting(ask, right, shown)] == [question.clip]


def test_every_question_is_put_in_at_least_ten_different_ways(
    library: tuple[list[World], list[WorldQuestion]],
) -> None:
    for question in library[1]:
        assert len(set(question.phrasings)) >= 10
        assert not any(re.search(r"[{}]", phrasing) for phrasing in question.phrasings)


def test_instances_exist_and_spans_lie_in_the_clip(library: tuple[list[World], list[WorldQuestion]]) -> None:
    shown, asked = library
    for question in asked:
        right = next(world for world in shown if world.name == question.clip)
        assert all(right.thing(identity).shape != "slab" for identity in question.instances)
        assert question.spans
        assert all(0 <= start < end <= right.spec.seconds for start, end in question.spans)


def test_names_are_neutral_and_say_nothing_of_the_order_of_groups() -> None:
    shown = worlds(5)
    assert [world.name for world in shown] == [f"clip_{number:03d}" for number in range(36)]
    groups = [world.group for world in shown]
    assert sum(one == other for one, other in pairwise(groups)) < 12


def test_the_demonstration_asks_six_questions_of_six_families() -> None:
    flagged = [question for question in questions(worlds(6)) if question.demo]
    assert [question.family for question in flagged] == ["chase", "hide", "overtake", "count", "order", "circle"]


def test_the_same_seed_gives_the_same_programme_and_another_seed_another() -> None:
    assert worlds(7) == worlds(7)
    assert questions(worlds(7)) == questions(worlds(7))
    assert worlds(7) != worlds(8)


def test_every_difficulty_occurs_in_a_full_library() -> None:
    tags = set().union(*(world.difficulty for world in worlds(9, ALL)))
    assert tags == {"camera still", "camera moving", "stopping", "occlusion", "low contrast", "small"}


@pytest.mark.parametrize("size", [0, 3, 38, ALL + 4])
def test_an_impossible_size_is_refused_with_the_sizes_that_work(size: int) -> None:
    with pytest.raises(TwinseekError, match=f"{size} made-up clips.*multiple of 4 up to {ALL}"):
        worlds(1, size)


def test_another_process_asks_the_same_questions() -> None:
    """Sets of words have another order in each process."""
    code = "from evals.worlds import questions, worlds; print([q.phrasings for q in questions(worlds(3, 36))])"
    asked = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("0", "1", "2", "3")
    }
    assert len(asked) == 1 and len(asked.pop()) > 1000
