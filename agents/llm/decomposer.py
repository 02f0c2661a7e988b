"""Takes a question apart with a language model; where that fails, rules do it."""

from typing import Annotated, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from agents.alike import RELATIONS as ALIKE
from agents.binding import ALLEN
from agents.camera import MOVES
from agents.camera import RELATION as CAMERA
from agents.evidence import SIDES
from agents.llm.calling import ModelGaveUpError
from agents.llm.judge_answer import Text, Texts
from agents.llm.metering import BudgetSpentError
from agents.llm.model import Model
from agents.llm.prompting import messages_of
from agents.reading import FRAME
from prompts import load, one_line
from twins.predicates import PREDICATES, RELATIVE
from twins.protocols import Decomposer
from twins.queries import Decomposition, ResultWarning, SubQuery, SubQueryKind

PROMPT = load("decompose")
MOST_PARTS, MOST_SENTENCES = 12, 4
TEXT = 200
"""Characters of a part's text, and of a sentence that is looked for."""
QUESTION = 2000
"""Characters of a question that are sent; recall reads the rest too."""

LEAST_WEIGHT = 0.05


def _kind(value: object) -> object:
    return value if value in get_args(SubQueryKind) else "action"


def _predicate(value: object) -> object:
    """Take the predicate alone where what it is said of stands behind it: ``hides_behind(boy, tree)``."""
    return value.partition("(")[0].strip() if isinstance(value, str) else value


class AnswerPart(BaseModel):
    """One part, as the model writes it; other keys are dropped."""

    model_config = ConfigDict(extra="ignore")

    id: Text
    text: str = Field(min_length=1)
    kind: Annotated[SubQueryKind, BeforeValidator(_kind)] = "action"
    subject: str | None = None
    relation: Annotated[str | None, BeforeValidator(_predicate)] = None
    object: Text | None = None
    negated: bool = False
    weight: float = Field(default=1.0, description="0.1 to 1")


class DecomposeAnswer(BaseModel):
    """What the prompt ``decompose`` asks for."""

    model_config = ConfigDict(extra="ignore", json_schema_extra={"required": ["search", "parts"]})

    # Bounds for servers that follow schemas; longer lists of others are cut, not refused.
    search: Texts = Field(default_factory=list, json_schema_extra={"maxItems": MOST_SENTENCES})
    parts: list[AnswerPart] = Field(min_length=1, json_schema_extra={"maxItems": MOST_PARTS})


class LlmDecomposer:
    """Asks a model to say outright what a question implies.

    Args:
        model: a chat model that answers by schema.
        fallback: takes over where the model gives up or the budget is spent; a warning says so (``llm_decomposer``).
    """

    def __init__(self, model: Model, fallback: Decomposer) -> None:
        self._model = model
        self._fallback = fallback

    @property
    def name(self) -> str:
        """Model and prompt version for the record."""
        return f"{self._model.name} {PROMPT.label}"

    def decompose(self, query: str, labels: frozenset[str] = frozenset()) -> Decomposition:
        """Split a question. Never fails: rules are the floor, and take ``labels``; a model needs none to read names."""
        prompt = PROMPT.render(question=one_line(query, QUESTION))
        try:
            answer = self._model.answer(messages_of(prompt), DecomposeAnswer, purpose="decompose", prompt=PROMPT.label)
        except (ModelGaveUpError, BudgetSpentError) as error:
            text = f"the question was taken apart by rules: {error}"
            ruled = self._fallback.decompose(query, labels)
            warning = ResultWarning(code="llm_decomposer", text=text)
            return ruled.model_copy(update={"warnings": (*ruled.warnings, warning)})
        return Decomposition(
            query=query,
            sub_queries=sub_queries_of(answer.parts),
            search=tuple(one_line(sentence, TEXT) for sentence in answer.search[:MOST_SENTENCES] if sentence.strip()),
        )


def sub_queries_of(parts: list[AnswerPart]) -> tuple[SubQuery, ...]:
    """Return the parts as sub-queries, numbered anew; a relation that cannot be checked becomes none.

    Such a part is still judged: by the model, not by a predicate.
    """
    kept = parts[:MOST_PARTS]
    ids = {part.id: f"p{number}" for number, part in enumerate(kept, start=1)}
    return tuple(_sub_query(part, number, ids) for number, part in enumerate(kept, start=1))


def _sub_query(part: AnswerPart, number: int, ids: dict[str, str]) -> SubQuery:
    subject, relation, other = _related(part, ids)
    return SubQuery(
        id=f"p{number}",
        text=one_line(part.text, TEXT),
        kind=part.kind,
        subject=one_line(subject, TEXT) if subject else None,
        relation=relation,
        object=one_line(other, TEXT) if other else None,
        negated=part.negated,
        weight=min(max(part.weight, LEAST_WEIGHT), 1.0),
    )


def _related(part: AnswerPart, ids: dict[str, str]) -> tuple[str | None, str | None, str | None]:
    """Return who does what to whom; no relation where that cannot be checked."""
    subject, relation, other = part.subject, part.relation, part.object
    if relation in ALLEN:
        first, second = ids.get(subject or ""), ids.get(other or "")
        return (first, relation, second) if first and second else (None, None, None)
    if relation == "count":
        return ids.get(subject or "", subject), relation, other
    if other == FRAME:  # only of a place is the picture itself the other side
        return (subject, relation, other) if relation in SIDES else (subject, None, None)
    if relation in PREDICATES:
        takes = PREDICATES[relation].arity == 2 or relation in RELATIVE
        return subject, relation, other if takes else None
    known = (relation in ALIKE and subject and other) or (relation == CAMERA and other in MOVES)
    return subject, relation if known else None, other
