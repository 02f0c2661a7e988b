"""Overlays on real encoded video: which frames, when, and what is drawn where."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from tests.e2e.films import write_film
from tests.unit.twins.excerpts import excerpt_in
from twins.described import DescribedTrack, DescribedVideo, to_twin
from twins.errors import TwinseekError
from twins.excerpt import Excerpt, Sighting
from twins.frames import VideoFile
from twins.masks import encode_mask, mask_area
from twins.schema import Track
from twinseek.overlay_video import _Drawing, write_overlay
from twinseek.overlays import PALETTE

MOMENTS = [0, 40, 160, 200, 280, 1000]
"""Milliseconds at which the film's frames are shown; they are far from even."""


def excerpt_of_film(folder: Path, film: Path, *, shown: list[int], masks: bool = True) -> Excerpt:
    """Return a twin of a film: a thing in the upper left quarter, at the frames with these numbers."""
    with VideoFile(film) as video:
        seconds = {frame.frame_index: frame.seconds for frame in video.all()}
        width, height, duration = video.info.width, video.info.height, video.duration
    mask = np.zeros((height, width), bool)
    mask[10 : height // 2, 10 : width // 2] = True
    rle = encode_mask(mask) if masks else None
    seen = Sighting((10, 10, width // 2, height // 2), float(mask_area(rle)) if rle else 100.0, rle)
    video_ = DescribedVideo(
        name="film",
        width=width,
        height=height,
        frame_index=shown,
        seconds=[seconds[index] for index in shown],
        duration=duration,
        frame_count=len(seconds),
        tracks=[DescribedTrack("t1", "thing", dict.fromkeys(range(len(shown)), seen))],
    )
    return excerpt_in(folder, to_twin(video_, "test", "1"))


def decoded(path: Path) -> tuple[list[float], list[np.ndarray], float]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        frames = [(frame.time, frame.to_ndarray(format="rgb24")) for frame in container.decode(stream)]
        return [time for time, _ in frames], [image for _, image in frames], float(stream.duration * stream.time_base)


def originals(film: Path) -> list[np.ndarray]:
    with VideoFile(film) as video:
        return [frame.image for frame in video.all()]


def test_sampled_frames_keep_their_uneven_times(tmp_path):
    film = write_film(tmp_path / "film.mp4", frames=6, pts=MOMENTS)
    excerpt = excerpt_of_film(tmp_path, film, shown=[0, 2, 3, 5])
    write_overlay(tmp_path / "out.mp4", excerpt, film)
    times, images, duration = decoded(tmp_path / "out.mp4")
    assert times == pytest.approx([0, 0.16, 0.2, 1.0], abs=1e-4)
    assert duration == pytest.approx(excerpt.twin.duration, abs=1e-3)
    # The very frames: what lies outside of the drawing is as it was.
    for image, original in zip(images, [originals(film)[n] for n in (0, 2, 3, 5)], strict=True):
        assert np.abs(image[70:].astype(int) - original[70:]).mean() < 6


def test_masks_are_tinted_in_the_palette_and_the_rest_is_not(tmp_path):
    film = write_film(tmp_path / "film.mp4", frames=3)
    write_overlay(tmp_path / "out.mp4", excerpt_of_film(tmp_path, film, shown=[1]), film)
    _, (image,), _ = decoded(tmp_path / "out.mp4")
    before = originals(film)[1].astype(float)
    for columns in (slice(16, 26), slice(73, 77)):  # in the mask, up to its side, away from its label
        inside = (slice(40, 52), columns)
        change = (image[inside].astype(float) - before[inside]).mean(axis=(0, 1))
        expected = 0.3 * (np.array(PALETTE[0]) - before[inside].mean(axis=(0, 1)))
        np.testing.assert_allclose(change, expected, atol=8)
    for columns in (slice(2, 7), slice(83, 90)):  # beside it
        assert np.abs(image[40:52, columns] - before[40:52, columns]).mean() < 8
    assert np.abs(image[80:, 100:] - before[80:, 100:]).mean() < 6


def drawn(*places: tuple[int, int], size: tuple[int, int] = (400, 300)) -> np.ndarray:
    """Return (h, w, 3) RGB, black but for what is drawn of a square of 40 pixels that went from place to place."""
    width, height = size
    drawing = _Drawing((Track(id="t1", source="test"),), width, height)
    image = np.zeros((height, width, 3), np.uint8)
    for x, y in places:
        mask = np.zeros((height, width), bool)
        mask[y : y + 40, x : x + 40] = True
        bgr = drawing.draw(image, [(0, Sighting((x, y, x + 40, y + 40), 1600.0, encode_mask(mask)))], (1.0, 1.0))
    return bgr[..., ::-1]


def test_a_mask_is_drawn_to_the_pixel_with_its_outline_on_its_rim():
    painted = drawn((200, 150)).any(axis=2)
    rows, columns = np.nonzero(painted[150:])  # its label stands above it
    assert (rows.min(), rows.max() + 1) == (0, 40)
    assert (columns.min(), columns.max() + 1) == (200, 240)
    assert painted[150:190, 200:240].all()


def test_a_label_stands_above_a_thing_and_a_trail_says_which_way_it_came():
    still, moved = drawn((200, 150)), drawn((60, 150), (130, 150), (200, 150))
    above = still[:150]
    assert (above == PALETTE[0]).all(axis=2).sum() > 100
    assert not still[150:190, :200].any()
    # From the middle of where it was to the middle of where it is.
    rows, columns = np.nonzero(moved[150:190, :199].any(axis=2))
    assert (columns.min(), columns.max()) == pytest.approx((80, 198), abs=2)
    assert set(rows) <= {18, 19, 20, 21, 22}


def test_a_thing_without_a_mask_gets_its_box(tmp_path):
    film = write_film(tmp_path / "film.mp4", frames=3)
    write_overlay(tmp_path / "out.mp4", excerpt_of_film(tmp_path, film, shown=[1], masks=False), film)
    _, (image,), _ = decoded(tmp_path / "out.mp4")
    before = originals(film)[1].astype(int)
    change = np.abs(image.astype(int) - before).mean(axis=2)
    assert change[59:61, 30:60].mean() > 40 > 6 > change[48:54, 16:26].mean()


@pytest.mark.parametrize(("size", "rotate", "shown"), [((161, 121), 0, (162, 122)), ((160, 120), 90, (120, 160))])
def test_odd_sides_are_made_even_and_turned_films_are_shown_upright(tmp_path, size, rotate, shown):
    film = write_film(tmp_path / "film.mp4", frames=3, size=size, rotate=rotate)
    write_overlay(tmp_path / "out.mp4", excerpt_of_film(tmp_path, film, shown=[0, 2]), film)
    _, images, _ = decoded(tmp_path / "out.mp4")
    assert (images[0].shape[1], images[0].shape[0]) == shown
    upright = originals(film)[0]
    assert np.abs(images[0][90 : upright.shape[0], 90 : upright.shape[1]] - upright[90:, 90:].astype(float)).mean() < 8


def test_what_lies_between_two_spans_is_left_out(tmp_path):
    film = write_film(tmp_path / "film.mp4", frames=20)
    whole = excerpt_of_film(tmp_path, film, shown=list(range(20)))
    part = whole.limited(["t1"], [(0.2, 0.32), (0.6, 0.68)])
    assert part.frame_index == [5, 6, 7, 15, 16]
    write_overlay(tmp_path / "out.mp4", part, film)
    times, _, _ = decoded(tmp_path / "out.mp4")
    assert times == pytest.approx([0.04 * n for n in range(5)], abs=1e-4)


@pytest.mark.parametrize("masks", [True, False])
def test_tracks_are_scaled_to_a_film_of_another_size(tmp_path, masks):
    film = write_film(tmp_path / "film.mp4", frames=3)
    large = write_film(tmp_path / "large.mp4", frames=3, size=(320, 240))
    write_overlay(tmp_path / "out.mp4", excerpt_of_film(tmp_path, film, shown=[1], masks=masks), large)
    _, (image,), _ = decoded(tmp_path / "out.mp4")
    before = originals(large)[1].astype(int)
    changed = np.abs(image.astype(int) - before).mean(axis=2)
    assert image.shape == (240, 320, 3)
    # The lower edge of what is 60 high in the twin.
    assert changed[119:122, 30:150].mean() > 15 > 6 > changed[140:, 180:].mean()


def test_a_film_that_has_none_of_the_frames_is_refused(tmp_path):
    film = write_film(tmp_path / "film.mp4", frames=20)
    short = write_film(tmp_path / "short.mp4", frames=3)
    excerpt = excerpt_of_film(tmp_path, film, shown=[10, 12])
    with pytest.raises(TwinseekError, match="none of the frames"):
        write_overlay(tmp_path / "out.mp4", excerpt, short)


def test_ticks_are_whole_for_common_frame_rates():
    from twinseek.overlay_video import TICKS

    for rate in (24, 25, 30, 50, 60, 1000, Fraction(30_000, 1001), Fraction(60_000, 1001)):
        assert (TICKS / Fraction(rate)).denominator <= 2
