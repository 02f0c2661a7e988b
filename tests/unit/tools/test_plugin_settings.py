"""What is wrong with a plugin's settings is said in the words of its section, not in Python's."""

from types import FunctionType

import pytest

from tests.plugins import install
from tools.door import DETECTORS
from tools.namers import PluggedDetector
from tools.plugged import open_plugged
from tools.plugin_settings import wrong_call
from twins.errors import TwinseekError

SEEKER = """
class Seeker:
    def __init__(self, weights, threshold=0.5):
        if not isinstance(threshold, float):
            raise ValueError(f"its setting threshold is {threshold!r}: give a number")
        self.twice(*[1] * (threshold == 0.9))

    def twice(self, *one):
        if one:
            inner()

    def detect(self, image):
        return []

def inner(needed=1, *, wanted):
    pass

def build(context):
    return Seeker(**context.settings)
"""


def opened(tmp_path, monkeypatch, **settings):
    install(tmp_path, monkeypatch, "seeker", SEEKER, group=DETECTORS)
    return open_plugged([PluggedDetector], "seeker", settings)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"weights": "here", "treshold": 0.4}, "it has no setting 'treshold': did you mean 'threshold'?"),
        ({"weights": "here", "colour": "red"}, "it has no setting 'colour': choose of threshold, weights"),
        ({}, "it lacks the setting weights: set it in its section of the profile"),
        ({"weights": "here", "threshold": "x"}, "it cannot be built: its setting threshold is 'x': give a number"),
    ],
)
def test_a_wrong_setting_is_named_without_python(settings, said, tmp_path, monkeypatch):
    (tmp_path / "here").write_text("")
    settings = {key: str(tmp_path / value) if key == "weights" else value for key, value in settings.items()}
    with pytest.raises(TwinseekError) as error:
        opened(tmp_path, monkeypatch, **settings)
    assert str(error.value).endswith(f"cannot be used: {said}")


def test_a_mistake_inside_a_plugin_is_no_setting(tmp_path, monkeypatch):
    (tmp_path / "here").write_text("")
    with pytest.raises(TwinseekError, match=r"it cannot be built \(TypeError: inner\(\) missing 1 required keyword"):
        opened(tmp_path, monkeypatch, weights=str(tmp_path / "here"), threshold=0.9)


def test_what_does_not_say_what_it_takes_is_told_as_python_tells_it():
    factory = FunctionType((lambda context: context).__code__, {"made": dict})
    assert wrong_call(TypeError("made() got an unexpected keyword argument 'colour'"), factory, {"colour": 1}) is None
