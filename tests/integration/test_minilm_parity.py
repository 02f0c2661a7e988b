"""The graph that is built here against the published model as sentence-transformers runs it."""

import numpy as np
import pytest

from encoders.minilm import MiniLM
from encoders.minilm_files import package_folder

TEXTS = [
    "A woman in blue jeans throws a small red ball for a dog.",
    "dog",
    "",
    "Which identical covers are meant to make an observer lose track of something small hidden underneath one?",
    "naïve café, 東京, don't-stop: 3.14",
    "word " * 400,
]


@pytest.fixture(scope="module")
def reference():
    sentence_transformers = pytest.importorskip("sentence_transformers")
    return sentence_transformers.SentenceTransformer(str(package_folder()), device="cpu")


def test_sentences_have_the_vectors_of_the_published_model(reference) -> None:
    ours = MiniLM(threads=1).encode(TEXTS)
    theirs = reference.encode(TEXTS, normalize_embeddings=True)
    assert (ours * theirs).sum(axis=1).min() >= 0.9999
    np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_words_have_the_mean_of_the_published_states_of_their_pieces(reference) -> None:
    (words,) = MiniLM(threads=1).encode_words(["The smartwatch glows."])
    assert words.words == ("smartwatch", "glows")
    states = reference.encode("The smartwatch glows.", output_value="token_embeddings").numpy()
    tokens = reference.tokenizer.convert_ids_to_tokens(reference.tokenizer("The smartwatch glows.")["input_ids"])
    assert tokens[2:6] == ["smart", "##watch", "glow", "##s"]
    np.testing.assert_allclose(words.states[0], states[2:4].mean(axis=0), atol=1e-4)
    np.testing.assert_allclose(words.states[1], states[4:6].mean(axis=0), atol=1e-4)
