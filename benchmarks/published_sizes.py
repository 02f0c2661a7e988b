"""Checkpoints of the sizes that are published, with random weights: what they find means nothing, what they cost does.

The sizes are those of the published ``config.json`` files; the counts of parameters beside them, from the papers and
the models' pages, tell whether they were put down rightly.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.figures import ROOT
from benchmarks.tokenizing import clip_tokenizer, qwen_tokenizer

Made = tuple[Any, Any]
"""A model and its processor."""

PUBLISHED: Mapping[str, tuple[str, int]] = {
    "sam2.1-hiera-tiny": ("sam2", 38_900_000),
    "sam2.1-hiera-large": ("sam2", 224_400_000),
    "depth-anything-v2-small": ("depth_anything", 24_800_000),
    "depth-anything-v2-large": ("depth_anything", 335_300_000),
    "owlv2-base-patch16": ("owlv2", 155_000_000),
    "owlv2-large-patch14": ("owlv2", 438_000_000),
    "qwen3-vl-2b": ("qwen_vl", 2_130_000_000),
    "qwen2.5-vl-7b": ("qwen_vl", 8_290_000_000),
}
"""By name the plugin that takes it, and about how many parameters it has."""

TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{% for c in m['content'] %}"
    "{% if c['type'] == 'text' %}{{ c['text'] }}"
    "{% else %}<|vision_start|><|{{ c['type'] }}_pad|><|vision_end|>{% endif %}"
    "{% endfor %}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def build(name: str, folder: Path, device: str) -> int:
    """Save one of :data:`PUBLISHED` in a folder, unless it is there; return how many parameters it has.

    Args:
        device: where random numbers are drawn; half precision on a GPU.
    """
    import torch

    counted = folder / "parameters.txt"
    if counted.is_file():
        return int(counted.read_text())
    model, processor = made(name, device)
    count = sum(each.numel() for each in model.parameters())
    if device != "cpu":
        model = model.to(torch.bfloat16)
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    counted.write_text(str(count))
    return count


def made(name: str, device: str) -> Made:
    """Return a model with random weights, and its processor."""
    import torch

    torch.manual_seed(0)
    family, size = PUBLISHED[name][0], name.rsplit("-", 1)[1]
    makers: Mapping[str, Callable[[str], Made]] = {"sam2": _sam2, "depth_anything": _depth, "owlv2": _owlv2}
    precision = torch.get_default_dtype()
    if device == "cuda":
        torch.set_default_dtype(torch.bfloat16)
    try:
        with torch.device(device):
            return makers[family](size) if family in makers else _qwen(size)
    finally:
        torch.set_default_dtype(precision)


def _sam2(size: str) -> Made:
    from transformers import (
        Sam2ImageProcessor,
        Sam2VideoConfig,
        Sam2VideoModel,
        Sam2VideoProcessor,
        Sam2VideoVideoProcessor,
    )

    large = size == "large"
    width, heads = (144, 2) if large else (96, 1)
    widths = [width * 2**stage for stage in range(4)]
    backbone = {
        "model_type": "sam2_hiera_det_model",
        "hidden_size": width,
        "num_attention_heads": heads,
        "blocks_per_stage": [2, 6, 36, 4] if large else [1, 2, 7, 2],
        "embed_dim_per_stage": widths,
        "num_attention_heads_per_stage": [heads * 2**stage for stage in range(4)],
        "window_size_per_stage": [8, 4, 16, 8] if large else [8, 4, 14, 7],
        "global_attention_blocks": [23, 33, 43] if large else [5, 7, 9],
        "window_positional_embedding_background_size": [7, 7],
    }
    seen = {"model_type": "sam2_vision_model", "backbone_config": backbone, "backbone_channel_list": widths[::-1]}
    sides = {"size": {"height": 1024, "width": 1024}}
    processor = Sam2VideoProcessor(
        image_processor=Sam2ImageProcessor(**sides, mask_size={"height": 256, "width": 256}),
        video_processor=Sam2VideoVideoProcessor(**sides),
    )
    return Sam2VideoModel(Sam2VideoConfig(vision_config=seen)), processor


def _depth(size: str) -> Made:
    from transformers import DepthAnythingConfig, DepthAnythingForDepthEstimation, DPTImageProcessor

    large = size == "large"
    width, layers = (1024, 24) if large else (384, 12)
    config = DepthAnythingConfig(
        backbone_config={
            "model_type": "dinov2",
            "image_size": 518,
            "patch_size": 14,
            "hidden_size": width,
            "num_hidden_layers": layers,
            "num_attention_heads": width // 64,
            "out_indices": [5, 12, 18, 24] if large else [3, 6, 9, 12],
            "reshape_hidden_states": False,
            "apply_layernorm": True,
        },
        reassemble_hidden_size=width,
        patch_size=14,
        neck_hidden_sizes=[256, 512, 1024, 1024] if large else [48, 96, 192, 384],
        fusion_hidden_size=256 if large else 64,
        head_hidden_size=32,
    )
    processor = DPTImageProcessor(
        size={"height": 518, "width": 518}, keep_aspect_ratio=True, ensure_multiple_of=14, resample=3, do_pad=False,
        image_mean=[0.485, 0.456, 0.406], image_std=[0.229, 0.224, 0.225],
    )  # fmt: skip
    return DepthAnythingForDepthEstimation(config), processor


def _owlv2(size: str) -> Made:
    from transformers import Owlv2Config, Owlv2ForObjectDetection, Owlv2ImageProcessor, Owlv2Processor

    large = size == "patch14"
    width, words, side = (1024, 768, 1008) if large else (768, 512, 960)
    seen = {"num_hidden_layers": 24 if large else 12, "num_attention_heads": width // 64, "image_size": side}
    config = Owlv2Config(
        text_config={
            "hidden_size": words,
            "intermediate_size": 4 * words,
            "num_hidden_layers": 12,
            "num_attention_heads": words // 64,
        },
        vision_config={
            "hidden_size": width,
            "intermediate_size": 4 * width,
            "patch_size": int(size.removeprefix("patch")),
            **seen,
        },
        projection_dim=words,
    )
    processor = Owlv2Processor(Owlv2ImageProcessor(size={"height": side, "width": side}), clip_tokenizer())
    return Owlv2ForObjectDetection(config), processor


def _qwen(size: str) -> Made:
    import transformers as t

    # Of this project's own prompts and pages it makes about as many tokens as the real one does.
    pages = [page.read_text() for place in ("prompts", "docs") for page in sorted((ROOT / place).glob("*.md"))]
    tokenizer = qwen_tokenizer(pages, 8000)
    ids = {
        f"{name}_token_id": tokenizer.convert_tokens_to_ids(f"<|{token}|>")
        for name, token in (("image", "image_pad"), ("video", "video_pad"), ("vision_start", "vision_start"))
    } | {"vision_end_token_id": tokenizer.convert_tokens_to_ids("<|vision_end|>")}
    model = (_qwen25 if size == "7b" else _qwen3)(ids)
    model.generation_config = t.GenerationConfig(
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id
    )
    patch = 14 if size == "7b" else 16
    films: Any = (t.Qwen2VLVideoProcessor if size == "7b" else t.Qwen3VLVideoProcessor)(
        patch_size=patch, cap_pixels_per_frame=False
    )
    processor: Any = t.Qwen2_5_VLProcessor if size == "7b" else t.Qwen3VLProcessor
    return model, processor(t.Qwen2VLImageProcessor(patch_size=patch), tokenizer, films, chat_template=TEMPLATE)


def _qwen25(ids: Mapping[str, int]) -> Any:
    from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

    seen = {
        "depth": 32, "hidden_size": 1280, "intermediate_size": 3420, "num_heads": 16, "out_hidden_size": 3584,
        "patch_size": 14, "window_size": 112, "fullatt_block_indexes": [7, 15, 23, 31],
    }  # fmt: skip
    text = _text(152064, 3584, 18944, heads=28, groups=4, mrope_section=[16, 24, 24])
    config = Qwen2_5_VLConfig(**ids, tie_word_embeddings=False, vision_config=seen, text_config=text)
    return Qwen2_5_VLForConditionalGeneration(config)


def _qwen3(ids: Mapping[str, int]) -> Any:
    from transformers import Qwen3VLConfig, Qwen3VLForConditionalGeneration

    seen = {
        "depth": 24, "hidden_size": 1024, "intermediate_size": 4096, "num_heads": 16, "out_hidden_size": 2048,
        "patch_size": 16, "num_position_embeddings": 2304, "deepstack_visual_indexes": [5, 11, 17],
    }  # fmt: skip
    rope = {"mrope_section": [24, 20, 20], "mrope_interleaved": True}
    text = {**_text(151936, 2048, 6144, heads=16, groups=8, **rope), "head_dim": 128}
    config = Qwen3VLConfig(**ids, tie_word_embeddings=True, vision_config=seen, text_config=text)
    return Qwen3VLForConditionalGeneration(config)


def _text(words: int, width: int, inner: int, *, heads: int, groups: int, **rope: Any) -> dict[str, Any]:
    return {
        "vocab_size": words, "hidden_size": width, "intermediate_size": inner, "num_hidden_layers": 28,
        "num_attention_heads": heads, "num_key_value_heads": groups, "max_position_embeddings": 128000,
        "rope_parameters": {"rope_type": "default", "rope_theta": 1000000.0, **rope},
    }  # fmt: skip
