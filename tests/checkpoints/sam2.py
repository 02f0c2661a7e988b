"""Small, randomly initialised checkpoints of SAM-2 for video, of EdgeTAM and of SAM-3's tracker, as they are published.

What they find means nothing; what goes in and comes out has the shapes, the types and the conventions of the real ones.
"""

from pathlib import Path
from typing import Any

SIDE = 128
"""Pixels of the square that pictures are stretched to; the published ones have 1024, SAM-3 1008."""

# The memory must have 64 channels and the hidden size be 128 or more: both are built into the model's code.
_HIDDEN = 128
_MEMORY = {
    "memory_attention_hidden_size": _HIDDEN,
    "memory_attention_num_layers": 1,
    "memory_encoder_hidden_size": _HIDDEN,
    "memory_encoder_output_channels": 64,
    "mask_downsampler_embed_dim": _HIDDEN,
    "memory_fuser_embed_dim": _HIDDEN,
    "memory_fuser_intermediate_dim": 32,
    "memory_fuser_num_layers": 1,
}
_DECODER = {
    "hidden_size": _HIDDEN,
    "mlp_dim": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "iou_head_hidden_dim": 32,
}


def build(path: Path, family: str = "sam2") -> Path:
    """Write a checkpoint of ``sam2``, ``edgetam`` or ``sam3`` to a folder, about two megabytes."""
    import torch

    torch.manual_seed(0)
    model, processor = {"sam2": _sam2, "edgetam": _edgetam, "sam3": _sam3}[family]()
    with torch.no_grad():
        # Nothing that was begun with is ever lost: random weights would say at random that it is gone.
        model.mask_decoder.pred_obj_score_head.proj_out.bias.fill_(4.0)
    model.save_pretrained(path)
    processor.save_pretrained(path)
    return path


def _hiera() -> dict[str, Any]:
    return {
        "model_type": "sam2_vision_model",
        "backbone_config": {
            "model_type": "sam2_hiera_det_model",
            "hidden_size": 8,
            "num_attention_heads": 1,
            "image_size": [SIDE, SIDE],
            "blocks_per_stage": [1, 1, 2, 1],
            "embed_dim_per_stage": [8, 16, 32, 64],
            "num_attention_heads_per_stage": [1, 1, 2, 2],
            "window_size_per_stage": [4, 4, 4, 4],
            "global_attention_blocks": [3],  # must not be the first of a stage
            "window_positional_embedding_background_size": [2, 2],
        },
        "backbone_channel_list": [64, 32, 16, 8],
        "backbone_feature_sizes": [[SIDE // cell, SIDE // cell] for cell in (4, 8, 16)],
        "fpn_hidden_size": _HIDDEN,
    }


def _prompts() -> dict[str, Any]:
    return {"hidden_size": _HIDDEN, "image_size": SIDE, "patch_size": 16, "mask_input_channels": 4}


def _sam2():
    from transformers import Sam2VideoConfig, Sam2VideoModel

    config = Sam2VideoConfig(
        vision_config=_hiera(),
        prompt_encoder_config=_prompts(),
        mask_decoder_config=_DECODER,
        image_size=SIDE,
        memory_attention_feed_forward_hidden_size=32,
        memory_attention_rope_feat_sizes=[SIDE // 16, SIDE // 16],
        **_MEMORY,
    )
    return Sam2VideoModel(config).eval(), _processor()


def _edgetam():
    from transformers import EdgeTamVideoConfig, EdgeTamVideoModel

    config = EdgeTamVideoConfig(
        # The published one looks through RepViT, which needs the package timm; all behind it is EdgeTAM's own.
        vision_config=_hiera(),
        prompt_encoder_config=_prompts(),
        mask_decoder_config=_DECODER,
        image_size=SIDE,
        memory_attention_mlp_hidden_size=32,
        memory_attention_rope_k_sizes=[4, 4],
        perceiver_resampler_num_latents=16,
        perceiver_resampler_num_latents_2d=16,
        perceiver_resampler_mlp_intermediate_size=32,
        memory_attention_rope_feat_sizes=[SIDE // 16, SIDE // 16],
        **_MEMORY,
    )
    return EdgeTamVideoModel(config).eval(), _processor()


def _sam3():
    from transformers import (
        Sam2VideoVideoProcessor,
        Sam3ImageProcessor,
        Sam3TrackerVideoConfig,
        Sam3TrackerVideoModel,
        Sam3TrackerVideoProcessor,
    )

    config = Sam3TrackerVideoConfig(
        vision_config={
            "model_type": "sam3_vision_model",
            "fpn_hidden_size": _HIDDEN,
            "backbone_config": {
                "model_type": "sam3_vit_model",
                "hidden_size": 32,
                "intermediate_size": 32,
                "num_hidden_layers": 2,
                "num_attention_heads": 2,
                "image_size": SIDE,
                "patch_size": 16,
                "pretrain_image_size": SIDE,
                "window_size": 4,
                "global_attn_indexes": [1],
            },
        },
        prompt_encoder_config=_prompts(),
        mask_decoder_config=_DECODER,
        image_size=SIDE,
        memory_attention_feed_forward_hidden_size=32,
        **_MEMORY,
    )
    size = {"height": SIDE, "width": SIDE}
    processor = Sam3TrackerVideoProcessor(
        image_processor=Sam3ImageProcessor(size=size, mask_size={"height": SIDE // 4, "width": SIDE // 4}),
        video_processor=Sam2VideoVideoProcessor(size=size),
    )
    return Sam3TrackerVideoModel(config).eval(), processor


def _processor():
    from transformers import Sam2ImageProcessor, Sam2VideoProcessor, Sam2VideoVideoProcessor

    size, coarse = {"height": SIDE, "width": SIDE}, {"height": SIDE // 4, "width": SIDE // 4}
    return Sam2VideoProcessor(
        image_processor=Sam2ImageProcessor(size=size, mask_size=coarse),
        video_processor=Sam2VideoVideoProcessor(size=size),
    )
