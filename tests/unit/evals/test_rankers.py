import pytest

from encoders.minilm import MiniLM
from evals.rankers import RANKERS, Gallery, clause_wise, embed_gallery, fused_scores
from twins.schema import Component

VIDEOS = {
    "b-harbour": ["a ship in a harbour", "gulls circle over the mast", "ropes on the quay"],
    "a-kitchen": ["a cook slices onions", "steam rises from a pot", "a knife on a board"],
    "c-empty": [],
}


@pytest.fixture(scope="module")
def gallery() -> Gallery:
    parts = {
        name: tuple(Component(kind="scene", text=text, source="test") for text in texts)
        for name, texts in VIDEOS.items()
    }
    return embed_gallery(parts, MiniLM(threads=1))


@pytest.mark.parametrize("name", RANKERS)
@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Which place do sailors come home to, when birds greet them?", "b-harbour"),
        ("Who prepares a meal, with tears in the eyes?", "a-kitchen"),
    ],
)
def test_every_ranker_finds_plain_answers_and_ranks_all_videos(
    gallery: Gallery, name: str, question: str, answer: str
) -> None:
    ranking = RANKERS[name](gallery, question)
    assert ranking[0] == answer
    assert ranking[2] == "c-empty"
    assert sorted(ranking) == sorted(VIDEOS)


def test_the_strategy_over_clauses_can_be_chosen(gallery: Gallery) -> None:
    question = "Gulls and ropes at a quay, and a sharp knife."
    assert clause_wise(gallery, question, "weighted_mean")[0] == "b-harbour"
    assert sorted(clause_wise(gallery, question, "minimum")) == sorted(VIDEOS)


def test_the_fused_ranking_is_the_order_of_its_scores(gallery: Gallery) -> None:
    scores = fused_scores(gallery, "Who cuts vegetables?")
    best_first = [gallery.video_ids[place] for place in scores.argsort()[::-1]]
    assert best_first == RANKERS["ours"](gallery, "Who cuts vegetables?")
