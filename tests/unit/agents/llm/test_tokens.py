import pytest

from agents.llm.tokens import estimate_tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("the dog follows", 3),
        ("extraordinarily Übergröße", 4),
        ("12.5 s_1", 7),
        ("狗追着球跑" * 20, 100),
        ("собака", 6),
        ("dog 狗", 2),
        ("", 0),
    ],
)
def test_a_latin_word_is_a_token_or_few_and_a_letter_of_another_script_is_one(text, tokens):
    assert estimate_tokens(text) == tokens
