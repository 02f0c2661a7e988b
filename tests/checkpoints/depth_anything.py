"""Depth-Anything with few random weights."""

from pathlib import Path


def build(path: Path, *, metric: bool = False) -> Path:
    """Save a relative model, or a metric one of up to 20 m, whose pictures have about 70 pixels a side."""
    import torch
    from transformers import DepthAnythingConfig, DepthAnythingForDepthEstimation, DPTImageProcessor

    kind = {"depth_estimation_type": "metric", "max_depth": 20} if metric else {}
    config = DepthAnythingConfig(
        backbone_config={
            "model_type": "dinov2",
            "image_size": 70,
            "patch_size": 14,
            "hidden_size": 32,
            "num_hidden_layers": 4,
            "num_attention_heads": 2,
            "out_indices": [1, 2, 3, 4],
            "reshape_hidden_states": False,
            "apply_layernorm": True,
        },
        reassemble_hidden_size=32,
        patch_size=14,
        neck_hidden_sizes=[8, 16, 32, 32],
        fusion_hidden_size=16,
        head_hidden_size=8,
        **kind,
    )
    torch.manual_seed(0)
    model = DepthAnythingForDepthEstimation(config).eval()
    for name, weights in model.named_parameters():
        if name.startswith(("neck", "head")) and weights.dim() > 1:
            torch.nn.init.kaiming_normal_(weights)  # as they are made, all pixels come out alike
    # About 1, and within what a metric model tells apart.
    torch.nn.init.normal_(model.head.conv3.weight, std=0.02)
    torch.nn.init.constant_(model.head.conv3.bias, 1.0)
    model.save_pretrained(path)
    DPTImageProcessor(
        size={"height": 70, "width": 70},
        keep_aspect_ratio=True,
        ensure_multiple_of=14,
        resample=3,
        do_pad=False,
        image_mean=[0.485, 0.456, 0.406],
        image_std=[0.229, 0.224, 0.225],
    ).save_pretrained(path)
    return path
