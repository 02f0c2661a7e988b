"""Judges a candidate with a language model: it sees the twin, calls specialists, gives a verdict with evidence."""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from agents.claims import EVERYTHING
from agents.first_last import read_rank
from agents.llm.judge_answer import MOST_CALLS, MOST_CLAIMS, AnswerClaim, JudgeAnswer, VerdictAnswer
from agents.llm.model import Model
from agents.llm.prompting import messages_of
from agents.llm.statements import names_in, state
from agents.llm.tokens import estimate_tokens
from agents.llm.view import TOKENS, view
from agents.open_parts import says_not
from agents.predications import read_order
from agents.relevance import is_minor, opposes
from prompts import fence, load, one_line
from twins.observations import source_of_finding
from twins.predicates import PREDICATES
from twins.protocols import Case, ToolOffer
from twins.queries import Claim, Plan, SubQuery, ToolCall, ToolFinding, Verdict
from twins.schema import Span

PROMPT = load("judge")
CLAIM, FOUND, OFFER = 200, 600, 120
"""Characters of a claim, of what one call has found, and of what a tool says that it is for."""
AGAINST = "against it: "
"""Before a claim of the opposite of what a part asks for: a check mark beside it speaks against the video."""
BESIDE, LEAST_VIEW = 150, 304
"""Tokens of parts, tools and findings beside which a view has all its room (a short question, the tools that need no
model); more of them cost it some, down to the least, in which 95 % of what claims need is still told."""


class LlmJudge:
    """Asks a model about one candidate at a time.

    Args:
        model: a chat model that answers by schema.
    """

    def __init__(self, model: Model) -> None:
        self._model = model

    @property
    def name(self) -> str:
        """Model and prompt version for the record."""
        return f"{self._model.name} {PROMPT.label}"

    def step(self, case: Case) -> Plan | Verdict:
        """Return what to find out first, or a verdict; nothing in either names what the candidate does not have.

        Raises:
            ModelGaveUpError: the model did not answer, or not in a usable form.
            BudgetSpentError: a call more would cost more than is left.
        """
        door = _Door(case)
        parts = parts_text(case.decomposition.sub_queries)
        tools, found = tools_text(case.tools), found_text(case.findings)
        beside = sum(map(estimate_tokens, (parts, tools, found)))
        told = {source_of_finding(finding.key) for finding in case.findings if finding.key}
        room = max(TOKENS - max(beside - BESIDE, 0), LEAST_VIEW)
        prompt = PROMPT.render(
            tools=tools,
            twin=fence("twin", view(case.candidate, case.decomposition, room, told)),
            found=found,
            refuted=refuted_text(case),
            question=one_line(case.decomposition.query, 1000),
            parts=parts,
        )
        answer = self._model.answer(
            messages_of(prompt),
            JudgeAnswer if case.tools else VerdictAnswer,
            purpose="judge",
            check=door.check,
            video_id=case.candidate.video_id,
            prompt=PROMPT.label,
        )
        return door.plan(answer) if isinstance(answer, JudgeAnswer) and answer.calls else door.verdict(answer)


class _Door:
    """Lets through only what the candidate has: its things, its span, the tools on offer, the question's parts.

    A wrong name is told to the model once, so that it can mend it; what is still wrong then is left out.
    """

    def __init__(self, case: Case) -> None:
        self._things = {track.id for track in case.candidate.twin.tracks}
        self._call = names_in(case.candidate.twin)
        labels = Counter(track.category.lower() for track in case.candidate.twin.tracks)
        tracks = [track for track in case.candidate.twin.tracks if labels[track.category.lower()] == 1]
        self._only = {track.category.lower(): track.id for track in tracks}
        self._duration = case.candidate.twin.duration
        self._tools = {tool.name: tool for tool in case.tools}
        self._parts = case.decomposition.sub_queries
        self._told = False

    def check(self, answer: VerdictAnswer) -> None:
        """Raise ``ValueError`` with a sentence for the model where its answer cannot be used; make ids of labels."""
        if isinstance(answer, JudgeAnswer) and answer.calls:
            self._check_calls(answer.calls)
            return
        if answer.score is None:
            raise ValueError("score is missing: give a number from 0 to 1, or calls of the listed tools")
        for claim in answer.claims:
            claim.instances = self._ids(claim.instances)
        answer.instances = self._ids(answer.instances)
        unknown = {name for claim in answer.claims for name in claim.instances} | set(answer.instances)
        unknown -= self._things
        if unknown and not self._told:
            self._told = True
            strange = ", ".join(one_line(name, 30) for name in sorted(unknown)[:5])
            raise ValueError(f"there are no things {strange}: use the ids listed under THINGS")

    def _ids(self, names: Sequence[str]) -> list[str]:
        """Return ids for the labels that only one thing has: small models call things by those."""
        return [name if name in self._things else self._only.get(name.lower(), name) for name in names]

    def _check_calls(self, calls: Sequence[ToolCall]) -> None:
        known = [call for call in calls if call.tool in self._tools]
        if len(known) < len(calls) and (not self._told or not known):
            self._told = True
            strange = next(call.tool for call in calls if call.tool not in self._tools)
            raise ValueError(f"there is no tool {one_line(strange, 30)!r}: the tools are {', '.join(self._tools)}")

    def plan(self, answer: JudgeAnswer) -> Plan:
        calls = [call for call in answer.calls if call.tool in self._tools][:MOST_CALLS]
        return Plan(gaps=tuple(one_line(gap, CLAIM) for gap in answer.missing[:MOST_CALLS]), calls=tuple(calls))

    def verdict(self, answer: VerdictAnswer) -> Verdict:
        claims = [self._claim(claim) for claim in answer.claims[:MOST_CLAIMS] if set(claim.instances) <= self._things]
        return Verdict(
            score=answer.score or 0.0,
            claims=tuple(claims),
            instances=tuple(name for name in dict.fromkeys(answer.instances) if name in self._things),
            spans=tuple(span for pair in answer.spans if (span := self._span(pair)) is not None),
        )

    def _claim(self, said: AnswerClaim) -> Claim:
        claim = Claim(
            claim=one_line(said.claim, CLAIM),
            sub_query=said.part if any(said.part == part.id for part in self._parts) else None,
            predicate=said.predicate,
            value=None if said.value is None else one_line(said.value, CLAIM),
            instances=tuple(said.instances) or self._named_in(said.value),
            span=None if said.span is None else self._span(said.span),
            negated=said.negated,
        )
        claim = self._of_all(claim)
        told = f"{AGAINST if opposes(claim, self._parts) else ''}{state(claim, self._call)}"
        return claim.model_copy(update={"claim": one_line(told, CLAIM)})

    def _named_in(self, value: str | None) -> tuple[str, ...]:
        """Return the things that an order, or a rank, is said of."""
        sides, ranked = read_order(value) or (), read_rank(value)
        said = [*sides, *([ranked.done] if ranked is not None else [])]
        names = dict.fromkeys(name for one in said for name in one.instances)
        return tuple(names) if self._things.issuperset(names) else ()

    def _of_all(self, claim: Claim) -> Claim:
        """Return a denial that names nobody as one of everything that is there."""
        if claim.instances or not claim.negated:
            return claim
        if claim.predicate in PREDICATES and claim.value is None:
            return claim.model_copy(update={"value": EVERYTHING, "instances": tuple(sorted(self._things))})
        if claim.predicate == "category" and claim.value is not None:
            return claim.model_copy(update={"predicate": "count", "value": f"0 of {claim.value}", "negated": False})
        return claim

    def _span(self, pair: Sequence[float]) -> Span | None:
        """Return a pair of seconds as a span of the clip; none where it is none."""
        if len(pair) != 2:
            return None
        start, end = max(0.0, min(pair)), min(max(pair), self._duration)
        return (start, end) if start <= end else None


