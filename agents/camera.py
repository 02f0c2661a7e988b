"""What a question says of the camera: it is no thing in the picture, and what it does is known of the whole clip."""

from collections.abc import Sequence

from agents.clauses import AUXILIARIES, CONJUNCTIONS, Token, strip_asking
from agents.lexicon import DETERMINERS, lexicon
from twins.queries import Check, SubQuery
from twins.schema import Fact, Span, Twin

RELATION = "camera"
"""Of a sub-query whose object is one of :data:`MOVES`, and of the claim that answers it."""
CAMERAS = frozenset(["camera", "cameraman", "camerawoman", "cameraperson", "lens"])
STARTS = CONJUNCTIONS | AUXILIARIES | {"while", "as", "when", "where", "that", "whereas", "because", "since", "with"}
"""What may stand before the camera where it begins a clause; in *toward the camera* it is where something goes."""
DOES = {"move", "go", "travel", "pan", "turn", "swing", "sweep", "slide", "track", "tilt", "zoom", "push", "pull"}
"""Stems and lemmas of what a camera does."""
RESTS = frozenset(["still", "static", "fixed", "steady", "motionless", "stationary", "immobile", "unmoving", "locked"])
MOVES = {
    "is still": (),
    "moves": ("pans", "tilts", "zooms"),
    "pans": ("pans",),
    "pans left": ("pans left",),
    "pans right": ("pans right",),
    "tilts": ("tilts",),
    "tilts up": ("tilts up",),
    "tilts down": ("tilts down",),
    "zooms": ("zooms",),
    "zooms in": ("zooms or moves in",),
    "zooms out": ("zooms or moves out",),
}
"""What a question may say, and how the facts of a twin begin that say so, after *the camera*."""
_SIDES = {"left": "pans left", "leftward": "pans left", "leftwards": "pans left", "right": "pans right"}
_SIDES |= {"rightward": "pans right", "rightwards": "pans right", "sideways": "pans"}
_SIDES |= {"up": "tilts up", "upward": "tilts up", "upwards": "tilts up"}
_SIDES |= {"down": "tilts down", "downward": "tilts down", "downwards": "tilts down"}
_DEPTHS = {"in": "zooms in", "closer": "zooms in", "nearer": "zooms in", "forward": "zooms in", "forwards": "zooms in"}
_DEPTHS |= {"out": "zooms out", "back": "zooms out", "backward": "zooms out", "backwards": "zooms out"}
_DEPTHS |= {"away": "zooms out"}
_KINDS = {"pan": "pans", "tilt": "tilts", "zoom": "zooms"}
SAID = "the camera "


def without_camera(tokens: Sequence[Token]) -> tuple[list[Token], tuple[str, ...]]:
    """Return the words of a question without its clauses about the camera, and what these say, as in :data:`MOVES`.

    A clause that says something else of it stays where it is.
    """
    left, said = list(tokens), []
    while (found := _clause(left)) is not None:
        start, end, move = found
        said.append(move)
        left[start:end] = []
    return left, tuple(dict.fromkeys(said))


def _clause(tokens: Sequence[Token]) -> tuple[int, int, str] | None:
    """Return where the first clause about the camera begins and ends, and what it says."""
    for at, token in enumerate(tokens):
        start = at - (at > 0 and tokens[at - 1].text in DETERMINERS)
        before = tokens[start - 1] if start > 0 else None
        if token.text not in CAMERAS or not (before is None or before.is_break or before.text in STARTS):
            continue
        end = next(
            (n for n in range(at + 1, len(tokens)) if tokens[n].is_break or tokens[n].text in STARTS - AUXILIARIES),
            len(tokens),
        )
        move = _move(tokens[at + 1 : end])
        if move is not None:
            # What ties it to the rest, or asks, goes with it.
            while start > 0 and tokens[start - 1].text in STARTS:
                start -= 1
            return start, end, move
    return None


def _move(tokens: Sequence[Token]) -> str | None:
    """Return what the words after *the camera* say that it does; none where it is something else."""
    words = [token.text for token in tokens]
    denied = any(word in ("not", "never", "without") for word in words)
    if any(word in RESTS for word in words):
        return "moves" if denied else "is still"
    does = [stem for token in tokens for stem in token.stems & DOES]
    if not does:
        return None
    if denied:
        return "is still" if set(does) <= {"move", "pan"} else None
    told = [_SIDES.get(word) or _DEPTHS.get(word) for word in words]
    return next((move for move in told if move is not None), _KINDS.get(does[0], "moves"))


def of_camera(said: Sequence[str]) -> list[SubQuery]:
    """Return a sub-query for each thing that a question says of the camera."""
    return [
        SubQuery(id="", text=SAID + move, kind="scene", subject="camera", relation=RELATION, object=move)
        for move in said
    ]


def asks_only(tokens: Sequence[Token]) -> bool:
    """Return whether words only ask for a video: *find the clip*."""
    left = strip_asking(list(tokens)) if tokens else []
    frame = {*DETERMINERS, *AUXILIARIES, *lexicon().asking["frame"]}
    return all(token.is_break or token.text in frame for token in left)


def spans_of(move: str | None, twin: Twin) -> tuple[Span, ...]:
    """Return when the camera does so; none where it is not known."""
    starts = MOVES.get(move or "") or (move or "",)
    return tuple(
        fact.span for fact in _facts(twin) if fact.span is not None and fact.text.removeprefix(SAID).startswith(starts)
    )


def moves_of(twin: Twin) -> list[str]:
    """Return what the camera was measured to do, as a claim's value says it."""
    told = [fact.text.removeprefix(SAID).replace("zooms or moves", "zooms") for fact in _facts(twin)]
    return list(dict.fromkeys(told))


def _facts(twin: Twin) -> list[Fact]:
    return [fact for fact in twin.facts if fact.about is None and fact.text.startswith(SAID)]


def check_camera(move: str | None, span: Span | None, twin: Twin) -> Check:
    """Compare what the camera is said to do, in a span or at any time, with what was measured of it."""
    measured = [
        fact.text.removeprefix(SAID)
        for fact in _facts(twin)
        if span is None or fact.span is None or (fact.span[0] < span[1] and span[0] < fact.span[1])
    ]
    if not measured or move not in MOVES:
        return "unverifiable"
    starts = MOVES[move] or (move,)
    return "verified" if any(text.startswith(starts) for text in measured) else "refuted"
