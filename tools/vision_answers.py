"""What a vision model's answers may be, and the phrases that become of them."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, StringConstraints

Phrase = tuple[str, str, float]
"""Kind, text, confidence: what a describer returns (docs/plugins.md)."""

LONGEST = 120
LONGEST_STATEMENT = 240
MOST_ACTIONS = 4
LONGEST_NAME = 40
MOST_NAMES = 24
SURENESS = 0.6
"""Confidence of an answer that does not say how sure it is."""


def _plain(text: str) -> str:
    """Refuse letters that cannot be shown: they make text look other than it reads."""
    if not text.isprintable():
        raise ValueError("write it in one line, without control characters")
    return text


def _first(most: int) -> BeforeValidator:
    """Cut a list instead of refusing it: small models seldom count, and the first entries are as good as ever."""

    def cut(value: Any) -> Any:
        return value[:most] if isinstance(value, list) else value

    return BeforeValidator(cut)


Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST), AfterValidator(_plain)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_NAME), AfterValidator(_plain)]
Statement = Annotated[str, Field(max_length=LONGEST_STATEMENT)]
Sure = Annotated[float, Field(ge=0, le=1)]


class ThingAnswer(BaseModel):
    """One thing, described."""

    what: Annotated[Words, Field(min_length=1)]
    looks: Annotated[list[Words], _first(3), Field(max_length=3)] = []
    does: Words = ""
    state: Words = ""
    role: Words = ""
    purpose: Words = ""
    confidence: Sure = SURENESS

    def phrases(self) -> list[Phrase]:
        """Return what is said of the thing, what it is first."""
        said = [("attribute", self.what), *(("attribute", look) for look in self.looks), ("action", self.does)]
        said += [("state", self.state), ("role", self.role), ("purpose", self.purpose)]
        return [(kind, text, self.confidence) for kind, text in said if text]


class ShotAnswer(BaseModel):
    """One shot, described."""

    caption: Annotated[Words, Field(min_length=1)]
    scene: Words = ""
    actions: Annotated[list[Words], _first(2), Field(max_length=2)] = []
    events: Annotated[list[Words], _first(3), Field(max_length=3)] = []
    purpose: Words = ""
    confidence: Sure = SURENESS

    def phrases(self) -> list[Phrase]:
        """Return what is said of the shot, the caption first."""
        said = [("scene", self.caption), ("scene", self.scene), *(("action", action) for action in self.actions)]
        said += [*(("event", event) for event in self.events), ("purpose", self.purpose)]
        return [(kind, text, self.confidence) for kind, text in said if text]


class SeenAnswer(BaseModel):
    """What one question about pictures is answered with. Asked for; read by :mod:`tools.describe`, less strictly."""

    seen: bool
    statement: Statement
    confidence: Sure


class ActionAnswer(BaseModel):
    """One action, in the frames that show it; the first is number 1."""

    statement: Statement
    first: Annotated[int, Field(ge=1)]
    last: Annotated[int, Field(ge=1)]
    confidence: Sure


class ActionsAnswer(BaseModel):
    """What is done. Asked for; read by :mod:`tools.recognise_action`, less strictly."""

    actions: Annotated[list[ActionAnswer], Field(max_length=MOST_ACTIONS)]


class NamesAnswer(BaseModel):
    """Kinds of things that are seen."""

    names: Annotated[list[Name], _first(MOST_NAMES), Field(max_length=MOST_NAMES)]
