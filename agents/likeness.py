"""What a video is like, as a question: the most telling sentences of its twin."""

from collections.abc import Sequence

from agents.clauses import tokenise
from agents.lexicon import stems
from agents.sub_queries import is_content
from twins.queries import SubQuery
from twins.schema import Component, FactKind

TELLING: tuple[FactKind, ...] = (
    "event",
    "action",
    "role",
    "purpose",
    "relation",
    "motion",
    "state",
    "attribute",
    "object",
)
"""What happens tells more of a video than what is in it; the place comes last, captions say all at once."""
MOST_SENTENCES, MOST_WORDS = 4, 40
NEWS = 0.5
"""Share of a sentence's words that no sentence before it had."""


def describe_alike(components: Sequence[Component], edit: Sequence[SubQuery] = (), edit_text: str = "") -> str:
    """Return a few sentences of a twin as a text to search by; empty where it has none.

    Args:
        components: of the video that others should be like.
        edit: how they should differ, taken apart, and as text: what it speaks of is left out, so that ``at night`` is
            not contradicted by a street in daylight.
    """
    changed = _stems(edit_text)
    scene_changes = any(part.kind == "scene" for part in edit)
    kinds = TELLING if scene_changes else (*TELLING, "scene")
    usable = [part for part in components if part.kind in kinds and not changed & _stems(part.text)]
    ordered = sorted(usable, key=lambda part: (kinds.index(part.kind), -part.confidence))
    said: list[str] = []
    known: frozenset[str] = frozenset()
    words = 0
    for part in ordered:
        content, length = _stems(part.text), len(part.text.split())
        news = len(content - known)
        if not news or news < NEWS * len(content) or words + length > MOST_WORDS:
            continue
        said.append(part.text)
        known, words = known | content, words + length
        if len(said) == MOST_SENTENCES:
            break
    return ". ".join(said)


def _stems(text: str) -> frozenset[str]:
    words = (token.text for token in tokenise(text) if not token.is_break)
    return frozenset(stem for word in words if is_content(word) for stem in stems(word))
