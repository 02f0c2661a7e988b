"""The few things that are asked of Chroma, embedded or served, with one kind of error."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit
from urllib.request import urlopen

import numpy as np

from twins.errors import TwinseekError
from twins.geometry import Floats

EF_SEARCH = 1000
"""Recall@200 at 100,000 clustered vectors is 0.896 with Chroma's own 100, and 0.997 with this."""

BATCH_ROWS = 5_000
"""Chroma refuses batches above 5,461."""

ANSWER_ROWS = 30_000
"""Queries times results of one request; beyond 32,000 SQLite runs out of variables."""

SERVER_SECONDS = 10.0


class ChromaUnavailableError(TwinseekError):
    """Chroma cannot answer now; exact search can."""


class ChromaClient:
    """Collections of unit vectors under names. Every method may raise :class:`ChromaUnavailableError`."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._collections: dict[str, Any] = {}

    @classmethod
    def open_folder(cls, folder: Path) -> Self:
        """Open an embedded Chroma. The caller sees to it that no other process has it open."""
        with _one_kind_of_error():
            import chromadb

            return cls(chromadb.PersistentClient(str(folder), _settings()))

    @classmethod
    def connect(cls, url: str) -> Self:
        """Connect to a server.

        Raises:
            TwinseekError: the address is not an HTTP one.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise TwinseekError(f"{url!r} is not the address of a Chroma server: write it like http://localhost:8000")
        secure = parts.scheme == "https"
        with _one_kind_of_error():
            import chromadb

            # The client waits for ever, and asks the server while it is made: see first that one answers.
            urlopen(f"{url.rstrip('/')}/api/v2/heartbeat", timeout=SERVER_SECONDS).close()  # noqa: S310
            port = parts.port or (443 if secure else 80)
            return cls(chromadb.HttpClient(parts.hostname, port, secure, settings=_settings()))

    def rows(self, name: str) -> int | None:
        """Count a collection's vectors; none where there is no such collection."""
        from chromadb.errors import NotFoundError

        with _one_kind_of_error():
            try:
                return int(self._collection(name).count())
            except NotFoundError:
                self._collections.pop(name, None)
                return None

    def nearest(self, name: str, queries: Floats, results: int) -> tuple[set[str], list[float]]:
        """Return the ids near any of the queries (q, d), and the cosine distance of each query's nearest."""
        ids: set[str] = set()
        distances: list[float] = []
        step = max(1, ANSWER_ROWS // results)
        for first in range(0, len(queries), step):
            some = np.asarray(queries[first : first + step], np.float32)
            with _one_kind_of_error():
                found = self._collection(name).query(query_embeddings=some, n_results=results, include=["distances"])
            ids.update(*found["ids"])
            distances.extend(one[0] for one in found["distances"] if one)
        return ids, distances

    def create(self, name: str) -> None:
        """Make an empty collection, in place of one of this name."""
        self.delete(name)
        with _one_kind_of_error():
            self._collections[name] = self._client.create_collection(
                name,
                configuration={"hnsw": {"space": "cosine", "ef_search": EF_SEARCH}},
                embedding_function=None,  # Chroma's own downloads a model
            )

    def add(self, name: str, ids: Sequence[str], vectors: Floats) -> None:
        """Add at most ``BATCH_ROWS`` vectors (n, d)."""
        with _one_kind_of_error():
            self._collection(name).upsert(ids=list(ids), embeddings=vectors)

    def remove(self, name: str, ids: Sequence[str]) -> None:
        """Remove vectors."""
        for first in range(0, len(ids), BATCH_ROWS):
            with _one_kind_of_error():
                self._collection(name).delete(ids=list(ids[first : first + BATCH_ROWS]))

    def delete(self, name: str) -> None:
        """Remove a collection, if it is there."""
        if self.rows(name) is not None:
            with _one_kind_of_error():
                self._client.delete_collection(name)
        self._collections.pop(name, None)

    def close(self) -> None:
        """Let go of the files or the connection."""
        with _one_kind_of_error():
            self._client.close()

    def _collection(self, name: str) -> Any:
        if name not in self._collections:
            self._collections[name] = self._client.get_collection(name, embedding_function=None)
        return self._collections[name]


def _settings() -> Any:
    from chromadb.config import Settings

    return Settings(anonymized_telemetry=False, chroma_query_request_timeout_seconds=int(SERVER_SECONDS))


@contextmanager
def _one_kind_of_error() -> Iterator[None]:
    """Chroma raises errors of many kinds, Rust panics (no ``Exception``) among them; any means: search exactly."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, TwinseekError):
        raise
    except BaseException as error:
        raise ChromaUnavailableError(f"Chroma failed ({type(error).__name__}: {error})") from error
