"""all-MiniLM-L6-v2 on onnxruntime: sentences and words to vectors, without torch and without a network."""

import hashlib
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
import platformdirs

from encoders.minilm_files import GRAPH_VERSION, WEIGHTS_SHA256, graph_file, package_folder
from encoders.words import STOP_WORDS, carries_meaning
from twins.geometry import Floats
from twins.protocols import WordStates

if TYPE_CHECKING:
    import onnxruntime
    from tokenizers import Encoding, Tokenizer

VERSION = 1
"""Raised when equal texts get other vectors."""

MAX_TOKENS = 256
BATCH = 32
LONGER = 1.5
"""By how much the longest text of a batch may exceed the shortest."""

WIDTH = 384


class MiniLM:
    """A :class:`twins.protocols.TextEncoder`. Loads its weights on first use; safe to share between threads.

    Texts are cut after 256 word pieces.

    Args:
        threads: of onnxruntime; none leaves the choice to it.
        cache: folder of the built graph; the user's cache folder by default.
    """

    def __init__(self, *, threads: int | None = None, cache: Path | None = None) -> None:
        self._threads = threads
        self._cache = cache or Path(platformdirs.user_cache_dir("twinseek"))
        self._loading = Lock()

    @property
    def name(self) -> str:
        """``minilm``."""
        return "minilm"

    @property
    def dimensions(self) -> int:
        """384."""
        return WIDTH

    @cached_property
    def fingerprint(self) -> str:
        """Hash over code version, weights and stop words."""
        identity = (VERSION, GRAPH_VERSION, WEIGHTS_SHA256, MAX_TOKENS, sorted(STOP_WORDS))
        return hashlib.sha256(repr(identity).encode()).hexdigest()[:32]

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return (len(texts), 384) float32 unit rows: the mean of each text's token states, normalised."""
        vectors = np.empty((len(texts), WIDTH), np.float32)
        for place, states, _ in self._run(texts):
            vectors[place] = _pooled(states)
        return vectors

    def encode_words(self, texts: Sequence[str]) -> list[WordStates]:
        """Return the last-layer states of every text's words; see :class:`twins.protocols.WordStates`."""
        return self.encode_both(texts)[1]

    def encode_both(self, texts: Sequence[str]) -> tuple[Floats, list[WordStates]]:
        """Return what :meth:`encode` and :meth:`encode_words` do, for the price of one."""
        vectors = np.empty((len(texts), WIDTH), np.float32)
        words: dict[int, WordStates] = {}
        for place, states, encoding in self._run(texts):
            vectors[place] = _pooled(states)
            words[place] = _word_states(states, encoding)
        return vectors, [words[place] for place in range(len(texts))]

    def _run(self, texts: Sequence[str]) -> Iterator[tuple[int, Floats, "Encoding"]]:
        """Yield (place, (tokens, 384) states, encoding) of each text, short ones first so that little is padded."""
        with self._loading:  # once, also where the first texts come at the same time
            tokenizer, session = self._tokenizer, self._session
        # One by one: encode_batch starts a thread pool that complains after every fork.
        encodings = [tokenizer.encode(text.encode("utf-8", "replace").decode()) for text in texts]
        for batch in _batches([len(encoding) for encoding in encodings]):
            lengths = np.array([len(encodings[place]) for place in batch], np.int32)
            ids = np.zeros((len(batch), lengths.max()), np.int32)
            for row, place in enumerate(batch):
                ids[row, : lengths[row]] = encodings[place].ids
            (states,) = session.run(None, {"ids": ids, "lengths": lengths})
            for row, place in enumerate(batch):
                yield place, np.asarray(states)[row, : lengths[row]], encodings[place]

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(package_folder() / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(MAX_TOKENS)
        return tokenizer

    @cached_property
    def _session(self) -> "onnxruntime.InferenceSession":
        from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidGraph, InvalidProtobuf

        package = package_folder()
        try:
            return self._open(graph_file(package, self._cache))
        except (Fail, InvalidGraph, InvalidProtobuf):
            return self._open(graph_file(package, self._cache, anew=True))

    def _open(self, graph: Path) -> "onnxruntime.InferenceSession":
        import onnxruntime

        options = onnxruntime.SessionOptions()
        # The graph is built of fused nodes: looking for more to fuse would only cost time at every start.
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        if self._threads is not None:
            options.intra_op_num_threads = self._threads
        # Threads that spin while they wait take the processor from whoever else works here.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield the places of texts that run together: similar lengths, so that little is padded."""
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lambda place: lengths[place]):
        if batch and (len(batch) == BATCH or lengths[place] > LONGER * lengths[batch[0]]):
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


def _pooled(states: Floats) -> Floats:
    mean = states.mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean), np.float32)


def _word_states(states: Floats, encoding: "Encoding") -> WordStates:
    words = [word for word in _words(encoding) if carries_meaning(word[0])]
    means = [states[pieces].mean(axis=0) for _, pieces in words]
    return WordStates(tuple(word for word, _ in words), np.stack(means) if means else np.empty((0, WIDTH), np.float32))


def _words(encoding: "Encoding") -> Iterator[tuple[str, list[int]]]:
    """Yield each word of a tokenised text with the places of its pieces."""
    pieces: dict[int, list[int]] = {}
    for place, word in enumerate(encoding.word_ids):
        if word is not None:
            pieces.setdefault(word, []).append(place)
    for places in pieces.values():
        yield "".join(encoding.tokens[place].removeprefix("##") for place in places), places