def parts_text(parts: Sequence[SubQuery]) -> str:
    """Return the parts of the question, one a line; those that do not decide are marked."""
    return "\n".join(f"{part_text(part)}{' (minor)' if is_minor(part, parts) else ''}" for part in parts)


def part_text(part: SubQuery) -> str:
    """Return one part of the question as a line; a text that denies by itself is not denied once more."""
    text, measured = one_line(part.text, CLAIM), ""
    if part.relation is not None:
        names = ", ".join(name for name in (part.subject, part.object) if name)
        measured = f" [{'NOT ' * part.negated}{part.relation}({names})]"
    return f"{part.id} {'NOT: ' if part.negated and not says_not(part) else ''}{text}{measured}"


def tools_text(tools: Sequence[ToolOffer]) -> str:
    """Return the tools that can be called, one a line; a sentence where there are none."""
    if not tools:
        return "Tools: none. Give the verdict."
    return "Tools (times are seconds, plurals lists; ? may be left out):\n" + "\n".join(map(_offer, tools))


def _offer(tool: ToolOffer) -> str:
    properties = tool.parameters.get("properties")
    required = tool.parameters.get("required")
    must = required if isinstance(required, list) else []
    named = properties if isinstance(properties, Mapping) else {}
    arguments = ", ".join(f"{name}{'' if name in must else '?'}{_kind(name, kind)}" for name, kind in named.items())
    return f"{tool.name}({arguments}): {one_line(_first_sentence(tool.description), OFFER)}"


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=[.!?])\s", text.strip(), maxsplit=1)[0]


def _kind(name: str, schema: Any) -> str:
    """Return what an argument is, in a word; nothing for a text, or for a number whose name is no plural."""
    options = schema.get("anyOf", [schema]) if isinstance(schema, Mapping) else []
    kinds = [option for option in options if isinstance(option, Mapping) and option.get("type") != "null"]
    kind = kinds[0].get("type", "") if kinds else ""
    if kind == "array":
        items = kinds[0].get("items", {})
        inner = items.get("type", "") if isinstance(items, Mapping) else ""
        return ": numbers" if inner in ("number", "integer") else ": texts"
    told = kind in ("", "string") or (kind in ("number", "integer") and not name.endswith("s"))
    return "" if told else f": {kind}"


def found_text(findings: Sequence[ToolFinding]) -> str:
    """Return what this question's calls found, fenced; empty where there were none."""
    if not findings:
        return ""
    lines = (f"{finding.call.tool} {_arguments(finding.call)}: {one_line(finding.text, FOUND)}" for finding in findings)
    return fence("what tools found", "\n".join(lines)) + "\n"


def _arguments(call: ToolCall) -> str:
    """Return the arguments of a call as the model wrote them."""
    return json.dumps(call.args, ensure_ascii=False, default=str)


def refuted_text(case: Case) -> str:
    """Return the claims of the verdict before that the twin contradicts; empty where there were none."""
    if not case.refuted:
        return ""
    lines = fence("refuted claims", "\n".join(f"- {one_line(line.claim, CLAIM)}" for line in case.refuted))
    return f"\nYour last verdict claimed what the twin contradicts:\n{lines}\nGive the verdict again without that.\n"
