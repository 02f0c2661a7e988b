"""Which model decides what."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agents.llm.model import Model


@dataclass(frozen=True)
class Models:
    """The models of one query, which share its meter; where there is none, rules decide (and nothing sees).

    Args:
        decompose: takes questions apart.
        judge: looks at candidates, and compares the best of them.
        see: is shown pictures.
    """

    decompose: "Model | None" = None
    judge: "Model | None" = None
    see: "Model | None" = None
