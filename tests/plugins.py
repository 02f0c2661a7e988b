"""Distributions with plugins, as an installer would leave them, without one."""

import itertools
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
_NUMBER = itertools.count()

BRIGHTNESS = '''
from typing import Annotated
from langchain_core.tools import InjectedToolArg, ToolException, tool

CALLS = []

def build(context):
    @tool(response_format="content_and_artifact")
    def {name}(video_id: Annotated[str, InjectedToolArg], n: int = 3) -> tuple[str, list[dict]]:
        """Say how bright the scene is."""
        CALLS.append((video_id, n))
        {body}
    return {name}
'''


def a_tool(name: str, body: str = 'return "bright", [{"kind": "scene", "text": "the scene is bright"}]') -> str:
    """Return the code of a plugin whose tool does what ``body`` says."""
    return BRIGHTNESS.format(name=name, body=body)


def install(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    code: str,
    *,
    distribution: str | None = None,
    group: str = "twinseek.tools",
    version: str = "1.0",
) -> str:
    """Put a distribution of one module on the path, with one entry point; return the module's name."""
    module = f"plugin_{name}_{next(_NUMBER)}"
    place = folder / module
    place.mkdir()
    (place / f"{module}.py").write_text(code)
    write_metadata(place, distribution or module.replace("_", "-"), version, {group: {name: f"{module}:build"}})
    monkeypatch.syspath_prepend(place)
    return module


def install_built_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put our own entry points on the path as pyproject.toml has them now, whenever this checkout was installed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    place = folder / "built_in"
    place.mkdir()
    write_metadata(place, "twinseek", project["version"], project["entry-points"])
    monkeypatch.syspath_prepend(place)


def write_metadata(place: Path, distribution: str, version: str, points: dict[str, dict[str, str]]) -> None:
    """Write a distribution's ``dist-info``."""
    info = place / f"{distribution.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n")
    lines = [
        f"[{group}]\n" + "".join(f"{name} = {where}\n" for name, where in those.items())
        for group, those in points.items()
    ]
    (info / "entry_points.txt").write_text("\n".join(lines))


def calls_of(module: str) -> list[tuple[str, int]]:
    """Return the calls that the tool of an installed plugin has had."""
    calls: list[tuple[str, int]] = sys.modules[module].CALLS
    return calls
