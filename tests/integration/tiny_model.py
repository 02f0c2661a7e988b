"""A real model behind OpenAI's protocol: a tiny Qwen3 of random weights that follows a JSON schema token by token.

``python -m tests.integration.tiny_model`` prints its port and serves until it is ended.
"""

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any

import llguidance
import llguidance.hf
import torch
from llguidance.torch import allocate_token_bitmask, fill_next_token_bitmask
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import GenerationConfig, LogitsProcessorList, PreTrainedTokenizerFast, Qwen3Config

from tests.checkpoints import torchvision_cpu

TURN = "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
TEMPLATE = TURN + "<|im_start|>assistant\n"
CORPUS = ['{"score": 0.5, "colour": "red", "seen": true, "ids": ["a", "b"], "nothing": null}', "what moves to the left"]


def build_tokenizer() -> PreTrainedTokenizerFast:
    """Train a byte-level tokenizer on two sentences."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<|im_start|>", "<|im_end|>", "<|endoftext|>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=special, initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<|endoftext|>", chat_template=TEMPLATE
    )


def build_model(tokenizer: PreTrainedTokenizerFast) -> Any:
    """Make a Qwen3 of 2 layers with random weights."""
    torchvision_cpu.install()  # before the first model is imported, which imports torchvision
    from transformers import Qwen3ForCausalLM

    torch.manual_seed(0)
    config = Qwen3Config(
        vocab_size=len(tokenizer), hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, head_dim=16, max_position_embeddings=4096, tie_word_embeddings=True,
    )  # fmt: skip
    model = Qwen3ForCausalLM(config).eval()
    model.generation_config = GenerationConfig(
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id, do_sample=True
    )
    return model


class SchemaMask:
    """Leaves only the tokens with which an answer can still fit the schema."""

    def __init__(self, tokenizer: Any, schema: dict[str, Any], size: int) -> None:
        compact = {**schema, "x-guidance": {"whitespace_flexible": False}}
        grammar = llguidance.LLMatcher.grammar_from_json_schema(compact)
        self.matcher = llguidance.LLMatcher(tokenizer, grammar)
        self.bits = allocate_token_bitmask(1, size)
        self.seen: int | None = None

    def __call__(self, ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        for token in ids[0, self.seen :].tolist() if self.seen is not None else ():
            self.matcher.consume_token(token)
        self.seen = ids.shape[1]
        fill_next_token_bitmask(self.matcher, self.bits, 0)
        places = torch.arange(scores.shape[1])
        allowed = (self.bits[0, places // 32] >> (places % 32)) & 1
        return scores.masked_fill(allowed == 0, float("-inf"))


class TinyModel:
    """Completes chats, one at a time."""

    def __init__(self) -> None:
        self.tokenizer = build_tokenizer()
        self.model = build_model(self.tokenizer)
        self.guide = llguidance.hf.from_tokenizer(self.tokenizer, n_vocab=len(self.tokenizer))
        self.lock = Lock()

    def complete(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer a request to ``/v1/chat/completions``."""
        asked = self.tokenizer.apply_chat_template(request["messages"], return_dict=True, return_tensors="pt")
        form = request.get("response_format") or {}
        masks = LogitsProcessorList()
        if form.get("type") == "json_schema":
            masks.append(SchemaMask(self.guide, form["json_schema"]["schema"], len(self.tokenizer)))
        longest = request.get("max_completion_tokens") or request.get("max_tokens") or 64
        with self.lock, torch.inference_mode():
            torch.manual_seed(request.get("seed") or 0)
            made = self.model.generate(**asked, max_new_tokens=longest, logits_processor=masks)
        prompt, new = asked["input_ids"].shape[1], made[0, asked["input_ids"].shape[1] :]
        finish = "stop" if int(new[-1]) == self.tokenizer.eos_token_id else "length"
        text = self.tokenizer.decode(new, skip_special_tokens=True)
        choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text}}
        usage = {"prompt_tokens": prompt, "completion_tokens": len(new), "total_tokens": prompt + len(new)}
        return {
            "id": "c", "object": "chat.completion", "created": int(time.time()), "model": request["model"],
            "choices": [choice], "usage": usage,
        }  # fmt: skip


class Handler(BaseHTTPRequestHandler):
    """Speaks OpenAI's protocol for one model."""

    tiny: TinyModel

    def do_GET(self) -> None:
        self.reply({"object": "list", "data": [{"id": "tiny", "object": "model", "created": 0, "owned_by": "test"}]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.reply(self.tiny.complete(body))

    def reply(self, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep stdout for the port."""


if __name__ == "__main__":
    torch.set_num_threads(1)
    Handler.tiny = TinyModel()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
