"""Let torchvision's published wheel be imported beside a torch without CUDA.

The wheel's compiled part is linked against CUDA. Where that cannot be loaded, the operators whose existence torchvision
takes for granted are declared, and the one that image processors call is written with torch. Nothing is changed on
machines where the compiled part loads.
"""

import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path

_declared = []
"""The library of operators: they are gone when it is."""


class _BesideTorchvision(MetaPathFinder):
    """Waits for the import of torchvision, so that who never needs it does not import torch."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if fullname != "torchvision":
            return None
        spec = PathFinder.find_spec(fullname, path)
        if spec is not None:
            spec.loader.exec_module = _declaring(spec.loader.exec_module, Path(spec.origin).parent)
        return spec


def _declaring(execute, folder: Path):
    """Declare the operators before the package is executed, and let its own check find them afterwards."""

    def execute_module(module):
        if _loads(folder):
            execute(module)
        else:
            _declare()
            execute(module)
            module.extension._has_ops = lambda: True

    return execute_module


def install() -> None:
    """Be ready for torchvision, in this process."""
    if "torchvision" not in sys.modules and not any(isinstance(each, _BesideTorchvision) for each in sys.meta_path):
        sys.meta_path.insert(0, _BesideTorchvision())


def _loads(folder: Path) -> bool:
    import torch

    try:
        for compiled in folder.glob("_C*.so"):
            torch.ops.load_library(str(compiled))
    except OSError:
        return False
    return True


def _declare() -> None:
    import torch

    library = torch.library.Library("torchvision", "FRAGMENT")
    for name in ("nms", "qnms"):
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.impl("nms", _nms, "CPU")
    _declared.append(library)


def _nms(boxes, scores, iou_threshold):
    """Greedy non-maximum suppression: positions of the boxes that are kept, the surest first."""
    import torch

    areas = (boxes[:, 2:] - boxes[:, :2]).prod(dim=1)
    left = scores.argsort(descending=True, stable=True)
    kept = []
    while len(left):
        best, left = left[0], left[1:]
        kept.append(best)
        sides = (
            torch.minimum(boxes[best, 2:], boxes[left, 2:]) - torch.maximum(boxes[best, :2], boxes[left, :2])
        ).clamp(min=0)
        shared = sides.prod(dim=1)
        left = left[shared <= iou_threshold * (areas[best] + areas[left] - shared)]
    return torch.stack(kept) if kept else torch.empty(0, dtype=torch.long)
