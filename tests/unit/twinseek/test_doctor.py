import shutil

import pytest

from tests.e2e.dogs import make_dogs
from twinseek import doctor


def test_every_module_that_is_needed_has_a_version(tmp_path):
    found = {finding.subject: finding for finding in doctor.diagnose(tmp_path / "library", None)}
    for module in doctor.NEEDED:
        assert found[module].level == "ok"
        assert found[module].text[0].isdigit(), module


def test_a_module_that_cannot_be_imported_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "NEEDED", {"no_such_module": "no-such-distribution"})
    found = {finding.subject: finding for finding in doctor.diagnose(tmp_path / "library", None)}
    assert found["no_such_module"].level == "error"
    assert "pip install --force-reinstall no-such-distribution" in found["no_such_module"].text


@pytest.mark.parametrize(("number", "said"), [(0, "0 twins"), (1, "1 twin"), (2, "2 twins")])
def test_one_of_a_kind_is_no_plural(number, said):
    from twinseek.plain_text import count

    assert count(number, "twin") == said


def test_what_mends_a_search_index_is_said_once(tmp_path):
    folder = make_dogs(tmp_path)
    shutil.rmtree(folder / "search")
    (found,) = (finding for finding in doctor.diagnose(folder, None) if finding.subject == "search")
    assert (found.level, found.text.count("twinseek doctor --repair")) == ("error", 1)
