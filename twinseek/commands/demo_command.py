"""``twinseek demo``."""

import os
import shlex
import sys
from pathlib import Path

import click


@click.command("demo")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("twinseek-demo"),
    show_default=True,
    help="Where clips, library and report go.",
)
@click.option(
    "--videos", type=click.Path(path_type=Path), help="Your own clips: a folder or a file, instead of rendered ones."
)
def command(folder: Path, videos: Path | None) -> None:
    """Render a sample library, index it from the mp4 files alone, ask it six questions, write a report."""
    from rich.console import Console

    from twinseek.demo import own_places, run_own, run_sample
    from twinseek.progress import show_progress
    from twinseek.terminal import print_result

    with show_progress(brief=True) as on_event:
        answered, report = run_own(folder, videos, on_event) if videos else run_sample(folder, on_event)
    console = Console()
    for number, answer in enumerate(answered, start=1):
        click.echo(f"\nquestion {number}")
        print_result(answer.result, console)
        if answer.right is not None:
            click.secho("right" if answer.right else "wrong", fg="green" if answer.right else "red")
    known = [answer.right for answer in answered if answer.right is not None]
    if known:
        click.echo(f"\n{sum(known)} of {len(known)} right, by what the renderer knows of its clips")
    click.echo(f"report: {report}")
    library = own_places(folder, videos)[0] if videos else folder / "library"
    started = os.path.relpath(sys.argv[0])
    program = f"{Path(sys.executable).name} -m twinseek" if started.endswith("__main__.py") else started
    click.echo(f"ask your own: {program} ask --library {shlex.quote(str(library))} 'one thing chases another'")
