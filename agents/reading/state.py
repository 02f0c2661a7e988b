"""Where the walk through a question stands."""

from collections.abc import Sequence
from dataclasses import replace

from agents.clauses import AUXILIARIES, Token, match_verb
from agents.lexicon import DETERMINERS, Place, lexicon
from agents.noun_phrases import parse_phrase
from agents.phrase_reader import Phrase
from agents.reading.entities import Entity, Open, Part, Reading, same_words


class Walk:
    """The cursor, the clause at hand and what was read so far; and the few ways in which they change."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.words = [token.text for token in tokens]
        self.reading = Reading()
        self.at = 0
        self.subjects: list[Entity] = []  # of the clause at hand; several where they are joined by `and`
        self.outer: list[list[Entity]] = []  # subjects whose clause a relative clause interrupts
        self.last: Entity | None = None  # the noun phrase just before
        self.open: Open | None = None
        self.negated = False
        self.denial: tuple[int, int] | None = None  # where the last words of negation stand
        self.lacking = False  # they say that something is not there (`without`)
        self.link: tuple[str, Part | None] | None = None  # order relation to the part that comes next
        self.fronted: tuple[str, int] | None = None  # a clause that opens with `after`: its relation and first part
        self.before: Place | None = None  # a place whose noun phrase came before the thing that is there
        self.rank: tuple[str, str] | None = None  # `the first ball to`: rank and rivals of what comes next
        self.clause_start = 0
        self.previous = ""  # kind of the item just read
        self.group: tuple[Entity, Entity] | None = None
        self.pending_adverbs: list[tuple[str, int]] = []
        self.relative_object: Entity | None = None  # `the ball that the square chases`: the ball
        self.place_object: Entity | None = None  # what stands where `before` says
        self.contrasted: list[tuple[Entity, str]] = []  # `not the red one that overtakes`: stands in for who does
        self.unlike: list[tuple[Entity, int]] = []  # `the red one stops, not the blue one`: place of the deed
        self.shared: list[
            tuple[Entity, str, bool, int | None]
        ] = []  # `the same colour as`: whose, kind, entities before
        self.only: list[Entity] = []  # `only the red one moves`: nothing else does
        self.dangling: Entity | None = None  # stands in for the subject that a fronted clause leaves out

    def _cover(self, start: int, end: int) -> None:
        self.reading.covered.update(range(start, end))

    def _settle(self, start: int, end: int) -> None:
        """Cover words that say nothing by themselves of what is to be seen."""
        self._cover(start, end)
        self.reading.settled.update(range(start, end))

    def _spend_denial(self, end: int) -> None:
        """Let a denial end with words that no part stands for, so that it does not reach the next verb."""
        if self.negated and self.denial is not None:
            self.reading.denials.append((self.denial[0], end))
            self.negated, self.denial = False, None

    def _verb_follows(self) -> bool:
        return self.at < len(self.tokens) and (
            match_verb(self.tokens, self.at) is not None or self.words[self.at] in AUXILIARIES
        )

    def _happening_at(self, at: int) -> bool:
        """Say whether a noun phrase that names a happening stands here (``a stop``)."""
        phrase = parse_phrase(self.tokens, at) if at < len(self.tokens) else None
        return phrase is not None and phrase.name is not None and phrase.name[1] == "event"

    def _anything(self) -> Entity:
        entity = Entity(words=["thing"])
        equals = [e for e in self.reading.entities if same_words(e, entity)]
        entity.ordinal = len(equals)
        self.reading.entities.append(entity)
        return entity

    def _add(self, predicate: str, subjects: list[Entity], surface: str, words: set[int] | None = None) -> list[Part]:
        """Add a part for every subject; ties, negation and times belong to it."""
        parts = []
        negated, self.negated = self.negated, False
        for number, subject in enumerate(subjects):
            part = Part(predicate, subject, negated=negated, surface=surface, words=words or set())
            part.denial = self.denial if negated else None
            if self.rank is not None:
                (part.rank, part.rivals), self.rank = self.rank, None
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

    def _say_of(self, entity: Entity, predicate: str, voice: str, phrase: Phrase) -> None:
        """Add what a participle or a role noun says of its noun (``the hidden ball``, ``the pursuer``)."""
        surface, words = " ".join(self.words[phrase.start : phrase.end]), self._telling(phrase)
        negated, self.negated = self.negated, False
        link, self.link = self.link, None
        inverse = ("inverse" in voice) != voice.startswith("passive")
        part = self._add(predicate, [entity], surface, words)[0]
        if inverse:
            part.object, part.subject, part.generic_subject = entity, self._anything(), True
        if predicate in lexicon().spatial:
            part.to_frame = True
        self.negated, self.link = negated, link

    def _telling(self, phrase: Phrase) -> set[int]:
        """Return the positions of a noun phrase's words that say what its thing does, not what it is."""
        named = {*phrase.nouns, *lexicon().looks, *lexicon().asking["generic"], *DETERMINERS}
        return {at for at in range(phrase.start, phrase.end) if self.words[at] not in named}

    def _relate(self, place: Place, subjects: list[Entity], other: Entity | None) -> list[Part]:
        parts = self._add(place.predicate, subjects, " ".join(place.words))
        for part in parts:
            if other is not None:
                part.object = other
                if place.inverse:
                    part.subject, part.object = other, part.subject
        return parts

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

    def _give_object(self, entity: Entity) -> None:
        """Fill the object of what is open."""
        opened, self.open = self.open, self.open
        assert opened is not None  # noqa: S101 - callers checked
        nobody = entity.bound == "0"  # `follows no one`: does not follow anyone
        entity.bound = None if nobody else entity.bound
        for part in opened.parts:
            part.negated ^= nobody
            if opened.swapped:
                part.subject, part.object = entity, part.subject
            else:
                part.object = entity
            part.surface += " " + entity.text
        self.open = replace(opened, parts=[]) if opened.until is not None else None

    def _resume_outer(self) -> None:
        """Go back to the subject whose clause a relative clause or a participle interrupted."""
        if self.outer:
            self.subjects = self.outer.pop()
        elif self.reading.parts and self.subjects == [] and self.last is not None:
            self.subjects = [self.last]

    def _finite_after_object(self) -> None:
        """``the ball that hits the box stops``: a finite verb after a finished clause belongs to the outer subject."""
        told = bool(self.reading.parts or self.outer)
        if self.previous == "np" and told and self.last is not None and self.last not in self.subjects:
            self._resume_outer()

    def _turn_fronted(self) -> None:
        """``After X, Y``: link the clause that comes to the one that was fronted."""
        assert_relation, first = self.fronted or ("", 0)
        self.fronted = None
        self.link = (assert_relation, self.reading.parts[first])
        self.outer.clear()

    def _attach_dangling(self, entity: Entity) -> None:
        """``Before vanishing, the star …``: what was said of nobody yet is said of the subject that comes."""
        stand_in, self.dangling = self.dangling, None
        for part in self.reading.parts:
            part.subject = entity if part.subject is stand_in else part.subject
            part.object = entity if part.object is stand_in else part.object
        self.reading.entities = [e for e in self.reading.entities if e is not stand_in]
