"""What is told of videos that are left out."""

from graphs.left_out import TOLD, left_out, warnings_of
from twins.errors import TwinseekError


def test_each_video_is_told_of_once_and_many_by_their_ids_alone():
    twice = [
        left_out("v0", "was not judged", TwinseekError("torn")),
        left_out("v0", "is not shown", TwinseekError("x")),
    ]
    more = [left_out(f"v{n}", "was not judged", TwinseekError("torn")) for n in range(1, TOLD + 2)]
    texts = [warning["text"] for warning in warnings_of([*twice, *more])]
    assert texts[:TOLD] == [f"v{n} was not judged: torn" for n in range(TOLD)]
    assert texts[TOLD:] == [f"2 more are left out for reasons of their own: v{TOLD}, v{TOLD + 1}"]
