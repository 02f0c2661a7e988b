"""What is asked of a library, and what it answers: the values that cross between agents, graphs and users."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from twins.schema import Confidence, Span, Strict

SubQueryKind = Literal["object", "attribute", "spatial", "temporal", "action", "count", "scene", "text"]
Check = Literal["verified", "refuted", "unverifiable"]
Status = Literal["verified", "judged", "coarse", "dropped"]


class SubQuery(Strict):
    """One part of a question that can be checked by itself.

    ``relation`` is the name of a predicate where the part names one (``left_of``, ``follows``, ``count``, ``before``
    …). ``subject`` and ``object`` are noun phrases, which may exclude something (``ball other than red one``); for
    ``count`` the object is a bound (``3``, ``>=2``, ``all``, ``2 times``) and the subject a noun phrase or the id of
    the sub-query whose subjects (or spans, for times) are counted; for ``before``/``during``/``after`` they are the ids
    of two other sub-queries; for ``first``/``last`` the subject is the id of another and the object the noun phrase of
    all that may do it. The object ``frame`` is the picture itself (``on the left``). Where a question can be understood
    in several ways, ``reading`` names the one that a part belongs to; parts without belong to all of them.
    """

    id: str
    text: str
    kind: SubQueryKind
    subject: str | None = None
    relation: str | None = None
    object: str | None = None
    weight: float = 1.0
    negated: bool = False
    reading: str | None = None


class ResultWarning(Strict):
    """Something that a reader of a result should know; ``code`` is stable."""

    code: str
    text: str


class Decomposition(Strict):
    """A question taken apart.

    ``denied`` are the positions of the words by which it denies something, among those of
    :func:`agents.clauses.tokenise`. ``search`` are sentences that say outright what a question only implies; they are
    looked for beside it.
    """

    query: str
    sub_queries: tuple[SubQuery, ...]
    denied: tuple[int, ...] = ()
    search: tuple[str, ...] = ()
    warnings: tuple[ResultWarning, ...] = ()


class Claim(BaseModel):
    """What a judge says of a video, with the evidence by which it can be checked.

    ``instances`` are ordered as the predicate takes them (subject, object); ``value`` is what a colour or count claim
    asserts: ``3``, ``>=2 of red ball that enters``, ``2 of ball that meets(3)``, ``2 times that turns``. For
    ``before``/``during``/``after`` it names the two sides (``stops(1); follows(2, 3)``), for ``first``/``last`` what is
    done and among which things (``stops(1) of ball``), ``frame`` with a spatial one a side of the picture, ``each``
    says that a predicate is claimed of every instance by itself, and ``1, 2 to 3`` of all these pairs.
    Unknown keys are dropped, because a model may have written it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    claim: str
    sub_query: str | None = None
    predicate: str | None = None
    value: str | None = None
    instances: tuple[str, ...] = ()
    span: Span | None = None
    source: str = "judge"
    negated: bool = False


class CheckedClaim(Strict):
    """A claim after it was recomputed from the twin; one line of a result's trace."""

    claim: str
    check: Check
    instances: tuple[str, ...] = ()
    span: Span | None = None
    predicate: str | None = None
    source: str


class ToolCall(BaseModel):
    """One call of a specialist that a judge wants made; unknown keys are dropped, as in all that a model writes."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    tool: str
    args: dict[str, object] = {}


class Plan(BaseModel):
    """What a judge wants to find out before it decides: the gaps that it saw in the twin, and calls that fill them."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    gaps: tuple[str, ...] = ()
    calls: tuple[ToolCall, ...]


class ToolFinding(Strict):
    """What came of one call.

    ``key`` is the observation that keeps it; none where the call failed, and ``text`` says why. ``fresh`` tells a call
    that was made now from one whose observation was there already.
    """

    call: ToolCall
    text: str
    key: str | None = None
    fresh: bool = False
    seconds: float = 0.0


class Verdict(BaseModel):
    """What a judge concludes about one candidate. Unknown keys are dropped, because a model may have written it.

    ``reading`` is the way to understand the question that the claims speak of, where it has several.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    score: Confidence
    claims: tuple[Claim, ...] = ()
    instances: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    reading: str | None = None


class Rle(Strict):
    """A mask in COCO's compressed run-length form: ``size`` is (height, width) of the displayed frame."""

    size: tuple[int, int]
    counts: str


class InstanceFrame(Strict):
    """Where an instance is in one frame: xyxy, half-open, displayed pixels."""

    frame_index: int
    seconds: float
    box: tuple[float, float, float, float]
    mask: Rle | None = None


class InstanceResult(Strict):
    """An instance that satisfies the question."""

    id: str
    category: str
    frames: tuple[InstanceFrame, ...]


class Hit(Strict):
    """One ranked video.

    ``status`` is *verified* where at least one claim was recomputed and holds, and none was refuted; *judged* where no
    claim could be recomputed and holds, or one was refuted (the trace says which); *coarse* where no judge looked; and
    *dropped* under the threshold. ``reading`` is that of the sub-queries which the trace answers, where a question
    can be understood in several ways. ``by_rules`` says that a model was to judge it, and the rules did;
    ``taken_back`` are claims that a model made no more when it was told that they are refuted. ``stands_out`` says of a
    dropped one that it is far closer than the next, and that nothing refuted speaks against it: it is no answer. In an
    answer of mode ``compose`` the score is the likeness to its reference, and the status that of the edit: likeness
    alone is *judged*.
    """

    rank: int
    video_id: str
    path: str | None
    score: float
    coarse_score: float
    status: Status
    spans: tuple[Span, ...]
    instances: tuple[InstanceResult, ...]
    trace: tuple[CheckedClaim, ...]
    reading: str | None = None
    by_rules: bool = False
    taken_back: tuple[CheckedClaim, ...] = ()
    stands_out: bool = False


class Cost(Strict):
    """What a query used."""

    llm_calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    tool_calls: int = 0
    seconds: float = 0.0


class ResultRecord(Strict):
    """The stable JSON of an answer (``docs/result.schema.json``).

    ``compose`` answers look for what is like a ``reference`` (none where it is several), but for an ``edit``.
    """

    schema_version: Literal[1] = 1
    query_id: str
    mode: Literal["ask", "compose"]
    query: str
    reference: str | None = None
    edit: str | None = None
    strategy: str
    answer: str
    models: dict[str, str]
    sub_queries: tuple[SubQuery, ...]
    results: tuple[Hit, ...]
    ranking: tuple[str, ...]
    cost: Cost
    warnings: tuple[ResultWarning, ...] = Field(default=())
