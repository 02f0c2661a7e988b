"""``twinseek export``."""

from pathlib import Path
from typing import Any

import click

from twinseek.commands.options import complete_video_or_file, json_option, library_options

FORMATS = ("coco", "coco-vis", "davis", "mp4")


@click.command("export")
@click.argument(
    "wanted", metavar="VIDEO|RESULTS.json...", nargs=-1, required=True, shell_complete=complete_video_or_file
)
@library_options
@click.option(
    "--format",
    "file_format",
    type=click.Choice(FORMATS),
    default="coco-vis",
    show_default=True,
    help="COCO (a picture a frame), YouTube-VIS, indexed PNG files, or a video with masks, ids and trails.",
)
@click.option("--to", type=click.Path(path_type=Path), help="File to write; a folder for davis and for several mp4.")
@click.option("--force", is_flag=True, help="Replace what is there already.")
@json_option
def command(
    wanted: tuple[str, ...],
    library: Path | None,
    profile: str | None,
    file_format: Any,
    to: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Write what is known of videos for other programs: masks, boxes, ids, categories and times.

    A video is named by its id, its file's name, the beginning of either, or its path. A file that `twinseek ask --json`
    wrote stands for the instances of its results, inside their spans.
    """
    from twinseek.library import Library
    from twinseek.progress import show_progress

    with Library.open(library, profile=profile) as opened, show_progress(quiet=as_json) as on_event:
        report = opened.export(*wanted, format=file_format, to=to, force=force, on_event=on_event)
    click.echo(report.model_dump_json(indent=2) if as_json else report.summary())
