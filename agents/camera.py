"""What a question says of the camera: it is no thing in the picture, and what it does is known of a clip's shots."""

from collections.abc import Sequence
from dataclasses import dataclass

from agents.clauses import AUXILIARIES, BREAKS, CONJUNCTIONS, PREPOSITIONS, Token, strip_asking
from agents.lexicon import DETERMINERS, closed_class, lexicon
from twins.predicates.truth import covered, merge_spans
from twins.queries import Check, SubQuery
from twins.schema import Fact, Span, Twin

RELATION = "camera"
"""Of a sub-query whose object is one of :data:`MOVES`, and of the claim that answers it."""
SAID = "the camera "
SOURCE = "perception"
MEASURED = {
    "is still": "is still",
    "pans left": "pans left",
    "pans right": "pans right",
    "tilts up": "tilts up",
    "tilts down": "tilts down",
    "zooms or moves in": "zooms in",
    "zooms or moves out": "zooms out",
}
"""What twins say that it does, after *the camera*, and what that is as a move."""
MOVES = {
    **{move: frozenset([move]) for move in MEASURED.values()},
    "pans": frozenset(["pans left", "pans right"]),
    "tilts": frozenset(["tilts up", "tilts down"]),
    "zooms": frozenset(["zooms in", "zooms out"]),
    "moves": frozenset(MEASURED.values()) - {"is still"},
}
"""What a question may say, and which of the measured moves it means."""
SEEN_SHARE = 0.9
"""Of a span that must have been measured before something is said not to happen in it."""
SLACK = 0.25
"""Seconds by which a measured move may reach out of the span that a claim gives it."""

STARTS = CONJUNCTIONS | AUXILIARIES | closed_class("clause_starts")
"""What may stand before the camera where it begins a clause; in *toward the camera* it is where something goes."""
ADVERBS, RESTS, HOLDS = map(closed_class, ("manners", "at_rest", "stays"))
"""What may stand before the verb, what says that nothing moves, and the verbs before that."""
VERBS = {"pan": "pans", "tilt": "tilts", "zoom": "zooms", "move": "moves"} | dict.fromkeys(
    ["turn", "swing", "sweep", "travel", "slide", "push", "pull", "go", "drift"], ""
)
"""Verbs by their stem, and what they say without a direction; the last say nothing, for things do that as well."""
SIDES: dict[str, str] = {"left": "pans left", "right": "pans right", "up": "tilts up", "down": "tilts down"}
SIDES |= {f"{side}{ward}": move for side, move in SIDES.items() for ward in ("ward", "wards")}
DEPTHS = dict.fromkeys(["in", "closer", "nearer", "forward", "forwards"], "zooms in")
DEPTHS |= dict.fromkeys(["out", "back", "backward", "backwards", "away"], "zooms out")
DEEP = frozenset(["zoom", "push", "pull", "move", "go"])
"""Verbs that go into the depth."""
MOTION = frozenset(["motion", "movement", "movements"])
LINKS = frozenset(["no", "not", "with", "without", "by"])
TAKEN = frozenset(["filmed", "recorded", "taken", "shot", "captured"])
"""What ties a video to *a moving camera*; behind anything else *with a still camera* may be what somebody holds."""
ASKED = lexicon().asking["containers"] | lexicon().asking["requests"] | {"me", "us"}
GOES_ON = frozenset(["to", "on", "again", "for", "during", "throughout", "all"]) | ADVERBS
"""What may follow a direction; in *moves in the dark* and *right up to a dog* there is none."""


@dataclass(frozen=True)
class Filmed:
    """A move of the camera, one of :data:`MOVES`, and whether the question denies it."""

    move: str
    denied: bool = False


def without_camera(tokens: Sequence[Token]) -> tuple[list[Token], tuple[Filmed, ...]]:
    """Return the words of a question without those that say what the camera does, and what they say.

    Only what is understood as a whole is taken out: what else a clause says stays where it is.
    """
    left, said, at = list(tokens), [], 0
    while at < len(left):
        found = (_clause(left, at) or _phrase(left, at)) if left[at].text == "camera" else None
        if found is None:
            at += 1
            continue
        start, end, moves = found
        said += moves
        left[start:end] = []
        at = start
    return left, tuple(dict.fromkeys(said))


