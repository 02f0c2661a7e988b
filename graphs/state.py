"""Between the plain JSON of a graph's state and the values that agents take."""

from collections.abc import Sequence
from typing import Any

from twins.queries import Decomposition, ResultWarning, SubQuery

Json = dict[str, Any]


def decomposition_of(query: str, parts: Sequence[Json], search: Sequence[str] = ()) -> Decomposition:
    """Return a question as it was taken apart."""
    return Decomposition(
        query=query, sub_queries=tuple(SubQuery.model_validate(part) for part in parts), search=tuple(search)
    )


def as_warning(code: str, text: str) -> Json:
    """Return a warning as the state keeps it."""
    return ResultWarning(code=code, text=text).model_dump()
