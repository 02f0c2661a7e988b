"""Run by Python when it starts with this folder on PYTHONPATH: for tests that start processes of their own."""

import runpy
from pathlib import Path

runpy.run_path(str(Path(__file__).parents[1] / "torchvision_cpu.py"))["install"]()
