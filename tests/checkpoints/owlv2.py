"""OWLv2 with few random weights, and a tokenizer of bytes."""

from pathlib import Path

from benchmarks.tokenizing import clip_tokenizer

SIDE, PATCH = 96, 16
PATCHES = (SIDE // PATCH) ** 2


def build(path: Path, *, seed: int = 0, patch: int = PATCH) -> Path:
    """Save a model that sees squares of ``SIDE`` pixels and has a thing in each of its ``PATCHES``, as large as those.

    What it takes them for is random, with scores around a half.
    """
    import torch
    from transformers import Owlv2Config, Owlv2ForObjectDetection, Owlv2ImageProcessor, Owlv2Processor

    tokenizer = clip_tokenizer()
    small = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = Owlv2Config(
        text_config={
            **small,
            "vocab_size": len(tokenizer),
            "bos_token_id": tokenizer.bos_token_id,
            "eos_token_id": tokenizer.eos_token_id,
            "pad_token_id": 0,
        },
        vision_config={**small, "image_size": SIDE, "patch_size": patch},
        projection_dim=32,
    )
    torch.manual_seed(seed)
    model = Owlv2ForObjectDetection(config).eval()
    for layer in (model.box_head.dense2, model.class_head.logit_shift, model.class_head.logit_scale):
        torch.nn.init.zeros_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
    model.save_pretrained(path)
    Owlv2Processor(Owlv2ImageProcessor(size={"height": SIDE, "width": SIDE}), tokenizer).save_pretrained(path)
    return path
