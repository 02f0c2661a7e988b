"""Which library, which profile, which numbers: explicit option > environment > profile > default."""

import difflib
import os
import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from twins.errors import TwinseekError

PREFIX = "TWINSEEK_"


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class IndexSettings(_Section):
    """How videos become twins, and by which plugins.

    ``labeller``: names things, a labeller or a detector; ``depth``: tells how near they are;
    ``describer``: describes them and the scene; ``segmenter``: finds and follows them. ``jobs``: processes, each of
    which loads the weights of these; one a core where it is not set. ``keep_models``: whether a plugin keeps its
    weights when its stage of a video is over; ``auto``, as long as 4 GiB of memory are free.
    """

    jobs: int | None = Field(default=None, ge=1, le=256)
    samples_per_second: float = Field(default=10.0, gt=0, le=120)
    text: bool = True
    labeller: str | None = None
    depth: str | None = None
    describer: str | None = None
    segmenter: str | None = None
    keep_models: Literal["auto"] | bool = "auto"

    @property
    def plugins(self) -> dict[str, str]:
        """The plugins that are named, by the part that they take."""
        parts = {part: getattr(self, part) for part in ("labeller", "depth", "describer", "segmenter")}
        return {part: name for part, name in parts.items() if name is not None}


class AskSettings(_Section):
    """How a question is answered.

    ``concurrency`` candidates are judged at once: the rules compute and never wait, so that more threads would only
    take turns; a judge that asks a server gains by more.
    """

    top: int = Field(default=5, ge=1, le=1000)
    candidates: int = Field(default=60, ge=1, le=10_000)
    threshold: float = Field(default=0.5, ge=0, le=1)
    masks: Literal["none", "key", "all"] = "key"
    concurrency: int = Field(default=1, ge=1, le=256)


DESCRIBER = "describer"
"""Stands for the describer that the profile names for the index."""


class LlmSettings(_Section):
    """Which chat models decide, and what one question may spend on them. Without a model, rules decide.

    ``model`` is for all that is not named by itself: who takes questions apart (``decompose``), who looks at candidates
    (``judge``); ``none`` gives a role no model. Who is shown pictures (``see``) has none unless it is named, or
    ``same``: many models cannot see, and tools that would show them pictures are not offered. ``describer`` is the
    profile's, where it can be used. ``base_url`` is that of a
    server of one's own; without a model it stands for the one that the server has. ``candidates`` are judged;
    ``max_concurrency`` of them, and of their tools, at once. ``timeout`` is of one request, ``seconds``, ``calls``,
    ``tokens`` and ``tool_calls`` are budgets of a question, ``completion_tokens`` of one answer.
    """

    model: str | None = None
    decompose: str | None = None
    judge: str | None = None
    see: str | None = None
    base_url: str | None = None
    timeout: float = Field(default=60.0, gt=0)
    attempts: int = Field(default=3, ge=1, le=10)
    candidates: int = Field(default=10, ge=1, le=10_000)
    max_concurrency: int = Field(default=10, ge=1, le=256)
    completion_tokens: int = Field(default=2048, ge=64)
    calls: int = Field(default=60, ge=1)
    tokens: int = Field(default=200_000, ge=1)
    tool_calls: int = Field(default=40, ge=0)
    seconds: float = Field(default=180.0, gt=0)
    trace: Path | None = None

    @property
    def asked_for(self) -> bool:
        """Whether a model may be needed at all."""
        return any((self.model, self.decompose, self.judge, self.base_url)) or self.see not in (None, DESCRIBER)


class SearchSettings(_Section):
    """Which path recall takes; ``auto`` chooses by the library's size.

    ``encoder`` is the plugin whose vectors are searched; without one those of the built-in encoder are.
    """

    path: Literal["auto", "exact", "chroma"] = "auto"
    encoder: str | None = None
    chroma_url: str | None = None


