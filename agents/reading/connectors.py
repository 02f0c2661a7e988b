"""Words that tie clauses together, deny them or say how often."""

from agents.clauses import AUXILIARIES, CONJUNCTIONS, RELATIVES, match_place, match_verb
from agents.lexicon import closed_class, lexicon
from agents.negations import negating_verb
from agents.noun_phrases import parse_phrase
from agents.reading.state import Walk

CLAUSE_ENDS = frozenset([",", ";", ":", ".", "and", "but"])


class Connectors(Walk):
    """Reads punctuation, conjunctions, words of order, negation and repetition, and relative pronouns."""

    def _read_break(self, text: str) -> str:
        self._close()
        if self.fronted is not None and text == "," and len(self.reading.parts) > self.fronted[1]:
            self._turn_fronted()
        self.clause_start = self.at + 1
        if text != ",":
            self.negated = False
        return "comma"

    def _read_conjunction(self, text: str) -> str:
        if self.at and self.words[self.at - 1 : self.at + 2] == [
            self.words[self.at - 1],
            "and",
            self.words[self.at - 1],
        ]:
            self._settle(self.at, self.at + 2)
            self.at += 2
            return self.previous  # `bigger and bigger`
        if self.open is not None and self.open.parts and self.open.parts[0].object is None and self.open.until is None:
            self._close()
        if text in ("nor",) or (text == "or" and self.reading.parts and self.reading.parts[-1].negated):
            self.negated, self.denial = True, (self.at, self.at + 1)
        self._cover(self.at, self.at + 1)
        if text == "but":
            self.clause_start = self.at + 1
        self.at += 1
        return "conj"

    def _read_negation(self) -> str:
        found = lexicon().longest(lexicon().negations, self.words, self.at)
        lemma_found = found or negating_verb(self.words, self.at)
        if self.words[self.at] == "neither" and self.previous in ("np", "be", "aux", "rel") and "nor" in self.words:
            lemma_found = ("words", 1)
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
        if self._bounds_a_number(lemma_found[1]):
            return ""
        if (end := self._converse_end(self.at + lemma_found[1])) is not None:
            self._close()
            self._settle(self.at, end)
            self.reading.denials.append((self.at, end))
            self.at = end
            return self.previous
        self.negated, self.denial = True, (self.at, self.at + lemma_found[1])
        self.lacking = lemma_found[0] == "before" and self.words[self.at + lemma_found[1] - 1] != "not"
        self._settle(self.at, self.at + lemma_found[1])
        self.at += lemma_found[1]
        return "neg" if self.previous not in ("np",) else "np"

    def _bounds_a_number(self, length: int) -> bool:
        """``with no more than two``: the last word of the negation begins a bound."""
        last = self.at + length - 1
        bound = lexicon().longest(lexicon().bounds, self.words, last)
        return self.words[last] in ("no", "not") and bound is not None and bound[1] > 1

    def _converse_end(self, at: int) -> int | None:
        """``X follows Y, not the other way round``: return where such words end that start here."""
        rest = self.words[at : at + 4]
        lengths = (n for n in range(len(rest), 0, -1) if " ".join(rest[:n]) in lexicon().asking["converse"])
        length = next(lengths, None)
        return None if length is None or not self.reading.parts else at + length

    def _gerund_next(self, length: int) -> bool:
        following = self.at + length
        return following < len(self.tokens) and self.tokens[following].is_gerund

    def _read_times(self) -> str:
        found = lexicon().longest(lexicon().times, self.words, self.at)
        words = self.words[self.at :]
        if found is None and len(words) > 1 and words[1] in ("time", "times"):
            number = lexicon().numbers.get(words[0]) or (
                int(words[0]) if words[0].isdigit() and len(words[0]) < 4 else None
            )
            found = (f"{number} times", 2) if number else None
        if found is None or not self._ends_clause(self.at + found[1], found):
            return ""
        if any(len(place.words) > found[1] for place in match_place(self.tokens, self.at)):
            return ""  # `twice as fast`
        if self.words[max(self.at - 1, 0)] == "how":  # `how many times` tells no number
            self._settle(self.at, self.at + found[1])
            self.at += found[1]
            return self.previous or "adv"
        if not self.reading.parts:
            return ""
        self.reading.parts[-1].times = found[0]
        self._settle(self.at, self.at + found[1])
        self.at += found[1]
        return self.previous

    def _read_adverbial(self) -> str:
        """``all the time``, ``for a moment``: how long or how far, which names no thing and counts none."""
        found = lexicon().longest(lexicon().adverbials, self.words, self.at)
        if found is None or (self.open is not None and self.previous == "verb" and self.words[self.at] == "a"):
            return ""
        self._settle(self.at, self.at + found[1])
        self.at += found[1]
        return self.previous or "adv"

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
        if relation == "after" and self.at + length < len(self.tokens) and self.tokens[self.at + length].is_break:
            relation = "before"  # `some time after, another comes`: afterwards
        if relation == "before" and self._ends_sequel(self.at + length):
            return self._tie_back(self.at + length)
        if length == 1 and self.words[self.at] in closed_class("weak_order") and not self._clause_follows(self.at + 1):
            return ""
        self._close()
        self._settle(self.at, self.at + length)
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

    def _ends_sequel(self, end: int) -> bool:
        """``X stops, Y enters afterwards``: a word of order behind the later of two clauses."""
        if (end < len(self.tokens) and not self.tokens[end].is_break) or self.link is not None:
            return False
        spans = [(min(part.words), max(part.words)) for part in self.reading.parts[-2:] if part.words]
        last = self.reading.parts[-2:]
        tied = any(last[-1] in tie for tie in self.reading.order) or any(part.is_denied for part in last)
        return len(spans) == 2 and not tied and bool(CLAUSE_ENDS & set(self.words[spans[0][1] : spans[1][0]]))

    def _tie_back(self, end: int) -> str:
        self._close()
        self._settle(self.at, end)
        self.reading.order.append(("before", self.reading.parts[-2], self.reading.parts[-1]))
        self.at = end
        return self.previous

    def _opens_clause(self, word: str) -> bool:
        return word in closed_class("openers")

    def _comma_ahead(self) -> bool:
        return "," in self.words[self.at + 1 : self.at + 14]

    def _clause_follows(self, at: int) -> bool:
        """Say whether a noun phrase with a verb behind it, a happening by name, or a gerund, stands here."""
        if at >= len(self.tokens):
            return False
        if self.tokens[at].is_gerund or (self.words[at - 1] == "having" and self.tokens[at].is_participle):
            return True
        phrase = parse_phrase(self.tokens, at)
        if self._happening_at(at):
            return True
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
