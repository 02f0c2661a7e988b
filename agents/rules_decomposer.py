"""Takes a question apart by grammar and lexicon: no model, no library beyond a stemmer."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from agents.clauses import (
    AUXILIARIES,
    BREAKS,
    CONJUNCTIONS,
    MAX_WORDS,
    PREPOSITIONS,
    Token,
    strip_asking,
    tokenise,
)
from agents.descriptions import describe
from agents.exceptions import exception
from agents.lexicon import DETERMINERS, closed_class, lexicon
from agents.numbers import settle_numbers
from agents.patterns import settle_patterns
from agents.reading import FRAME, Entity, Part, Reading, read
from agents.situated import described, sub_queries_of
from agents.situations import GRAMMAR
from agents.situations.recogniser import Match, Recogniser
from agents.situations.sentences import plain
from twins.predicates import PREDICATES
from twins.protocols import TextEncoder
from twins.queries import Decomposition, ResultWarning, SubQuery, SubQueryKind

FREE_WEIGHT = 1.0
"""Weight of each word that no predicate explains."""
MAX_FREE_WEIGHT = 6.0
TRUST = 4
"""A typed part weighs the share of the question's words that were understood, to this power: where most of a question
says something else (``the partner whose reward for chasing …``), its few words of movement are seldom meant so."""
LEAST_WEIGHT = 0.01
NAMED_SHARE = 0.5
"""A category word is measured only where somebody labelled the tracks: half understood."""
MAX_SUB_QUERIES = 24
"""Nobody asks for more at once; what a long text says beyond this is left to the embedding of the whole."""
KNOWN_SHARE = 0.4
"""A question of which at least this share are English function words or lexicon words is taken for English."""
LANGUAGE_MARGIN = 8.0
"""How much likelier (log) another language must be before a question is called not English."""
QUOTES = "\"'“”‘’«»"


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
        return "rules-1"

    def decompose(self, query: str) -> Decomposition:
        """Split a question; what no rule understands stays as text that is matched by meaning.

        Never fails: an empty, endless, foreign or senseless question gets a warning instead (codes
        ``empty_question``, ``long_question``, ``not_english``, ``not_understood``).
        """
        tokens = tokenise(query)
        words = [token.text for token in tokens if not token.is_break]
        if not words:
            return _warned(query, (), "empty_question", "the question has no words: say what happens in the clip")
        warnings = list(_doubts(query, words))
        asked = strip_asking(tokens[: 2 * MAX_WORDS])[:MAX_WORDS] or tokens[:MAX_WORDS]
        asked = settle_patterns(settle_numbers(asked) or asked)
        reading = read(asked)
        sub_queries = _sub_queries(asked, reading, self._matches(asked, reading)) + _quoted(query)
        if not sub_queries:
            sub_queries = [SubQuery(id="", text=_text(asked), kind="object")]
        named = _numbered(sub_queries[:MAX_SUB_QUERIES])
        return Decomposition(query=query, sub_queries=named, warnings=tuple(warnings))

    def _matches(self, tokens: Sequence[Token], reading: Reading) -> list[Match]:
        if self._recogniser is None:
            return []
        return self._recogniser.matches(
            plain(tokens, described(tokens, reading)),
            _cast(reading),
            _number(reading),
            exception(tokens, reading),
        )


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


def needs_labels(decomposition: Decomposition) -> tuple[str, ...]:
    """Return the category words of a question, which an unlabelled twin can neither confirm nor deny."""
    shapes = {word for word, (kind, _) in lexicon().looks.items() if kind == "shape"}
    words: list[str] = []
    ids = {sub_query.id for sub_query in decomposition.sub_queries}
    for sub_query in decomposition.sub_queries:
        if sub_query.kind in ("temporal", "text") or sub_query.subject in ids:
            continue
        for phrase in (sub_query.subject, sub_query.object if sub_query.relation in PREDICATES else None):
            if phrase and phrase != FRAME:
                words += [noun for noun in describe(phrase).nouns if noun not in shapes]
    return tuple(dict.fromkeys(words))


def _warned(query: str, sub_queries: tuple[SubQuery, ...], code: str, text: str) -> Decomposition:
    return Decomposition(query=query, sub_queries=sub_queries, warnings=(ResultWarning(code=code, text=text),))


# -- is it a question that can be read -------------------------------------------------------------------------------


def _doubts(query: str, words: list[str]) -> Iterable[ResultWarning]:
    if len(words) > MAX_WORDS:
        text = f"the question has {len(words)} words and only the first {MAX_WORDS} are read: ask for one event"
        yield ResultWarning(code="long_question", text=text)
    sample = words[:MAX_WORDS]
    known = sum(_is_english(word) for word in sample)
    if known >= KNOWN_SHARE * len(sample):
        return
    language = _language(" ".join(sample))
    if language not in ("en", "zxx"):
        text = f"the question seems to be in {language!r}, and only English is understood: ask in English"
        yield ResultWarning(code="not_english", text=text)
    elif language == "zxx" or (not known and len(sample) > 3):
        text = f"no word of {query[:60]!r} is known: describe things and what they do"
        yield ResultWarning(code="not_understood", text=text)


@lru_cache(maxsize=1)
def _vocabulary() -> frozenset[str]:
    lex = lexicon()
    plain = DETERMINERS | AUXILIARIES | CONJUNCTIONS | PREPOSITIONS | frozenset(lex.looks) | frozenset(lex.numbers)
    return plain | lex.asking["fillers"] | lex.asking["containers"] | lex.asking["generic"] | frozenset({"'s", "not"})


def _is_english(word: str) -> bool:
    lex = lexicon()
    if word in _vocabulary():
        return True
    found = Token(word).stems
    return bool(found & lex.common_verbs) or any(stem in lex.verbs for stem in found) or (word,) in lex.names


def _language(text: str) -> str:
    """Return the likeliest language's code; English unless another one is clearly likelier."""
    import py3langid  # its model takes half a second to load, and few questions need it

    ranked = dict(py3langid.rank(text))
    best = max(ranked, key=lambda code: ranked[code])
    if len(text) < 8 and text.isascii():
        return "en"
    return str(best) if ranked[best] - ranked["en"] > LANGUAGE_MARGIN else "en"


