import pytest

from twins.given_names import check_name


@pytest.mark.parametrize("name", ["cup", "a b", "kočka", "猫", "نامه\u200cها", "x" * 200, 7, -1, "7/é"])
def test_a_name_in_one_line_is_taken_as_it_is(name):
    assert check_name(name) == name


@pytest.mark.parametrize("name", ["", " ", "x" * 201, "a\nb", "a\x1b[2Jb", "a\u202eb", "\udcff", "\u200d", 10**200])
def test_a_name_that_is_long_or_cannot_be_shown_is_refused_and_told_briefly(name):
    with pytest.raises(ValueError, match="is no name: write 1 to 200 letters") as refused:
        check_name(name)
    assert len(str(refused.value)) < 140 and str(refused.value).isprintable()
