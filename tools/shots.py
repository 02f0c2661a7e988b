"""Where one shot ends and the next begins (PySceneDetect's adaptive content detector, fed with sampled frames)."""

import cv2

from twins.geometry import Bytes

LAG = 2
"""A cut is known this many frames after it happened."""
MIN_FRAMES = 4
"""Shorter shots, in sampled frames, are flashes."""
MIN_CONTENT = 22.0
"""Least change of hue, saturation and lightness (0–255, averaged) at a cut."""
RATIO = 3.0
"""… and how many times the change around it."""
VERSION = "1"


class ShotFinder:
    """Tell, frame by frame, where cuts are."""

    def __init__(self) -> None:
        from scenedetect.detectors import AdaptiveDetector

        self._detector = AdaptiveDetector(
            adaptive_threshold=RATIO, min_scene_len=MIN_FRAMES, window_width=LAG, min_content_val=MIN_CONTENT
        )

    def step(self, number: int, image: Bytes) -> int | None:
        """Take in the next sampled frame, (h, w, 3) RGB; return the number of the first frame after a cut, if any."""
        from scenedetect import FrameTimecode

        small = cv2.resize(image, (128, 72), interpolation=cv2.INTER_AREA)
        # The detector counts frames only; the rate is a formality.
        cuts = self._detector.process_frame(FrameTimecode(number, 10.0), cv2.cvtColor(small, cv2.COLOR_RGB2BGR))
        return int(cuts[0].frame_num) if cuts else None
