"""What things have in common: *two balls of the same colour*, *a box of another shape*."""

import re

from agents.reading.entities import Entity
from agents.reading.references import References

KINDS = {"colour": r"(?:colou?rs?|hues?|shades?)", "shape": r"(?:shapes?|forms?|outlines?)"}
"""What may be shared, and how it is called."""
LEAD = (
    r"(?:(?:that |which |who )?(?:both |all )?(?:of|in|with|having|ha(?:s|ve|d)|are|is|shar(?:e|es|ing)|wear(?:s|ing)?)"
    r" (?:both |all )?(?:of )?)"
)
SAME = (
    r"(?:(?:exactly |just )?the (?:very )?same|one and the same|one|a single|an? (?:equal|identical|common)|equal"
    r"|identical|matching)"
)
OTHER = (
    r"(?:(?:an?|two|three|several|many|all) (?:different|distinct)|different|differing|distinct|unlike|unequal"
    r"|another|various)"
)
SAID = {
    (kind, same): re.compile(rf"{LEAD}{quality} {noun}(?: (?=as\b))?")
    for kind, noun in KINDS.items()
    for same, quality in ((True, SAME), (False, OTHER))
}
LONGEST = 8
"""Words of it."""


class SharedLooks(References):
    """Reads that things have a look in common, or have not."""

    def _read_shared_look(self) -> str:
        text = " ".join(self.words[self.at : self.at + LONGEST])
        entity = self.last if self.previous == "np" else None
        for (kind, same), form in SAID.items():
            found = form.match(text)
            if found is None or entity is None or not _ends_word(text, found.end()):
                continue
            if entity.bound == "0":  # `no two balls of one colour`: of all pairs, which nobody compares; there are some
                entity.bound = None
                return ""
            end = self.at + len(found[0].split())
            self._settle(self.at, end)
            compared = self.words[end : end + 1] == ["as"]
            self.shared.append((entity, kind, same, len(self.reading.entities) if compared else None))
            self.at = end + compared
            return "prep" if compared else self.previous
        return ""

    def _settle_shared_looks(self) -> None:
        """Say between which two things it is: the two of a pair, or one and whom it has to do with."""
        for entity, kind, same, place in self.shared:
            if entity.plural or entity.twin is not None:
                self.reading.shared.append((*self._split(entity), kind, same))
            elif (other := self._partner(entity, place)) is not None:
                self.reading.shared.append((entity, other, kind, same))

    def _partner(self, entity: Entity, place: int | None) -> Entity | None:
        """Return with whom a thing is compared: who is named next, is on the other side of a deed, or was named."""
        entities = self.reading.entities
        if place is not None:
            return next(iter(entities[place:]), None)
        sides = [(part.subject, part.object) for part in self.reading.parts if part.object is not None]
        others = [b if a is entity else a for a, b in sides if entity in (a, b)]
        others += [one for one in entities if one is not entity]
        return next((one for one in others if one is not None and one is not entity), None)


def _ends_word(text: str, at: int) -> bool:
    return at >= len(text) or text[at] == " " or text[at - 1] == " "
