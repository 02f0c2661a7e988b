"""Asks for an answer by schema, and reads it: JSON where it stands, checked against the schema once more."""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from langchain_core.messages import AIMessage
from pydantic import BaseModel, ValidationError

T = TypeVar("T", bound=BaseModel)

FENCED = re.compile(r"```(?:json)?\s*\n(.*?)```", re.DOTALL | re.IGNORECASE)
THOUGHTS = re.compile(r"^.*?</think>", re.DOTALL)
"""What models that think aloud write first; servers without a parser for it leave it in the answer."""
COMMAS = re.compile(r",(?=\s*[}\]])")
"""Commas behind the last entry, which JSON forbids and small models write."""
PROBLEMS = 3
"""Problems of an answer that are told at once."""
DEEPEST = 50
"""Objects and lists inside each other; no answer needs more, and what is far deeper cannot be written as JSON again."""
LEAST_WORDS = 4
EXAMPLE = "You repeated an example of the instructions: answer with what these pictures show."
CUT = frozenset(["length", "max_tokens", "max_output_tokens"])
FILTERED = frozenset(["content_filter", "refusal", "safety", "blocked"])


class BadAnswerError(ValueError):
    """An answer that cannot be used; the message is a sentence for the model that gave it."""


@dataclass(frozen=True)
class Read(Generic[T]):
    """An answer as the schema has it, and how many keys were in it that the schema does not know."""

    value: T
    dropped: int


def read_answer(message: AIMessage, schema: type[T]) -> Read[T]:
    """Return the object in a model's answer.

    Of several objects the last that fits is taken: models think first and answer last.

    Raises:
        BadAnswerError: saying what was wrong, and what is wanted.
    """
    objects = list(_objects(message))
    problem = ""
    for given in reversed(objects):
        if _is_deeper(given, DEEPEST):
            problem = problem or f"Your answer is nested more than {DEEPEST} deep: answer with a flatter JSON object."
            continue
        try:
            value = schema.model_validate(given)
            json.dumps(given, ensure_ascii=False).encode()  # a lone surrogate would break whatever writes it later
        except ValidationError as error:
            problem = problem or _sentence(error)
        except UnicodeEncodeError:
            problem = problem or "It contains half of a surrogate pair: write plain characters."
        else:
            return Read(value, _dropped(given, value.model_dump(mode="json", by_alias=True)))
    if was_cut(message):
        raise BadAnswerError("Your answer was cut off because it was too long: answer again, much shorter.")
    if problem:
        raise BadAnswerError(problem)
    if not answer_text(message).strip():
        raise BadAnswerError("Your answer was empty: answer with one JSON object.")
    raise BadAnswerError("Your answer is not one JSON object: answer with the JSON object alone, without other text.")


def repeats_example(answer: Any, shared: str) -> bool:
    """Say whether an answer is one of a prompt's own examples, word for word: small models give those for an answer.

    Args:
        answer: an object; its confidence does not count.
        shared: the part of the prompt with the examples. One of fewer than 4 words (nothing is seen, say) is an answer.
    """
    given = _without_confidence(answer)
    return sum(len(text.split()) for text in _texts(given)) >= LEAST_WORDS and any(
        _without_confidence(example) == given for example in _embedded(shared)
    )


def json_schema(schema: type[BaseModel]) -> dict[str, Any]:
    """Return a model's JSON schema, closed: a decoder that follows it must not be free to invent keys."""
    closed = _close(schema.model_json_schema())
    return {"title": schema.__name__, "description": schema.__doc__ or schema.__name__, **closed}


def answer_text(message: AIMessage) -> str:
    """Return what a model wrote: the arguments of its calls where it called and they can be written, else its text."""
    if message.tool_calls:
        try:
            return "\n".join(json.dumps(call["args"], ensure_ascii=False) for call in message.tool_calls)
        except RecursionError:
            return ""
    if message.invalid_tool_calls:
        return "\n".join(call["args"] or "" for call in message.invalid_tool_calls)
    return str(message.text)


def was_cut(message: AIMessage) -> bool:
    """Say whether the model had to stop before it was done."""
    return _reason(message) in CUT


def was_refused(message: AIMessage) -> bool:
    """Say whether the model, or a filter before it, refuses to answer."""
    return _reason(message) in FILTERED or bool(message.additional_kwargs.get("refusal"))


def _reason(message: AIMessage) -> str:
    """Return why a model stopped, in lower case, under the names that providers have for it."""
    names = ("finish_reason", "stop_reason", "done_reason")
    return next((str(value).lower() for name in names if (value := message.response_metadata.get(name))), "")


def _objects(message: AIMessage) -> Iterator[Any]:
    """Yield the objects in an answer: arguments of tool calls, else the whole text, fenced blocks, objects in prose."""
    if message.tool_calls:
        yield from (call["args"] for call in message.tool_calls)
        return
    text = THOUGHTS.sub("", answer_text(message))
    tidied = COMMAS.sub("", text)
    for whole in dict.fromkeys((text, tidied)):
        try:
            yield json.loads(whole, parse_constant=_refuse)
        except (ValueError, RecursionError):
            continue
        return
    for part in FENCED.findall(tidied):
        with suppress(ValueError, RecursionError):
            yield json.loads(part, parse_constant=_refuse)
    yield from _embedded(tidied)


def _embedded(text: str) -> Iterator[Any]:
    """Yield the outermost objects that stand in a text."""
    decoder, at = json.JSONDecoder(parse_constant=_refuse), text.find("{")
    while at >= 0:
        try:
            found, end = decoder.raw_decode(text, at)
        except ValueError:
            end = at + 1
        except RecursionError:  # so would be the next thousand
            return
        else:
            yield found
        at = text.find("{", end)


def _without_confidence(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_confidence(one) for name, one in value.items() if name != "confidence"}
    return [_without_confidence(one) for one in value] if isinstance(value, list) else value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for held in _held(value):
        yield from _texts(held)


def _is_deeper(value: Any, most: int) -> bool:
    """Say whether more than so many objects and lists stand inside each other."""
    layer = [value]
    for _ in range(most + 1):
        layer = [one for holder in layer for one in _held(holder)]
    return bool(layer)


def _held(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


def _sentence(error: ValidationError) -> str:
    """Say what is wrong with an object, for the model that wrote it."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    told = [f"{'.'.join(map(str, one['loc'])) or 'the answer'}: {one['msg']}" for one in found[:PROBLEMS]]
    more = f" (and {len(found) - PROBLEMS} more)" if len(found) > PROBLEMS else ""
    return f"Your JSON does not fit the schema: {'; '.join(told)}{more}. Answer with the whole, corrected JSON object."


def _dropped(given: Any, kept: Any) -> int:
    """Count the keys of an answer that are not in what was kept of it."""
    if isinstance(given, dict) and isinstance(kept, dict):
        return sum(1 if name not in kept else _dropped(value, kept[name]) for name, value in given.items())
    if isinstance(given, list) and isinstance(kept, list):
        return sum(_dropped(one, other) for one, other in zip(given, kept, strict=False))
    return 0


def _close(node: Any) -> Any:
    if isinstance(node, list):
        return [_close(one) for one in node]
    if not isinstance(node, dict):
        return node
    closed = {name: _close(value) for name, value in node.items()}
    if isinstance(closed.get("properties"), dict) and closed.get("type") == "object":
        closed.setdefault("additionalProperties", False)
    return closed