def _clause(tokens: Sequence[Token], at: int) -> tuple[int, int, list[Filmed]] | None:
    """Return where the words about the camera at a position begin and end, and what they say."""
    words = [token.text for token in tokens]
    start = at - (at > 0 and words[at - 1] in ("the", "this", "its"))
    before = words[start - 1] if start else ""
    with_gerund = before == "with" and at + 1 < len(words) and words[at + 1].endswith("ing")
    if not (start == 0 or tokens[start - 1].is_break or before in STARTS or with_gerund):
        return None
    if before in CONJUNCTIONS and start > 1 and not _ends_clause(tokens, start - 1):
        return None  # *a phone and the camera move*
    read = _Words(tokens, at + 1).read()
    if read is None:
        return None
    end, moves = read
    # What ties it to the rest, or asks, goes with it.
    while start > 0 and (words[start - 1] in STARTS or (with_gerund and words[start - 1] == "with")):
        start -= 1
    return start, end, moves


def _phrase(tokens: Sequence[Token], at: int) -> tuple[int, int, list[Filmed]] | None:
    """Return the same of a noun phrase that tells it by an adjective or a noun: *a moving camera*, *no camera motion*.

    What follows it must be nothing that the camera does: *a moving camera falls* is about a thing.
    """
    words = [token.text for token in tokens]
    start, end = at, at + 1
    while start > 0 and (tokens[start - 1].is_gerund or words[start - 1] in RESTS | ADVERBS):
        start -= 1
    adjectives = [_adjective(token) for token in tokens[start:at] if token.text not in ADVERBS]
    if not adjectives and end < len(words) and words[end] in MOTION:
        adjectives, end = ["moves"], end + 1
    move = adjectives[-1] if adjectives and None not in adjectives else None
    if move is None or not (end >= len(tokens) or tokens[end].is_break or words[end] in CONJUNCTIONS):
        return None
    said: set[str] = set()
    while start > 0 and words[start - 1] in DETERMINERS | LINKS:
        start -= 1
        said.add(words[start])
    taken = start > 0 and words[start - 1] in TAKEN
    start -= taken
    before = words[start - 1] if start else ","
    asked = before in BREAKS | STARTS | ASKED
    return (start, end, _moved(move, said)) if taken or asked or "without" in said else None


def _moved(move: str, said: set[str]) -> list[Filmed]:
    """Return a move, or its opposite where words before it deny it and there is one."""
    opposite = {"moves": "is still", "is still": "moves"}.get(move)
    if not said & {"no", "not", "without"}:
        return [Filmed(move)]
    return [Filmed(opposite) if opposite else Filmed(move, denied=True)]


def _adjective(token: Token) -> str | None:
    """Return what a word before *camera* says that it does."""
    if token.text in RESTS:
        return "is still"
    return next((VERBS[stem] for stem in token.stems if VERBS.get(stem)), None) if token.is_gerund else None


def _ends_clause(tokens: Sequence[Token], at: int) -> bool:
    """Say whether a verb stands before a conjunction, so that it ties clauses and not nouns."""
    return any(token.stems & (lexicon().common_verbs | lexicon().verbs.keys()) for token in tokens[:at])


class _Words:
    """Reads what follows *the camera*, from left to right."""

    def __init__(self, tokens: Sequence[Token], at: int) -> None:
        self._tokens, self._at = tokens, at

    def read(self) -> tuple[int, list[Filmed]] | None:
        """Return where what is understood ends, and what it says; none where the camera does something else."""
        denied, still = False, False
        while self._word in AUXILIARIES | ADVERBS | HOLDS | {"not", "never", "does", "is", "still"}:
            denied |= self._word in ("not", "never")
            still |= self._word == "still"
            self._at += 1
        if self._word in RESTS or (still and self._ends()):
            self._at += self._word in RESTS
            return self._at, [Filmed("moves" if denied else "is still")]
        verb = next((stem for stem in self._stems if stem in VERBS), None)
        if verb is None:
            return None
        self._at += 1
        moves = self._directions(verb)
        if not moves and VERBS[verb] and (verb != "move" or self._ends() or self._word in PREPOSITIONS | GOES_ON):
            moves = [VERBS[verb]]
        if not moves:
            return None
        if denied and moves == ["moves"]:
            return self._at, [Filmed("is still")]
        return self._at, [Filmed(move, denied) for move in moves]

    @property
    def _word(self) -> str:
        return self._tokens[self._at].text if self._at < len(self._tokens) else ""

    @property
    def _stems(self) -> frozenset[str]:
        return self._tokens[self._at].stems if self._at < len(self._tokens) else frozenset()

    def _ends(self, at: int | None = None) -> bool:
        """Say whether a clause ends at a position, by default here."""
        at = self._at if at is None else at
        return at >= len(self._tokens) or self._tokens[at].is_break or self._tokens[at].text in STARTS

    def _directions(self, verb: str) -> list[str]:
        """Read one direction, or some that are tied by *and*."""
        moves: list[str] = []
        while True:
            at = self._at
            while moves and self._word in ("and", "then", ","):
                at, self._at = at, self._at + 1
            while self._word in ADVERBS:
                self._at += 1
            move = self._direction(verb)
            if move is None:
                self._at = at
                return moves
            moves.append(move)

    def _direction(self, verb: str) -> str | None:
        words = [token.text for token in self._tokens[self._at : self._at + 8]]
        if words[:1] == ["from"]:
            sides = [(n, word) for n, word in enumerate(words) if word in SIDES]
            if len(sides) != 2 or "to" not in words[sides[0][0] : sides[1][0]]:
                return None
            self._at += sides[1][0] + 1
            return SIDES[sides[1][1]]
        skipped = next((n for n, word in enumerate(words) if word not in ("to", "toward", "towards", "the", "its")), 0)
        if verb in DEEP and words[:1] == ["back"] and len(words) > 1 and words[1] in ("to", "left", "right"):
            return None
        word = words[skipped] if skipped < len(words) else ""
        move = SIDES.get(word) or (DEPTHS.get(word) if verb in DEEP and not skipped else None)
        after = self._at + skipped + 1
        following = self._tokens[after].text if after < len(self._tokens) else ""
        if move is None or not (self._ends(after) or following in GOES_ON):
            return None
        if word in ("up", "down", "right") and following == "to" and verb in ("move", "go"):
            return None  # *moves up to a dog*
        self._at = after
        return move


