"""How the camera moved: one projective map a frame, from sparse features that the scene's bulk agrees on.

Where they do not agree well, because noise outweighs what there is of corners, all pixels are asked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from tools.corners import quick_corners, spread_corners
from tools.dense_alignment import Aligner
from twins.geometry import Bytes, Doubles, Floats

MIN_MEASURED = 4
"""In fewer frames nothing is said of the camera."""
MIN_AGREEING = 0.35
"""Share of the features that must follow one map for it to be believed."""
KEPT_FEATURES = 0.55
"""When a smaller share of the reference frame's features is still found, the reference is renewed."""
STILL_PIXELS = 0.3
STILL_SHARE = 0.15
"""When this share stays within STILL_PIXELS the camera has not moved: a moving one leaves few there."""
REPROJECTION_PIXELS = 1.5
SURE_SHARE = 0.6
"""When a smaller share of the reference frame's features agrees, the map is checked against all pixels."""
BETTER = 0.985
"""A map of all pixels must leave less than this share of what the features' map leaves, and any map less than this
share of what no movement leaves."""
BENT_GAIN = 1.3
"""A projective map must win this many times the features of a similarity: it bends when little holds it."""


@dataclass(frozen=True)
class Care:
    """What is spent on following the camera.

    Args:
        corners: finds features, at most so many in each cell.
        features: so many.
        least: with fewer agreeing features the camera is taken to have kept still since the last frame.
        window: side, in pixels, of what is compared around a feature.
        steps, precision: with which a feature is followed, at most and in pixels; a third of STILL_PIXELS will do.
        sampling: OpenCV's way to find a projective map that most features follow.
        patience, pause: after so many frames in a row that no map of all pixels explains, only every so many-th one
            is checked.
    """

    corners: Callable[[Bytes, int], Floats]
    features: int
    least: int
    window: int
    steps: int
    precision: float
    sampling: int
    patience: int
    pause: int


THOROUGH = Care(spread_corners, 16, 24, 15, 12, 0.03, cv2.RANSAC, 4, 4)
"""For whoever takes the scene out of a picture to see what moves."""
QUICK = Care(quick_corners, 6, 16, 13, 6, 0.1, cv2.USAC_FAST, 1, 8)
"""For whoever wants to know where the camera looks. It takes a third of the time, and is no further off."""


@dataclass
class _Reference:
    grey: Bytes
    points: Floats
    to_first: Doubles
    aligner: Aligner | None = None


class CameraTracker:
    """Follow the camera through one shot.

    Every frame is matched against a reference frame that is kept as long as it is seen well, not against the frame
    before: a camera on a tripod then never drifts.
    """

    def __init__(self, care: Care = THOROUGH) -> None:
        self._care = care
        self._reference: _Reference | None = None
        self._last = np.eye(3)
        self._frames = self._measured = self._refused = 0

    @property
    def knows(self) -> bool:
        """Whether the camera's movement could be measured in most of the frames, and in enough of them."""
        return self._measured >= MIN_MEASURED and 2 * self._measured >= self._frames

    def step(self, grey: Bytes) -> Doubles:
        """Return the (3, 3) map from pixels of this frame to those of the first frame of the shot.

        Args:
            grey: (h, w) uint8.
        """
        self._frames += 1
        if self._reference is None:
            self._renew(grey, np.eye(3))
            return np.eye(3)
        reference = self._reference
        found = _match(reference.grey, grey, reference.points, self._last, self._care)
        # Where depth or busy things bend the picture, no map of all pixels will do in the next frame either.
        patient = self._refused < self._care.patience or self._frames % self._care.pause == 0
        if len(reference.points) >= self._care.least and (found is None or (found[1] < SURE_SHARE and patient)):
            aligned = _aligned(reference, grey, self._last, found)
            self._refused = 0 if aligned else self._refused + 1
            found = aligned or found
        if found is None:
            # Nothing agrees: carry on from here as if the camera had not moved.
            to_first = reference.to_first @ self._last
            self._renew(grey, to_first)
            return to_first
        self._measured += 1
        to_reference, kept = found
        self._last = to_reference
        to_first = reference.to_first @ to_reference
        if kept < KEPT_FEATURES:
            self._renew(grey, to_first)
        return to_first

    def _renew(self, grey: Bytes, to_first: Doubles) -> None:
        self._reference = _Reference(grey, self._care.corners(grey, self._care.features), to_first)
        self._last = np.eye(3)


def _match(reference: Bytes, grey: Bytes, points: Floats, guess: Doubles, care: Care) -> tuple[Doubles, float] | None:
    """Return (map from grey to reference, share of the reference's features that agree), or none."""
    if len(points) < care.least:
        return None
    start = cv2.perspectiveTransform(points, np.linalg.inv(guess)).astype(np.float32)
    ahead, ok, _ = cv2.calcOpticalFlowPyrLK(
        reference,
        grey,
        points,
        start,
        winSize=(care.window, care.window),
        maxLevel=3,
        criteria=(cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, care.steps, care.precision),
        flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
    )
    found = ok.ravel() == 1
    before, after = points[found].reshape(-1, 2), ahead[found].reshape(-1, 2)
    if len(before) < care.least:
        return None
    shift = np.linalg.norm(after - before, axis=1)
    if (shift < STILL_PIXELS).mean() >= STILL_SHARE:
        return np.eye(3), float((shift < REPROJECTION_PIXELS).sum() / len(points))
    return _agreed_map(after, before, grey.shape, len(points), care)


