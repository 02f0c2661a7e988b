"""Times of a video that a question names: "at the end", "in the middle", "at 3 seconds", "after 0:04"."""

import re
from dataclasses import dataclass

from twins.schema import Span

EDGE = 0.1
"""Share of a video that its start, middle or end is."""
_SECONDS = r"\d{1,4}(?:\.\d+)?"
# A number without a unit may be a video of a list.
_CLOCK = rf"(?:\d{{1,2}}:\d{{2}}(?:\.\d+)?|(?:second |t ?= ?){_SECONDS}|{_SECONDS} ?(?:s|secs?|seconds?))"
_PARTS = {
    "start": "start beginning first",
    "middle": "middle",
    "end": "end last finally eventually finish",
}
MOMENT = (
    r"(?:(?:right |just )?(?:at|in|towards?|near|by|from) (?:the|its) (?:very )?(?:start|beginning|middle|end)"
    r"(?: of (?:it|the (?:video|clip)))?|at (?:first|last)|finally|eventually|"
    rf"(?:at|after|before|around|from|until) {_CLOCK})"
)
"""How a moment is said, as a regular expression without groups."""
_LAST = re.compile(rf"(?P<text>.+?),? (?P<moment>{MOMENT})", re.I)
_FIRST = re.compile(rf"(?P<moment>{MOMENT}),? (?P<text>.+)", re.I)
_NUMBER = re.compile(r"(?:(?P<minutes>\d+):)?(?P<seconds>\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class Moment:
    """A time of a video, as it was said: ``at the end``."""

    text: str

    def span(self, duration: float) -> Span:
        """Return when it is in a video of so many seconds."""
        words = self.text.lower().split()
        found = _NUMBER.search(self.text)
        if found is None:
            part = next(name for name, known in _PARTS.items() if any(word in known.split() for word in words))
            begin = {"start": 0.0, "middle": 0.5 - EDGE / 2, "end": 1 - EDGE}[part]
            return begin * duration, (begin + EDGE) * duration
        seconds = 60.0 * int(found["minutes"] or 0) + float(found["seconds"])
        if words[0] in ("after", "from"):
            return seconds, max(seconds, duration)
        return (0.0, seconds) if words[0] in ("before", "until") else (seconds, seconds)


def split_moment(text: str) -> tuple[str, Moment | None]:
    """Return a question without the moment that it begins or ends with, and that moment; none where it names none."""
    found = _LAST.fullmatch(text) or _FIRST.fullmatch(text)
    return (found["text"], Moment(found["moment"])) if found else (text, None)


def is_at(span: Span | None, when: Span) -> bool:
    """Say whether something that holds in a span holds at some time; of no span it is not known."""
    return span is not None and span[0] <= when[1] and when[0] <= span[1]
