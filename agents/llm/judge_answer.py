"""What a model writes as a judge, read with patience: small models write one thing for a list, or numbers for texts."""

import re
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue

from agents.predications import ALONE, predication
from twins.queries import ToolCall

MOST_CALLS = 6
"""Calls of one plan; a judge that wants more has not looked at the twin."""
MOST_CLAIMS, MOST_NAMED = 24, 12
NOTHING = ("", "null", "none", "n/a")
"""How small models write that there is no predicate."""


def _at_most(items: int) -> dict[str, JsonValue]:
    """Bound a list for servers that follow schemas; a longer one of another server is cut, not refused."""
    return {"maxItems": items}


def _listed(value: object) -> object:
    """Take nothing for an empty list and one thing for a list of it, as small models write them."""
    return [] if value is None else value if isinstance(value, list) else [value]


def _spans_listed(value: object) -> object:
    """Take one span for a list of it."""
    spans = _listed(value)
    flat = isinstance(spans, list) and spans and all(isinstance(one, int | float) for one in spans)
    return [spans] if flat else spans


def _span(value: object) -> object:
    """Take the first of several spans, and two numbers out of a text; what is no span is none."""
    if isinstance(value, str):
        value = [float(number) for number in re.findall(r"\d+(?:\.\d+)?", value)[:3]]
    while isinstance(value, list) and value and isinstance(value[0], list):
        value = value[0]
    pair = isinstance(value, list) and len(value) == 2 and all(isinstance(one, int | float) for one in value)
    return value if pair else None


def _nameless(value: object) -> object:
    """Take a word for nothing as nothing."""
    return None if not isinstance(value, str) or value.strip().lower() in NOTHING else value.strip()


def _names_listed(value: object) -> object:
    """Take names in one text, between commas, for a list of them."""
    given = [value] if isinstance(value, str) else _listed(value)
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        return given
    return [name.strip() for one in given for name in one.split(",") if name.strip()]


def _first(value: object) -> object:
    """Take the first of a list where one thing is wanted."""
    return (value[0] if value else None) if isinstance(value, list) else value


def _as_claim(value: object) -> object:
    """Read a sentence alone as a claim, and a predicate with its instances, ``leaves(t4)``, as both."""
    if not isinstance(value, dict):
        return {"claim": value} if isinstance(value, str) else value
    predicate = _first(value.get("predicate"))
    found = ALONE.match(predicate) if isinstance(predicate, str) else None
    if found is None:
        return {**value, "predicate": predicate}
    said = predication(found)
    return {**value, "predicate": said.predicate, "instances": value.get("instances") or list(said.instances)}


def _as_call(value: object) -> object:
    """Read a call in the form of other protocols too: ``name`` and ``arguments``."""
    if not isinstance(value, dict):
        return value
    return {"tool": value.get("tool", value.get("name")), "args": value.get("args", value.get("arguments")) or {}}


Text = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, int | float) else value)]
Texts = Annotated[list[Text], BeforeValidator(_listed)]
Names = Annotated[list[Text], BeforeValidator(_names_listed)]
Spans = Annotated[list[list[float]], BeforeValidator(_spans_listed)]
Calls = Annotated[list[Annotated[ToolCall, BeforeValidator(_as_call)]], BeforeValidator(_listed)]


class AnswerClaim(BaseModel):
    """One claim, as the model writes it; other keys are dropped."""

    model_config = ConfigDict(extra="ignore")

    claim: Text = Field(min_length=1)
    part: Annotated[Text | None, BeforeValidator(_first)] = None
    predicate: Annotated[str | None, BeforeValidator(_nameless)] = None
    value: Text | None = None
    instances: Names = Field(default_factory=list, json_schema_extra=_at_most(MOST_NAMED))
    span: Annotated[list[float] | None, BeforeValidator(_span)] = Field(default=None, json_schema_extra=_at_most(2))
    negated: bool = False


Claims = Annotated[list[Annotated[AnswerClaim, BeforeValidator(_as_claim)]], BeforeValidator(_listed)]


def _complete(schema: dict[str, JsonValue]) -> None:
    """Let servers that follow schemas write every key, and a number for the score. Others may leave some out."""
    properties = schema["properties"]
    if isinstance(properties, dict):
        schema["required"] = list(properties)
        properties["score"] = {"type": "number", "minimum": 0, "maximum": 1}


class VerdictAnswer(BaseModel):
    """What the prompt ``judge`` asks for where no tool is offered."""

    model_config = ConfigDict(extra="ignore", json_schema_extra=_complete)

    score: float | None = Field(default=None, ge=0, le=1)
    claims: Claims = Field(default_factory=list, json_schema_extra=_at_most(MOST_CLAIMS))
    instances: Names = Field(default_factory=list, json_schema_extra=_at_most(MOST_NAMED))
    spans: Spans = Field(default_factory=list, json_schema_extra=_at_most(MOST_NAMED))


class JudgeAnswer(VerdictAnswer):
    """What it asks for where some are: calls, or else a verdict.

    A server that follows schemas writes a score in any case: small models would leave both out. With calls it is none.
    """

    missing: Texts = Field(default_factory=list, json_schema_extra=_at_most(MOST_CALLS))
    calls: Calls = Field(default_factory=list, json_schema_extra=_at_most(MOST_CALLS))