def _aligned(
    reference: _Reference, grey: Bytes, last: Doubles, found: tuple[Doubles, float] | None
) -> tuple[Doubles, float] | None:
    """Return the simplest map under which all pixels fit, and the share of the reference that is seen; none if none.

    Args:
        last: map of the frame before.
        found: what :func:`_match` found.
    """
    reference.aligner = reference.aligner or Aligner(reference.grey)
    by_features = last if found is None else found[0]
    fits = reference.aligner.align(grey, by_features, others=(by_features, np.eye(3)))
    if not fits or not fits[0].explains:
        return None
    for matrix in (np.eye(3), by_features):
        simple = next((fit for fit in fits if np.array_equal(fit.to_reference, matrix)), None)
        if simple is not None and BETTER * simple.difference <= fits[0].difference:
            return simple.to_reference, simple.seen
    return fits[0].to_reference, fits[0].seen


def _agreed_map(
    after: Floats, before: Floats, shape: tuple[int, ...], total: int, care: Care
) -> tuple[Doubles, float] | None:
    """Return the simplest map that most features follow: a similarity unless a projective one explains many more."""
    matrix, agree = cv2.estimateAffinePartial2D(after, before, ransacReprojThreshold=REPROJECTION_PIXELS)
    projective = np.eye(3) if matrix is None else np.vstack([matrix, [0, 0, 1]])
    count = 0 if matrix is None else int(agree.sum())
    if BENT_GAIN * count < len(after):  # otherwise no map can win so many
        bent, agree_bent = cv2.findHomography(after, before, care.sampling, REPROJECTION_PIXELS)
        if bent is not None and _sane(bent.astype(np.float64), shape) and agree_bent.sum() > BENT_GAIN * count:
            projective, count = bent, int(agree_bent.sum())
    if count < care.least or count < MIN_AGREEING * len(after):
        return None
    return projective, count / total


def _sane(matrix: Doubles, shape: tuple[int, ...]) -> bool:
    """Tell whether a projective map bends the frame no more than a turning camera would between near frames."""
    return bool(abs(matrix[2, 0]) * shape[1] < 0.15 and abs(matrix[2, 1]) * shape[0] < 0.15)


def to_affine(matrix: Doubles, width: int, height: int) -> Floats:
    """Return the (2, 3) affine map that is closest to a projective one over the frame."""
    if np.array_equal(matrix[2], (0, 0, 1)):
        return matrix[:2].astype(np.float32)
    points, solve = _grid(width, height)
    return (solve @ cv2.perspectiveTransform(points, matrix)[:, 0]).T.astype(np.float32)


@lru_cache(maxsize=8)
def _grid(width: int, height: int) -> tuple[Doubles, Doubles]:
    """Return (25, 1, 2) points of a frame, and the (3, 25) matrix that makes an affine map of where they go."""
    xs, ys = np.meshgrid(np.linspace(0, width, 5), np.linspace(0, height, 5))
    points = np.stack([xs.ravel(), ys.ravel()], axis=1)
    return points[:, None], np.linalg.pinv(np.column_stack([points, np.ones(len(points))]))


def camera_flow(to_other: Doubles, height: int, width: int) -> Floats:
    """Return the (height, width, 2) displacement in pixels that a projective map alone gives every pixel."""
    xs, ys = np.arange(width, dtype=np.float64), np.arange(height, dtype=np.float64)[:, None]
    (ax, bx, cx), (ay, by, cy), (aw, bw, cw) = to_other
    flow = np.empty((height, width, 2), np.float32)
    w = aw * xs + (bw * ys + cw)
    flow[..., 0] = (ax * xs + (bx * ys + cx)) / w - xs
    flow[..., 1] = (ay * xs + (by * ys + cy)) / w - ys
    return flow


@dataclass(frozen=True)
class CameraMove:
    """What the camera does over a shot: ``kind`` is still, left, right, up, down, in or out; ``amount`` is the share
    of the frame's width that is panned, or the change of scale minus one."""

    kind: str
    amount: float


PAN_SHARE = 0.08
ZOOM_SHARE = 0.08


def describe_moves(camera: Floats, width: int, height: int) -> list[CameraMove]:
    """Say what the camera does over a stretch of one shot.

    Args:
        camera: (t, 2, 3) affine maps to the first frame of the shot, in pixels of a frame of this size.

    Returns:
        The moves that matter, the largest first; one ``still`` where there are none.
    """
    centre = np.array([width / 2, height / 2, 1.0])
    path = camera @ centre - centre[:2]
    scale = np.sqrt(np.abs(camera[:, 0, 0] * camera[:, 1, 1] - camera[:, 0, 1] * camera[:, 1, 0]))
    moves = []
    for axis, size, less, more in ((0, width, "left", "right"), (1, width, "up", "down")):
        along = path[:, axis] / size
        if np.ptp(along) >= PAN_SHARE:
            rise, fall = _largest_rise(along), _largest_rise(-along)
            moves += [CameraMove(more, rise)] if rise >= PAN_SHARE else []
            moves += [CameraMove(less, fall)] if fall >= PAN_SHARE else []
    # A map that shrinks a later frame onto the first one means that the picture has grown: the camera moved in.
    grown = float(np.log(scale[0] / scale[-1]))
    if abs(grown) >= ZOOM_SHARE:
        moves.append(CameraMove("in" if grown > 0 else "out", abs(grown)))
    return sorted(moves, key=lambda move: -move.amount) or [CameraMove("still", 0.0)]


def _largest_rise(values: Doubles) -> float:
    return float((values - np.minimum.accumulate(values)).max())