# -- from a reading to sub-queries ------------------------------------------------------------------------------------


def _sub_queries(tokens: Sequence[Token], reading: Reading, matches: Sequence[Match]) -> list[SubQuery]:
    """Return parts, counts, order, looks and the rest; ids are ``p0`` … for parts, empty for those nobody refers to."""
    ids = {id(part): f"p{number}" for number, part in enumerate(reading.parts)}
    made = [_of_part(part, ids[id(part)]) for part in reading.parts]
    made += _counts(reading, ids)
    made += [_order(relation, ids[id(a)], ids[id(b)], reading, ids) for relation, a, b in reading.order]
    made += _looks(reading)
    rest = _rest(tokens, reading)
    weight = round(max(understood(tokens, reading, rest) ** TRUST, LEAST_WEIGHT), 3)
    made = [sub_query.model_copy(update={"weight": weight}) for sub_query in made] + rest
    told = [match for match in matches if match.situation.steps]
    if not told:
        return made
    said = [sub_query.model_copy(update={"reading": GRAMMAR}) for sub_query in made if not _is_look(sub_query)]
    looks = [_weighed(sub_query, 1.0) for sub_query in made if _is_look(sub_query) and lexicon_looks(sub_query.text)]
    return looks + said + [sub_query for match in told for sub_query in sub_queries_of(match, reading)]


def _is_look(sub_query: SubQuery) -> bool:
    return sub_query.relation is None and sub_query.kind == "attribute"


def lexicon_looks(text: str) -> bool:
    """Say whether a noun phrase tells how a thing looks."""
    return bool(describe(text).looks)


def _weighed(sub_query: SubQuery, weight: float) -> SubQuery:
    return sub_query.model_copy(update={"weight": round(max(weight, LEAST_WEIGHT), 3)})


def understood(tokens: Sequence[Token], reading: Reading, rest: Sequence[SubQuery]) -> float:
    """Return which share of a question's words its typed parts explain."""
    free = sum(sub_query.weight for sub_query in rest)
    explained = len(
        {at for part in reading.parts for at in part.words if tokens[at].text not in closed_class("auxiliaries")}
    )
    explained += len(reading.order) + len(reading.absent) + len(reading.counted)
    looks = sum(len(entity.looks) for entity in reading.entities)
    named = sum(len(entity.nouns) for entity in _acting(reading))
    known = explained + looks + NAMED_SHARE * named
    return known / max(known + free + (1 - NAMED_SHARE) * named, 1e-9)


def _acting(reading: Reading) -> list[Entity]:
    """Return the entities that take part in something, or are counted."""
    taking_part = [e for part in reading.parts for e in (part.subject, part.object) if e is not None]
    return [e for e in reading.entities if e in taking_part or e in reading.counted or e in reading.absent]


def _of_part(part: Part, name: str) -> SubQuery:
    kind: SubQueryKind = "spatial" if part.predicate in lexicon().spatial else "action"
    other = FRAME if part.to_frame else (part.object.text if part.object is not None else None)
    if (
        other is not None
        and other != FRAME
        and PREDICATES[part.predicate].arity == 1
        and part.predicate not in RELATIVE
    ):
        other = None
    return SubQuery(
        id=name,
        text=_sentence(part, other),
        kind=kind,
        subject=part.subject.text,
        relation=part.predicate,
        object=other,
        negated=part.negated != (part.subject.bound == "0"),
    )


RELATIVE = ("moves_toward", "moves_away")
"""Predicates of one object that mean another one when a second is named."""


def _sentence(part: Part, other: str | None) -> str:
    """Say a part as a component would be said: resolved noun phrases around the predicate's own words."""
    phrase = PREDICATES[part.predicate].phrases[0]
    pieces = [part.subject.text, "does not:" if part.negated else "", phrase]
    if other is not None:
        pieces.append("in the frame" if other == FRAME else other)
    return " ".join(piece for piece in pieces if piece)


