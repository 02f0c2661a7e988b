"""From a reading to sub-queries."""

from collections.abc import Sequence
from itertools import pairwise

from agents.all_look import all_look
from agents.clauses import AUXILIARIES, BREAKS, CONJUNCTIONS, PREPOSITIONS, RELATIVES, Token
from agents.descriptions import describe, excluding, parted
from agents.exceptions import excepts_one
from agents.lexicon import DETERMINERS, closed_class, lexicon
from agents.negations import is_denied
from agents.reading import FRAME, Entity, Part, Reading
from agents.said_anyway import said_anyway
from agents.situated import sub_queries_of
from agents.situations import GRAMMAR
from agents.situations.recogniser import Match
from agents.unread import is_amid, unread
from agents.wording import call, how_many, in_rank, is_plural, nobody, say
from twins.predicates import PREDICATES, RELATIVE
from twins.queries import SubQuery, SubQueryKind

FREE_WEIGHT = 1.0
"""Weight of each word that no predicate explains."""
MAX_FREE_WEIGHT = 6.0
TRUST = 4
"""A typed part weighs the share of the question's words that were understood, to this power: where most of a question
says something else (``the partner whose reward for chasing …``), its few words of movement are seldom meant so."""
LEAST_WEIGHT = 0.01
NAMED_SHARE = 0.5
"""A category word is measured only where somebody labelled the tracks: half understood."""


def sub_queries(tokens: Sequence[Token], reading: Reading, matches: Sequence[Match]) -> list[SubQuery]:
    """Return parts, counts, order, looks and the rest; ids are ``p0`` … for parts, empty for those nobody refers to."""
    ids = {id(part): f"p{number}" for number, part in enumerate(reading.parts)}
    made = [_of_part(part, ids[id(part)]) for part in reading.parts]
    made += _counts(tokens, reading, ids)
    made += [_order(relation, ids[id(a)], ids[id(b)], reading, ids) for relation, a, b in reading.order]
    made += [_rank(part, ids[id(part)]) for part in reading.parts if part.rank is not None]
    made += _looks(tokens, reading)
    rest = _rest(tokens, reading)
    weight = round(max(understood(tokens, reading, rest) ** TRUST, LEAST_WEIGHT), 3)
    made = [sub_query.model_copy(update={"weight": weight}) for sub_query in made] + rest
    made += _unread(tokens, reading, rest)
    told = [match for match in matches if match.situation.steps]
    if not told:
        return made
    anyway = said_anyway(made, told)
    said = [
        sub_query if sub_query in anyway else sub_query.model_copy(update={"reading": GRAMMAR})
        for sub_query in made
        if not _is_look(sub_query)
    ]
    looks = [_weighed(sub_query, 1.0) for sub_query in made if _is_look(sub_query) and lexicon_looks(sub_query.text)]
    return looks + said + [sub_query for match in told for sub_query in sub_queries_of(match, reading)]


def _is_look(sub_query: SubQuery) -> bool:
    return sub_query.relation is None and sub_query.kind == "attribute"


def lexicon_looks(text: str) -> bool:
    """Say whether a noun phrase tells how a thing looks, or what it is not."""
    return bool(describe(text).looks or describe(text).excluded)


def _weighed(sub_query: SubQuery, weight: float) -> SubQuery:
    return sub_query.model_copy(update={"weight": round(max(weight, LEAST_WEIGHT), 3)})


def understood(tokens: Sequence[Token], reading: Reading, rest: Sequence[SubQuery]) -> float:
    """Return which share of a question's words its typed parts explain."""
    free = sum(sub_query.weight for sub_query in rest)
    explained = len(
        {at for part in reading.parts for at in part.words if tokens[at].text not in closed_class("auxiliaries")}
    )
    explained += len(reading.order) + len(reading.absent) + len(reading.counted)
    looks = sum(len(entity.looks) + len(entity.excluded) for entity in reading.entities)
    named = sum(len(entity.nouns) for entity in acting(reading))
    known = explained + looks + NAMED_SHARE * named
    return known / max(known + free + (1 - NAMED_SHARE) * named, 1e-9)


