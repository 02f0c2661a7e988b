"""What a query may spend and what it has spent: calls, tokens, tool calls, seconds."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from langchain_core.messages.ai import UsageMetadata

from twins.errors import TwinseekError
from twins.queries import Cost


class BudgetSpentError(TwinseekError):
    """A call would go beyond what the query may spend; it was not made."""


@dataclass(frozen=True)
class Budget:
    """What one query may spend; none is no limit.

    Args:
        calls: requests to models, repeated ones too.
        tokens: of prompts and completions together.
        tool_calls: of specialists.
        seconds: from the query's beginning.
    """

    calls: int | None = None
    tokens: int | None = None
    tool_calls: int | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class Reservation:
    """Tokens that a call on its way may cost at most; held until it is settled or released."""

    prompt_tokens: int
    completion_tokens: int

    @property
    def tokens(self) -> int:
        """Both together."""
        return self.prompt_tokens + self.completion_tokens


class Meter:
    """Counts what one query spends, and refuses before it is too much; many threads may use it at once.

    A reservation counts as spent while its call is on its way, so that calls that run side by side cannot each take
    the last of the budget.
    """

    def __init__(self, budget: Budget | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.budget = budget or Budget()
        self.estimated = False
        """A provider sent no usage for at least one call: its tokens are estimates."""
        self.gone: dict[str, str] = {}
        """Models that no server answers for, with the sentence that says so: they are not asked again."""
        self._clock, self._began = clock, clock()
        self._calls = self._tool_calls = 0
        self._prompt_tokens = self._completion_tokens = self._reserved = 0
        self._lock = Lock()

    def reserve_call(self, estimated_prompt_tokens: int, max_completion_tokens: int) -> Reservation:
        """Count a call that is about to be made, and hold its tokens.

        Raises:
            BudgetSpentError: before anything is counted, where calls, tokens or seconds do not suffice.
        """
        wanted = Reservation(estimated_prompt_tokens, max_completion_tokens)
        with self._lock:
            self._refuse_late()
            if self.budget.calls is not None and self._calls >= self.budget.calls:
                raise BudgetSpentError(f"all {self.budget.calls} model calls of this query are spent: raise llm.calls")
            spent = self._prompt_tokens + self._completion_tokens + self._reserved
            if self.budget.tokens is not None and spent + wanted.tokens > self.budget.tokens:
                # No word of how many are left: what ten candidates are told alike is told to the user once.
                raise BudgetSpentError(
                    f"of this query's {self.budget.tokens} tokens fewer are left than the next call may take: "
                    "raise llm.tokens"
                )
            self._calls += 1
            self._reserved += wanted.tokens
        return wanted

    def settle(self, reserved: Reservation, usage: UsageMetadata | None, estimated_completion_tokens: int = 0) -> None:
        """Count what an answered call took: what the provider says, else estimates."""
        prompt = usage["input_tokens"] if usage else reserved.prompt_tokens
        completion = usage["output_tokens"] if usage else estimated_completion_tokens
        with self._lock:
            self._reserved -= reserved.tokens
            self._prompt_tokens += max(prompt, 0)  # less than nothing would fill the budget up again
            self._completion_tokens += max(completion, 0)
            self.estimated |= usage is None

    def release(self, reserved: Reservation) -> None:
        """Let go of the tokens of a call that failed; the call stays counted."""
        with self._lock:
            self._reserved -= reserved.tokens

    def reserve_tool(self) -> None:
        """Count a tool call that is about to be made.

        Raises:
            BudgetSpentError: before it is counted, where tool calls or seconds do not suffice.
        """
        with self._lock:
            self._refuse_late()
            if self.budget.tool_calls is not None and self._tool_calls >= self.budget.tool_calls:
                raise BudgetSpentError(
                    f"all {self.budget.tool_calls} tool calls of this query are spent: raise llm.tool_calls"
                )
            self._tool_calls += 1

    def seconds(self) -> float:
        """Return the seconds since the query began."""
        return self._clock() - self._began

    def seconds_left(self) -> float:
        """Return the seconds that are left of the budget; infinity where it has no limit."""
        return float("inf") if self.budget.seconds is None else self.budget.seconds - self.seconds()

    def cost(self) -> Cost:
        """Return what was spent until now."""
        with self._lock:
            return Cost(
                llm_calls=self._calls,
                prompt_tokens=self._prompt_tokens,
                completion_tokens=self._completion_tokens,
                tool_calls=self._tool_calls,
                seconds=round(self.seconds(), 4),
            )

    def _refuse_late(self) -> None:
        if self.seconds_left() <= 0:
            raise BudgetSpentError(f"this query's {self.budget.seconds:g} seconds are spent: raise llm.seconds")
