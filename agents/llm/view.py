"""What a language model is shown of a twin: a few hundred tokens, chosen by the question."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import combinations, zip_longest

import numpy as np

from agents.alike import RELATIONS as ALIKE
from agents.alike import likeness
from agents.camera import RELATION as CAMERA
from agents.camera import moves_of
from agents.evidence import CONTRADICTED, ELSEWHERE, MEANT, SIDES, STATE_COVER, Evidence
from agents.lexicon import content_stems
from agents.llm.tokens import estimate_tokens
from agents.look_claims import SURE, WRONG
from agents.number_claims import is_named
from agents.reading import FRAME
from agents.sentences import sentences
from agents.wording import some_crowds
from prompts import one_line
from twins.predicates import PREDICATES, RELATIVE, mark
from twins.predicates.truth import FAILS, HOLDS, Marks
from twins.protocols import Candidate
from twins.queries import Decomposition, SubQuery
from twins.schema import Fact, Span, Track, Twin

TOKENS = 400
"""Tokens of one candidate's view; with instructions and tools, ten candidates stay under 12,000."""
THINGS = 12
"""Things that are listed; of a crowd those that the question may mean, and those longest in view."""
MEASURED_THINGS = 12
"""Things between which the question's predicates are measured: of a crowd of thirty there are 870 pairs."""
LINES, LEAST_LINES, SPANS = 16, 2, 2
"""Lines that all predicates of a question share, lines that each has all the same, and spans that one line tells."""
LINE = 140
"""Characters of one fact: a caption that fills the view would leave nothing else to see."""
LOOKS, ROLE = 45, 70
"""Characters of how one thing looks, and of what it is there for."""
MEASURED_SHARE, THINGS_SHARE = 0.45, 0.65
"""Share of the view that what is measured, and the list of things, may take."""
BARE, SAID_SHARE = 304, 0.5
"""Of the tokens beyond so many, the share that both leave to what is said in words, which nothing measures."""
COUNT = 9
"""Tokens kept for the line that counts what is left out."""
SYMMETRIC = ("collides", "meets", "near", "touching")
"""Told once a pair."""
CONVERSES = {"right_of": "left_of", "below": "above"}
"""Told as the other one of the two things the other way round, where both are asked for."""

KINDS = ("event", "role", "purpose", "action", "state", "motion", "relation", "caption", "scene", "text", "attribute")
"""Facts that have equally much to do with the question are told in this order."""


def view(
    candidate: Candidate, decomposition: Decomposition, tokens: int = TOKENS, told: Collection[str] = frozenset()
) -> str:
    """Return the twin as lines of text: its things, what the question's predicates are of them, and what is said.

    The length depends on the budget, not on the clip: what has most to do with the question comes first, and what no
    longer fits is counted. Everything in it came out of a video: fence it.

    Args:
        candidate: the video.
        decomposition: the question, whose sub-queries say which predicates are measured.
        tokens: at most so many, as :func:`agents.llm.tokens.estimate_tokens` counts.
        told: sources of facts that are told beside the view.
    """
    evidence = Evidence(candidate.twin, candidate.geometry)
    order = _by_interest(evidence, decomposition.sub_queries)
    words = _words(decomposition)
    facts = [fact for fact in candidate.twin.facts if fact.source not in told and not _is_told(fact, decomposition)]
    said = [part for fact in facts for part in _in_sentences(fact)]
    place = any(part.kind == "scene" for part in decomposition.sub_queries)
    said.sort(key=lambda fact: (not (place and fact.kind == "scene" and fact.predicate is None), _rank(fact, words)))
    lines = _Lines(tokens)
    lines.add(_headline(candidate.twin, len(evidence.objects)))
    shown = measured(evidence, order[:MEASURED_THINGS], decomposition.sub_queries)
    spare = max(tokens - BARE, 0) if any(fact.predicate is None for fact in said) else 0
    kept = int(spare * SAID_SHARE)
    lines.add_all("MEASURED", shown, most=int(tokens * MEASURED_SHARE), kept=kept)
    lines.add_all("THINGS", _things(evidence, order), most=int(tokens * THINGS_SHARE), kept=kept)
    lines.add_all("SAID", dict.fromkeys(map(_said, said)))
    return str(lines)


class _Lines:
    """Lines until a budget is spent."""

    def __init__(self, tokens: int) -> None:
        self._left = tokens
        self._lines: list[str] = []

    def add(self, line: str) -> bool:
        """Add a line; false where it is too long for what is left."""
        cost = estimate_tokens(line) + 1
        if cost > self._left:
            return False
        self._left -= cost
        self._lines.append(line)
        return True

    def add_all(self, title: str, lines: Iterable[str], most: int | None = None, *, kept: int = 0) -> None:
        """Add lines under a title, for ``most`` tokens, and leave ``kept``; count what does not fit."""
        floor = kept if most is None else max(self._left - most, kept)
        lines = list(lines)
        if not lines or not self.add(title):
            return
        for number, line in enumerate(lines):
            if estimate_tokens(line) + COUNT > self._left - floor or not self.add(line):
                self.add(f"({len(lines) - number} more)")
                return

    def __str__(self) -> str:
        return "\n".join(self._lines)


