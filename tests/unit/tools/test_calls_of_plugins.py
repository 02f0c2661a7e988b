import threading
import time

import pytest

from tools import plugged
from tools.door import RefusedError
from tools.plugged import Plugged, seconds_of
from twins.errors import TwinseekError
from twins.schema import Provenance


class Kind(Plugged):
    GROUP, METHOD, DOES = "twinseek.tests", "look", "looks"


class Plain:
    pass


def opened(plugin=None) -> Kind:
    return Kind("slow", {}, "cpu", Provenance(specialist="slow", version="1")).with_plugin(plugin or Plain())


def test_nobody_is_let_in_beside_a_call_that_was_given_up(monkeypatch):
    monkeypatch.setattr(plugged, "FRAME_SECONDS", 0.1)
    slow, end = opened(), threading.Event()
    with pytest.raises(TwinseekError, match=r"gave no answer within 0\.1 s"):
        slow.call(end.wait)
    with pytest.raises(TwinseekError, match=r"the plugin slow has been at another call for 0\.1 s"):
        slow.call(lambda: "beside it")
    end.set()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            assert slow.call(lambda: "after it") == "after it"
            return
        except TwinseekError:
            pass
    pytest.fail("the plugin was never free again")


@pytest.mark.parametrize(("said", "seconds"), [(0.3, 0.3), (10**9, 3600.0), ("long", 60.0), (-1, 60.0)])
def test_a_plugin_says_how_long_a_frame_may_take_within_an_hour(said, seconds):
    plugin = Plain()
    plugin.frame_seconds = said
    assert opened(plugin).call_seconds(1) == seconds
    assert opened(plugin).call_seconds(8) == 2 * seconds


def test_a_tool_takes_as_long_as_those_that_it_asks_and_a_minute_at_least():
    slow, quick = Plain(), Plain()
    slow.frame_seconds, quick.frame_seconds = 300, 1
    assert seconds_of((opened(slow), 24), (opened(quick), 1)) == 300 * 24 / 4 + 1
    assert seconds_of((opened(quick), 4), (None, 1)) == 60.0


@pytest.mark.parametrize("usual", ["dtype", {"dtype": 3}, {"dtype": "float32"}])
def test_a_plugin_that_says_nonsense_of_its_usual_settings_is_refused(usual):
    plugin = Plain()
    plugin.usual = usual
    with pytest.raises(RefusedError, match=r"its usual is .*, not some values by the names of settings"):
        plugged._deciding(plugin, {"dtype": "float32"})
