"""Try a Chroma folder: run as ``python -m twins.search.chroma_probe FOLDER``, samples as JSON on standard input.

A broken folder can crash the process that opens it, or never return: so this is a process of its own. Exit status 0
means sound; otherwise the last line on standard error says what was wrong.
"""

import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TypedDict

import numpy as np

from twins.errors import TwinseekError
from twins.search.chroma_client import ChromaClient

SAME = 1e-3
"""Cosine distance below which a vector was found again; Chroma's float32 gives about 1e-7."""


class Sample(TypedDict):
    """What a collection should hold: so many rows, and these vectors (n, d) among them."""

    collection: str
    rows: int
    vectors: list[list[float]]


def probe(folder: Path, samples: Iterable[Sample]) -> None:
    """Open the folder, count each collection's rows and look its sample vectors up.

    Raises:
        TwinseekError: something is amiss. Chroma may also end the process.
    """
    if not folder.is_dir():
        raise TwinseekError(f"{folder} is missing")
    client = ChromaClient.open_folder(folder)
    for sample in samples:
        rows = client.rows(sample["collection"])
        if rows != sample["rows"]:
            raise TwinseekError(f"{rows} rows instead of {sample['rows']}")
        vectors = np.asarray(sample["vectors"], np.float32)
        distances = client.nearest(sample["collection"], vectors, 1)[1] if len(vectors) else []
        if len(distances) < len(vectors) or max(distances, default=0.0) > SAME:
            raise TwinseekError("a vector was not found again")


if __name__ == "__main__":
    try:
        probe(Path(sys.argv[1]), json.load(sys.stdin))
    except TwinseekError as error:
        print(str(error).replace("\n", " "), file=sys.stderr)  # noqa: T201
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)  # not through Chroma's own clean-up, whose failure would mean nothing