def _counts(reading: Reading, ids: dict[int, str]) -> list[SubQuery]:
    made = []
    for part in reading.parts:
        bound = part.subject.bound
        if bound not in (None, "0") and (part.subject.twin is None or part.object is not part.subject.twin):
            text = f"{str(bound).lstrip('=')} {part.subject.text} {PREDICATES[part.predicate].phrases[0]}"
            made.append(_count(text, ids[id(part)], str(bound)))
        if part.times is not None:
            made.append(_count(f"{_sentence(part, None)} {part.times}", ids[id(part)], part.times))
    made += [_count(f"{e.bound} {e.text}", e.text, e.bound or "") for e in reading.counted]
    made += [_count(f"no {e.text}", e.text, "0") for e in reading.absent]
    return made


def _count(text: str, subject: str, bound: str) -> SubQuery:
    return SubQuery(id="", text=text, kind="count", subject=subject, relation="count", object=bound.lstrip("="))


def _order(relation: str, first: str, second: str, reading: Reading, ids: dict[int, str]) -> SubQuery:
    texts = {ids[id(part)]: _sentence(part, part.object.text if part.object else None) for part in reading.parts}
    return SubQuery(
        id="",
        text=f"{texts[first]} {relation} {texts[second]}",
        kind="temporal",
        subject=first,
        relation=relation,
        object=second,
    )


def _looks(reading: Reading) -> list[SubQuery]:
    """Return one sub-query for every entity that the words describe."""
    made, seen = [], set()
    acting = _acting(reading)
    for entity in reading.entities:
        wanted = bool(entity.looks) or entity in acting
        if wanted and entity.is_described and entity.text not in seen and entity not in reading.absent:
            seen.add(entity.text)
            kind: SubQueryKind = "attribute" if entity.looks else "object"
            made.append(SubQuery(id="", text=entity.text, kind=kind, subject=entity.text))
    return made


def _rest(tokens: Sequence[Token], reading: Reading) -> list[SubQuery]:
    """Return the clauses in which some words say what no predicate does."""
    explained = set().union(*(part.words for part in reading.parts))
    acting = {word for e in _acting(reading) for word in e.words}
    made = []
    for start, end in _clauses(tokens):
        content = [at for at in range(start, end) if _is_content(tokens[at].text)]
        looks = lexicon().looks
        free = [
            at
            for at in content
            if at not in explained
            and tokens[at].text not in looks
            and not _is_settled(tokens[at].text, at, acting, reading)
        ]
        if not free:
            continue
        words = [tokens[at].text for at in free]
        kind: SubQueryKind = "action" if any(tokens[at].stems & lexicon().common_verbs for at in free) else "object"
        if kind == "object" and any(word in lexicon().asking["scenes"] for word in words):
            kind = "scene"
        weight = min(FREE_WEIGHT * len(free), MAX_FREE_WEIGHT)
        made.append(SubQuery(id="", text=_text(tokens[start:end]), kind=kind, weight=weight))
    return made


def _is_settled(word: str, at: int, acting: set[str], reading: Reading) -> bool:
    """Say whether a covered word is explained by an entity that takes part in something, or says nothing itself."""
    return at in reading.covered and (word in acting or _singular_in(word, acting) or word in NOTHING_SAID)


def _singular_in(word: str, acting: set[str]) -> bool:
    return any(Token(word).stems & Token(other).stems for other in acting if other)


NOTHING_SAID = closed_class("empty")


def _is_content(text: str) -> bool:
    lex = lexicon()
    return not (
        text in DETERMINERS
        or text in AUXILIARIES
        or text in CONJUNCTIONS
        or text in PREPOSITIONS
        or text in lex.asking["generic"]
        or text in lex.asking["pronouns"]
        or text in lex.numbers
        or text.isdigit()
        or text in NOTHING_SAID
        or text == "'s"
        or text in BREAKS
        or (text,) in lex.bounds
        or (text,) in lex.order
        or (text,) in lex.times
        or (text.endswith("ly") and len(text) > 5)
    )


def _clauses(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Split at punctuation, `but`, and words of order; `and` joins too many things to split at."""
    edges = [
        -1,
        *(
            at
            for at, token in enumerate(tokens)
            if token.is_break or token.text in ("but", "while", "then", "before", "after", "until")
        ),
    ]
    edges.append(len(tokens))
    return [(a + 1, b) for a, b in pairwise(edges) if b > a + 1]


def _text(tokens: Sequence[Token]) -> str:
    words = [token.text for token in tokens]
    while words and words[0] in ("and", "or", "but", "that", "which", "then"):
        words = words[1:]
    return " ".join(words).replace(" 's", "'s").replace(" ,", ",") or " ".join(token.text for token in tokens)


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


ALLEN = ("before", "after", "during")

__all__ = ["Entity", "RulesDecomposer", "needs_labels"]
