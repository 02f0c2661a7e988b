"""What ``twinseek tools`` tells of the plugins that a profile names."""

import pytest

from tests.plugins import install
from tools.door import DETECTORS, Plugin
from twinseek.settings import load_settings
from twinseek.specialists import told_of_use

SEEKER = """
class Seeker:
    def __init__(self, least=0.5):
        self.least = least

    def detect(self, image):
        return []

def build(context):
    return Seeker(**context.settings)
"""
LISTED = Plugin(DETECTORS, "seeker", "a-seeker", "1.0", "not loaded", "set [index] labeller to its name")


@pytest.fixture
def told(tmp_path, monkeypatch):
    install(tmp_path, monkeypatch, "seeker", SEEKER, group=DETECTORS)

    def tell(profile, text):
        (tmp_path / profile).write_text(text)
        return told_of_use([LISTED], load_settings(profile=str(tmp_path / profile)), "cpu")[0]

    return tell


def test_a_plugin_that_the_profile_names_is_ready_and_says_for_what(told):
    plugin = told("used.toml", '[index]\nlabeller = "seeker"\n')
    assert (plugin.state, plugin.reason) == ("ready", "the profile's labeller")


def test_a_plugin_that_the_profile_names_and_that_cannot_be_used_says_why(told):
    plugin = told("wrong.toml", '[index]\nlabeller = "seeker"\n[plugins.seeker]\nlaest = 0.1\n')
    assert plugin.state == "refused"
    assert plugin.reason == "the profile's labeller, but it has no setting 'laest': did you mean 'least'?"


def test_a_plugin_that_no_profile_names_is_listed_with_what_to_set(told):
    assert told("other.toml", "[index]\njobs = 1\n") == LISTED
