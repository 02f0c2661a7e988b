"""Describers that came through the door."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from tools.door import DESCRIBERS
from tools.plugged import Plugged, own, tidy
from twins.frames import Frame
from twins.schema import FactKind
from twins.specialists import Boxes, Phrase

MOST_PHRASES = 8
"""Phrases about one thing, or the whole picture, that one answer may hold."""
LONGEST_PHRASE = 120
"""Letters; what is longer is cut."""
SURENESS = 0.6
"""Confidence of a phrase that comes without one."""

OF_A_THING: tuple[FactKind, ...] = ("attribute", "action", "state", "role", "purpose")
OF_THE_PICTURE: tuple[FactKind, ...] = ("scene", "action", "event", "purpose")
"""What phrases may be; the first is what a bare text is."""


class PluggedDescriber(Plugged):
    """A describer: ``describe(images, boxes)`` returns ``{id: [text, (kind, text) or (kind, text, confidence)]}``.

    ``names(images)``, where it has that, returns names of things, for a detector to look for.
    """

    GROUP, METHOD, DOES = DESCRIBERS, "describe", "describes things"

    def describe(self, frames: Sequence[Frame], boxes: Sequence[Boxes]) -> Mapping[str, Sequence[Phrase]]:
        """See :class:`twins.specialists.Describer`."""
        images, shown = [own(frame.image) for frame in frames], [dict(those) for those in boxes]
        found = self.call(lambda: self.plugin.describe(images, shown))
        if not isinstance(found, Mapping):
            raise self.wrong("descriptions", found)
        known = {"", *(name for those in boxes for name in those)}
        return {name: self._phrases(name, entries) for name, entries in found.items() if name in known}

    @property
    def suggests(self) -> bool:
        """See :class:`twins.specialists.Describer`."""
        return callable(getattr(self.plugin, "names", None))

    def names(self, frames: Sequence[Frame]) -> list[str]:
        """See :class:`twins.specialists.Describer`."""
        images = [own(frame.image) for frame in frames]
        names: list[str] = self.call(lambda: list(self.plugin.names(images)), frames=len(images))
        if not all(isinstance(name, str) for name in names):
            raise self.wrong("names of things", names)
        return names

    def _phrases(self, name: str, entries: Any) -> list[Phrase]:
        if not isinstance(entries, list | tuple):
            raise self.wrong("a list of phrases", entries)
        kinds = OF_A_THING if name else OF_THE_PICTURE
        phrases = [self._phrase(entry, kinds) for entry in entries[:MOST_PHRASES]]
        return list({(phrase.kind, phrase.text): phrase for phrase in phrases if phrase.text}.values())

    def _phrase(self, entry: Any, kinds: tuple[FactKind, ...]) -> Phrase:
        parts = (kinds[0], entry) if isinstance(entry, str) else entry
        if not isinstance(parts, list | tuple) or len(parts) not in (2, 3) or not isinstance(parts[1], str):
            raise self.wrong("a phrase", entry)
        kind = next((known for known in get_args(FactKind) if known == parts[0] and known in kinds), None)
        if kind is None:
            raise self.wrong(f"a kind ({', '.join(kinds)})", parts[0])
        text = textwrap.shorten(tidy(parts[1][: 10 * LONGEST_PHRASE]), LONGEST_PHRASE, placeholder=" …")
        return Phrase(kind, text, self.confidence(parts[2]) if len(parts) == 3 else SURENESS)
