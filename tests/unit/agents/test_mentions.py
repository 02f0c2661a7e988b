"""The video itself is nothing to look for in it."""

import pytest

from agents.rules_decomposer import RulesDecomposer
from encoders.minilm import MiniLM


@pytest.fixture(scope="module")
def decomposer() -> RulesDecomposer:
    return RulesDecomposer(MiniLM())


@pytest.mark.parametrize(
    "question", ["clip", "a clip", "the clips", "clips", "video", "footage", "the shot", "clip_007", "find clip_007"]
)
def test_a_word_for_the_video_demands_nothing(decomposer: RulesDecomposer, question: str) -> None:
    assert all(part.relation is None for part in decomposer.decompose(question).sub_queries)


def test_what_clips_something_still_collides(decomposer: RulesDecomposer) -> None:
    for question in ("the red ball clips the box", "it does clip the box"):
        assert any(part.relation == "collides" for part in decomposer.decompose(question).sub_queries)


def test_a_numbered_name_of_a_video_counts_nothing(decomposer: RulesDecomposer) -> None:
    parts = decomposer.decompose("a ball in clip_007 stops").sub_queries
    assert not [part for part in parts if part.relation in ("collides", "count")]
