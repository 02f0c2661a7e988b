"""What a shell is offered for a video."""

import click

from tests.integration.clips import chase
from twins.components import components
from twins.schema import Source
from twinseek.commands import options
from twinseek.library import Library


def test_file_names_are_completed_in_libraries_of_which_every_source_is_quickly_read(tmp_path, monkeypatch):
    with Library.open(tmp_path / "library", create=True) as library:
        for name in ("clip-one", "clip-two"):
            made = chase(name)
            size = {field: getattr(made.twin, field) for field in ("duration", "width", "height")}
            source = Source(video_id=name, names=(f"{name.replace('-', ' ')}.mp4",), **size)
            with library.store.draft(name, source) as draft:
                draft.write(made.twin, made.geometry, components(made.twin))
                draft.commit({"import": "test"})

    def completed(begun):
        context = click.Context(click.Command("show"))
        context.params = {"library": tmp_path / "library"}
        return [item.value for item in options.complete_video(context, click.Argument(["video"]), begun)]

    monkeypatch.setattr(options, "MOST_READ", 2)
    assert completed("clip t") == ["clip two.mp4"]
    monkeypatch.setattr(options, "MOST_READ", 1)
    assert completed("clip t") == []
    assert completed("clip-t") == ["clip-two"]
