"""Text from outside (file names, questions, letters in a picture) made safe to show in a terminal or on a page."""

import re

# C0 and C1 controls drive terminals; marks, embeddings, overrides and isolates turn the direction of what follows;
# tags and invisible operators hide text. Joiners stay: emoji and Persian need them.
_WHITE = re.compile("[\t\n\v\f\r\x85\u2028\u2029]+")
_DROPPED = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")


def plain_text(text: str) -> str:
    """Return the text in one line, without control characters; a lone surrogate becomes U+FFFD."""
    return _SURROGATE.sub("\ufffd", _DROPPED.sub("", _WHITE.sub(" ", text)))


def count(number: int, noun: str) -> str:
    """Return ``1 video``, ``2 videos``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def clock(seconds: float) -> str:
    """Return a moment as minutes and seconds, ``1:02.5``; with hours from one hour on."""
    tenths = round(seconds * 10)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest / 10:04.1f}" if hours else f"{minutes}:{rest / 10:04.1f}"


def clock_span(span: tuple[float, float]) -> str:
    """Return a span as ``0:02.0-0:04.5``."""
    return f"{clock(span[0])}-{clock(span[1])}"
