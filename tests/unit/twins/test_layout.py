import json
import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from twins.errors import TwinseekError
from twins.layout import ID_BYTES, check_part, check_video_id, display, path_text, slug, text_path, video_id_of

file_names = st.binary(min_size=1, max_size=60).map(lambda raw: os.fsdecode(raw.replace(b"/", b"").replace(b"\0", b"")))


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        ("Dog chases cat", "dog-chases-cat"),
        ("Šaty_na__sněhu", "saty-na-snehu"),
        ("--help", "help"),
        ("a\nb", "a-b"),
        ("猫", "video"),
        ("\udcff", "video"),
        ("", "video"),
        ("x" * 300, "x" * 48),
        ("y" * 47 + " z", "y" * 47),
    ],
)
def test_a_slug_is_short_lower_case_ascii(stem: str, expected: str) -> None:
    assert slug(stem) == expected


@given(file_names)
@example("\udcff.mp4")
@example("-rf")
def test_every_file_name_gives_an_id_that_can_name_a_folder(name: str) -> None:
    video_id = video_id_of(Path("/videos") / name, "0123456789abcdef" * 4)
    assert check_video_id(video_id) == video_id
    assert video_id.endswith("-0123456789")
    assert video_id.isascii()


@given(file_names)
@example("\udcff.mp4")
@example("%FF.mp4")
@example("file:\n")
def test_a_path_survives_the_way_through_json(name: str) -> None:
    path = Path("/videos") / name
    text = json.loads(json.dumps(path_text(path)).encode("utf-8"))
    assert text_path(text) == Path(os.path.abspath(path))  # noqa: PTH100


def test_an_address_is_no_local_path() -> None:
    assert text_path("s3://bucket/clip.mp4") is None


@given(file_names)
def test_every_name_can_be_shown(name: str) -> None:
    display(name).encode("utf-8")


@pytest.mark.parametrize("bad", ["", ".", "..", ".hidden", "a/b", "a\\b", "a\nb", "a\0b", "é" * ID_BYTES, "\udcff"])
def test_an_id_that_could_leave_its_folder_is_refused(bad: str) -> None:
    with pytest.raises(TwinseekError, match="cannot be a video's id"):
        check_video_id(bad)


@pytest.mark.parametrize("good", ["01_dog", "clip one", "kočka", "-x"])
def test_ids_of_imported_twins_may_be_any_plain_name(good: str) -> None:
    assert check_video_id(good) == good


@pytest.mark.parametrize("bad", ["", "../x", "a/b", ".x", "a\n", "x" * 102])
def test_a_part_that_could_leave_its_folder_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="cannot name a file"):
        check_part(bad)
