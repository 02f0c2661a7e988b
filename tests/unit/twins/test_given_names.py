import pytest

from twins.given_names import check_name

FLAG = "\U0001f3f4\U000e0067\U000e0062\U000e007f"
SPACED = ["traffic\u00a0light", "交通\u3000信号", "cam\u00adera", FLAG]
TURNING = ["a\u202eb", "a\u2066b"]
BROKEN = ["a\nb", "a\u2028b", "a\u2029b", "a\u0085b", "a\x1b[2Jb", "\udcff"]


@pytest.mark.parametrize("name", ["cup", "a b", "kočka", "猫", "نامه\u200cها", "x" * 200, *SPACED, 7, -1, "7/é"])
def test_a_name_in_one_line_is_taken_as_it_is(name):
    assert check_name(name) == name


@pytest.mark.parametrize("name", ["", " ", "x" * 201, *BROKEN, *TURNING, "\u00a0\u00ad", "\u200d", 10**200])
def test_a_name_that_is_long_or_cannot_be_shown_is_refused_and_told_briefly(name):
    with pytest.raises(ValueError, match="is no name: write 1 to 200 letters") as refused:
        check_name(name)
    assert len(str(refused.value)) < 140 and str(refused.value).isprintable()
