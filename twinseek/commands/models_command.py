"""``twinseek models``."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from twinseek.commands.options import json_option, profile_option

FOLDER = click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder of weights (TWINSEEK_MODELS, or models in the profile; default: in your user's data).",
)

LACKING = ("missing", "damaged")
"""States of weights that cannot be used."""


@click.group("models")
def command() -> None:
    """Get the weights that a profile's plugins need, and see which are there.

    The folder can be carried to a machine without network: set TWINSEEK_MODELS to it there.
    """


@command.command("pull")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@profile_option
@FOLDER
@click.option("--update", is_flag=True, help="Ask anew which commit a branch is at, instead of keeping to the lock.")
@json_option
def pull_command(names: tuple[str, ...], profile: str | None, folder: Path | None, update: bool, as_json: bool) -> None:
    """Fetch weights and verify them; what is there and intact is not fetched.

    NAME is organisation/name, organisation/name@revision, or a plugin of the profile; without one all that the
    profile's plugins need is fetched. Only safetensors, configurations and tokenizers are.
    """
    from twinseek.pulling import pull

    if as_json or not sys.stderr.isatty():
        from huggingface_hub.utils.tqdm import disable_progress_bars

        disable_progress_bars()
    chosen, models = _chosen(names, profile, folder)
    pulled = []
    for repository, revision in chosen:
        done = pull(repository, revision, models, update=update, tell=_say)
        pulled.append({**_row(done.folder, done.lock), "outcome": done.outcome})
        if not as_json:
            click.echo(f"{done.lock.repository} {done.lock.commit[:12]}: {done.outcome} in {done.folder}")
    if as_json:
        click.echo(json.dumps(pulled, indent=2))


def _say(line: str) -> None:
    click.echo(line, err=True)


@command.command("list")
@profile_option
@FOLDER
@json_option
def list_command(profile: str | None, folder: Path | None, as_json: bool) -> None:
    """List the weights that are in the folder, and those that the profile needs.

    Ends with status 1 where one that the profile needs is missing or damaged.
    """
    from twinseek.weights_folder import locked_models

    wanted, models = _chosen((), profile, folder, required=False)
    locked = locked_models(models)
    rows = [_row(place, lock) for place, lock in locked]
    there = {
        model: row for model in wanted for (_, lock), row in zip(locked, rows, strict=True) if lock.meant_by(*model)
    }
    needed = [there.get(model) or _elsewhere(*model, models) for model in wanted]
    rows += [row for row in needed if row not in rows]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
    else:
        _show(rows, models)
    if any(row["state"] in LACKING for row in needed):
        sys.exit(1)


def _show(rows: list[dict[str, Any]], models: Path) -> None:
    there = sum(row["state"] != "missing" for row in rows)
    click.echo(f"{models}: {there} of {len(rows)}" if rows else f"{models}: nothing, and nothing is needed")
    for row in sorted(rows, key=lambda row: str(row["model"])):
        click.echo(f"  {row['state']:8} {row['model']:45} {_details(row)}")


def _chosen(
    names: tuple[str, ...], profile: str | None, folder: Path | None, *, required: bool = True
) -> tuple[list[tuple[str, str | None]], Path]:
    """Return what is wanted, as ids with revisions, and the folder of weights."""
    from twins.errors import TwinseekError
    from twinseek.settings import load_settings
    from twinseek.weights import wanted_by
    from twinseek.weights_folder import models_folder, split_revision

    settings = load_settings(profile=profile, models=folder)
    needed = {found.plugin: (found.repository, found.revision) for found in wanted_by(settings)}
    if not names and not needed and required:
        raise TwinseekError(f"the profile {settings.profile} needs no weights: name a model, or choose --profile cpu")
    chosen = [needed[name] if name in needed else split_revision(name) for name in names]
    return list(dict.fromkeys(chosen or needed.values())), models_folder(settings)


def _row(folder: Path, lock: Any) -> dict[str, Any]:
    from twinseek.licences import licence_of

    licence = licence_of(lock.repository)
    return {
        "model": lock.repository,
        "revision": lock.revision,
        "state": "damaged" if lock.damage(folder) else "intact",
        "commit": lock.commit,
        "bytes": lock.size,
        "licence": licence.name if licence else None,
        "folder": str(folder),
    }


def _elsewhere(repository: str, revision: str | None, models: Path) -> dict[str, Any]:
    """Return the row of a model that was not pulled: the hub's own cache may have it."""
    from twins.errors import TwinseekError
    from twinseek.weights import Wanted, locate

    row = {"model": repository, "revision": revision}
    try:
        return {**row, "state": "cached", "folder": str(locate(Wanted("", repository, revision), models))}
    except TwinseekError:
        return {**row, "state": "missing"}


def _details(row: dict[str, Any]) -> str:
    if row["state"] == "missing":
        return f"twinseek models pull {row['model']}" + (f"@{row['revision']}" if row["revision"] else "")
    if row["state"] == "cached":
        return f"in the hub's cache, with no lock file: {row['folder']}"
    return f"{row['commit'][:12]}  {row['bytes'] / 2**20:.0f} MiB  {row['licence'] or 'licence: see its page'}"
