"""A COCO detector for Twinseek: FastestDet (https://github.com/dog-qiuqiu/FastestDet, BSD-3-Clause) on onnxruntime.

Settings:
    weights: path of FastestDet.onnx.
    names: path of coco.names, one category a line; by default beside the weights.
    threshold: least score of a detection, 0 to 1; 0.5 by default.
"""

from functools import cached_property
from pathlib import Path

import cv2
import numpy as np

SIDE = 352
"""Width and height that the network takes."""
OVERLAP = 0.45
"""Intersection over union from which the less sure of two boxes of one category is dropped."""

PLAIN = {
    "aeroplane": "airplane",
    "diningtable": "dining table",
    "motorbike": "motorcycle",
    "pottedplant": "potted plant",
    "tvmonitor": "television",
}
"""What people say for the file's names that nobody says."""


def build(context):
    """Return the detector. ``context.settings`` is the section ``[plugins.coco]`` of the settings."""
    return Coco(**context.settings)


class Coco:
    """Finds the categories of COCO in one image at a time."""

    version = "1"

    def __init__(self, weights, names=None, threshold=0.5):
        self.weights_file = Path(weights)
        self.names = Path(names or self.weights_file.with_name("coco.names")).read_text().split("\n")
        if not isinstance(threshold, int | float) or not 0 <= threshold <= 1:
            raise ValueError(f"its setting threshold is {threshold!r}: give a number from 0 to 1")
        self.threshold = float(threshold)

    def detect(self, image):
        """Return ``(category, confidence, (x1, y1, x2, y2))`` in pixels of an (h, w, 3) uint8 RGB image."""
        height, width = image.shape[:2]
        blob = cv2.resize(image, (SIDE, SIDE))[..., ::-1].transpose(2, 0, 1)[None].astype(np.float32) / 255
        cells = self._session.run(None, {self._session.get_inputs()[0].name: blob})[0][0]
        scores, categories = cells[0] ** 0.6 * cells[5:].max(axis=0) ** 0.4, cells[5:].argmax(axis=0)
        rows, columns = np.nonzero(scores >= self.threshold)
        t1, t2, t3, t4 = cells[1:5, rows, columns]
        grid = np.array([cells.shape[2], cells.shape[1]])
        centres = (np.tanh([t1, t2]).T + np.stack([columns, rows], axis=1)) / grid
        sizes = 1 / (1 + np.exp(-np.array([t3, t4]).T))
        corners = np.hstack([centres - sizes / 2, sizes]) * (width, height, width, height)
        scores, categories = scores[rows, columns], categories[rows, columns]
        if not len(scores):
            return []
        kept = cv2.dnn.NMSBoxesBatched(corners.tolist(), scores.tolist(), categories.tolist(), self.threshold, OVERLAP)
        return [
            (PLAIN.get(self.names[categories[n]], self.names[categories[n]]), float(scores[n]), (x, y, x + w, y + h))
            for n in kept
            for x, y, w, h in [corners[n].tolist()]
        ]

    @cached_property
    def _session(self):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        # The index has a process a core already.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        return onnxruntime.InferenceSession(self.weights_file, options, providers=["CPUExecutionProvider"])
