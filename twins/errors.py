"""The one base error whose message the command line prints without a traceback."""


class TwinseekError(Exception):
    """Say in one sentence what was wrong, with the value, and what to do next."""


class UnusableError(TwinseekError):
    """Say so of what would fail in the same way for every video, so that no other need be begun."""


def comes_of_an_interrupt(error: BaseException | None) -> bool:
    """Whether Ctrl-C is behind an error: up to 3.11, Python raises a RuntimeError from one within ``__set_name__``."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None