def _headline(twin: Twin, things: int) -> str:
    shots = f", {len(twin.shots)} shots" if len(twin.shots) > 1 else ""
    return f"VIDEO {_time(twin.duration)} s{shots}, {things} things"


def _by_interest(evidence: Evidence, parts: Sequence[SubQuery]) -> list[int]:
    """Return the objects, first those that a part of the question may mean, then those longest in view."""
    told = [part for part in parts if part.relation != CAMERA]
    phrases = {phrase for part in told for phrase in (part.subject, part.object) if phrase and not _is_bound(phrase)}
    fits = [evidence.grounded(phrase) for phrase in sorted(phrases)]
    presence, salience = evidence.presence, evidence.salience
    best = [max((fit[n] for fit in fits), default=0.0) for n in range(len(evidence.objects))]
    return sorted(range(len(best)), key=lambda n: (-round(best[n], 1), -presence[n] * salience[n], n))


def _is_bound(phrase: str) -> bool:
    return any(sign.isdigit() for sign in phrase) or phrase == FRAME


def measured(evidence: Evidence, things: Sequence[int], parts: Sequence[SubQuery]) -> Iterator[str]:
    """Yield, for every predicate of the question, of which things it holds and when; *none* says that it never does."""
    subjects = {part.id: part.subject for part in parts}
    things_counted = [p for p in parts if p.relation == "count" and not (p.object or "").endswith("times")]
    counted = {subjects.get(part.subject or "", part.subject) for part in things_counted}
    for phrase in sorted(name for name in counted if name):
        fits = evidence.grounded(phrase)
        meant = [n for n in range(len(fits)) if fits[n] >= MEANT]
        meant = [n for n in meant if is_named(phrase, evidence.name(n), evidence)] or meant
        number = f"{len(meant)}{some_crowds(evidence.crowds(meant))}"
        yield f"may be {one_line(phrase, 40)}: {number} ({', '.join(map(evidence.name, meant[:THINGS]))})"
    if any(part.relation == CAMERA for part in parts):
        yield f"{CAMERA}: {', '.join(moves_of(evidence.twin)) or 'unknown'}"
    yield from _on_sides(evidence, things, parts)
    between = [part for part in parts if part.object != FRAME]
    relations = dict.fromkeys(part.relation for part in between if part.relation in (*PREDICATES, *ALIKE))
    names = [name for name in relations if name is not None and CONVERSES.get(name) not in relations]
    most = max(LINES // max(len(names), 1), LEAST_LINES)
    blocks = [_of_one(evidence, things, name, most) for name in names]
    # In turns: where there is no room for all, there is something of each.
    yield from (line for row in zip_longest(*blocks) for line in row if line is not None)
    for name, converse in CONVERSES.items():
        if {name, converse} <= set(relations):
            yield f"{name}(a,b): as {converse}(b,a)"


def _of_one(evidence: Evidence, things: Sequence[int], name: str, most: int) -> list[str]:
    """Return of which things a predicate holds, those that are surest first, as at most so many lines and one more."""
    told, never = _lookalikes(evidence, things, name) if name in ALIKE else _measure(evidence, things, name)
    if not told:
        return [f"{name}: {'none' if never else 'unknown'}"]
    told.sort(key=lambda found: -found[0])
    more = [f"{name}: {len(told) - most} more"] if len(told) > most else []
    return [*(line for _, line in told[:most]), *more]


def _on_sides(evidence: Evidence, things: Sequence[int], parts: Sequence[SubQuery]) -> Iterator[str]:
    """Yield, for each side of the picture that is asked for, which things are there, and for how much of their time."""
    asked = [part.relation for part in parts if part.object == FRAME and part.relation in SIDES]
    for name in dict.fromkeys(filter(None, asked)):
        shares = {evidence.name(number): evidence.side(name, number) for number in things}
        there = sorted((thing for thing in shares if shares[thing] >= STATE_COVER), key=lambda thing: -shares[thing])
        told = ", ".join(f"{thing} {100 * shares[thing]:.0f}%" for thing in there)
        nobody = "none" if all(share < ELSEWHERE for share in shares.values()) else "unknown"
        yield f"{name} {FRAME}: {f'{told} of its time' if told else nobody}"


def _lookalikes(evidence: Evidence, things: Sequence[int], name: str) -> tuple[list[tuple[float, str]], bool]:
    """Return who looks like whom, or shares a look, as lines, and whether all others are known to look different."""
    tracks = {number: evidence.twin.track(evidence.name(number)) for number in things}
    likenesses = {pair: likeness(tracks[pair[0]], tracks[pair[1]], name) for pair in combinations(sorted(things), 2)}
    told = [
        (value * min(evidence.salience[n] for n in pair), f"{name}({','.join(map(evidence.name, pair))})")
        for pair, value in likenesses.items()
        if value is not None and value >= SURE
    ]
    return told, all(value is not None and value <= WRONG for value in likenesses.values())


def _measure(evidence: Evidence, things: Sequence[int], name: str) -> tuple[list[tuple[float, str]], bool]:
    """Return where a predicate holds, as lines, and whether it is known to fail, nearly throughout, everywhere else.

    Each line comes with the seconds for which it holds, times how sure its things are. Unknown is not false.
    """
    relation = RELATIVE.get(name, name)
    asked: list[tuple[str, list[tuple[int, int]]]] = []
    if PREDICATES[name].arity == 1:
        asked.append((name, [(n, n) for n in things]))
    if PREDICATES[relation].arity == 2:
        ordered = [(a, b) for a in things for b in things if a != b and (a < b or relation not in SYMMETRIC)]
        asked.append((relation, ordered))
    told: list[tuple[float, str]] = []
    failing: list[bool] = []
    for said, pairs in asked:
        if pairs:
            members = np.array([(evidence.member(a), evidence.member(b)) for a, b in pairs])
            marks = mark(said, evidence.scene, *members.T)
            told += _lines(evidence, said, pairs, marks)
            failing.append(bool(((marks == FAILS).mean(axis=1) >= CONTRADICTED).all()))
    return told, bool(failing) and all(failing)


def _lines(
    evidence: Evidence, name: str, pairs: Sequence[tuple[int, int]], marks: Marks
) -> Iterator[tuple[float, str]]:
    for row in np.flatnonzero((marks == HOLDS).any(axis=1)).tolist():
        concerned = dict.fromkeys(pairs[row])
        spans = evidence.scene.truth(marks[row]).holds
        sure = min(evidence.salience[n] for n in concerned)
        names = ",".join(evidence.name(n) for n in concerned)
        yield sure * sum(end - start for start, end in spans), f"{name}({names}) {_spans(spans)}"


def _spans(spans: Sequence[Span]) -> str:
    more = f" +{len(spans) - SPANS}" if len(spans) > SPANS else ""
    return " ".join(map(_span, spans[:SPANS])) + more


def _span(span: Span) -> str:
    return f"{_time(span[0])}-{_time(span[1])}"


def _time(seconds: float) -> str:
    """Return tenths of a second, but whole ones without: two tokens less, in nearly every line."""
    return f"{seconds:.1f}".removesuffix(".0")


def _things(evidence: Evidence, order: Sequence[int]) -> list[str]:
    lines = [_thing(evidence, number) for number in order[:THINGS]]
    return [*lines, *([f"({len(order) - THINGS} more)"] if len(order) > THINGS else [])]


def _thing(evidence: Evidence, number: int) -> str:
    """Return one thing: id, category, when it is in view, its looks, and what it is there for."""
    name = evidence.name(number)
    track: Track = evidence.twin.track(name)
    seen = evidence.geometry.seconds[evidence.scene.seen[evidence.member(number)]]
    when = f" {_span((seen[0], seen[-1]))}" if len(seen) else ""
    looks = one_line(", ".join(dict.fromkeys(attribute.text for attribute in track.attributes)), LOOKS)
    roles = [fact.text for fact in evidence.twin.facts if fact.kind == "role" and fact.about == name]
    role = f"; {one_line(roles[0], ROLE)}" if roles else ""
    return f"{name} {one_line(track.category, LOOKS)}{when}: {looks}{role}"


def _words(decomposition: Decomposition) -> frozenset[str]:
    """Return the stems of what is asked for."""
    texts = [decomposition.query, *decomposition.search, *(part.text for part in decomposition.sub_queries)]
    return frozenset().union(*(content_stems(text) for text in texts))


def _rank(fact: Fact, words: frozenset[str]) -> tuple[bool, float, int, float]:
    """Return by what facts are told first: words before movements that nobody asked for, and of words what a tool was
    called for."""
    kind = KINDS.index(fact.kind) if fact.kind in KINDS else len(KINDS)
    measured = fact.predicate is not None
    found = not measured and fact.source.startswith("o-")
    return measured, -len(content_stems(fact.text) & words) - 2 * found, kind, -fact.confidence


def _in_sentences(fact: Fact) -> list[Fact]:
    """Return a fact as one for each of its sentences where it is too long to be told in one line."""
    if len(fact.text) <= LINE:
        return [fact]
    return [fact.model_copy(update={"text": text}) for text in sentences(fact.text)]


def _said(fact: Fact) -> str:
    """Return a fact as one line: when, of whom, what."""
    when = f" {_span(fact.span)}" if fact.span is not None else ""
    if fact.predicate is not None and fact.about is not None:
        return f"{fact.predicate}({','.join(fact.instances)}){when}"
    return f"{fact.about or fact.kind}{when} {one_line(fact.text, LINE)}"


def _is_told(fact: Fact, decomposition: Decomposition) -> bool:
    """Say whether a fact was told already, under MEASURED or beside its thing."""
    asked = {part.relation for part in decomposition.sub_queries}
    return fact.predicate in asked if fact.predicate is not None else fact.kind in ("object", "role")
