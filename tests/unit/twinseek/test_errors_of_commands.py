"""What the command line makes of errors that come out of a command."""

import click
import pytest

from twinseek.cli import cli, main


class Interrupted:
    """A descriptor within whose set-up Ctrl-C is pressed."""

    def __set_name__(self, owner: type, name: str) -> None:
        raise KeyboardInterrupt


@click.command("declare")
def declare() -> None:
    type("Record", (), {"field": Interrupted()})


def test_ctrl_c_while_a_class_is_made_is_an_interrupt(monkeypatch, capsys):
    monkeypatch.setattr(cli, "get_command", lambda ctx, name: declare)
    with pytest.raises(SystemExit) as ended:
        main(["declare"])
    assert ended.value.code == 130
    assert capsys.readouterr().err == "interrupted: what was finished is kept; the same command goes on\n"