def acting(reading: Reading) -> list[Entity]:
    """Return the entities that take part in something, or are counted."""
    taking_part = [e for part in reading.parts for e in (part.subject, part.object) if e is not None]
    return [e for e in reading.entities if e in taking_part or e in reading.counted or e in reading.absent]


def _of_part(part: Part, name: str) -> SubQuery:
    kind: SubQueryKind = "spatial" if part.predicate in lexicon().spatial else "action"
    return SubQuery(
        id=name,
        text=_sentence(part),
        kind=kind,
        subject=part.subject.text,
        relation=part.predicate,
        object=_other(part),
        negated=part.is_denied,
    )


def _other(part: Part) -> str | None:
    """Return what stands on a part's other side: a thing, the picture, or nothing where its predicate takes none."""
    if part.to_frame:
        return FRAME
    takes = PREDICATES[part.predicate].arity == 2 or part.predicate in RELATIVE
    return part.object.text if part.object is not None and takes else None


def _sentence(part: Part) -> str:
    other = _other(part)
    of_none = part.subject.bound == "0"  # then the text says so already
    return say(
        nobody(part.subject.text) if of_none else call(part.subject.text),
        part.predicate,
        other if other in (None, FRAME) else call(other),
        negated=part.negated if of_none else part.is_denied,
        plural=is_plural(part.subject.text),
    )


def _counts(tokens: Sequence[Token], reading: Reading, ids: dict[int, str]) -> list[SubQuery]:
    made = []
    but_one = excepts_one(tokens, reading)
    for part in reading.parts:
        bound = part.subject.bound
        if bound not in (None, "0") and (part.subject.twin is None or part.object is not part.subject.twin):
            told = how_many(str(bound), part.subject.text)
            plural = is_plural(told) or str(bound).lstrip("<>=") != "1"
            text = say(told, part.predicate, _other(part), negated=part.negated, plural=plural)
            made.append(_count(text, ids[id(part)], str(bound)))
        if part.times is not None:
            made.append(_count(f"{_sentence(part)} {part.times}", ids[id(part)], part.times))
    made += [
        _count(how_many(e.bound or "", e.text), e.text, e.bound or "") for e in reading.counted if e.bound != "all"
    ]
    made += [_of_all(entity, but_one=but_one) for entity in all_look(tokens, reading)]
    made += [_count(f"no {e.text}", e.text, "0") for e in reading.absent]
    return made


def _of_all(entity: Entity, *, but_one: bool) -> SubQuery:
    """Return how all of a kind look, as how many do not: all are red where none is that is not, but for one."""
    head, whole = parted(entity.text)[0], entity.whole
    look = " ".join(word for word in entity.words if word not in whole.split())
    those = how_many("all", excluding(whole, entity.excluded))
    text = f"{those}{' but one' * but_one} are {look}"
    return _count(text, excluding(whole, [*entity.excluded, head]), "1" if but_one else "0")


def _count(text: str, subject: str, bound: str) -> SubQuery:
    return SubQuery(id="", text=text, kind="count", subject=subject, relation="count", object=bound.lstrip("="))


def _order(relation: str, first: str, second: str, reading: Reading, ids: dict[int, str]) -> SubQuery:
    texts = {ids[id(part)]: _sentence(part) for part in reading.parts}
    return SubQuery(
        id="",
        text=f"{texts[first]} {relation} {texts[second]}",
        kind="temporal",
        subject=first,
        relation=relation,
        object=second,
    )


def _rank(part: Part, name: str) -> SubQuery:
    text = in_rank(_sentence(part), part.rank or "", part.rivals)
    return SubQuery(id="", text=text, kind="temporal", subject=name, relation=part.rank, object=part.rivals)


