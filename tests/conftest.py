"""What every test may ask for."""

from pathlib import Path

import pytest

from tests.checkpoints import torchvision_cpu

torchvision_cpu.install()

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real clips and annotations that may lie beside the checkout, or skip."""
    if not (SHARED / "videos").is_dir():
        pytest.skip("the folder of real clips and annotations is not beside the checkout")
    return SHARED
