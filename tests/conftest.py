"""What every test may ask for."""

import os
import sys
import sysconfig
from collections.abc import Iterator
from importlib.metadata import EntryPoints, entry_points
from pathlib import Path

import pytest
from hypothesis import settings

from tests.checkpoints import torchvision_cpu
from tools import door

# Each core has a worker already: threads that wait for each other's cores cost more than small models compute. Before
# torch is imported, which looks once.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Containers often forbid bytecode: then each of the hundred processes of a run compiles the product anew, and each
# worker rewrites the asserts of all tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

torchvision_cpu.install()

# A busy machine is no fault of the code.
settings.register_profile("twinseek")
settings.load_profile("twinseek")

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real clips and annotations that may lie beside the checkout, or skip."""
    if not (SHARED / "videos").is_dir():
        pytest.skip("the folder of real clips and annotations is not beside the checkout")
    return SHARED


@pytest.fixture(scope="session", autouse=True)
def no_plugins_but_ours() -> Iterator[None]:
    """Hide what somebody has installed beside Twinseek to try it out: it may have the name of a test's plugin."""
    installed = Path(sysconfig.get_paths()["purelib"])

    def ours(group: str) -> EntryPoints:
        found = entry_points(group=group)
        return EntryPoints(p for p in found if p.dist.name == "twinseek" or p.dist.locate_file("") != installed)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(door, "entry_points", ours)
        yield
