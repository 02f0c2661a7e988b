"""What detectors with an open vocabulary look for."""

import pytest

from tools.vocabulary import read_vocabulary


def test_some_hundreds_of_everyday_names_come_with_twinseek():
    names = read_vocabulary()
    assert 300 < len(names) < 500
    assert {"person", "dog", "cup", "kettle", "playing card"} < set(names)
    assert all(name == name.strip() and name and not name.startswith("#") for name in names)
    assert len({name.casefold() for name in names}) == len(names)


def test_names_come_from_a_list_or_a_file_in_their_order_and_once(tmp_path):
    file = tmp_path / "names.txt"
    file.write_text("# mine\n red  kettle\n\ncup\nCup\n", encoding="utf-8")
    assert read_vocabulary(str(file)) == ["red kettle", "cup"]
    assert read_vocabulary(["cup", "red\nkettle", "cup"]) == ["cup", "red kettle"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "has 0 names"),
        (["x"] * 9 + [str(n) for n in range(2001)], "has 2002 names"),
        (["y" * 61], r"a name of 61 letters \(y+ …\)"),
        ([3], "entries that are no texts"),
        (7, "its vocabulary is 7"),
        ("/nowhere/names.txt", "/nowhere/names.txt cannot be read"),
    ],
)
def test_what_is_no_vocabulary_is_refused_with_a_reason(given, said):
    with pytest.raises(ValueError, match=said):
        read_vocabulary(given)


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "weights.bin").write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(ValueError, match="cannot be read"):
        read_vocabulary(str(tmp_path / "weights.bin"))
    (tmp_path / "long.txt").write_text("cup\n" * 300_000)
    with pytest.raises(ValueError, match="is too long"):
        read_vocabulary(str(tmp_path / "long.txt"))
