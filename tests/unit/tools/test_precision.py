import pytest
import torch

from tools.precision import dtype_of, torch_dtype, usual_settings


@pytest.mark.parametrize(
    ("device", "bfloat16", "expected"),
    [("cpu", True, "float32"), ("cuda", True, "bfloat16"), ("cuda:1", True, "bfloat16"), ("cuda", False, "float16")],
)
def test_the_usual_precision_is_what_the_device_computes_with(monkeypatch, device, bfloat16, expected):
    def supported(including_emulation=True):
        return including_emulation or bfloat16  # emulated it is everywhere

    monkeypatch.setattr(torch.cuda, "is_bf16_supported", supported)
    assert torch_dtype("auto", device) == getattr(torch, expected)
    assert dtype_of({}) == "auto"


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_a_precision_that_is_named_is_taken_on_every_device(device):
    assert torch_dtype(dtype_of({"dtype": "float16"}), device) == torch.float16


@pytest.mark.parametrize("given", ["int8", None, ["float32"], "Float32"])
def test_what_is_no_precision_is_refused(given):
    with pytest.raises(ValueError, match=r"its dtype is .*, not one of auto, float32, float16, bfloat16"):
        dtype_of({"dtype": given})


def test_of_a_gpu_only_auto_says_no_more_than_the_default():
    assert usual_settings("cuda") == {"dtype": ("auto",)}
    assert usual_settings("cpu") == {"dtype": ("auto", "float32")}
