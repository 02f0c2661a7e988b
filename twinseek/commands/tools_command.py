"""``twinseek tools``."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from twins.errors import TwinseekError
from twinseek.commands.options import json_option
from twinseek.settings import Settings, load_settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from twins.specialists import Detector


@click.command("tools")
@click.option("--profile", help="A profile's name or TOML file (TWINSEEK_PROFILE; default offline).")
@json_option
def command(profile: str | None, as_json: bool) -> None:
    """List the tools and plugins that are installed, and why one of them cannot be used."""
    from tools.context import context_without_library
    from tools.door import list_plugins
    from twinseek.weights import plugin_sections

    settings = load_settings(profile=profile)
    plugins = list_plugins(context_without_library(_eyes(settings), _detector(settings)), plugin_sections(settings))
    if as_json:
        click.echo(json.dumps([asdict(plugin) for plugin in plugins], indent=2))
        return
    from rich.console import Console

    from twinseek.terminal import print_plugins

    print_plugins(plugins, Console())


def _detector(settings: Settings) -> "Detector | None":
    """Return the detector that the profile names; where it cannot be used the reason is told."""
    from tools.namers import open_detector
    from twinseek.devices import device_of
    from twinseek.weights import plugin_sections

    try:
        return open_detector(settings.index.labeller, plugin_sections(settings), device_of(settings))
    except TwinseekError as error:
        click.echo(f"no detector: {error}", err=True)
        return None


def _eyes(settings: Settings) -> "BaseChatModel | None":
    """Return the model that sees; tools that need one are absent where none can be opened, and the reason is told."""
    if not settings.llm.asked_for:
        return None
    from twinseek.models import load_model, specs, url_for

    try:
        spec = specs(settings.llm)[2]
        return load_model(spec, url_for(spec, settings.llm)) if spec else None
    except TwinseekError as error:
        click.echo(f"no model that sees: {error}", err=True)
        return None
