"""A few frames as a film, for models that are shown films."""

import base64
import io
from collections.abc import Sequence
from fractions import Fraction

import av
import cv2
import numpy as np

from twins.geometry import Bytes


def film(images: Sequence[Bytes], seconds: Sequence[float]) -> str:
    """Return frames of one size as an MP4 file in base64, each shown for their mean distance in time."""
    step = (seconds[-1] - seconds[0]) / (len(seconds) - 1) if len(seconds) > 1 else 1.0
    height, width = (side - side % 2 for side in images[0].shape[:2])  # H.264 wants even sides
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        rate = Fraction(1 / max(step, 0.01)).limit_denominator(1000)
        stream = container.add_stream("libx264", rate=rate, options={"crf": "18"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for image in images:
            even = np.asarray(cv2.resize(image, (width, height)), np.uint8)
            frame = av.VideoFrame.from_ndarray(even, format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return base64.b64encode(file.getvalue()).decode()
