"""Which thing a noun phrase means: a new one, or one already spoken of."""

from agents.phrase_reader import Phrase
from agents.reading.entities import Entity, Part, fits, same_words, singular
from agents.reading.state import Walk


class References(Walk):
    """Resolves pronouns, repeated nouns, roles and *the other*."""

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
            span=(phrase.start, phrase.end),
        )
        if phrase.name is not None or phrase.pronoun is not None:
            entity.words = entity.words or ["thing"]
        equals = [e for e in self.reading.entities if same_words(e, entity)]
        if equals:
            entity.ordinal = max(e.ordinal for e in equals) + 1
        elif phrase.other:
            entity.ordinal = 1
        self.reading.entities.append(entity)
        already = phrase.name is not None and any(part.predicate == phrase.name[0] for part in self._waiting())
        if phrase.name is not None and not already:
            self._say_of(entity, phrase.name[0], "inverse" if phrase.name[1] == "patient" else "active", phrase)
        return entity

    def _known(self, phrase: Phrase) -> Entity | None:
        """Return the entity that a pronoun, a definite phrase, a role or ``the other`` goes back to."""
        entities = self.reading.entities
        if phrase.name is not None and phrase.name[1] in ("agent", "patient"):
            for part in reversed(self.reading.parts):
                busy = self.open is not None and part in self.open.parts
                if part.predicate == phrase.name[0] and not phrase.looks and not busy:
                    self.reading.settled |= self._telling(phrase)
                    return part.subject if phrase.name[1] == "agent" else part.object
            return None  # `the one where the pursuer is red`: the part that it plays is news
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
        fitting = [e for e in entities if fits(phrase, e)]
        if not fitting:
            return None
        return next((e for e in fitting if e in self.subjects), fitting[-1])

    def _meant_by_pronoun(self, pronoun: str) -> Entity:
        entities = self.reading.entities
        if self._waiting():
            others = [e for e in entities if e is not self._waiting()[0].subject]
            return others[-1] if others else entities[-1]
        if pronoun in ("them", "they", "these", "those"):
            return next((e for e in reversed(entities) if e.plural), entities[-1])
        if self.outer:
            return self.outer[0][0]
        subject = self.subjects or [p.subject for p in self.reading.parts[-1:]] or entities
        return subject[0]

    def _waiting(self) -> list[Part]:
        """Return the parts that still wait for their object."""
        return self.open.parts if self.open is not None else []

    def _the_other(self, phrase: Phrase) -> Entity | None:
        """Find ``the other one``: the second of a pair, or the one that is not the subject."""
        entities = self.reading.entities
        if self.group is not None:
            return self.group[1]
        plural = next((e for e in reversed(entities) if e.plural), None)
        if plural is not None:
            return self._split(plural)[1]
        busy = [self._waiting()[0].subject] if self._waiting() else self.subjects
        others = [e for e in entities if e not in busy and (not phrase.nouns or fits(phrase, e))]
        return others[-1] if others and phrase.definite and len(entities) > 1 else None

    def _split(self, entity: Entity) -> tuple[Entity, Entity]:
        """Return the first and the second of a pair that was spoken of together."""
        if entity.twin is None:
            entity.words = [singular(word) for word in entity.words]
            twin = Entity(list(entity.words), list(entity.looks), list(entity.nouns), ordinal=1)
            entity.twin = twin
            self.reading.entities.insert(self.reading.entities.index(entity) + 1, twin)
        self.group = (entity, entity.twin)
        return self.group

    def _pair(self, subjects: list[Entity]) -> tuple[Entity, Entity]:
        if len(subjects) > 1:
            return subjects[0], subjects[1]
        if subjects[0].bound is not None and subjects[0].bound not in ("0", "2", "=2", "all"):
            self.reading.counted.append(subjects[0])
        return self._split(subjects[0])

    def _reciprocate(self) -> None:
        """``each other`` as the object: the subjects do it to one another."""
        if self.open is None or not self.open.parts:
            return
        part = self.open.parts[0]
        subjects = self.subjects if len(self.subjects) > 1 else [part.subject]
        for extra in self.open.parts[1:]:
            self.reading.parts.remove(extra)
        part.subject, part.object = self._pair(subjects)
        self.open = None
