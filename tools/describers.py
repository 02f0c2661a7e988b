"""Describers that came through the door."""

import inspect
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, get_args

from tools.door import DESCRIBERS
from tools.plugged import QUICK_FRAMES, Plugged, own, tidy
from twins.errors import TwinseekError
from twins.frames import Frame
from twins.schema import FactKind
from twins.specialists import Boxes, Phrase

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

MOST_PHRASES = 8
"""Phrases about one thing, or the whole picture, that one answer may hold."""
LONGEST_PHRASE = 120
"""Letters; what is longer is cut."""
SURENESS = 0.6
"""Confidence of a phrase that comes without one."""

MOST_NAMES, LONGEST_NAME = 48, 40
"""Names of things that one answer may hold, and letters of each; a longer one is no name."""
PATIENCE = 2
"""It may take the time of so many looks, and of one more for each thing: who speaks takes longer than who looks."""

OF_A_THING: tuple[FactKind, ...] = ("attribute", "action", "state", "role", "purpose")
OF_THE_PICTURE: tuple[FactKind, ...] = ("scene", "action", "event", "purpose")
"""What phrases may be; the first is what a bare text is."""


class PluggedDescriber(Plugged):
    """A describer: ``describe(images, boxes)`` returns ``{id: [text, (kind, text) or (kind, text, confidence)]}``.

    ``names(images)``, where it has that, returns names of things, for a detector to look for. Where a method takes
    ``seconds`` too, it is told the frames' times.
    """

    GROUP, METHOD, DOES = DESCRIBERS, "describe", "describes things"

    def describe(self, frames: Sequence[Frame], boxes: Sequence[Boxes]) -> Mapping[str, Sequence[Phrase]]:
        """See :class:`twins.specialists.Describer`."""
        images, shown = [own(frame.image) for frame in frames], [dict(those) for those in boxes]
        known = {"", *(name for those in boxes for name in those)}
        found = self._ask(self.plugin.describe, frames, images, shown, looks=PATIENCE + len(known))
        if not isinstance(found, Mapping):
            raise self.wrong("descriptions", found)
        return {name: self._phrases(name, entries) for name, entries in found.items() if name in known}

    @property
    def suggests(self) -> bool:
        """See :class:`twins.specialists.Describer`."""
        return callable(getattr(self.plugin, "names", None))

    def names(self, frames: Sequence[Frame]) -> list[str]:
        """See :class:`twins.specialists.Describer`."""
        found = self._ask(self.plugin.names, frames, [own(frame.image) for frame in frames], looks=PATIENCE + 1)
        if not isinstance(found, list | tuple) or not all(isinstance(name, str) for name in found):
            raise self.wrong("names of things", found)
        names = [tidy(name) for name in found[:MOST_NAMES] if len(name) <= LONGEST_NAME]
        return list(dict.fromkeys(name.lower() for name in names if name))

    def chat(self) -> "BaseChatModel":
        """Return a chat model that sees, on the weights of the describer.

        Raises:
            TwinseekError: it has none.
        """
        from langchain_core.language_models import BaseChatModel

        if not callable(getattr(self.plugin, "chat", None)):
            raise TwinseekError(f"the plugin {self.name} has no chat(identity): it cannot be used as a chat model")
        chat = self.call(lambda: self.plugin.chat(f"{self.name}-{self.provenance.weights or self.provenance.version}"))
        if not isinstance(chat, BaseChatModel):
            raise self.wrong("a LangChain chat model", chat)
        return chat

    def _ask(self, method: Callable[..., Any], frames: Sequence[Frame], *given: Any, looks: int) -> Any:
        times = {"seconds": [frame.seconds for frame in frames]} if _takes(method, "seconds") else {}
        return self.call(lambda: method(*given, **times), frames=looks * QUICK_FRAMES)

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


def _takes(method: Callable[..., Any], name: str) -> bool:
    """Say whether a method has an argument of this name; of what is not written in Python nothing is known."""
    try:
        return name in inspect.signature(method).parameters
    except (TypeError, ValueError):
        return False
