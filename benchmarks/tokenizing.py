"""Tokenizers of the published models' own classes, made on the spot: for random weights, here and in the tests."""

import json
from collections.abc import Iterable
from typing import Any

SPECIAL = (
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>",
    "<|image_pad|>", "<|video_pad|>",
)  # fmt: skip
"""Qwen's markers, in the order of their ids."""


def qwen_tokenizer(texts: Iterable[str], pieces: int) -> Any:
    """Return Qwen's tokenizer, learnt from some texts.

    Args:
        texts: what it learns to write in few tokens.
        pieces: how many tokens it learns at most, beside :data:`SPECIAL`.
    """
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    from transformers import Qwen2Tokenizer

    learner = Tokenizer(models.BPE())
    learner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=pieces, initial_alphabet=alphabet, show_progress=False)
    learner.train_from_iterator(texts, trainer)
    learnt = json.loads(learner.to_str())["model"]
    tokenizer = Qwen2Tokenizer(
        vocab=learnt["vocab"], merges=[tuple(pair) for pair in learnt["merges"]], unk_token=None,
        eos_token="<|im_end|>", pad_token="<|endoftext|>", model_max_length=32768,
    )  # fmt: skip
    tokenizer.add_special_tokens({"additional_special_tokens": list(SPECIAL)})
    return tokenizer


def clip_tokenizer() -> Any:
    """Return OWLv2's tokenizer without merges: a byte a token, '!' for padding, the end with the largest id."""
    from tokenizers.pre_tokenizers import ByteLevel
    from transformers import CLIPTokenizer

    letters = ["!", *sorted(set(ByteLevel.alphabet()) - {"!"})]
    tokens = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    vocabulary = {token: number for number, token in enumerate(tokens)}
    return CLIPTokenizer(vocab=vocabulary, merges=[], pad_token="!", model_max_length=16)
