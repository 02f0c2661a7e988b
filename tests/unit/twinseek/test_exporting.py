"""Where an export may be written, and which files can be brought back."""

import json

import pytest

from twins.errors import TwinseekError
from twinseek.library import Library

SEEN = {"id": 1, "bbox": [0.1, 0.1, 0.3, 0.3], "depth": "mid", "state": ""}
CLIP = {
    "video": "v", "fps": 10, "n_frames": 20, "width": 100, "height": 100, "caption": "A dog runs.",
    "objects": [{"id": 1, "category": "dog", "attributes": [], "role": ""}],
    "frames": [{"frame": 0, "objects": [SEEN]}], "events": [],
}  # fmt: skip


@pytest.fixture
def library(tmp_path):
    (tmp_path / "v.json").write_text(json.dumps(CLIP))
    with Library.open(tmp_path / "library", create=True) as opened:
        opened.import_files([tmp_path / "v.json"])
        yield opened


@pytest.mark.parametrize(("format", "name"), [("mp4", "overlay.mov"), ("davis", "masks.json")])
def test_a_folder_gets_no_name_of_a_file(format, name, library, tmp_path):
    with pytest.raises(TwinseekError, match=rf"{name} is named like a file, and .*: name another place"):
        library.export("v", format=format, to=tmp_path / name)
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("format", ["davis", "mp4"])
def test_a_file_is_no_folder_to_export_into(format, library, tmp_path):
    (tmp_path / "there").write_text("")
    with pytest.raises(TwinseekError, match="there is a file, and"):
        library.export("v", format=format, to=tmp_path / "there")


@pytest.mark.parametrize("format", ["coco", "coco-vis"])
def test_json_goes_into_no_file_that_is_named_like_a_film(format, library, tmp_path):
    with pytest.raises(TwinseekError, match=rf"masks\.mp4 is not named like JSON, which {format} writes"):
        library.export("v", format=format, to=tmp_path / "masks.mp4")


def test_what_is_there_is_replaced_only_when_that_is_said(library, tmp_path):
    place = tmp_path / "masks.json"
    place.write_text("mine")
    with pytest.raises(TwinseekError, match=r"masks\.json is there already: .* \(--force\)"):
        library.export("v", format="coco", to=place)
    assert place.read_text() == "mine"
    library.export("v", format="coco", to=place, force=True)
    assert place.read_text() != "mine"


def test_an_answer_that_is_not_there_is_said_to_be_no_file(library):
    with pytest.raises(TwinseekError, match=r"there is no file nofile\.json"):
        library.export("nofile.json", format="coco")


def test_a_folder_may_have_a_dot_in_its_name(library, tmp_path):
    assert library.export("v", format="davis", to=tmp_path / "masks.v2").files


@pytest.mark.parametrize("format", ["coco", "coco-vis"])
def test_a_file_of_another_format_is_told_by_its_keys(format, library, tmp_path):
    library.export("v", format=format, to=tmp_path / "masks.json")
    with pytest.raises(TwinseekError, match=f"looks like {format}, not like annotations: add --format {format}"):
        library.import_files([tmp_path / "masks.json"])
    with pytest.raises(TwinseekError, match="looks like annotations, not like coco-vis: add --format annotations"):
        library.import_files([tmp_path / "v.json"], format="coco-vis")


def test_a_file_of_no_known_format_is_refused_for_what_is_wrong_with_it(library, tmp_path):
    (tmp_path / "other.json").write_text('{"videos": 3}')
    with pytest.raises(TwinseekError, match="mend it"):
        library.import_files([tmp_path / "other.json"])


def test_the_format_that_a_file_may_have_is_told_beside_what_is_wrong_and_only_where_it_lacks_the_keys(
    library, tmp_path
):
    place = tmp_path / "odd.json"
    place.write_text('{"images": [{"masklet": 1}], "annotations": [{"id": "a \\" b"}], "deep": {"masklet": "masklet"}}')
    with pytest.raises(TwinseekError, match=r"odd\.json: .*; the file looks like coco, not like annotations"):
        library.import_files([place])
    with pytest.raises(TwinseekError, match=r"odd\.json: images\.0.*mend it and import again$"):
        library.import_files([place], format="coco")
    place.write_text('{"video": 1, "objects": 2, "frames": 3, "masklet": []}')
    with pytest.raises(TwinseekError, match=r"^(?!.*looks like)"):
        library.import_files([place])


def test_no_format_is_guessed_of_a_file_that_is_large_or_nested_without_end(library, tmp_path, monkeypatch):
    place = tmp_path / "deep.json"
    place.write_text('{"masklet": ' + "[" * 200_000 + "}")
    with pytest.raises(TwinseekError, match=r"^(?!.*looks like)"):
        library.import_files([place])
    place.write_text('{"masklet": []}')
    with pytest.raises(TwinseekError, match="looks like sa-v"):
        library.import_files([place])
    monkeypatch.setattr("twinseek.importing.MOST_GUESSED", 10)
    with pytest.raises(TwinseekError, match=r"^(?!.*looks like)"):
        library.import_files([place])
