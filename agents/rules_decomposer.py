"""Takes a question apart by grammar and lexicon: no model, no library beyond a stemmer."""

from collections.abc import Sequence

from agents.alike import of_lookalikes
from agents.asked import read_words
from agents.binding import ALLEN
from agents.camera import asks_only, of_camera, without_camera
from agents.clauses import Token, tokenise
from agents.denials import denied_places
from agents.descriptions import names_of
from agents.doubts import doubts
from agents.naming import affirmed_predicates, denied_predicates, named_situation, only_part, tells_more
from agents.reading import Reading
from agents.reading.ranks import RANKS
from agents.situated import described
from agents.situations.recogniser import Grammar, Match, Recogniser
from agents.situations.sentences import plain
from agents.stand_ins import Said, put_back, with_stand_ins
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

    def decompose(self, query: str, labels: frozenset[str] = frozenset()) -> Decomposition:
        """Split a question; what no rule understands stays as text that is matched by meaning.

        Never fails: an empty, endless, foreign or senseless question gets a warning instead (codes
        ``empty_question``, ``long_question``, ``not_english``, ``not_understood``). Where situations are not
        recognised, another says so (``situations_stale``).

        Args:
            query: the question.
            labels: what the things of the library are called: *a stop sign* is one where something is called so, and
                something that stops where nothing is.
        """
        tokens = tokenise(query)
        words = [token.text for token in tokens if not token.is_break]
        if not words:
            return _warned(query, (), "empty_question", "the question has no words: say what happens in the clip")
        warnings = list(doubts(query, words))
        tokens, filmed = without_camera(tokens)
        tokens, said = with_stand_ins(tokens, names_of(labels))
        asked, reading = read_words(tokens)
        warnings += self._recogniser.warnings if self._recogniser is not None else ()
        parts = of_camera(filmed)
        if not (filmed and asks_only(tokens)):
            parts += sub_queries(asked, reading, self._matches(asked, reading))
            parts += of_lookalikes(reading)
        parts += _quoted(query)
        if not parts:
            parts = [SubQuery(id="", text=text_of(asked), kind="object")]
        named = tuple(_with_names(part, said) for part in _numbered(parts[:MAX_SUB_QUERIES]))
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
            Grammar(
                cast=_cast(reading),
                counted=_number(reading),
                denied=denied_predicates(tokens, reading),
                affirmed=affirmed_predicates(tokens, reading),
                named=named,
                only=only,
            ),
        )


def _with_names(part: SubQuery, said: Said) -> SubQuery:
    """Return a part with the words of the question where plain nouns stood for them."""
    texts = {key: text for key in ("text", "subject", "object") if (text := getattr(part, key)) is not None}
    return part.model_copy(update={key: put_back(text, said) for key, text in texts.items()}) if said else part


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
        if sub_query.relation in RANKS:
            changes = {"subject": final[sub_query.subject or ""]}
        elif sub_query.relation in ALLEN:
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
