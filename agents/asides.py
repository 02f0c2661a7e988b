"""Messages in which nothing is looked for: greetings, thanks, calls for help."""

import re

_GREETING = r"(?:hi|hello|hey|good (?:morning|day|afternoon|evening))(?: there| again| twinseek)?"
_THANKS = (
    r"(?:(?:many )?thanks?(?: you)?(?: (?:a lot|very much|so much))?|cheers|great|good|ok|okay|nice|perfect|i see|"
    r"never ?mind|yes|no|sure)"
)
_HELP = (
    r"(?:(?:please )?help(?: me)?(?: please)?|(?:what|who) are you|how are you|"
    r"what can (?:you do|i (?:ask|say|do)(?: you)?)(?: here)?|what do you (?:do|mean)|what now|"
    r"how (?:does (?:this|it) work|do i (?:use (?:this|it|you)|ask)|can i (?:use (?:this|it|you)|ask)))"
)
_ANEW = r"(?:start (?:over|again|anew)|new (?:search|question)|reset|clear|forget (?:it|that|this|all|everything))"
_THANKED = re.compile(_THANKS, re.I)
_ASIDE = re.compile(rf"{_GREETING}|{_THANKS}|{_HELP}|{_ANEW}", re.I)
_PAUSE = re.compile(r"\s*[,;.!?]+\s*|\s+-+\s+")


def is_aside(message: str) -> bool:
    """Return whether a message, in one line, looks for nothing: each of its sentences greets, thanks or asks for help.

    What stands in quotes is looked for in the picture.
    """
    return _all_of(message, _ASIDE)


def is_thanks(message: str) -> bool:
    """Return whether a message, in one line, only thanks or agrees."""
    return _all_of(message, _THANKED)


def _all_of(message: str, form: re.Pattern[str]) -> bool:
    if any(mark in message for mark in '"“”'):
        return False
    said = [part for part in _PAUSE.split(message) if part]
    return bool(said) and all(form.fullmatch(part) for part in said)
