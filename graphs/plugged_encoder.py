"""An encoder that came through the door, made into what search takes: sentences and words to vectors."""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from threading import Lock
from typing import Any

import numpy as np

from encoders.words import carries_meaning
from tools.door import ENCODERS, RefusedError
from tools.plugged import Plugged, open_plugged
from twins.fingerprints import digest
from twins.geometry import Floats
from twins.protocols import WordStates

VERSION = 1
"""Raised when equal answers of a plugin become other vectors."""

AT_ONCE = 64
"""Texts that a plugin is given in one call."""
MOST_DIMENSIONS = 8192
KEPT_WORDS = 50_000
"""Words of which the vector is remembered, for encoders that know no states of words in a sentence."""

_WORD = re.compile(r"[^\W_]+")


class EncoderPlugin(Plugged):
    """The plugin itself: ``encode(texts)`` returns (n, ``dimensions``) numbers."""

    GROUP, METHOD, DOES = ENCODERS, "encode", "encodes sentences"

    @classmethod
    def check(cls, plugin: Any) -> None:
        """See :meth:`tools.plugged.Plugged.check`."""
        given = getattr(plugin, "dimensions", None)
        if not isinstance(given, int) or not 1 <= given <= MOST_DIMENSIONS:
            raise RefusedError(f"its dimensions are {given!r}, not a number from 1 to {MOST_DIMENSIONS}")

    def rows(self, value: Any, count: int, what: str) -> Floats:
        """Return a plugin's answer as (count, dimensions) float32; raise an error that says what is wrong with it."""
        shape = (count, self.plugin.dimensions)
        try:
            found = np.asarray(value)
        except ValueError:  # rows of several lengths
            raise self.wrong(what, value) from None
        if found.shape != shape or found.dtype.kind not in "fiu" or not np.isfinite(found).all():
            raise self.wrong(f"{what} (finite numbers, {shape[0]} x {shape[1]})", f"{found.shape} of {found.dtype}")
        return found.astype(np.float32)


class PluggedEncoder:
    """A :class:`twins.protocols.TextEncoder`; safe to share between threads, which the plugin need not be.

    Its word states are the plugin's own where it has ``encode_words``; else each word is encoded by itself.
    """

    def __init__(self, plugged: EncoderPlugin) -> None:
        self._plugged = plugged
        self._known: dict[str, Floats] = {}
        self._calling = Lock()

    @property
    def name(self) -> str:
        """Such that no built-in encoder has it: other widths would not fit into the same space either."""
        return f"plugin-{self._plugged.name}-{self.dimensions}"

    @property
    def dimensions(self) -> int:
        """What the plugin says."""
        return int(self._plugged.plugin.dimensions)

    @cached_property
    def fingerprint(self) -> str:
        """Hash over the plugin's name, version, settings and weights."""
        return digest({"version": VERSION, **self._plugged.provenance.model_dump()})

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return (len(texts), dimensions) float32 unit rows."""
        rows = self._encoded(texts)
        return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12), np.float32)

    def encode_words(self, texts: Sequence[str]) -> list[WordStates]:
        """Return the states of every text's words."""
        if callable(getattr(self._plugged.plugin, "encode_words", None)):
            return self._own_words(texts)
        words = [tuple(filter(carries_meaning, _WORD.findall(text.lower()))) for text in texts]
        states = self._alone({word for those in words for word in those})
        nothing = np.empty((0, self.dimensions), np.float32)
        return [WordStates(those, np.stack([states[w] for w in those]) if those else nothing) for those in words]

    def encode_both(self, texts: Sequence[str]) -> tuple[Floats, list[WordStates]]:
        """Return what :meth:`encode` and :meth:`encode_words` do."""
        return self.encode(texts), self.encode_words(texts)

    def _encoded(self, texts: Sequence[str]) -> Floats:
        plugged, parts = self._plugged, [np.empty((0, self.dimensions), np.float32)]
        for first in range(0, len(texts), AT_ONCE):
            some = list(texts[first : first + AT_ONCE])
            with self._calling:
                found = plugged.call(partial(plugged.plugin.encode, some))
            parts.append(plugged.rows(found, len(some), "vectors of sentences"))
        return np.concatenate(parts)

    def _alone(self, words: set[str]) -> Mapping[str, Floats]:
        """Return the vector of each of these words."""
        known = self._known
        new = sorted(words - known.keys())
        found = {**known, **dict(zip(new, self._encoded(new), strict=True))}
        self._known = found if len(found) <= KEPT_WORDS else {}
        return found

    def _own_words(self, texts: Sequence[str]) -> list[WordStates]:
        plugged, answers = self._plugged, list[Any]()
        for first in range(0, len(texts), AT_ONCE):
            some = list(texts[first : first + AT_ONCE])
            with self._calling:
                found = plugged.call(partial(plugged.plugin.encode_words, some))
            if not isinstance(found, list | tuple) or len(found) != len(some):
                raise plugged.wrong(f"a list of the words of {len(some)} texts", found)
            answers += found
        return [self._word_states(answer) for answer in answers]

    def _word_states(self, answer: Any) -> WordStates:
        pair = isinstance(answer, list | tuple) and len(answer) == 2
        if not pair or not all(isinstance(word, str) for word in answer[0]):
            raise self._plugged.wrong("(words, states)", answer)
        states = self._plugged.rows(answer[1], len(answer[0]), "states of words")
        kept = [place for place, word in enumerate(answer[0]) if carries_meaning(word.lower())]
        return WordStates(tuple(answer[0][place].lower() for place in kept), states[kept])


def open_encoder(name: str, settings: Mapping[str, Any], device: str = "cpu") -> PluggedEncoder:
    """Load an encoder and build it; see :func:`tools.plugged.open_plugged`."""
    return PluggedEncoder(open_plugged([EncoderPlugin], name, settings, device))
