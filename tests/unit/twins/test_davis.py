import numpy as np
import pytest
from PIL import Image

from tests.unit.twins.excerpts import excerpt_in, two_balls
from twins.davis import palette, write_davis
from twins.described import DescribedTrack, DescribedVideo, to_twin
from twins.errors import TwinseekError
from twins.excerpt import Sighting
from twins.masks import decode_mask, encode_mask


def test_a_pixel_holds_the_number_of_its_instance(tmp_path):
    described = two_balls()
    (tmp_path / "out").mkdir()
    record = write_davis(tmp_path / "out", excerpt_in(tmp_path, described))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["00000.png", "00003.png", "00007.png"]
    with Image.open(tmp_path / "out" / "00007.png") as picture:
        assert (picture.mode, picture.size) == ("P", (20, 10))
        assert picture.getpalette() == palette()
        pixels = np.asarray(picture)
    assert np.array_equal(pixels == 1, decode_mask(described.masks["t1"][7]))
    assert (pixels[6:9, 2:9] == 2).all() and set(np.unique(pixels)) == {0, 1, 2}
    assert record["instances"] == {
        "1": {"track_id": "t1", "category": "ball"},
        "2": {"track_id": "t2", "category": "box"},
    }
    assert record["frames"][1] == {"file": "00003.png", "frame_index": 3, "seconds": 0.1001, "from_box": [2]}


def test_the_palette_is_that_of_the_data_set():
    colours = np.array(palette()).reshape(256, 3)
    assert colours[:3].tolist() == [[0, 0, 0], [128, 0, 0], [0, 128, 0]]
    assert colours[9].tolist() == [191, 0, 0] and colours[21].tolist() == [128, 64, 128]
    assert colours[22].tolist() == [22, 22, 22] and colours[255].tolist() == [255, 255, 255]


def a_video(count: int) -> DescribedVideo:
    """Return one frame in which every instance lies on the one before, and is smaller."""
    tracks = []
    for n in range(count):
        mask = np.zeros((4, 300), bool)
        mask[:, n:] = True
        tracks.append(DescribedTrack(str(n), "thing", {0: Sighting((n, 0, 300, 4), mask.sum(), encode_mask(mask))}))
    return DescribedVideo("many", 300, 4, [0], [0.0], 1.0, 1, tracks[::-1])


def test_where_instances_overlap_the_smaller_one_is_kept(tmp_path):
    (tmp_path / "out").mkdir()
    write_davis(tmp_path / "out", excerpt_in(tmp_path, to_twin(a_video(3), "x", "1")))
    with Image.open(tmp_path / "out" / "00000.png") as picture:
        assert np.asarray(picture)[0, :4].tolist() == [3, 2, 1, 1]


def test_more_instances_than_an_index_holds_are_refused(tmp_path):
    with pytest.raises(TwinseekError, match="256 instances, a DAVIS mask holds 255"):
        write_davis(tmp_path, excerpt_in(tmp_path, to_twin(a_video(256), "x", "1")))
