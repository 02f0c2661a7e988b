"""A longer text, a caption say, as its sentences."""

import re

ENDS = re.compile(r"(?<=[.;!?])\s+")


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, and what stands between semicolons, in order."""
    return [sentence for sentence in ENDS.split(text.strip()) if sentence]
