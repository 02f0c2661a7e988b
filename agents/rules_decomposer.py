"""Takes a question apart by grammar and lexicon: no model, no library beyond a stemmer."""

from collections.abc import Sequence

from agents.binding import ALLEN
from agents.clauses import MAX_WORDS, Token, strip_asking, tokenise
from agents.denials import denied_places
from agents.doubts import doubts
from agents.lexicon import lexicon
from agents.naming import denied_predicates, named_situation, only_part, tells_more
from agents.numbers import settle_numbers
from agents.patterns import settle_patterns
from agents.reading import Reading, read
from agents.situated import described
from agents.situations.recogniser import Grammar, Match, Recogniser
from agents.situations.sentences import plain
from agents.sub_queries import sub_queries, text_of
from twins.protocols import TextEncoder
from twins.queries import Decomposition, ResultWarning, SubQuery

MAX_SUB_QUERIES = 24
"""Nobody asks for more at once; what a long text says beyond this is left to the embedding of the whole."""


class RulesDecomposer:
    """Splits a question into typed sub-queries by rules.

    Args:
        encoder: compares questions with the examples of situations; without one only grammar reads them.
    """

    def __init__(self, encoder: TextEncoder | None = None) -> None:
        self._recogniser = Recogniser(encoder) if encoder is not None else None

    @property
    def name(self) -> str:
        """Name for the record."""
        return "rules-2"

    def decompose(self, query: str) -> Decomposition:
        """Split a question; what no rule understands stays as text that is matched by meaning.

        Never fails: an empty, endless, foreign or senseless question gets a warning instead (codes
        ``empty_question``, ``long_question``, ``not_english``, ``not_understood``). Where situations are not
        recognised, another says so (``situations_stale``).
        """
        words = [token.text for token in tokenise(query) if not token.is_break]
        if not words:
            return _warned(query, (), "empty_question", "the question has no words: say what happens in the clip")
        warnings = list(doubts(query, words))
        asked, reading = read_question(query)
        warnings += self._recogniser.warnings if self._recogniser is not None else ()
        parts = sub_queries(asked, reading, self._matches(asked, reading)) + _quoted(query)
        if not parts:
            parts = [SubQuery(id="", text=text_of(asked), kind="object")]
        named = _numbered(parts[:MAX_SUB_QUERIES])
        denied = denied_places(asked, reading)
        return Decomposition(query=query, sub_queries=named, denied=denied, warnings=tuple(warnings))

    def _matches(self, tokens: Sequence[Token], reading: Reading) -> list[Match]:
        named = named_situation(tokens, reading)
        if self._recogniser is None or (named is None and not tells_more(tokens, reading)):
            return []
        part = only_part(tokens, reading) if named is None else None
        only = (part.predicate, part.is_denied) if part is not None else None
        return self._recogniser.matches(
            plain(tokens, described(tokens, reading)),
            Grammar(_cast(reading), _number(reading), denied_predicates(tokens, reading), named, only),
        )


def grammar_parts(tokens: list[Token]) -> tuple[SubQuery, ...]:
    """Return what grammar alone reads in the words of a question, with ids of its own (``q1`` …)."""
    asked, reading = read_words(tokens)
    parts = sub_queries(asked, reading, [])
    return _numbered(parts[:MAX_SUB_QUERIES] or [SubQuery(id="", text=text_of(asked), kind="object")])


def read_question(query: str) -> tuple[list[Token], Reading]:
    """Return the words of a question without its asking frame, and what grammar reads in them."""
    return read_words(tokenise(query))


def read_words(tokens: list[Token]) -> tuple[list[Token], Reading]:
    """Do the same for words that are taken apart already."""
    asked = strip_asking(tokens[: 2 * MAX_WORDS])[:MAX_WORDS] or tokens[:MAX_WORDS]
    asked = settle_patterns(settle_numbers(asked) or asked)
    if len(asked) == 1 and any(asked[0].text in members for members in lexicon().kinds.values()):
        asked = [Token("a"), *asked]  # `dog` by itself is the animal, and does not follow anybody
    return asked, read(asked)


def _cast(reading: Reading) -> int:
    """Return how many different described things take part: no situation with fewer roles can be meant."""
    return len({entity.text for entity in reading.entities if entity.looks})


def _number(reading: Reading) -> bool:
    """Say whether a question asks for a number of things: three or more, or any of things that it describes."""
    for entity in reading.entities:
        bound = (entity.bound or "").lstrip("<=>")
        if bound.isdigit() and (int(bound) > 2 or (int(bound) == 2 and entity.looks)):
            return True
    return False


def _warned(query: str, sub_queries: tuple[SubQuery, ...], code: str, text: str) -> Decomposition:
    return Decomposition(query=query, sub_queries=sub_queries, warnings=(ResultWarning(code=code, text=text),))


def _quoted(query: str) -> list[SubQuery]:
    """Return what stands in double quotes: text that should be seen in the picture."""
    pieces = query.replace("“", '"').replace("”", '"').split('"')
    return [
        SubQuery(id="", text=piece.strip()[:200], kind="text", subject=piece.strip()[:200])
        for piece in pieces[1::2][:4]
        if piece.strip() and len(pieces) > 2
    ]


def _numbered(sub_queries: Sequence[SubQuery]) -> tuple[SubQuery, ...]:
    """Give final ids ``q1`` …, once for what is said twice, and point references (order, counts of doing) to them."""
    final: dict[str, str] = {}
    seen: dict[tuple[str | None, ...], str] = {}
    made: list[SubQuery] = []
    for sub_query in sub_queries:
        changes: dict[str, object] = {}
        if sub_query.relation in ALLEN:
            if not {sub_query.subject, sub_query.object} <= final.keys():
                continue
            changes = {"subject": final[sub_query.subject or ""], "object": final[sub_query.object or ""]}
            if changes["subject"] == changes["object"]:
                continue  # `gets smaller until it is but a dot` says one thing twice
        elif sub_query.relation == "count":
            changes = {"subject": final.get(sub_query.subject or "", sub_query.subject)}
        named = sub_query.model_copy(update=changes)
        key = (
            named.relation,
            named.subject,
            named.object,
            str(named.negated),
            None if named.relation else named.text,
            named.reading,
        )
        if key not in seen:
            seen[key] = f"q{len(made) + 1}"
            made.append(named.model_copy(update={"id": seen[key]}))
        if sub_query.id:
            final[sub_query.id] = seen[key]
    return tuple(made)