class Settings(BaseSettings):
    """Everything that a user can set. Nested keys in the environment: ``TWINSEEK_ASK__TOP=10``.

    ``device``: where the models of plugins run; ``auto`` is a GPU where torch finds one. ``models``: the folder of
    weights that ``twinseek models pull`` makes, and that can be carried to where no network is.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True)

    library: Path = Path("twinseek-library")
    libraries: dict[str, Path] = {}
    profile: str = "offline"
    device: Literal["auto", "cpu", "cuda"] = "cpu"
    models: Path | None = None
    index: IndexSettings = IndexSettings()
    ask: AskSettings = AskSettings()
    llm: LlmSettings = LlmSettings()
    search: SearchSettings = SearchSettings()
    plugins: dict[str, dict[str, Any]] = {}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the profile's file behind explicit values and the environment."""
        given = {**env_settings(), **init_settings()}
        return init_settings, env_settings, _ProfileSource(settings_cls, str(given.get("profile", "offline")))


class _ProfileSource(PydanticBaseSettingsSource):
    """The values of a profile's TOML file."""

    def __init__(self, settings_cls: type[BaseSettings], profile: str) -> None:
        super().__init__(settings_cls)
        self.profile = profile

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        """Return the file's value for one field."""
        value = read_profile(self.profile).get(field_name)
        return value, field_name, isinstance(value, dict)

    def __call__(self) -> dict[str, Any]:
        return read_profile(self.profile)


@cache
def profile_names() -> tuple[str, ...]:
    """Return the names of the profiles that come with Twinseek."""
    folder = files("twinseek") / "profiles"
    return tuple(sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".toml")))


def read_profile(name: str) -> dict[str, Any]:
    """Return the values of a profile that comes with Twinseek, or of a TOML file.

    Raises:
        TwinseekError: where there is no such profile, or the file is not TOML.
    """
    if name in profile_names():
        text = (files("twinseek") / "profiles" / f"{name}.toml").read_text()
    elif name.endswith(".toml") and Path(name).is_file():
        text = Path(name).read_text()
    else:
        known = ", ".join(profile_names())
        raise TwinseekError(f"there is no profile {name!r}: choose one of {known}, or give the path of a .toml file")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TwinseekError(f"the profile {name} is not TOML ({error}): mend that line") from error


def load_settings(**explicit: Any) -> Settings:
    """Return the settings for one run.

    Args:
        explicit: values that the caller gave; ``None`` means not given.

    Raises:
        TwinseekError: naming a misspelt key or a value out of range.
    """
    _refuse_unknown_variables()
    given = {name: value for name, value in explicit.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        place = [str(part) for part in first["loc"]]
        if first["type"] == "extra_forbidden":
            raise TwinseekError(_unknown_key(place)) from error
        said = f" ({first['input']!r:.60})" if isinstance(first["input"], str | int | float) else ""
        raise TwinseekError(f"the setting {'.'.join(place)}{said} is wrong: {first['msg']}") from error
    except SettingsError as error:
        raise TwinseekError(
            f"a section is no single value ({error}): set its keys, as in TWINSEEK_ASK__TOP=10"
        ) from error


def _unknown_key(place: list[str]) -> str:
    """Return what is said of a key that is no setting, as it was written: in the environment, or as in a profile."""
    section: Any = Settings
    for name in place[:-1]:
        section = section.model_fields[name].annotation
    variable = PREFIX + "__".join(place).upper()
    inside = "".join(f"{name}." for name in place[:-1])
    known = {name: inside + name for name in section.model_fields}
    written = ".".join(place)
    if variable in map(str.upper, os.environ):
        known = {name: PREFIX + path.upper().replace(".", "__") for name, path in known.items()}
        written = variable
    return f"{written} is not a setting: {_hint(place[-1].lower(), known)}"


def _refuse_unknown_variables() -> None:
    """Pydantic reads the variables that it knows; a misspelt one would be silently without effect."""
    known = {PREFIX + name.upper(): PREFIX + name.upper() for name in Settings.model_fields}
    for variable in os.environ:
        if variable.startswith(PREFIX) and variable.split("__")[0] not in known:
            raise TwinseekError(f"{variable} is not a setting: {_hint(variable.upper(), known)}")


def _hint(said: str, known: dict[str, str]) -> str:
    """Name the one of some names that was probably meant, as it is written, or all of them."""
    close = difflib.get_close_matches(said, sorted(known), n=1)
    return f"did you mean {known[close[0]]}?" if close else f"known are {', '.join(sorted(known.values()))}"
