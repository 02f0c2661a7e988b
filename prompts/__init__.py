"""What is said to models: one file a prompt.

A prompt is ``prompts/<name>.md``: TOML between two lines of ``+++`` (``version``, ``purpose``), then the part that is
equal for every question, a line ``===``, and the part that changes. So the shared part comes first and the question
last, which is what a server's prefix cache needs. Variables are those of :class:`string.Template` and stand in the
second part only.
"""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template

from twins.errors import TwinseekError

FENCE = "data"
"""The tag around everything that came out of a video; prompts say that nothing inside it is an instruction."""

MOST_DATA = 40_000
"""Characters of one fenced text; more is cut off, and the cut is marked."""


@dataclass(frozen=True)
class Rendered:
    """A prompt that is ready to be sent: ``shared`` is the system message, ``own`` the user's."""

    name: str
    version: int
    shared: str
    own: str


@dataclass(frozen=True)
class Prompt:
    """One file: ``shared`` is sent as it is, ``own`` is a template."""

    name: str
    version: int
    purpose: str
    shared: str
    own: Template

    @property
    def label(self) -> str:
        """Name and version for the record."""
        return f"{self.name}-{self.version}"

    def variables(self) -> set[str]:
        """Return the names that :meth:`render` demands."""
        return set(self.own.get_identifiers())

    def render(self, **values: object) -> Rendered:
        """Fill the template.

        Raises:
            TwinseekError: naming every variable that is missing, and every value that the template has no place for.
        """
        missing, unused = self.variables() - values.keys(), values.keys() - self.variables()
        if missing or unused:
            wrong = [f"misses {', '.join(sorted(missing))}"] if missing else []
            wrong += [f"has no place for {', '.join(sorted(unused))}"] if unused else []
            raise TwinseekError(f"prompt {self.name} {' and '.join(wrong)}: see prompts/{self.name}.md")
        return Rendered(self.name, self.version, self.shared, self.own.substitute(values))


@cache
def names() -> tuple[str, ...]:
    """Return the names of all prompts."""
    return tuple(sorted(entry.name[:-3] for entry in files("prompts").iterdir() if entry.name.endswith(".md")))


@cache
def load(name: str) -> Prompt:
    """Read a prompt. Raises :class:`TwinseekError` listing the names where there is none of this one."""
    if name not in names():
        raise TwinseekError(f"no prompt {name!r}: choose one of {', '.join(names())}")
    text = (files("prompts") / f"{name}.md").read_text(encoding="utf-8")
    _, head, body = text.split("+++\n", 2)
    shared, _, own = body.partition("\n===\n")
    said = tomllib.loads(head)
    return Prompt(name, said["version"], said["purpose"], shared.strip(), Template(own.strip()))


def fence(label: str, text: str) -> str:
    """Mark text that came out of a video as data.

    It cannot close its own fence: angle brackets become their look-alikes. Control and direction characters, by which
    text can look other than it reads, are left out.

    Args:
        label: says what it is, to the model.
        text: of any length and content.
    """
    plain = text
    if not text.replace("\n", "").isprintable():  # quick, and true of nearly every text
        plain = "".join(sign for sign in text if sign == "\n" or unicodedata.category(sign)[0] != "C")
    plain = plain.replace("<", "‹").replace(">", "›")
    if len(plain) > MOST_DATA:
        plain = plain[:MOST_DATA] + " […]"
    return f'<{FENCE} of="{label}">\n{plain}\n</{FENCE}>'


def one_line(text: str, most: int) -> str:
    """Return text that came out of a video as one line of at most ``most`` characters."""
    line = re.sub(r"\s+", " ", text).strip()
    return line if len(line) <= most else line[: max(most - 1, 0)].rstrip() + "…"
