"""Words of a question that mean the video itself, which is not looked for in it: *clip*, *clip_007*."""

from agents.clauses import AUXILIARIES, CONJUNCTIONS, Token, match_verb
from agents.lexicon import DETERMINERS, closed_class
from agents.noun_phrases import parse_phrase

VIDEOS = closed_class("videos")
VIDEO = "video"
"""A word for it that is no verb."""
POINTING = frozenset(["in", "of", "from", "within"])


def settle_videos(tokens: list[Token]) -> list[Token]:
    """Leave out the numbered names of videos, and say *video* where a word for it could be read as a verb."""
    settled: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.text in VIDEOS and _is_number(tokens, at + 1):
            pointed = bool(settled) and settled[-1].text in POINTING
            settled = settled[:-1] if pointed else [*settled, Token(VIDEO, token.places)]
            at += 2
            continue
        noun = token.text in VIDEOS and match_verb(tokens, at) is not None and _is_noun(tokens, at)
        settled.append(Token(VIDEO, token.places) if noun else token)
        at += 1
    return settled or [Token(VIDEO)]


def _is_number(tokens: list[Token], at: int) -> bool:
    """Say whether a number stands here that counts nothing: not so in ``video two balls``."""
    text = tokens[at].text if at < len(tokens) else ""
    return text.isdigit() and (len(text) > 1 or at + 1 == len(tokens))


def _is_noun(tokens: list[Token], at: int) -> bool:
    """``clips the box`` is a deed, ``the clip``, ``a short clip`` and a bare ``clip`` are not."""
    before = tokens[at - 1].text if at else ""
    helped = before in AUXILIARIES | CONJUNCTIONS or before in ("to", "not", "never", "that", "which", "who")
    follows = tokens[at + 1].text if at + 1 < len(tokens) else ""
    object_follows = bool(follows) and parse_phrase(tokens, at + 1) is not None
    return before in DETERMINERS or not (object_follows or helped)
