"""Qwen2.5-VL and Qwen3-VL with a few hundred thousand random weights, and their own processors.

The template is a short one with Qwen's markers; what the processors do with pictures, times and text is theirs.
"""

from pathlib import Path
from typing import Any

from benchmarks.tokenizing import qwen_tokenizer

FAMILIES = ("qwen2_5_vl", "qwen3_vl")
HIDDEN = 64
TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n"
    "{% if m['content'] is string %}{{ m['content'] }}"
    "{% else %}{% for c in m['content'] %}"
    "{% if c['type'] == 'video' %}<|vision_start|><|video_pad|><|vision_end|>"
    "{% elif c['type'] == 'image' %}<|vision_start|><|image_pad|><|vision_end|>"
    "{% else %}{{ c['text'] }}{% endif %}{% endfor %}{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
CORPUS = ['{"what": "a red ball", "looks": [], "does": "", "confidence": 0.5}', "a red ball moves past a blue square"]


def build(path: Path, family: str, says: str | None = None) -> Path:
    """Save a checkpoint of one of :data:`FAMILIES` in a folder; the same one each time.

    Args:
        says: what it answers whatever it is asked, one token of its tokenizer; without it, it answers noise.
    """
    import torch

    torch.manual_seed(0)
    tokenizer = qwen_tokenizer(CORPUS * 4, 400)
    if says is not None:
        tokenizer.add_tokens([says])
    model, processor = (_qwen25 if family == "qwen2_5_vl" else _qwen3)(tokenizer)
    from transformers import GenerationConfig

    model.generation_config = GenerationConfig(
        bos_token_id=tokenizer.convert_tokens_to_ids("<|endoftext|>"),
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=[tokenizer.eos_token_id, tokenizer.convert_tokens_to_ids("<|endoftext|>")],
        # As the published ones have it: greedy decoding must be asked for.
        do_sample=True,
        temperature=0.7,
        top_p=0.8,
        top_k=20,
    )
    if says is not None:
        _let_it_say(model, tokenizer, says)
    model.eval().save_pretrained(path)
    processor.save_pretrained(path)
    return path


def _let_it_say(model: Any, tokenizer: Any, text: str) -> None:
    """Make what follows a token hang on that token alone: one text follows the end of a question, the end that text."""
    import torch

    asked = tokenizer("<|im_start|>assistant\n")["input_ids"][-1]
    (said,), end = tokenizer(text)["input_ids"], tokenizer.eos_token_id
    with torch.no_grad():
        for layer in model.model.language_model.layers:
            layer.self_attn.o_proj.weight.zero_()
            layer.mlp.down_proj.weight.zero_()
        vectors = model.get_input_embeddings().weight
        vectors[[asked, said, end]] = 0.0
        vectors[asked, 0] = 1.0
        vectors[said, :2] = 10.0
        vectors[end, 1] = 100.0


def _ids(tokenizer: Any) -> dict[str, int]:
    names = {"image_token_id": "image_pad", "video_token_id": "video_pad"}
    names |= {"vision_start_token_id": "vision_start", "vision_end_token_id": "vision_end"}
    return {key: tokenizer.convert_tokens_to_ids(f"<|{name}|>") for key, name in names.items()}


def _text(tokenizer: Any, **rope: Any) -> dict[str, Any]:
    return {
        "vocab_size": len(tokenizer), "hidden_size": HIDDEN, "intermediate_size": 128, "num_hidden_layers": 2,
        "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 32768,
        "pad_token_id": tokenizer.pad_token_id, "tie_word_embeddings": True,
        "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, **rope},
    }  # fmt: skip


def _qwen25(tokenizer: Any) -> tuple[Any, Any]:
    from transformers import (
        Qwen2_5_VLConfig,
        Qwen2_5_VLForConditionalGeneration,
        Qwen2_5_VLProcessor,
        Qwen2VLImageProcessor,
        Qwen2VLVideoProcessor,
    )

    seen = {"depth": 2, "hidden_size": 32, "intermediate_size": 64, "num_heads": 2, "patch_size": 14}
    config = Qwen2_5_VLConfig(
        **_ids(tokenizer),
        tie_word_embeddings=True,
        vision_config={**seen, "out_hidden_size": HIDDEN, "window_size": 56, "fullatt_block_indexes": [1]},
        text_config=_text(tokenizer, mrope_section=[2, 3, 3]),
    )
    processor = Qwen2_5_VLProcessor(
        Qwen2VLImageProcessor(size={"shortest_edge": 28 * 28, "longest_edge": 112 * 112}),
        tokenizer,
        Qwen2VLVideoProcessor(size={"shortest_edge": 28 * 28, "longest_edge": 112 * 112}, cap_pixels_per_frame=False),
        chat_template=TEMPLATE,
    )
    return Qwen2_5_VLForConditionalGeneration(config), processor


def _qwen3(tokenizer: Any) -> tuple[Any, Any]:
    from transformers import (
        Qwen2VLImageProcessor,
        Qwen3VLConfig,
        Qwen3VLForConditionalGeneration,
        Qwen3VLProcessor,
        Qwen3VLVideoProcessor,
    )

    seen = {"depth": 3, "hidden_size": 32, "intermediate_size": 64, "num_heads": 2, "patch_size": 16}
    config = Qwen3VLConfig(
        **_ids(tokenizer),
        tie_word_embeddings=True,
        vision_config={
            **seen, "out_hidden_size": HIDDEN, "num_position_embeddings": 64, "deepstack_visual_indexes": [0, 1],
        },
        text_config={**_text(tokenizer, mrope_section=[4, 2, 2], mrope_interleaved=True), "head_dim": 16},
    )  # fmt: skip
    normal = {"image_mean": [0.5] * 3, "image_std": [0.5] * 3}  # as published; the class's defaults are CLIP's
    image = Qwen2VLImageProcessor(
        patch_size=16, merge_size=2, size={"shortest_edge": 32 * 32, "longest_edge": 128 * 128}, **normal
    )
    video = Qwen3VLVideoProcessor(
        patch_size=16, size={"shortest_edge": 32 * 32, "longest_edge": 128 * 128 * 8}, cap_pixels_per_frame=False
    )
    return Qwen3VLForConditionalGeneration(config), Qwen3VLProcessor(image, tokenizer, video, chat_template=TEMPLATE)