def of_camera(said: Sequence[Filmed]) -> list[SubQuery]:
    """Return a sub-query for each thing that a question says of the camera."""
    return [
        SubQuery(
            id="",
            text=sentence(each.move, negated=each.denied),
            kind="scene",
            subject="camera",
            relation=RELATION,
            object=each.move,
            negated=each.denied,
        )
        for each in said
    ]


def sentence(move: str | None, *, negated: bool = False) -> str:
    """Say that the camera makes a move, or that it does not."""
    verb, _, where = (move or "").partition(" ")
    return f"{SAID}does not {verb.removesuffix('s')} {where}".rstrip() if negated else f"{SAID}{move}"


def asks_only(tokens: Sequence[Token]) -> bool:
    """Return whether words only ask for a video: *find the clip*."""
    left = strip_asking(list(tokens)) if tokens else []
    frame = {*DETERMINERS, *AUXILIARIES, *lexicon().asking["frame"]}
    return all(token.is_break or token.text in frame for token in left)


def moves_of(twin: Twin) -> list[str]:
    """Return what the camera was measured to do, as a claim's value says it."""
    return list(dict.fromkeys(_move(fact) for fact in _facts(twin)))


def spans_of(move: str | None, twin: Twin) -> tuple[Span, ...]:
    """Return the shots in which the camera was measured to make a move."""
    meant = MOVES.get(move or "", frozenset())
    return tuple(fact.span for fact in _facts(twin) if fact.span is not None and _move(fact) in meant)


def check_camera(move: str | None, span: Span | None, twin: Twin) -> Check:
    """Compare what the camera is said to do, in a span or at any time, with what was measured of the shots.

    A shot's facts say that something happens in it, not when. To be still is to be so all the time.
    """
    within = span if span is not None else (0.0, twin.duration)
    facts = [(_move(fact), fact.span or (0.0, twin.duration)) for fact in _facts(twin)]
    met = [(name, shot) for name, shot in facts if shot[0] < within[1] and within[0] < shot[1]]
    if move not in MOVES or not met:
        return "unverifiable"
    whole = covered(merge_spans([shot for _, shot in met]), within) >= SEEN_SHARE * (within[1] - within[0])
    inside = [name for name, shot in met if within[0] - SLACK <= shot[0] and shot[1] <= within[1] + SLACK]
    if move == "is still":
        if any(name != move for name in inside):
            return "refuted"
        return "verified" if whole and all(name == move for name, _ in met) else "unverifiable"
    if any(name in MOVES[move] for name in inside):
        return "verified"
    return "refuted" if whole and not any(name in MOVES[move] for name, _ in met) else "unverifiable"


def _facts(twin: Twin) -> list[Fact]:
    """Return what was measured of the camera: a describer's words are none of it."""
    return [fact for fact in twin.facts if is_measured(fact)]


def is_measured(fact: Fact) -> bool:
    """Say whether a fact tells what the camera was measured to do."""
    return fact.kind == "scene" and fact.source == SOURCE and fact.text.removeprefix(SAID) in MEASURED


def _move(fact: Fact) -> str:
    return MEASURED[fact.text.removeprefix(SAID)]
