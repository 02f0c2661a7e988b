"""Makes a real model say given texts: a logits processor leaves only the next token of what each row is to say."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from transformers import LogitsProcessor, LogitsProcessorList

from tools.qwen_weights import LocalModel


class _Say(LogitsProcessor):
    def __init__(self, rows: list[list[int]], start: int) -> None:
        self.rows, self.start = rows, start

    def __call__(self, ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        forced, at = torch.full_like(scores, float("-inf")), ids.shape[1] - self.start
        for row, tokens in enumerate(self.rows):
            forced[row, tokens[min(at, len(tokens) - 1)]] = 0.0
        return forced


@dataclass
class Heard:
    """What a model was asked: inputs of each call, and the prompts of its rows as text."""

    inputs: list[dict[str, Any]] = field(default_factory=list)
    prompts: list[list[str]] = field(default_factory=list)

    @property
    def calls(self) -> int:
        return len(self.prompts)

    @property
    def rows(self) -> list[str]:
        return [prompt for call in self.prompts for prompt in call]


def force(local: LocalModel, say: Callable[[str], str]) -> Heard:
    """Let a model answer each prompt with ``say(prompt)``; return what it is asked from now on."""
    heard, generate, tokenizer = Heard(), local.model.generate, local.processor.tokenizer

    def forced(**given: Any) -> torch.Tensor:
        ids = given["input_ids"]
        prompts = [tokenizer.decode(row[mask.bool()]) for row, mask in zip(ids, given["attention_mask"], strict=True)]
        heard.inputs.append(given)
        heard.prompts.append(prompts)
        rows = [[*tokenizer(say(prompt))["input_ids"], tokenizer.eos_token_id] for prompt in prompts]
        own = given.pop("logits_processor", [])
        return generate(**given, logits_processor=LogitsProcessorList([*own, _Say(rows, ids.shape[1])]))

    local.model.generate = forced
    return heard
