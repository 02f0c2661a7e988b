"""Where the demo puts what it makes."""

from twinseek.demo import own_places


def test_each_folder_of_clips_has_a_library_and_a_report_of_its_own(tmp_path):
    first, second = (own_places(tmp_path, tmp_path / name) for name in ("one", "two"))
    assert len({*first, *second, tmp_path / "library", tmp_path / "report.html"}) == 6
    assert own_places(tmp_path, tmp_path / "one" / ".." / "one") == first
