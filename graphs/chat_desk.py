"""What the chat works with: libraries by their names, and who reads messages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from agents.follow_ups import FollowUp
from graphs.chat_turns import Turn
from graphs.likeness import Likeness
from graphs.ranking import RankedHit
from graphs.state import Json
from twins.observations import EffectiveTwin
from twins.protocols import Decomposer
from twins.queries import Cost, Hit, ResultWarning


@dataclass(frozen=True)
class ReadMessage:
    """What a message means, what to warn of, and what it cost to find out."""

    follow_up: FollowUp
    warnings: tuple[ResultWarning, ...] = ()
    cost: Cost = field(default_factory=Cost)


class Desk(Protocol):
    """Where the chat's questions are answered; a library is named as clients name it, never by a path.

    Every method raises :class:`TwinseekError`, with a sentence for the user, where there is no such library or video.
    """

    def read(self, message: str, turns: Sequence[Turn], library: str | None) -> ReadMessage:
        """Say what a message means after these turns."""

    def ask(self, library: str | None, question: str, *, spent: Cost, **options: Any) -> Iterator[Json]:
        """Yield progress events, and at last ``{"event": "result", "result": …}``.

        ``spent`` is what the message has cost until now: it counts towards the budget of this question. Options are
        those of :meth:`twinseek.library.Library.ask`; ``within`` and ``without`` name videos, and without ``ordered``
        close scores are not compared.
        """

    def twin(self, library: str | None, video_id: str) -> EffectiveTwin:
        """Return what is known of a video."""

    def ground(self, library: str | None, hit: RankedHit) -> Hit:
        """Give the instances of a video their frames, boxes and masks."""

    def likeness(self, library: str | None, references: Sequence[str], edit: str) -> Likeness:
        """Return who compares videos with some of them; ``edit`` is how the others should differ, or empty."""

    def page(self, library: str | None) -> int:
        """Return how many videos a list holds at first."""

    def decomposer(self, library: str | None) -> Decomposer:
        """Return who takes texts apart."""
