"""Reading a question: who does what to whom, when, and what is denied — grammar by a few rules, no model.

The words of a question are walked once, from left to right. A noun phrase becomes an :class:`Entity`, a verb or a
phrase of place a :class:`Part` between entities. Pronouns, repeated nouns and *the other* go back to the entity they
mean, so that one variable stands for one thing in all parts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from agents.clauses import (
    AUXILIARIES,
    BE,
    CONJUNCTIONS,
    GET,
    RELATIVES,
    Token,
    VerbMatch,
    match_place,
    match_verb,
)
from agents.lexicon import DETERMINERS, Pattern, Place, closed_class, lexicon
from agents.noun_phrases import ORDINALS, Phrase, parse_phrase, same_word
from twins.predicates import PREDICATES

FRAME = "frame"
"""The object of a relation to the picture itself (``on the left``)."""

MOVING = frozenset(
    name
    for name, predicate in PREDICATES.items()
    if predicate.kind != "spatial" and name not in ("still", "grows", "shrinks")
)
"""Predicates that a direction may be said of."""


@dataclass(eq=False)
class Entity:
    """One thing that a question speaks of; the same object wherever it is meant again."""

    words: list[str]
    looks: list[tuple[str, str]] = field(default_factory=list)
    nouns: list[str] = field(default_factory=list)
    bound: str | None = None
    plural: bool = False
    ordinal: int = 0
    twin: "Entity | None" = None

    @property
    def text(self) -> str:
        """The noun phrase by which sub-queries name it."""
        words = " ".join(self.words) or "thing"
        return f"{ORDINALS[min(self.ordinal, len(ORDINALS)) - 1]} {words}" if self.ordinal else words

    @property
    def is_described(self) -> bool:
        """Say whether its words narrow down what it is."""
        return bool(self.looks or self.nouns)


@dataclass(eq=False)
class Part:
    """A predicate between entities, as the question states it."""

    predicate: str
    subject: Entity
    object: Entity | None = None
    negated: bool = False
    times: str | None = None
    words: set[int] = field(default_factory=set)
    surface: str = ""
    to_frame: bool = False
    generic_subject: bool = False


@dataclass
class Reading:
    """All that was understood, in the order of the question.

    ``order`` holds (relation, earlier or inner part, other part); ``covered`` the positions of the words that some
    part or entity explains.
    """

    entities: list[Entity] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    order: list[tuple[str, Part, Part]] = field(default_factory=list)
    covered: set[int] = field(default_factory=set)
    absent: list[Entity] = field(default_factory=list)
    counted: list[Entity] = field(default_factory=list)


def read(tokens: Sequence[Token]) -> Reading:
    """Read a question whose asking frame was taken off."""
    walker = _Walker(tokens)
    walker.walk()
    return walker.reading


@dataclass
class _Open:
    """A predicate that still waits for its object."""

    parts: list[Part]
    swapped: bool
    until: int | None = None


class _Walker:
    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.words = [token.text for token in tokens]
        self.reading = Reading()
        self.at = 0
        self.subjects: list[Entity] = []  # of the clause at hand; several where they are joined by `and`
        self.outer: list[list[Entity]] = []  # subjects whose clause a relative clause interrupts
        self.last: Entity | None = None  # the noun phrase just before
        self.open: _Open | None = None
        self.negated = False
        self.link: tuple[str, Part | None] | None = None  # order relation to the part that comes next
        self.fronted: tuple[str, int] | None = None  # a clause that opens with `after`: its relation and first part
        self.before: Place | None = None  # a place whose noun phrase came before the thing that is there
        self.clause_start = 0
        self.previous = ""  # kind of the item just read
        self.group: tuple[Entity, Entity] | None = None
        self.pending_adverbs: list[tuple[str, int]] = []

    # -- the walk ---------------------------------------------------------------------------------------------

    def walk(self) -> None:
        while self.at < len(self.tokens):
            start = self.at
            kind = self._step()
            if kind:
                self.previous = kind
            self.at = max(self.at, start + 1)
        self._close()
        for entity in self.reading.entities:
            joined = any(entity in (p.subject, p.object) for p in self.reading.parts)
            if entity.bound is not None and not joined:
                self.reading.counted.append(entity)

    def _step(self) -> str:
        """Read one item at the cursor and say of which kind it was; nothing where it says nothing."""
        if self.open is not None and self.open.until == self.at:
            self._close()
            self.at += 1
            return "word"
        token, text = self.tokens[self.at], self.words[self.at]
        if token.is_break:
            return self._read_break(text)
        for reader in (
            self._read_negation,
            self._read_times,
            self._read_relative,
            self._read_verb_first,
            self._read_order,
        ):
            kind = reader()
            if kind:
                return kind
        if text in CONJUNCTIONS:
            return self._read_conjunction(text)
        kind = self._read_place()
        if kind:
            return kind
        if text in AUXILIARIES:
            self._cover(self.at, self.at + 1)
            if text in BE and self.previous == "np" and self.open is None and self.last not in self.subjects:
                self._resume_outer()
            self.at += 1
            return "be" if text in BE | GET else (self.previous if self.previous == "np" else "aux")
        phrase = parse_phrase(self.tokens, self.at)
        if phrase is not None and phrase.end > self.at:
            return self._read_phrase(phrase)
        kind = self._read_verb()
        if kind:
            return kind
        if token.stems & lexicon().common_verbs:
            self._close()
            self._finite_after_object()
            return "act"
        return "by" if text == "by" else ("prep" if text in ("with", "of", "and", "between") else "word")

    def _cover(self, start: int, end: int) -> None:
        self.reading.covered.update(range(start, end))

    # -- punctuation, connectors, negation --------------------------------------------------------------------

    def _read_break(self, text: str) -> str:
        self._close()
        if self.fronted is not None and text == "," and len(self.reading.parts) > self.fronted[1]:
            self._turn_fronted()
        self.clause_start = self.at + 1
        if text != ",":
            self.negated = False
        return "comma"

    def _turn_fronted(self) -> None:
        """``After X, Y``: link the clause that comes to the one that was fronted."""
        assert_relation, first = self.fronted or ("", 0)
        self.fronted = None
        self.link = (assert_relation, self.reading.parts[first])
        self.outer.clear()

    def _read_conjunction(self, text: str) -> str:
        if self.open is not None and self.open.parts and self.open.parts[0].object is None and self.open.until is None:
            self._close()
        if text in ("nor",) or (text == "or" and self.reading.parts and self.reading.parts[-1].negated):
            self.negated = True
        self._cover(self.at, self.at + 1)
        if text == "but":
            self.clause_start = self.at + 1
        self.at += 1
        return "conj"

    def _read_negation(self) -> str:
        found = lexicon().longest(lexicon().negations, self.words, self.at)
        lemma_found = found or self._negating_verb()
        if lemma_found is None or lemma_found[0] == "subjects":
            return ""
        if (
            lemma_found[0] == "verbs"
            and self.words[self.at] in ("avoid", "miss", "lack")
            and not self._gerund_next(lemma_found[1])
        ):
            return ""
        if lemma_found[0] == "before" and self.previous not in ("conj",):
            self._close()
        if self.words[self.at] == "neither" and self.previous == "":
            return ""
        self.negated = True
        self._cover(self.at, self.at + lemma_found[1])
        self.at += lemma_found[1]
        return "neg" if self.previous not in ("np",) else "np"

    def _gerund_next(self, length: int) -> bool:
        following = self.at + length
        return following < len(self.tokens) and self.tokens[following].is_gerund

    def _negating_verb(self) -> tuple[str, int] | None:
        """Find ``failed to``, ``avoids`` and the like in any inflection."""
        for phrase, kind in lexicon().negations.items():
            if kind != "verbs":
                continue
            window = self.tokens[self.at : self.at + len(phrase)]
            if len(window) == len(phrase) and all(
                same_word(word, token.text) for word, token in zip(phrase, window, strict=True)
            ):
                return kind, len(phrase)
        return None

    def _read_times(self) -> str:
        found = lexicon().longest(lexicon().times, self.words, self.at)
        words = self.words[self.at :]
        if found is None and len(words) > 1 and words[1] in ("time", "times"):
            number = lexicon().numbers.get(words[0]) or (
                int(words[0]) if words[0].isdigit() and len(words[0]) < 4 else None
            )
            found = (f"{number} times", 2) if number else None
        if found is None or not self._ends_clause(self.at + found[1], found) or not self.reading.parts:
            return ""
        self.reading.parts[-1].times = found[0]
        self._cover(self.at, self.at + found[1])
        self.at += found[1]
        return self.previous

    def _ends_clause(self, at: int, found: tuple[str, int]) -> bool:
        """``once`` counts only at the end of its clause; longer phrases and ``twice`` always do."""
        if found[1] > 1 or self.words[self.at] not in ("once",):
            return True
        return at >= len(self.tokens) or self.tokens[at].is_break or self.words[at] in CONJUNCTIONS

    def _read_order(self) -> str:
        """Read ``before``, ``and then``, ``while`` …: they tie the next part to the last one."""
        found = lexicon().longest(lexicon().order, self.words, self.at)
        if found is None or (self.previous in ("det",)):
            return ""
        relation, length = found
        if length == 1 and self.words[self.at] in closed_class("weak_order") and not self._clause_follows(self.at + 1):
            return ""
        self._close()
        self._cover(self.at, self.at + length)
        at_start = not self.reading.parts or (
            self.previous in ("comma", "conj") and relation in ("after", "during") and self._comma_ahead()
        )
        self.at += length
        self.clause_start = self.at
        if relation == "first":
            return self.previous
        if at_start and relation in ("after", "before", "during") and self.link is None:
            if self._opens_clause(self.words[self.at - length]):
                self.fronted = (
                    {"after": "before", "before": "after", "during": "during"}[relation],
                    len(self.reading.parts),
                )
        elif self.reading.parts and not (self.link is not None and relation == "before"):
            last = self.reading.parts[-1]
            if last.negated and self.words[self.at - length] in ("until", "till"):
                last.negated, relation = False, "after"  # `does not start until`: it starts after
            self.link = (relation, last)
        return "order"

    def _opens_clause(self, word: str) -> bool:
        return word in closed_class("openers")

    def _comma_ahead(self) -> bool:
        return "," in self.words[self.at + 1 : self.at + 14]

    def _clause_follows(self, at: int) -> bool:
        """Say whether a noun phrase with a verb behind it, or a gerund, stands here."""
        if at >= len(self.tokens):
            return False
        if self.tokens[at].is_gerund or (self.words[at - 1] == "having" and self.tokens[at].is_participle):
            return True
        phrase = parse_phrase(self.tokens, at)
        if phrase is None or phrase.end >= len(self.tokens):
            return False
        return (
            self.words[phrase.end] in AUXILIARIES
            or match_verb(self.tokens, phrase.end) is not None
            or bool(self.tokens[phrase.end].stems & lexicon().common_verbs)
        )

    def _read_relative(self) -> str:
        """``that``, ``which``, ``who`` after a noun phrase: the clause that follows speaks of it."""
        text = self.words[self.at]
        if text not in RELATIVES or self.last is None or self.previous not in ("np", "comma", "prep"):
            return ""
        if text == "that" and self.previous == "comma":
            return ""
        following = self.at + 1
        phrase = parse_phrase(self.tokens, following) if following < len(self.tokens) and text != "who" else None
        starts_verb = following < len(self.tokens) and (
            self.words[following] in AUXILIARIES or match_verb(self.tokens, following) is not None
        )
        antecedent = self.last
        self._close()
        self._cover(self.at, following)
        self.at = following
        if phrase is not None and not starts_verb:
            # `the ball that the square chases`: the antecedent is the object.
            self.outer.append(self.subjects or [antecedent])
            self.relative_object = antecedent
            return "relobj"
        self.outer.append(self.subjects or [antecedent])
        self.subjects = [antecedent]
        return "rel"

    relative_object: Entity | None = None

    def _resume_outer(self) -> None:
        """Go back to the subject whose clause a relative clause or a participle interrupted."""
        if self.outer:
            self.subjects = self.outer.pop()
        elif self.reading.parts and self.subjects == [] and self.last is not None:
            self.subjects = [self.last]

    # -- noun phrases -----------------------------------------------------------------------------------------

    def _read_phrase(self, phrase: Phrase) -> str:
        text = " ".join(self.words[phrase.start : phrase.end])
        self.at = phrase.end
        self._cover(phrase.start, phrase.end)
        if phrase.pronoun == "each other":
            self._reciprocate()
            return "np"
        if phrase.name is not None and phrase.name[1] == "event":
            return self._read_happening(phrase)
        if self._is_predicative(phrase):
            for entity in self.subjects:
                entity.words = [*phrase.words, *[w for w in entity.words if w not in ("one",)]]
                entity.looks += [look for look in phrase.looks if look not in entity.looks]
            for predicate, _ in phrase.says:
                self._add(predicate, self.subjects, text)
            if self.words[self.at : self.at + 1] in (["and"], [","]) and self.words[self.at + 1 : self.at + 2]:
                self.at += self.words[self.at + 1] in lexicon().looks
            return "be" if self.words[self.at - 1] in ("and", ",") else "np"
        if self.negated and self.open is None and self.previous == "neg" and not self._verb_follows():
            self.negated = False
            if self.words[max(phrase.start - 2, 0) : phrase.start] != [
                ",",
                "not",
            ]:  # `not the red one` sets one against another
                self.reading.absent.append(self._entity(phrase, reference=False))
            return "np"
        entities = self._both(phrase) or self._joined(phrase)
        self._place_entities(entities, phrase)
        for entity in entities[:1]:
            for predicate, voice in phrase.says:
                self._say_of(entity, predicate, voice, text)
        self.last = entities[-1]
        return "np"

    def _verb_follows(self) -> bool:
        return self.at < len(self.tokens) and (
            match_verb(self.tokens, self.at) is not None or self.words[self.at] in AUXILIARIES
        )

    def _is_predicative(self, phrase: Phrase) -> bool:
        """``the ball is red``, ``is the biggest``."""
        return (
            self.previous == "be"
            and self.open is None
            and bool(self.subjects)
            and not phrase.nouns
            and phrase.pronoun is None
            and phrase.name is None
            and bool(phrase.looks or phrase.says)
            and self.last in self.subjects
            and not self._verb_follows()
        )

    def _both(self, phrase: Phrase) -> list[Entity]:
        """``they``, where no one phrase named several: the two that the last relation was between."""
        if phrase.pronoun not in ("they", "them", "both") or any(e.plural for e in self.reading.entities):
            return []
        if self.open is not None:
            return []
        for part in reversed(self.reading.parts):
            if part.object is not None:
                return [part.subject, part.object]
        return self.reading.entities[-2:]

    def _joined(self, phrase: Phrase) -> list[Entity]:
        """Return the phrase's entity, and those joined to it by `and` before a verb (``a ball and a box collide``)."""
        entities = [self._entity(phrase)]
        is_object = self.open is not None
        while not is_object and self.at < len(self.tokens) and self.words[self.at] in ("and", ","):
            skip = 2 if self.words[self.at] == "," and self.words[self.at + 1 : self.at + 2] == ["and"] else 1
            following = parse_phrase(self.tokens, self.at + skip) if self.at + skip < len(self.tokens) else None
            if following is None or following.pronoun == "each other" or following.end <= self.at + skip:
                break
            plural_verb = following.end >= len(self.tokens) or self._plural_verb(following.end)
            if not plural_verb and not (self.words[following.end] in ("and", ",") and self.words[self.at] == ","):
                break
            self._cover(self.at, following.end)
            self.at = following.end
            entities.append(self._entity(following))
        return entities

    def _plural_verb(self, at: int) -> bool:
        """Say whether a verb in the plural stands here, so that the two phrases before it are its subjects together."""
        text = self.words[at]
        if text in AUXILIARIES:
            return text in closed_class("plural_auxiliaries")
        if text in closed_class("adverbs") or text in ("never", "each", "then") or text.endswith("ly"):
            return at + 1 < len(self.tokens) and self._plural_verb(at + 1)
        verb = match_verb(self.tokens, at)
        if verb is None:
            return self.tokens[at].is_break
        return (
            not text.endswith("s")
            or text.endswith("ss")
            or ("mutual" in verb.voices and not self.tokens[at].is_participle and not text.endswith("s"))
        )

    def _place_entities(self, entities: list[Entity], phrase: Phrase) -> None:
        """Give a noun phrase its place in the clause: object of what is open, or subject of what comes."""
        if self.previous == "relobj":
            self.subjects = entities
            return
        if self.open is not None:
            self._give_object(entities[0])
            return
        if self.previous == "conj" and self.reading.parts and self._repeats_object(phrase):
            last = self.reading.parts[-1]
            self._append(replace(last, object=entities[0], words=set(last.words)), tie=False)
            return
        if self.before is not None and self.previous in ("comma", "act", "np", "word", "be", "aux"):
            place, self.before = self.before, None
            self._relate(place, entities, self.place_object)
            self.subjects = entities
            return
        if self.previous in ("word", "prep", "act", "by") and self.subjects and not self._verb_follows():
            return
        if self.previous == "np" and self.last is not None and not self._verb_follows():
            return
        if self.previous not in ("rel", "conj", "comma", "order", ""):
            self.outer.clear()
        if self.fronted is not None and self.previous == "np" and len(self.reading.parts) > self.fronted[1]:
            self._turn_fronted()  # `after the crash the blue one …`: no comma ends the fronted clause
        if self.dangling is not None and self.previous == "comma":
            self._attach_dangling(entities[0])
        self.subjects = entities

    place_object: Entity | None = None
    dangling: Entity | None = None

    def _attach_dangling(self, entity: Entity) -> None:
        """``Before vanishing, the star …``: what was said of nobody yet is said of the subject that comes."""
        stand_in, self.dangling = self.dangling, None
        for part in self.reading.parts:
            part.subject = entity if part.subject is stand_in else part.subject
            part.object = entity if part.object is stand_in else part.object
        self.reading.entities = [e for e in self.reading.entities if e is not stand_in]

    def _repeats_object(self, phrase: Phrase) -> bool:
        last = self.reading.parts[-1]
        return (
            last.object is not None
            and not self._verb_follows()
            and not last.to_frame
            and last.object is not self._known(phrase)
        )

    def _entity(self, phrase: Phrase, *, reference: bool = True) -> Entity:
        """Return the entity that a phrase means: one already spoken of, or a new one."""
        known = self._known(phrase) if reference else None
        if known is not None:
            return known
        entity = Entity(
            words=list(phrase.words),
            looks=list(phrase.looks),
            nouns=list(phrase.nouns),
            bound=phrase.bound,
            plural=phrase.plural or phrase.pronoun in ("they", "them"),
        )
        if phrase.name is not None:
            entity.words = entity.words or ["thing"]
        equals = [e for e in self.reading.entities if _same_words(e, entity)]
        if equals:
            entity.ordinal = max(e.ordinal for e in equals) + 1
        elif phrase.other:
            entity.ordinal = 1
        self.reading.entities.append(entity)
        already = self.open is not None and phrase.name is not None and self.open.parts[0].predicate == phrase.name[0]
        if phrase.name is not None and not already:
            self._say_of(
                entity,
                phrase.name[0],
                "inverse" if phrase.name[1] == "patient" else "active",
                " ".join(self.words[phrase.start : phrase.end]),
            )
        return entity

    def _known(self, phrase: Phrase) -> Entity | None:
        """Return the entity that a pronoun, a definite phrase, a role or ``the other`` goes back to."""
        entities = self.reading.entities
        if phrase.name is not None and phrase.name[1] in ("agent", "patient"):
            for part in reversed(self.reading.parts):
                busy = self.open is not None and part in self.open.parts
                if part.predicate == phrase.name[0] and not phrase.looks and not busy:
                    return part.subject if phrase.name[1] == "agent" else part.object
        if not entities:
            return None
        if phrase.pronoun is not None:
            return self._meant_by_pronoun(phrase.pronoun)
        if phrase.other:
            return self._the_other(phrase)
        if (
            phrase.words == ("thing",)
            and not phrase.plural
            and self.words[phrase.start] == "one"
            and any(e.plural for e in entities)
        ):
            return self._split(next(e for e in reversed(entities) if e.plural))[0]
        if not phrase.definite or phrase.bound is not None:
            return None
        fitting = [e for e in entities if _fits(phrase, e)]
        if not fitting:
            return None
        return next((e for e in fitting if e in self.subjects), fitting[-1])

    def _meant_by_pronoun(self, pronoun: str) -> Entity:
        entities = self.reading.entities
        if self.open is not None:
            others = [e for e in entities if e is not self.open.parts[0].subject]
            return others[-1] if others else entities[-1]
        if pronoun in ("them", "they", "these", "those"):
            return next((e for e in reversed(entities) if e.plural), entities[-1])
        if self.outer:
            return self.outer[0][0]
        subject = self.subjects or [p.subject for p in self.reading.parts[-1:]] or entities
        return subject[0]

    def _the_other(self, phrase: Phrase) -> Entity | None:
        """Find ``the other one``: the second of a pair, or the one that is not the subject."""
        entities = self.reading.entities
        if self.group is not None:
            return self.group[1]
        plural = next((e for e in reversed(entities) if e.plural), None)
        if plural is not None:
            return self._split(plural)[1]
        busy = [self.open.parts[0].subject] if self.open is not None else self.subjects
        others = [e for e in entities if e not in busy and (not phrase.nouns or _fits(phrase, e))]
        return others[-1] if others and phrase.definite and len(entities) > 1 else None

    def _split(self, entity: Entity) -> tuple[Entity, Entity]:
        """Return the first and the second of a pair that was spoken of together."""
        if entity.twin is None:
            entity.words = [_singular(word) for word in entity.words]
            twin = Entity(list(entity.words), list(entity.looks), list(entity.nouns), ordinal=1)
            entity.twin = twin
            self.reading.entities.insert(self.reading.entities.index(entity) + 1, twin)
        self.group = (entity, entity.twin)
        return self.group

    # -- happenings ---------------------------------------------------------------------------------------------

    def _read_happening(self, phrase: Phrase) -> str:
        """``a collision between X and Y``, ``the pursuit of X by Y``."""
        self._close()
        if self.words[self.at : self.at + 2] == ["in", "which"] or self.words[self.at : self.at + 1] in (
            ["where"],
            ["that"],
        ):
            return "comma"  # `a race in which …`: the clause says what happens
        assert phrase.name is not None  # noqa: S101 - narrowed by the caller
        sides: dict[str, Entity] = {}
        while self.at < len(self.tokens) and self.words[self.at] in (
            "of",
            "between",
            "with",
            "by",
            "and",
            "involving",
            "among",
        ):
            word = self.words[self.at]
            following = parse_phrase(self.tokens, self.at + 1) if self.at + 1 < len(self.tokens) else None
            if (
                following is None
                or (word == "and" and (not sides.keys() & {"between", "of", "involving", "among"}))
                or (word == "and" and "and" in sides)
            ):
                break
            self._cover(self.at, following.end)
            self.at = following.end
            sides[word] = self._entity(following)
        first = (
            sides.get("by") or sides.get("between") or sides.get("of") or sides.get("involving") or sides.get("among")
        )
        second = (sides.get("of") if "by" in sides else None) or sides.get("and") or sides.get("with")
        if first is not None and second is None and "of" in sides and phrase.name[0] in ("follows",):
            first, second = None, first
        if first is not None and second is None and first.plural:
            first, second = self._split(first)
        surface = " ".join(self.words[phrase.start : self.at])
        subjects = (
            [first]
            if first is not None
            else (self.subjects if self.previous in ("neg", "order") and self.subjects else [self._anything()])
        )
        added = self._add(phrase.name[0], subjects, surface)
        for part in added:
            part.object = second
            part.words = set(range(phrase.start, self.at))
        self.last = second or first
        return "np"

    def _anything(self) -> Entity:
        entity = Entity(words=["thing"])
        equals = [e for e in self.reading.entities if _same_words(e, entity)]
        entity.ordinal = len(equals)
        self.reading.entities.append(entity)
        return entity

    # -- predicates -----------------------------------------------------------------------------------------------

    def _read_verb_first(self) -> str:
        """A verb wins over a noun phrase wherever a subject stands before it."""
        text = self.words[self.at]
        ready = self.previous in (
            "np",
            "rel",
            "aux",
            "be",
            "neg",
            "conj",
            "order",
            "comma",
            "",
            "adv",
            "act",
            "times",
            "word",
            "place",
        )
        if (
            not ready
            or text in DETERMINERS
            or (self.open is not None and self.open.until is not None and self.previous != "np")
        ):
            return ""
        if text in ("left", "right") and self.previous in ("comma", ""):
            return ""
        if (
            self.previous in ("", "comma")
            and not self.tokens[self.at].is_gerund
            and self.at == 0
            and not self._gerund_or_participle()
        ):
            phrase = parse_phrase(self.tokens, self.at)
            if phrase is not None and (phrase.nouns or phrase.looks or phrase.name):
                return ""
        if self.open is not None and self.previous not in ("np", "conj"):
            phrase = parse_phrase(self.tokens, self.at)
            if phrase is not None:
                return ""
        return self._read_verb()

    def _gerund_or_participle(self) -> bool:
        return self.tokens[self.at].is_gerund or self.tokens[self.at].is_participle

    def _finite_after_object(self) -> None:
        """``the ball that hits the box stops``: a finite verb after a finished clause belongs to the outer subject."""
        if self.previous == "np" and self.reading.parts and self.last is not None and self.last not in self.subjects:
            self._resume_outer()

    def _read_verb(self) -> str:
        match = match_verb(self.tokens, self.at)
        if match is None:
            return ""
        token = self.tokens[self.at]
        self._close()
        passive = self._is_passive(match)
        reduced = token.is_gerund or (token.is_participle and passive)
        before_subjects = self.subjects
        if self.previous == "np" and self.last is not None and self.last not in self.subjects:
            if reduced:
                self.outer.append(self.subjects or [self.last])
                self.subjects = [self.last]
            else:
                self._finite_after_object()
        elif self.previous in ("comma", "conj") and not reduced and self.outer and self.previous == "comma":
            self.subjects = self.outer.pop(0)
            self.outer.clear()
        pattern = self._choose(match, passive)
        if pattern is None:
            self.subjects = before_subjects
            return ""
        antecedent = self.relative_object
        self._start_part(match, pattern, passive)
        if antecedent is not None and self.relative_object is None:
            self.last = antecedent  # `the square that the ball chases stops`: what comes is said of the square
            return "np"
        return "verb" if self.open is not None else "place"

    def _is_passive(self, match: VerbMatch) -> bool:
        """``is chased``, ``gets hit``, ``hidden by``: a participle after *be* or *get*, or before *by*."""
        token = self.tokens[match.start]
        if token.is_gerund or not token.is_participle or token.text in BE:
            return False
        if not match.voices & {"active", "inverse"}:
            return False
        by = match.end < len(self.tokens) and self.words[match.end] == "by"
        helped = any(
            word in BE | GET
            for word in self.words[max(0, match.start - 3) : match.start]
            if word in AUXILIARIES or word in ("not", "never", "being", "ever") or word.endswith("ly")
        )
        return by or (helped and self.previous in ("be", "aux", "neg", "adv", "np", "word"))

    def _choose(self, match: VerbMatch, passive: bool) -> Pattern | None:
        """Choose among the readings of a verb by what stands around it."""
        by_voice = {pattern.voice: pattern for pattern in reversed(match.patterns)}
        object_follows = match.late is not None or self._object_follows(match.end)
        if self.previous == "relobj" or self.relative_object is not None:
            object_follows = True
        if passive:
            return by_voice.get("active") or by_voice.get("inverse")
        plural = len(self.subjects) > 1 or any(e.plural for e in self.subjects)
        reciprocal = self.words[match.end : match.end + 2] in (["each", "other"], ["one", "another"]) or self.words[
            match.end : match.end + 1
        ] == ["together"]
        if (plural or reciprocal) and "mutual" in by_voice and (not object_follows or reciprocal):
            return by_voice["mutual"]
        if object_follows and (by_voice.keys() & {"active", "inverse"}):
            return by_voice.get("active") or by_voice.get("inverse")
        voices = ("alone", "inverse_alone", "active", "inverse", "mutual")
        for voice in voices if plural or len(by_voice) > 1 or "mutual" not in by_voice else ():
            if voice in by_voice:
                return by_voice[voice]
        return None

    def _object_follows(self, at: int) -> bool:
        while at < len(self.tokens) and (
            self.words[at] in ("directly", "right", "straight", "just", "all") or self.words[at].endswith("ly")
        ):
            at += 1
        if (
            at >= len(self.tokens)
            or self.words[at] in CONJUNCTIONS
            or (match_place(self.tokens, at) and self.words[at] not in DETERMINERS)
        ):
            return False
        return parse_phrase(self.tokens, at) is not None and lexicon().longest(lexicon().order, self.words, at) is None

    def _start_part(self, match: VerbMatch, pattern: Pattern, passive: bool) -> None:
        surface = " ".join(self.words[match.start : match.end])
        self.negated |= match.denied
        swapped = (pattern.voice == "inverse") != passive
        dangling = not self.subjects
        subjects = self.subjects or [self._anything()]
        if not (dangling and self.fronted is None and not self.reading.parts and self.negated):
            self.subjects = subjects
        if (
            dangling and self.clause_start <= match.start and self.tokens[match.start].text.endswith(("ing", "ed"))
        ) or (dangling and (self.fronted is not None or self.negated)):
            self.dangling = subjects[0]
        if pattern.voice == "mutual":
            self._mutual(pattern.predicate, subjects, surface, match)
            self.at = match.end
            if self.words[self.at : self.at + 1] == ["together"]:
                self.at += 1
            return
        if pattern.voice == "inverse_alone":
            for subject in subjects:
                other = self._anything()
                part = self._add(pattern.predicate, [other], surface)[0]
                part.object, part.words = subject, set(range(match.start, match.end))
                part.generic_subject = True
            self._finish_words(match)
            return
        parts = self._add(pattern.predicate, subjects, surface)
        for part in parts:
            part.words = set(range(match.start, match.end)) | ({match.late} if match.late is not None else set())
        self._finish_words(match)
        if pattern.voice in ("active", "inverse") or passive:
            self.open = _Open(parts, swapped, match.late)
            if self.relative_object is not None:
                entity, self.relative_object = self.relative_object, None
                self._give_object(entity)
            elif passive:
                self._skip_to_agent()
        self._manner(match, subjects)

    def _finish_words(self, match: VerbMatch) -> None:
        self._cover(match.start, match.end)
        if match.late is not None:
            self._cover(match.late, match.late + 1)
        self.at = match.end

    def _skip_to_agent(self) -> None:
        """After a passive the object is the one named by `by`; without `by` it stays open to anyone."""
        if self.at < len(self.tokens) and self.words[self.at] == "by":
            self._cover(self.at, self.at + 1)
            self.at += 1
        else:
            self._close()

    def _manner(self, match: VerbMatch, subjects: list[Entity]) -> None:
        """``races past``, ``creeps after``: the verb's first word also tells the speed."""
        for pattern in lexicon().verbs.get(next(iter(sorted(self.tokens[match.start].stems))), ()):
            tells_speed = pattern.predicate in ("fast", "slow") and pattern.literal == 1
            if tells_speed and match.patterns[0].literal > 1 and match.patterns[0].predicate not in ("fast", "slow"):
                self.pending_adverbs.append((pattern.predicate, match.start))

    def _mutual(self, predicate: str, subjects: list[Entity], surface: str, match: VerbMatch) -> None:
        first, second = self._pair(subjects)
        part = self._add(predicate, [first], surface)[0]
        part.object, part.words = second, set(range(match.start, match.end))
        self._cover(match.start, match.end)

    def _pair(self, subjects: list[Entity]) -> tuple[Entity, Entity]:
        if len(subjects) > 1:
            return subjects[0], subjects[1]
        if subjects[0].bound is not None and subjects[0].bound not in ("2", "=2", "all"):
            self.reading.counted.append(subjects[0])
        return self._split(subjects[0])

    def _reciprocate(self) -> None:
        """``each other`` as the object: the subjects do it to one another."""
        if self.open is None:
            return
        part = self.open.parts[0]
        subjects = self.subjects if len(self.subjects) > 1 else [part.subject]
        for extra in self.open.parts[1:]:
            self.reading.parts.remove(extra)
        part.subject, part.object = self._pair(subjects)
        self.open = None

    def _give_object(self, entity: Entity) -> None:
        """Fill the object of what is open."""
        opened, self.open = self.open, self.open
        assert opened is not None  # noqa: S101 - callers checked
        for part in opened.parts:
            if opened.swapped:
                part.subject, part.object = entity, part.subject
            else:
                part.object = entity
            part.surface += " " + entity.text
        self.open = replace(opened, parts=[]) if opened.until is not None else None

    def _close(self) -> None:
        """End what is open; where its object never came, anything may be the other side."""
        opened, self.open = self.open, None
        for part in opened.parts if opened is not None else ():
            if opened is not None and opened.swapped and part.object is None:
                part.object, part.subject = part.subject, self._anything()
                part.generic_subject = True
        for predicate, at in self.pending_adverbs:
            self._add(predicate, self.subjects, self.words[at], words={at})
        self.pending_adverbs = []

    def _add(self, predicate: str, subjects: list[Entity], surface: str, words: set[int] | None = None) -> list[Part]:
        """Add a part for every subject; ties, negation and times belong to it."""
        parts = []
        negated, self.negated = self.negated, False
        for number, subject in enumerate(subjects):
            part = Part(predicate, subject, negated=negated, surface=surface, words=words or set())
            self._append(part, tie=number == 0)
            parts.append(part)
        return parts

    def _append(self, part: Part, *, tie: bool) -> None:
        self.reading.parts.append(part)
        if tie and self.link is not None:
            relation, earlier = self.link
            self.link = None
            if earlier is not None and relation == "after":
                self.reading.order.append(("before", part, earlier))
            elif earlier is not None:
                self.reading.order.append((relation, earlier, part))

    def _say_of(self, entity: Entity, predicate: str, voice: str, surface: str) -> None:
        """Add what a participle or a role noun says of its noun (``the hidden ball``, ``the pursuer``)."""
        negated, self.negated = self.negated, False
        link, self.link = self.link, None
        inverse = ("inverse" in voice) != voice.startswith("passive")
        part = self._add(predicate, [entity], surface)[0]
        if inverse:
            part.object, part.subject, part.generic_subject = entity, self._anything(), True
        if predicate in lexicon().spatial:
            part.to_frame = True
        self.negated, self.link = negated, link

    # -- place and direction --------------------------------------------------------------------------------------

    def _read_place(self) -> str:
        readings = match_place(self.tokens, self.at)
        if not readings:
            return ""
        length = len(readings[0].words)
        end = self.at + length
        roles = {place.role: place for place in readings}
        moved = self._mover()
        for role in ("fast", "slow"):
            if role in roles and (moved or self.subjects) and self.previous not in ("det",):
                return self._say_manner(role, end)
        if (
            moved is not None
            and ("direction" in roles or "origin" in roles)
            and not ("relation" in roles and self._noun_at(end))
        ):
            return self._direct(moved, roles, end)
        if "frame" in roles and not self._noun_at(end):
            return self._at_frame(roles["frame"], end)
        if "relation" in roles and self._noun_at(end):
            return self._relation(roles["relation"], end)
        return ""

    def _noun_at(self, at: int) -> bool:
        return at < len(self.tokens) and parse_phrase(self.tokens, at) is not None

    def _mover(self) -> Part | None:
        """Return the part of movement that a direction at the cursor belongs to."""
        for part in reversed(self.reading.parts):
            if part.predicate in MOVING and (part.subject in self.subjects or part.object in self.subjects):
                recent = not part.words or self.at - max(part.words) <= 8
                return part if recent and self.clause_start <= max(part.words, default=self.at) else None
        return None

    def _say_manner(self, predicate: str, end: int) -> str:
        self._cover(self.at, end)
        words = set(range(self.at, end))
        if (
            self.open is not None
            or (
                self.previous in ("np", "aux", "be", "conj", "neg", "rel")
                and self.at + 1 < len(self.tokens)
                and match_verb(self.tokens, end) is not None
            )
            if end < len(self.tokens)
            else self.open is not None
        ):
            self.pending_adverbs.append((predicate, self.at))
        else:
            self._add(predicate, self.subjects or [self._anything()], " ".join(self.words[self.at : end]), words)
        self.at = end
        return self.previous

    def _direct(self, mover: Part, roles: dict[str, Place], end: int) -> str:
        """Turn ``moves`` + ``to the left`` into one predicate; ``enters from the left`` into two."""
        place = (
            roles.get("direction")
            if mover.predicate not in ("enters", "appears", "reappears")
            else roles.get("origin") or roles.get("direction")
        )
        place = place or roles.get("origin")
        if place is None:
            return ""
        if mover.predicate in ("enters", "appears", "reappears") and "frame" in roles and "origin" not in roles:
            return self._at_frame(roles["frame"], end)
        self._close()
        words = set(range(self.at, end))
        self._cover(self.at, end)
        surface = " ".join(self.words[min(mover.words, default=self.at) : end])
        if mover.predicate in ("moves", "moves_left", "moves_right", "moves_up", "moves_down"):
            mover.predicate = place.predicate
            mover.words |= words
            mover.surface = surface
        else:
            negated = mover.negated
            self._append(Part(place.predicate, mover.subject, negated=negated, surface=surface, words=words), tie=False)
        self.at = self._skip_frame_noun(end)
        return "place"

    def _skip_frame_noun(self, at: int) -> int:
        """Pass over ``of the frame``, ``edge``, ``of the picture``."""
        end = at
        while end < len(self.tokens) and (
            self.words[end] in lexicon().asking["frame"]
            or self.words[end] in ("of", "the", "side", "hand", "'s", "half", "corner")
        ):
            end += 1
        if end > at and any(word in lexicon().asking["frame"] for word in self.words[at:end]):
            self._cover(at, end)
            return end
        return at

    def _at_frame(self, place: Place, end: int) -> str:
        self._close()
        self._cover(self.at, end)
        subjects = self.subjects or ([self.last] if self.last is not None else [])
        if self.previous == "np" and self.last is not None:
            subjects = [self.last]
        surface = " ".join(self.words[self.at : end])
        words = set(range(self.at, end))
        self.at = self._skip_frame_noun(end)
        if not subjects:
            return "word"
        for part in self._add(place.predicate, subjects, surface, words):
            part.to_frame = True
        return "place"

    def _relation(self, place: Place, end: int) -> str:
        """``X … next to Y``: the phrase belongs to the noun before it, or to the subject after a verb."""
        self._close()
        self._cover(self.at, end)
        skipped = self._skip_frame_noun(end)
        if skipped > end:
            return self._at_frame(place, end)
        vanished = self._vanished(place)
        if vanished is not None:
            vanished.predicate = "hides_behind"
            vanished.words |= set(range(self.at, end))
            self.open, self.at = _Open([vanished], swapped=False), end
            return "verb"
        left = self.last if self.previous == "np" and self.last is not None else None
        subjects = [left] if left is not None else self.subjects
        start = self.at
        self.at = end
        if not subjects or (self.previous in ("", "comma", "order") and not self.reading.parts and left is None):
            self.before = place
            phrase = parse_phrase(self.tokens, end)
            if phrase is not None:
                self.at = phrase.end
                self._cover(phrase.start, phrase.end)
                self.place_object = self._entity(phrase)
                self.last = self.place_object
            return "comma"
        if left is not None and self.subjects and left not in self.subjects:
            self.outer.append(self.subjects)
        parts = self._relate(place, subjects, None)
        for part in parts:
            part.words = set(range(start, end))
        self.open = _Open(parts, swapped=place.inverse)
        return "verb"

    def _vanished(self, place: Place) -> Part | None:
        """``slips out of sight`` + ``behind the box`` is one happening: return the part that a place completes."""
        last = self.reading.parts[-1] if self.reading.parts else None
        if last is None or place.predicate != "behind" or place.inverse or self.previous not in ("place", "verb"):
            return None
        hidden = last.predicate in ("disappears", "hides_behind", "leaves") and last.object is None and last.words
        return last if hidden and max(last.words) == self.at - 1 else None

    def _relate(self, place: Place, subjects: list[Entity], other: Entity | None) -> list[Part]:
        parts = self._add(place.predicate, subjects, " ".join(place.words))
        for part in parts:
            if other is not None:
                part.object = other
                if place.inverse:
                    part.subject, part.object = other, part.subject
        return parts


def _same_words(first: Entity, second: Entity) -> bool:
    return [_singular(w) for w in first.words] == [_singular(w) for w in second.words]


def _fits(phrase: Phrase, entity: Entity) -> bool:
    """Say whether a definite phrase may go back to an entity: it says nothing that was not said."""
    if any(look not in entity.looks for look in phrase.looks):
        return False
    kinds = {word: lexicon().looks.get(word, ("", ""))[0] for word in phrase.words}
    naming = [word for word in phrase.words if word in phrase.nouns or kinds[word] == "shape"]
    return all(any(same_word(noun, other) for other in entity.words) for noun in naming)


def _singular(word: str) -> str:
    if word in ("people", "men", "women", "children"):
        return {"people": "person", "men": "man", "women": "woman", "children": "child"}[word]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("xes", "shes", "ches", "sses")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
