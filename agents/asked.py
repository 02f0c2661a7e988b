"""What is left of a question without its asking frame, and what grammar reads in it."""

from functools import lru_cache

from agents.clauses import MAX_WORDS, Token, strip_asking, tokenise
from agents.distances import settle_distances
from agents.lexicon import lexicon
from agents.mentions import settle_videos
from agents.numbers import settle_numbers
from agents.patterns import settle_patterns
from agents.reading import Reading, read


def read_question(query: str) -> tuple[list[Token], Reading]:
    """Return the words of a question without its asking frame, and what grammar reads in them."""
    return read_words(tokenise(query))


def read_words(tokens: list[Token]) -> tuple[list[Token], Reading]:
    """Do the same for words that are taken apart already."""
    tokens = settle_videos(tokens[: 2 * MAX_WORDS])
    asked = strip_asking(tokens)[:MAX_WORDS] or tokens[:MAX_WORDS]
    asked = settle_distances(settle_patterns(settle_numbers(asked) or asked))
    if len(asked) == 1 and any(asked[0].text in members for members in lexicon().kinds.values()):
        asked = [Token("a"), *asked]  # `dog` by itself is the animal, and does not follow anybody
    return asked, _read(tuple(asked))


# A question is read once to take it apart and once for what nobody looks for. Who gets a reading changes nothing in it.
@lru_cache(maxsize=64)
def _read(asked: tuple[Token, ...]) -> Reading:
    return read(list(asked))
