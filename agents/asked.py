"""What is left of a question without its asking frame, and what grammar reads in it."""

from functools import lru_cache

from agents.clauses import AUXILIARIES, BREAKS, MAX_WORDS, Token, strip_asking, tokenise
from agents.distances import settle_distances
from agents.lexicon import closed_class, lexicon
from agents.mentions import settle_videos
from agents.numbers import settle_numbers
from agents.patterns import settle_patterns
from agents.reading import Reading, read


def read_question(query: str) -> tuple[list[Token], Reading]:
    """Return the words of a question without its asking frame, and what grammar reads in them."""
    return read_words(tokenise(query))


def read_words(tokens: list[Token]) -> tuple[list[Token], Reading]:
    """Do the same for words that are taken apart already."""
    tokens = settle_videos(without_extent(tokens[: 2 * MAX_WORDS]))
    asked = strip_asking(tokens)[:MAX_WORDS] or tokens[:MAX_WORDS]
    asked = settle_distances(settle_patterns(settle_numbers(asked) or asked))
    if len(asked) == 1 and any(asked[0].text in members for members in lexicon().kinds.values()):
        asked = [Token("a"), *asked]  # `dog` by itself is the animal, and does not follow anybody
    return asked, _read(tuple(asked))


def without_extent(tokens: list[Token]) -> list[Token]:
    """Leave out what asks for an extent, ``how long is``: nothing is said to be long."""
    for at in range(len(tokens) - 1):
        after = tokens[at + 2].text if at + 2 < len(tokens) else "."
        asked = tokens[at].text == "how" and tokens[at + 1].text in closed_class("measured")
        if asked and (after in AUXILIARIES or after in BREAKS):
            return tokens[:at] + tokens[at + 2 + (after in AUXILIARIES) :]
    return tokens


# A question is read once to take it apart and once for what nobody looks for. Who gets a reading changes nothing in it.
@lru_cache(maxsize=64)
def _read(asked: tuple[Token, ...]) -> Reading:
    return read(list(asked))
