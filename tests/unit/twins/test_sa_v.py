import json

import numpy as np
import pytest
from PIL import Image

from twins.errors import TwinseekError
from twins.geometry import Visibility
from twins.masks import decode_mask, encode_mask
from twins.sa_v import read_sa_v


def disc(left: int) -> np.ndarray:
    mask = np.zeros((9, 16), bool)
    mask[2:6, left : left + 4] = True
    return mask


NOTHING = np.zeros((9, 16), bool)

FILE = {
    "video_id": "sav_000001",
    # As published, numbers are floats.
    "video_duration": 0.4,
    "video_frame_count": 10.0,
    "video_height": 9.0,
    "video_width": 16.0,
    "masklet_id": [4, 7],
    "masklet": [
        [encode_mask(disc(1)), encode_mask(NOTHING)],
        [encode_mask(disc(3)), encode_mask(disc(11))],
        [encode_mask(disc(5)), None],
    ],
}


@pytest.fixture
def read(tmp_path):
    def take(fps=None, **parts):
        path = tmp_path / "sav_000001_manual.json"
        path.write_text(json.dumps(FILE | parts))
        return list(read_sa_v(path, fps))

    return take


@pytest.fixture
def pictures(tmp_path):
    """Write the same masks as folders of PNG files."""
    root = tmp_path / "Annotations_6fps" / "sav_000001"
    for name, masks in (("000", [disc(1), disc(3), disc(5)]), ("001", [NOTHING, disc(11), NOTHING])):
        (root / name).mkdir(parents=True)
        for n, mask in enumerate(masks):
            Image.fromarray(mask.astype(np.uint8) * 255).save(root / name / f"{4 * n:05d}.png")
    return root


def check(described, first, second):
    twin, geometry = described.twin, described.geometry
    assert (twin.video_id, twin.width, twin.height, twin.origin) == ("sav_000001", 16, 9, "imported")
    assert [(track.id, track.category) for track in twin.tracks] == [(first, "object"), (second, "object")]
    assert geometry.frame_index.tolist() == [0, 4, 8]
    np.testing.assert_allclose(geometry.seconds, [0, 4 / 24, 8 / 24])
    assert geometry.boxes[0, 1].tolist() == [3, 2, 7, 6] and geometry.area[0, 1] == 16
    assert geometry.visibility[1].tolist() == [Visibility.ABSENT, Visibility.VISIBLE, Visibility.ABSENT]
    assert np.array_equal(decode_mask(described.masks[second][4]), disc(11))
    assert set(described.masks[second]) == {4}


def test_masklets_lie_at_every_fourth_frame_of_24_a_second(read):
    (described,) = read()
    check(described, "4", "7")
    assert described.twin.frame_count == 10
    assert described.twin.duration == pytest.approx(10 / 24)


def test_another_frame_rate_can_be_given(read):
    (described,) = read(fps=12)
    assert described.geometry.seconds.tolist() == pytest.approx([0, 4 / 12, 8 / 12])


@pytest.mark.parametrize("up", [0, 1, 2])
def test_folders_of_pictures_are_read_at_every_height(pictures, up):
    (described,) = read_sa_v([pictures, *pictures.parents][up])
    check(described, "000", "001")


@pytest.mark.parametrize(
    ("parts", "names"),
    [
        ({"masklet": [[FILE["masklet"][0][0]]]}, r"masklet\.0: it has 1 masks, there are 2 masklets"),
        ({"masklet": [[None, {"size": [9, 15], "counts": "Z1"}]]}, r"masklet\.0\.1: its size is \[9, 15\]"),
        ({"masklet": [[None, {"size": [9, 16], "counts": "Z1"}]]}, r"masklet\.0\.1: its counts do not add up"),
        ({"masklet": [[None, {"size": [9, 16], "counts": "o"}]]}, r"masklet\.0\.1: counts end in the middle"),
        ({"masklet_id": [4, 4]}, "two of its tracks are called '4'"),
        ({"video_frame_count": 8}, "its last frame is number 8, but it has 8 frames"),
        ({"video_width": 15.5}, "video_width"),
        ({"video_height": -9}, "video_height"),
        ({"video_duration": float("nan")}, "video_duration"),
        ({"video_id": "a/b"}, "'a/b' cannot be"),
        ({"video_id": "a\nb"}, r"video_id: 'a\\nb' is no name"),
        ({"masklet_id": [4, 10**300]}, "its video: '10+… is no name"),
        ({"masklet": [[{"size": [10**6, 10**6], "counts": "0"}, None]]}, r"masklet\.0\.0: its size is \[1000000"),
    ],
)
def test_a_file_that_is_wrong_is_refused_by_its_name_and_the_place(read, parts, names):
    with pytest.raises(TwinseekError, match=r"manual\.json: .*" + names):
        read(**parts)


def test_pictures_that_do_not_belong_together_are_refused(pictures):
    Image.new("L", (15, 9)).save(pictures / "001" / "00004.png")
    with pytest.raises(TwinseekError, match=r"00004\.png: its size: 15x9, the others have 16x9"):
        list(read_sa_v(pictures))


@pytest.mark.parametrize(
    ("name", "content", "names"),
    [
        ("00012.png", b"\x89PNG\r\n\x1a\n", "not a PNG"),
        ("00012.png", b"GIF89a", "not a PNG"),
        ("x.png", b"", "its name"),
    ],
)
def test_what_is_no_mask_is_refused(pictures, name, content, names):
    (pictures / "001" / name).write_bytes(content)
    with pytest.raises(TwinseekError, match=rf"{name}: .*{names}"):
        list(read_sa_v(pictures))


def test_a_picture_is_not_decoded_where_its_head_says_that_it_is_huge(pictures):
    Image.new("1", (8_200, 8_200)).save(pictures / "001" / "00012.png")
    with pytest.raises(TwinseekError, match="8200x8200 pixels are too many"):
        list(read_sa_v(pictures))


def test_coloured_pictures_are_no_masks(pictures):
    Image.new("RGB", (16, 9)).save(pictures / "001" / "00004.png")
    with pytest.raises(TwinseekError, match="black and white or indexed, not RGB"):
        list(read_sa_v(pictures))


def test_a_folder_without_masks_says_what_it_should_hold(tmp_path):
    with pytest.raises(TwinseekError, match="Annotations_6fps/VIDEO/OBJECT"):
        list(read_sa_v(tmp_path))
