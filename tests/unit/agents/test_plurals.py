"""Plurals of what things are called."""

import pytest

from agents.plurals import counted


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("red cup", "2 red cups"),
        ("person", "2 people"),
        ("old woman", "2 old women"),
        ("glass", "2 glasses"),
        ("bus", "2 buses"),
        ("baby", "2 babies"),
        ("toy", "2 toys"),
        ("brush", "2 brushes"),
        ("box", "2 boxes"),
        ("letter blocks", "2 letter blocks"),
        ("people", "2 people"),
        ("shelf", "2 shelves"),
    ],
)
def test_several_things_are_called_by_the_plural(name, told):
    assert counted(name, 2) == told and counted(name, 1) == name