def _looks(tokens: Sequence[Token], reading: Reading) -> list[SubQuery]:
    """Return one sub-query for every entity that the words describe."""
    made, seen = [], set()
    busy = acting(reading)
    for entity in reading.entities:
        if entity not in busy and entity.span is not None and is_denied(tokens, entity.span[0]):
            continue  # `nobody wears red` asks for nothing red
        # `no ball moves` is true as well where there is no ball.
        wanted = (bool(entity.looks) or entity in busy) and entity.bound != "0"
        left_out = entity.excluded and not (entity.looks or entity.nouns) and entity.bound == "all"
        if wanted and entity.is_described and not left_out and entity.text not in seen and entity not in reading.absent:
            seen.add(entity.text)
            kind: SubQueryKind = "attribute" if entity.looks or entity.excluded else "object"
            made.append(SubQuery(id="", text=entity.text, kind=kind, subject=entity.text))
    return made


def _rest(tokens: Sequence[Token], reading: Reading) -> list[SubQuery]:
    """Return the clauses in which some words say what no predicate does."""
    unread = free_words(tokens, reading)
    made = []
    for start, end in _clauses(tokens):
        free = [at for at in unread if start <= at < end]
        if not free:
            continue
        words = [tokens[at].text for at in free]
        kind: SubQueryKind = "action" if any(tokens[at].stems & lexicon().common_verbs for at in free) else "object"
        if kind == "object" and any(word in lexicon().asking["scenes"] for word in words):
            kind = "scene"
        weight = min(FREE_WEIGHT * len(free), MAX_FREE_WEIGHT)
        made.append(SubQuery(id="", text=text_of(tokens[start:end]), kind=kind, weight=weight))
    return made


def _unread(tokens: Sequence[Token], reading: Reading, rest: Sequence[SubQuery]) -> list[SubQuery]:
    """Return the other clauses in which a place amid others, or how often something happens, was not read."""
    places = unread(tokens, reading)
    known = {sub_query.text for sub_query in rest}
    made = []
    for start, end in _clauses(tokens):
        here = [at for at in places if start <= at < end]
        text = text_of(tokens[start:end])
        if here and text not in known:
            kind: SubQueryKind = "spatial" if is_amid(tokens, here[0]) else "temporal"
            made.append(SubQuery(id="", text=text, kind=kind, weight=FREE_WEIGHT))
    return made


def free_words(tokens: Sequence[Token], reading: Reading) -> list[int]:
    """Return the positions of words that carry meaning and that no part, look or acting thing explains."""
    explained = set().union(*(part.words for part in reading.parts))
    busy = {word for e in acting(reading) for word in e.words}
    return [
        at
        for at, token in enumerate(tokens)
        if is_content(token.text)
        and at not in explained
        and at not in reading.settled
        and token.text not in lexicon().looks
        and not _is_settled(token.text, at, busy, reading)
    ]


def _is_settled(word: str, at: int, acting: set[str], reading: Reading) -> bool:
    """Say whether a covered word is explained by an entity that takes part in something, or says nothing itself."""
    return at in reading.covered and (word in acting or _singular_in(word, acting) or word in NOTHING_SAID)


def _singular_in(word: str, acting: set[str]) -> bool:
    return any(Token(word).stems & Token(other).stems for other in acting if other)


NOTHING_SAID = closed_class("empty")


def is_content(text: str) -> bool:
    """Say whether a word carries meaning by itself."""
    lex = lexicon()
    return not (
        text in DETERMINERS
        or text in AUXILIARIES
        or text in CONJUNCTIONS
        or text in PREPOSITIONS
        or text in RELATIVES
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


def text_of(tokens: Sequence[Token]) -> str:
    """Return words as one text, without what only ties them to the clause before."""
    words = [token.text for token in tokens]
    while words and words[0] in ("and", "or", "but", "that", "which", "then"):
        words = words[1:]
    return " ".join(words).replace(" 's", "'s").replace(" ,", ",") or " ".join(token.text for token in tokens)
