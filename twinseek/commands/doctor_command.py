"""``twinseek doctor``."""

import json
from pathlib import Path
from typing import Any

import click

from twinseek.commands.options import json_option, library_options, llm_options

MARKS = {"ok": "green", "warning": "yellow", "error": "red"}


@click.command("doctor")
@library_options
@click.option("--repair", is_flag=True, help="Make the search index anew from the twins.")
@click.option("--try", "tried", is_flag=True, help="Load every model of the profile, and ask each once.")
@llm_options
@json_option
def command(
    library: Path | None, profile: str | None, repair: bool, tried: bool, llm: dict[str, Any], as_json: bool
) -> None:
    """Check this installation and the library, and say what to do."""
    from twinseek.doctor import diagnose
    from twinseek.library import Library

    if repair:
        with Library.open(library, profile=profile) as opened:
            click.echo(f"put {opened.gallery.sync(anew=True)} parts into the search index", err=True)
    findings = []
    for finding in diagnose(library, profile, llm, tried=tried):
        findings.append(finding)
        if not as_json:
            click.secho(f"{finding.level:8}", fg=MARKS[finding.level], nl=False)
            click.echo(f"{finding.subject:15} {finding.text}")
    if as_json:
        click.echo(json.dumps([finding.to_dict() for finding in findings], indent=2))
    if any(finding.level == "error" for finding in findings):
        raise click.exceptions.Exit(1)
