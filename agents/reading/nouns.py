"""Noun phrases take their place in the clause."""

from dataclasses import replace

from agents.clauses import AUXILIARIES, BE, RELATIVES, match_verb
from agents.descriptions import parted
from agents.lexicon import closed_class, lexicon, stems
from agents.noun_phrases import parse_phrase
from agents.phrase_reader import Phrase
from agents.reading.entities import Entity
from agents.reading.exclusions import Exclusions

LIGHT = frozenset(stem for word in closed_class("light") for stem in stems(word))
TOGETHER = ("between", "involving", "among")


class Nouns(Exclusions):
    """Reads noun phrases, and nouns that name a happening."""

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
                if self._is_of_all(entity, phrase):
                    self._look_all(entity, phrase)
                entity.words = [*phrase.words, *[w for w in entity.words if w not in ("one",)]]
                entity.looks += [look for look in phrase.looks if look not in entity.looks]
            for predicate, _ in phrase.says:
                self._add(predicate, self.subjects, text)
            if self.words[self.at : self.at + 1] in (["and"], [","]) and self.words[self.at + 1 : self.at + 2]:
                self.at += self.words[self.at + 1] in lexicon().looks
            return "be" if self.words[self.at - 1] in ("and", ",") else "np"
        if self._is_denied(phrase):
            self._deny(phrase)
            return "np"
        if phrase.bound == "all" and self.negated and self.denial is not None and self.denial[1] == phrase.start:
            phrase = replace(phrase, bound=">=1")  # `not all of them move`: one or more do not
        entities = self._both(phrase) or self._joined(phrase)
        self._place_entities(entities, phrase)
        for entity in entities[:1]:
            for predicate, voice in phrase.says:
                self._say_of(entity, predicate, voice, phrase)
        self.last = entities[-1]
        if phrase.definite and self.words[max(phrase.start - 1, 0)] in closed_class("exclusively"):
            self.only += [entity for entity in entities if entity.is_described]
        return "np"

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
            and not self._is_cleft(phrase)
        )

    def _is_of_all(self, entity: Entity, phrase: Phrase) -> bool:
        """``all of them are red``, ``they are all red``; not ``the ball is all red``, nor ``all that move are red``."""
        several = entity.plural or self.words[phrase.start - 1] in closed_class("plural_auxiliaries")
        narrowed = any(entity in (part.subject, part.object) for part in self.reading.parts)
        said = entity.bound == "all" or (phrase.bound == "all" and several)
        return bool(phrase.looks) and said and (bool(entity.whole) or not narrowed)

    def _look_all(self, entity: Entity, phrase: Phrase) -> None:
        """Note that all of a kind look so; what it was called before that says of what kind."""
        start = entity.shown[0] if entity.whole else phrase.start
        entity.whole, entity.bound = entity.whole or parted(entity.text)[0], "all"
        entity.shown = (start, phrase.end)

    def _is_denied(self, phrase: Phrase) -> bool:
        """Say whether a phrase itself is denied, and not the verb behind it: ``without a hat``, ``is not red``."""
        if not self.negated or self.denial is None or self.open is not None:
            return False
        by = self.words[self.denial[1] : self.denial[1] + 1] == ["by"]  # `is hit, but not by the red one`
        if self.denial[1] + by != phrase.start:
            return False
        if self._is_denied_quality(phrase):
            return True
        if self.lacking:  # `without a hat runs`, but `without a dog chasing it`
            return self.at >= len(self.tokens) or not (self.tokens[self.at].is_gerund or self.words[self.at] == "being")
        return (self.previous == "neg" or by) and not self._verb_follows()

    def _is_denied_quality(self, phrase: Phrase) -> bool:
        """``a ball that is not red``, ``is not a dog``; but ``there is not a dog``, ``it is not the dog that``."""
        start = self.denial[0] if self.denial is not None else 0
        follows = self.words[self.at : self.at + 1]
        again = self.words[start] == "nor" and any(end == start for _, end in self.reading.denials)
        return (
            (again or self.words[max(start - 1, 0)] in BE)
            and self.words[max(start - 2, 0)] != "there"
            and bool(self.subjects)
            and phrase.name is None
            and phrase.pronoun is None
            and bool(phrase.looks or phrase.nouns)
            and not (follows and follows[0] in RELATIVES)
        )

    def _deny(self, phrase: Phrase) -> None:
        """Exclude what a phrase means from what is spoken of, or take it for absent (``without a hat``)."""
        if self._is_denied_quality(phrase):
            self._exclude_quality(phrase)
        elif self._is_contrast():
            self._contrast(phrase)
        else:
            self._spend_denial(phrase.end)
            self.reading.absent.append(self._entity(replace(phrase, bound=None), reference=False))

    def _is_cleft(self, phrase: Phrase) -> bool:
        """``it is the ball which moves``: the ball is no quality of what was spoken of, but what does it."""
        return (
            self.words[max(phrase.start - 2, 0)] == "it"
            and self.words[self.at : self.at + 1] != []
            and (self.words[self.at] in RELATIVES)
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
        return list(dict.fromkeys(entities))  # `some cups and they`: the cups

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
            negated = last.negated and self.words[phrase.start - 1] != "but"  # `does not hit the box but the wall`
            self._append(replace(last, object=entities[0], negated=negated, words=set(last.words)), tie=False)
            return
        if self.before is not None and self.previous in ("comma", "act", "np", "word", "be", "aux"):
            place, self.before = self.before, None
            self._relate(place, entities, self.place_object)
            self.subjects = entities
            return
        if self.previous in ("word", "prep", "act", "by") and self.subjects and not self._verb_follows():
            return
        if (
            phrase.start
            and self.words[phrase.start - 1] == "of"
            and self.last is not None
            and self.last in self.subjects
        ):
            return  # `the red one of the pair stops`: the red one does
        if self.previous == "act" and self.outer:
            return  # `a dog that chews bones chases a cat`: the bones do not
        if self.previous == "np" and self.last is not None and not self._verb_follows():
            return
        if self.previous not in ("rel", "conj", "comma", "order", ""):
            self.outer.clear()
        clause_ends = self.previous == "np" or (self.previous in ("place", "verb") and self._verb_follows())
        if self.fronted is not None and clause_ends and len(self.reading.parts) > self.fronted[1]:
            self._turn_fronted()  # `after the crash the blue one …`: no comma ends the fronted clause
        if self.dangling is not None and self.previous == "comma":
            self._attach_dangling(entities[0])
        self.subjects = entities

    def _repeats_object(self, phrase: Phrase) -> bool:
        last = self.reading.parts[-1]
        return (
            last.object is not None
            and not self._verb_follows()
            and not last.to_frame
            and last.object is not self._known(phrase)
        )

    def _read_happening(self, phrase: Phrase) -> str:
        """``a collision between X and Y``, ``the pursuit of X by Y``."""
        self._close()
        if self.words[self.at : self.at + 2] == ["in", "which"] or self.words[self.at : self.at + 1] in (
            ["where"],
            ["that"],
        ):
            self._settle(phrase.start, phrase.end)
            return "comma"  # `a race in which …`: the clause says what happens
        assert phrase.name is not None  # noqa: S101 - narrowed by the caller
        first, second = self._sides(phrase.name[0])
        surface = " ".join(self.words[phrase.start : self.at])
        done = phrase.start > 0 and self._light_verb(phrase.start - 1)
        doers = self.subjects if done or self.previous in ("neg", "order") else []
        subjects = [first] if first is not None else doers or [self._anything()]
        for part in self._add(phrase.name[0], subjects, surface):
            part.object = second
            if phrase.bound == "0":
                part.negated = not part.negated
            elif phrase.bound is not None and phrase.bound != "all":
                part.times = f"{phrase.bound.lstrip('=')} times"
            part.words = set(range(phrase.start, self.at))
        self.last = second or first
        return "np"

    def _light_verb(self, at: int) -> bool:
        """``makes a stop``: the noun says what is done; the verb before it is settled."""
        if not self.tokens[at].stems & LIGHT:
            return False
        self._settle(at, at + 1)
        return True

    def _sides(self, predicate: str) -> tuple[Entity | None, Entity | None]:
        """Read between whom something happens: ``of X by Y``, ``between X and Y``, ``with Y``."""
        sides: dict[str, Entity] = {}
        while self.at < len(self.tokens) and self.words[self.at] in ("of", "with", "by", "and", *TOGETHER):
            word = self.words[self.at]
            following = parse_phrase(self.tokens, self.at + 1) if self.at + 1 < len(self.tokens) else None
            if following is not None and following.bound == "0" and word == "with":
                break  # `a chase with no black thing`: it is not there
            if following is None or (word == "and" and ("and" in sides or not sides.keys() & {"of", *TOGETHER})):
                break
            self._cover(self.at, following.end)
            self.at = following.end
            sides[word] = self._entity(following)
        first = next((sides[word] for word in ("by", "between", "of", "involving", "among") if word in sides), None)
        second = (sides.get("of") if "by" in sides else None) or sides.get("and") or sides.get("with")
        if first is not None and second is None and "of" in sides and predicate == "follows":
            first, second = None, first  # `the pursuit of X`: X is pursued
        if first is not None and second is None and first.plural:
            first, second = self._split(first)
        return first, second
