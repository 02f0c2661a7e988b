"""What every test may ask for."""

import os
import sys
from pathlib import Path

import pytest

from tests.checkpoints import torchvision_cpu

# Each core has a worker already: threads that wait for each other's cores cost more than small models compute. Before
# torch is imported, which looks once.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Containers often forbid bytecode: then each of the hundred processes of a run compiles the product anew, and each
# worker rewrites the asserts of all tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

torchvision_cpu.install()

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real clips and annotations that may lie beside the checkout, or skip."""
    if not (SHARED / "videos").is_dir():
        pytest.skip("the folder of real clips and annotations is not beside the checkout")
    return SHARED
