"""``twinseek import``."""

from pathlib import Path

import click

from twinseek.commands.options import library_options


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@library_options
@click.option("--format", "file_format", default="annotations", show_default=True, help="What the files hold.")
@click.option("--captions/--no-captions", default=True, help="Keep captions, or leave them out of a measurement.")
def command(
    files: tuple[Path, ...], library: Path | None, profile: str | None, file_format: str, captions: bool
) -> None:
    """Make twins from annotations that you have: files, or a folder of .json files."""
    from twinseek.library import Library
    from twinseek.plain_text import count

    with Library.open(library, profile=profile, create=True) as opened:
        names = opened.import_files(files, format=file_format, captions=captions)
        click.echo(f"imported {count(len(names), 'twin')} into {opened.store.root}")
