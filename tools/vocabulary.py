"""The names that a detector with an open vocabulary looks for."""

from importlib.resources import files
from pathlib import Path

from tools.plugged import tidy

DEFAULT = "vocabulary.txt"
MOST_NAMES = 2000
LONGEST_NAME = 60
MOST_LETTERS = 1_000_000


def read_vocabulary(given: object = None) -> list[str]:
    """Return the names of a list, of a file with one a line, or those that come with Twinseek; none of them twice.

    Args:
        given: a list of names, or the path of a file; empty lines and those that begin with ``#`` are left out.

    Raises:
        ValueError: it holds no names, too many, or one that is too long; the sentence says which.
    """
    names: dict[str, str] = {}
    for name in map(tidy, _given(given)):
        names.setdefault(name.casefold(), name)
    unique = [name for name in names.values() if name]
    if not 0 < len(unique) <= MOST_NAMES:
        raise ValueError(f"its vocabulary has {len(unique)} names: give it 1 to {MOST_NAMES}")
    long = next((name for name in unique if len(name) > LONGEST_NAME), None)
    if long is not None:
        raise ValueError(f"its vocabulary has a name of {len(long)} letters ({long:.30} …): {LONGEST_NAME} are enough")
    return unique


def _given(given: object) -> list[str]:
    if isinstance(given, list | tuple):
        if not all(isinstance(name, str) for name in given):
            raise ValueError("its vocabulary has entries that are no texts: give it a list of names")
        return list(given)
    if given is not None and not isinstance(given, str | Path):
        raise ValueError(f"its vocabulary is {given!r:.60}: give it a list of names, or a file with one a line")
    try:
        if given is None:
            text = files(__package__).joinpath(DEFAULT).read_text(encoding="utf-8")
        else:
            with Path(given).open(encoding="utf-8") as file:
                text = file.read(MOST_LETTERS + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"its vocabulary {given} cannot be read ({error}): name a text file") from error
    if len(text) > MOST_LETTERS:
        raise ValueError(f"its vocabulary {given} is no list of names: it is too long")
    return [line for line in text.splitlines() if not line.lstrip().startswith("#")]
