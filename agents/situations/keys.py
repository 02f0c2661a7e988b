"""What a stored model was made of: two hashes, a quick one for every question and a whole one for tests."""

import hashlib

from agents.lexicon import FOLDER
from agents.situations import FILE
from agents.situations import model as linear
from agents.situations import sentences as told
from twins.protocols import TextEncoder


def model_key(encoder: TextEncoder) -> str:
    """Return what the fit starts from: the file of examples, how they are spelled out, constants, encoder.

    Takes no time: nothing is spelled out. How the code spells, stems and counts is covered by :data:`model.VERSION` and
    by :func:`spelled_key`, to which a test holds the stored model.
    """
    constants = (
        (linear.VERSION, linear.SCALE, linear.NEAREST, linear.WORD.pattern),
        (linear.PENALTY, linear.APART, linear.ITERATIONS, linear.LEAST_LINES),
        (told.STAND_INS, told.SPELLED, told.CALLED, told.SLOT.pattern, told.ROLE.pattern),
        (encoder.fingerprint,),
    )
    files = (FILE, FOLDER / "irregular.txt")
    return _hash(repr(constants), *(path.read_text("utf-8") for path in files))


def spelled_key() -> str:
    """Return what the fit is really given: every spelled sentence with its situation, roles, weight and terms."""
    return _hash(
        *(f"{one.situation} {one.roles} {one.weight} {one.text} {sorted(linear.terms_of(one.text))}"
          for one in told.sentences())
    )  # fmt: skip


def _hash(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()
