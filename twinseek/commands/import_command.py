"""``twinseek import``."""

import json
from pathlib import Path

import click

from twinseek.commands.options import json_option, library_options

FORMATS = ("annotations", "coco", "coco-vis", "sa-v")


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@library_options
@click.option(
    "--format",
    "file_format",
    type=click.Choice(FORMATS),
    default="annotations",
    show_default=True,
    help="What the files hold: descriptions, COCO with tracks, YouTube-VIS, or SA-V's masklets.",
)
@click.option("--captions/--no-captions", default=True, help="Keep captions, or leave them out of a measurement.")
@click.option("--fps", type=click.FloatRange(0, 1000, min_open=True), help="Frame rate where the files tell no times.")
@click.option(
    "--videos",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder in which, or below which, the videos lie (default: beside the files).",
)
@json_option
def command(
    files: tuple[Path, ...],
    library: Path | None,
    profile: str | None,
    file_format: str,
    captions: bool,
    fps: float | None,
    videos: Path | None,
    as_json: bool,
) -> None:
    """Make twins from annotations that you have: files, or a folder of .json files (sa-v: of PNG masks too)."""
    from twinseek.library import Library
    from twinseek.plain_text import count
    from twinseek.progress import show_progress

    with Library.open(library, profile=profile, create=True) as opened:
        with show_progress(quiet=as_json) as on_event:
            names = opened.import_files(
                files, format=file_format, captions=captions, fps=fps, videos=videos, on_event=on_event
            )
        if as_json:
            click.echo(json.dumps({"library": str(opened.store.root), "imported": names}, indent=2))
        else:
            click.echo(f"imported {count(len(names), 'twin')} into {opened.store.root}")
