from hypothesis import given
from hypothesis import strategies as st

from twinseek.plain_text import clock, clock_span, plain_text


def test_controls_go_and_line_ends_become_blanks():
    assert plain_text("a\x1b[31mb\nc\u202ed\x9b\udc80") == "a[31mb cd\ufffd"


def test_writing_that_needs_joiners_keeps_them():
    family = "\U0001f468\u200d\U0001f469"
    assert plain_text(f"{family} می‌خواهم") == f"{family} می‌خواهم"


@given(st.text(st.characters()))
def test_clean_text_can_be_encoded_and_is_one_line(text):
    clean = plain_text(text)
    assert len(clean.encode("utf-8").decode("utf-8").splitlines()) <= 1
    assert plain_text(clean) == clean


def test_times_are_minutes_and_seconds_and_never_sixty_seconds():
    assert clock(0) == "0:00.0"
    assert clock(59.97) == "1:00.0"
    assert clock(3661.04) == "1:01:01.0"
    assert clock_span((2.0, 4.5)) == "0:02.0-0:04.5"
