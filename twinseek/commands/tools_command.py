"""``twinseek tools``."""

import json
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING

import click

from twins.errors import TwinseekError
from twinseek.commands.options import json_option, profile_option
from twinseek.settings import Settings, load_settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


@click.command("tools")
@profile_option
@json_option
def command(profile: str | None, as_json: bool) -> None:
    """List the tools and plugins that are installed, and why one of them cannot be used."""
    from tools.context import context_without_library
    from tools.door import list_plugins
    from tools.specialists import OpenSpecialists
    from twinseek.devices import device_or_cpu
    from twinseek.specialists import told_of_use
    from twinseek.weights import plugin_sections

    settings = load_settings(profile=profile)
    sections, device = plugin_sections(settings), device_or_cpu(settings, partial(click.echo, err=True))
    specialists = OpenSpecialists(settings.index.plugins, sections, device)
    found = list_plugins(context_without_library(_eyes(settings, device), specialists), sections)
    plugins = told_of_use(found, settings, device)
    for problem in specialists.problems:
        click.echo(problem, err=True)
    if as_json:
        click.echo(json.dumps([asdict(plugin) for plugin in plugins], indent=2))
        return
    from rich.console import Console

    from twinseek.terminal import print_plugins

    print_plugins(plugins, Console())


def _eyes(settings: Settings, device: str) -> "BaseChatModel | None":
    """Return the model that sees; tools that need one are absent where none can be opened, and the reason is told."""
    if not settings.llm.asked_for and settings.llm.see is None:
        return None
    from twinseek.models import load_model, specs, url_for
    from twinseek.weights import plugin_sections

    try:
        spec = specs(settings.llm, describer=settings.index.describer)[2]
        if spec is None:
            return None
        return load_model(spec, url_for(spec, settings.llm), plugins=plugin_sections(settings), device=device)
    except TwinseekError as error:
        click.echo(f"no model that sees: {error}", err=True)
        return None
