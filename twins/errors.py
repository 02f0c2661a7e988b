"""The one base error whose message the command line prints without a traceback."""


class TwinseekError(Exception):
    """Say in one sentence what was wrong, with the value, and what to do next."""
