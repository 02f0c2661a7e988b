"""Calls of tools on a real library: what is kept, what is looked up, and what cannot go wrong for others."""

import json
import logging
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from graphs.tool_artifacts import LONGEST_TEXT, MOST_FACTS
from graphs.tool_calls import ToolRunner, run_call
from tests.plugins import ROOT, a_tool, calls_of, install, install_built_in
from tools.context import make_context
from tools.door import open_tools
from twins.queries import ToolCall


@pytest.fixture
def video(library):
    return library.video_ids()[0]


@pytest.fixture
def put(tmp_path, monkeypatch):
    def put(name, body='return "bright", [{"kind": "scene", "text": "the scene is bright"}]', code=None, **options):
        return install(tmp_path, monkeypatch, name, code or a_tool(name, body), **options)

    return put


def a_runner(library, **options):
    toolbox = open_tools(make_context(library.store, library.store.effective))
    return ToolRunner(library.store, toolbox, library.store.effective, **options)


def a_call(tool, **args):
    return ToolCall(tool=tool, args=args)


def at_once(calls, video, runner):
    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(lambda call: run_call(call, video, runner), calls))


def test_a_finding_is_kept_and_folded_into_the_twin(library, video, put):
    put("brightness")
    finding = run_call(a_call("brightness"), video, a_runner(library))
    assert (finding.text, finding.fresh) == ("bright", True)
    kept = library.store.observation(video, finding.key)
    assert (kept.tool, kept.args, kept.source_sha256) == ("brightness", {"n": 3}, library.store.source(video).sha256)
    assert ("the scene is bright", f"o-{finding.key}") in [(f.text, f.source) for f in library.twin(video).facts]


def test_an_equal_call_is_looked_up_and_not_made_again(library, video, put):
    module = put("brightness")
    first = run_call(a_call("brightness", n=3), video, a_runner(library))
    again = run_call(a_call("brightness"), video, a_runner(library))  # the default, stated or not
    assert (again.key, again.text, again.fresh) == (first.key, first.text, False)
    assert calls_of(module) == [(video, 3)]
    assert run_call(a_call("brightness", n=4), video, a_runner(library)).fresh


def test_nothing_found_is_an_observation_too(library, video, put):
    module = put("brightness", 'return "no light at all", []')
    first, again = (run_call(a_call("brightness"), video, a_runner(library)) for _ in range(2))
    assert first.fresh
    assert not again.fresh
    assert again.text == "no light at all"
    assert len(calls_of(module)) == 1


def test_another_version_of_a_tool_is_asked_anew(library, video, put, monkeypatch):
    put("brightness", version="1.0", distribution="bright")
    first = run_call(a_call("brightness"), video, a_runner(library))
    monkeypatch.setattr(sys, "path", [p for p in sys.path if "plugin_brightness" not in p])
    put("brightness", version="1.1", distribution="bright")
    assert run_call(a_call("brightness"), video, a_runner(library)).key != first.key


def test_the_graph_says_which_video_it_is_whatever_a_model_writes(library, video, put):
    module = put("brightness")
    finding = run_call(a_call("brightness", video_id="another", n=1), video, a_runner(library))
    assert finding.fresh
    assert calls_of(module) == [(video, 1)]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (a_call("brightnes"), "there is no tool 'brightnes': choose one of brightness"),
        (a_call("brightness", m=3), "brightness has no argument 'm': it takes n."),
        (a_call("brightness", n="many"), "brightness was called wrongly: n: Input should be a valid integer"),
        (a_call("brightness", n=float("nan")), "brightness was called wrongly: n:"),
        (a_call("brightness", n=10**5000), "brightness was called"),
    ],
)
def test_a_wrong_call_is_answered_in_a_sentence_and_not_made(library, video, put, call, said):
    module = put("brightness")
    finding = run_call(call, video, a_runner(library))
    assert said in finding.text
    assert (finding.key, finding.fresh) == (None, False)
    assert calls_of(module) == []
    assert library.store.observations(video) == ()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('raise ToolException("name a time before 3 s.")', "broken: name a time before 3 s."),
        ("raise KeyError('x')", "broken failed (KeyError: 'x')."),
        ("raise SystemExit(1)", "broken failed (SystemExit: 1)."),
        ("return 'only text'", "broken failed (ValueError"),
        ("return 'text', {'kind': 'scene'}", "it returned dict as its artifact"),
        ("return 'text', None", "it returned no artifact"),
        ("return 'text', [1, 'two', None]", "none of the 3 entries"),
        (
            "import numpy; return 'text', [{'kind': 'x', 'others': numpy.zeros(2)}]",
            "artifact cannot be read (ValueError",
        ),
        ("return 'text', [{'kind': 'opinion', 'text': 'x'}]", "none of the 1 entries"),
        ("return 'text', [{'kind': 'scene', 'text': 'x', 'about': 'nobody'}]", "none of the 1 entries"),
        ("return 'text', [{'kind': 'scene', 'text': 'x', 'span': [90, 95]}]", "none of the 1 entries"),
    ],
)
def test_a_failing_tool_is_named_and_nothing_is_kept(library, video, put, body, said):
    put("broken", body)
    put("brightness")
    broken, fine = (run_call(a_call(name), video, a_runner(library)) for name in ("broken", "brightness"))
    assert said in broken.text
    assert (broken.key, broken.fresh) == (None, False)
    assert fine.fresh
    assert [o.tool for o in library.store.observations(video)] == ["brightness"]


def test_a_hanging_tool_is_abandoned_at_its_deadline_and_frees_its_place(library, video, put):
    put("slow", "import time; time.sleep(20)")
    put("brightness")
    runner = a_runner(library, seconds=0.3, limit=threading.Semaphore(1))
    began = time.monotonic()
    slow, fine = (run_call(a_call(name), video, runner) for name in ("slow", "brightness"))
    assert time.monotonic() - began < 5
    assert slow.text == "slow gave no answer within 0.3 s and was abandoned."
    assert fine.fresh


def test_a_tool_says_how_long_it_needs_and_the_question_how_long_it_gets(library, video, put):
    def needing(name, seconds):
        body = 'import time; time.sleep(1); return "done", []'
        return a_tool(name, body).replace(
            f"return {name}", f'{name}.metadata = {{"seconds": {seconds}}}; return {name}'
        )

    put("patient", code=needing("patient", 20))
    put("hasty", code=needing("hasty", 0.2))
    runner = a_runner(library, seconds=0.3)
    assert run_call(a_call("patient", n=1), video, runner).text == "done"
    assert "within 0.2 s and was abandoned" in run_call(a_call("hasty"), video, runner).text
    short = a_runner(library, seconds_left=lambda: 0.4)
    assert "within 0.4 s and was abandoned" in run_call(a_call("patient", n=2), video, short).text


def test_calls_end_with_the_time_of_the_question_and_so_does_the_wait_for_a_turn(library, video, put):
    module = put("slow", "import time; time.sleep(5)")
    ends = time.monotonic() + 0.8
    runner = a_runner(library, limit=threading.Semaphore(1), seconds_left=lambda: ends - time.monotonic())
    findings = at_once([a_call("slow", n=n) for n in range(3)], video, runner)
    assert time.monotonic() - ends < 2
    assert len(calls_of(module)) == 1
    assert sum("was abandoned" in finding.text for finding in findings) == 1
    assert sum("slow could not be called: the question's time was over" in found.text for found in findings) == 2


def test_the_process_ends_without_a_hanging_tool():
    code = (
        "from twins.deadlines import call_within, LateError\nimport time\n"
        "try: call_within(0.1, lambda: time.sleep(60))\nexcept LateError: print('late')"
    )
    began = time.monotonic()
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=50)
    assert ran.stdout == "late\n"
    assert time.monotonic() - began < 40


def test_ten_thousand_facts_are_cut_and_the_rest_is_counted(library, video, put):
    put("chatty", 'return "much", [{"kind": "scene", "text": f"fact {i} " + "x" * 5000} for i in range(10_000)]')
    finding = run_call(a_call("chatty"), video, a_runner(library))
    kept = library.store.observation(video, finding.key)
    assert [fact.text.split("x")[0] for fact in kept.facts] == [f"fact {i} " for i in range(MOST_FACTS)]
    assert all(len(fact.text) <= LONGEST_TEXT for fact in kept.facts)
    assert f"{10_000 - MOST_FACTS} entries or keys" in finding.text
    assert len(kept.model_dump_json()) < 40_000


def test_unknown_keys_are_dropped_and_counted(library, video, put):
    put("verbose", 'return "so", [{"kind": "scene", "text": "dark", "mood": 1, "source": "me", "span": [-3, 99]}]')
    finding = run_call(a_call("verbose"), video, a_runner(library))
    (fact,) = library.store.observation(video, finding.key).facts
    assert (fact.source, fact.text, fact.span) == ("verbose", "dark", (0.0, library.twin(video).duration))
    assert "2 entries or keys" in finding.text


def test_a_found_instance_becomes_a_track_of_the_twin(library, video, put):
    entries = (
        '[{"id": "x", "category": "cup", "frames": [[0.2, [1, 2, 999, 30]],'
        " [1, 0.04, [0, 0, 9, 9]], [0.3, [5, 5, 1]]]},"
        ' {"about": "x", "kind": "attribute", "text": "chipped\\x1b[31m  cup"}]'
    )
    put("finder", f'return "a cup", {entries}')
    finding = run_call(a_call("finder"), video, a_runner(library))
    effective = library.store.effective(video)
    name = f"o-{finding.key}-0"
    assert effective.twin.track(name).category == "cup"
    assert (f"{name}", "chipped [31m cup") in [(fact.about, fact.text) for fact in effective.twin.facts]
    boxes = effective.geometry.boxes[effective.geometry.row(name)]
    seen = effective.geometry.seconds[(boxes == boxes).all(axis=1)]
    assert seen.round(2).tolist() == [0.04, 0.2]  # the box of three numbers is gone, the wide one clipped
    assert boxes[effective.geometry.seconds.round(2) == 0.2][0].tolist() == [1, 2, 160, 30]
    assert effective.geometry.frame_index[effective.geometry.seconds.round(2) == 0.2] == 5  # 25 frames a second


def test_calls_run_side_by_side_up_to_the_limit(library, video, put):
    put("slow", 'import time; time.sleep(0.4); return "done", []')
    calls = [a_call("slow", n=n) for n in range(4)]
    began = time.monotonic()
    findings = at_once(calls, video, a_runner(library))
    together = time.monotonic() - began
    began = time.monotonic()
    at_once([a_call("slow", n=n + 10) for n in range(4)], video, a_runner(library, limit=threading.Semaphore(1)))
    assert [finding.call for finding in findings] == calls
    assert all(finding.fresh for finding in findings)
    assert together < 1.4
    assert time.monotonic() - began >= 1.6


def test_of_two_runners_that_make_the_same_call_at_once_both_keep_one_observation(library, video, put):
    put("slow", 'import time; time.sleep(0.3); return f"at {time.time_ns()}", []')
    findings = []
    threads = [
        threading.Thread(target=lambda: findings.append(run_call(a_call("slow"), video, a_runner(library))))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({(finding.key, finding.text) for finding in findings}) == 1
    assert len(library.store.observations(video)) == 1


def test_a_read_only_library_keeps_findings_for_the_question_and_says_so(library, video, put, monkeypatch):
    module = put("brightness")
    monkeypatch.setattr(type(library.store), "writable", property(lambda self: False))
    runner = a_runner(library)
    first, again = run_call(a_call("brightness"), video, runner), run_call(a_call("brightness"), video, runner)
    assert (first.fresh, again.fresh) == (True, False)
    assert len(calls_of(module)) == 1
    assert "the scene is bright" in [fact.text for fact in runner.read(video).twin.facts]
    assert library.store.observations(video) == ()
    assert [warning.code for warning in runner.warnings] == ["observations_not_kept"]


def test_in_a_read_only_library_a_tool_sees_what_another_has_just_found(library, video, put, monkeypatch):
    put("finder", """return "a cup", [{"id": "x", "category": "cup", "frames": [[0.2, [1, 2, 50, 30]]]}]""")
    put("looker", """return str([t["category"] for t in context.twin(video_id)["tracks"]]), []""")
    monkeypatch.setattr(type(library.store), "writable", property(lambda self: False))
    runner = a_runner(library)
    assert run_call(a_call("finder"), video, runner).fresh
    assert "cup" in run_call(a_call("looker"), video, runner).text


def test_a_call_that_names_a_track_is_looked_up_within_its_generation_only(library, video, tmp_path, monkeypatch):
    code = a_tool("named").replace("n: int = 3", "who: str, generation: str = ''").replace("n))", "who))")
    assert "t1" in [track.id for track in library.twin(video).tracks]
    install(tmp_path, monkeypatch, "named", code)
    runner = a_runner(library)
    key = run_call(a_call("named", who="t1"), video, runner).key
    assert not run_call(a_call("named", who="t1"), video, runner).fresh
    other = run_call(a_call("named", who="a red square"), video, runner).key
    assert run_call(a_call("named", who="t1", generation="g"), video, runner).key not in (key, other)
    read = runner.read_kept
    runner.read_kept = lambda name: type(read(name))(read(name).twin, read(name).geometry, (), "g-another")
    assert run_call(a_call("named", who="t1"), video, runner).key != key
    assert run_call(a_call("named", who="a red square"), video, runner).key == other


def test_half_a_letter_from_a_model_is_refused(library, video, tmp_path, monkeypatch):
    install(tmp_path, monkeypatch, "asks", a_tool("asks").replace("n: int = 3", "n: str"))
    finding = run_call(a_call("asks", n="\ud800"), video, a_runner(library))
    assert "asks was called wrongly" in finding.text
    assert finding.key is None


def test_a_moved_file_is_told_of_in_a_sentence(library, video, tmp_path, monkeypatch):
    code = a_tool("peek", "return str(context.frames(video_id, seconds=[0.1])), []")
    install(tmp_path, monkeypatch, "peek", code)
    monkeypatch.setattr(type(library.store), "path", lambda self, name: None)
    finding = run_call(a_call("peek"), video, a_runner(library))
    assert finding.text.startswith("peek: the file of this video is not there any more")
    assert finding.key is None


def test_measure_computes_from_the_twin(library, video, tmp_path, monkeypatch):
    install_built_in(tmp_path, monkeypatch)
    runner = a_runner(library)
    name = library.twin(video).tracks[0].id
    finding = run_call(a_call("measure", predicate="moves_right", instances=[name]), video, runner)
    (fact, *_) = library.store.observation(video, finding.key).facts
    assert fact.predicate == "moves_right"
    assert f"moves_right({name}): holds 0." in finding.text
    for args, said in [
        ({"predicate": "flies", "instances": [name]}, "there is no predicate 'flies': choose one of above"),
        ({"predicate": "moves_right", "instances": ["t99"]}, "there is no instance 't99' in this video: choose one of"),
        ({"predicate": "moves_right", "instances": []}, "instances is empty"),
        ({"predicate": "moves_right", "instances": [name, name]}, "said of one instance, not of two"),
    ]:
        assert said in run_call(a_call("measure", **args), video, runner).text


def test_each_call_writes_one_line_of_json(library, video, put, caplog):
    put("brightness")
    with caplog.at_level(logging.INFO, "graphs.tool_calls"):
        finding = run_call(a_call("brightness"), video, a_runner(library))
    (line,) = (json.loads(record.message) for record in caplog.records if record.name == "graphs.tool_calls")
    assert (line["tool"], line["args"], line["key"], line["fresh"]) == ("brightness", "{}", finding.key, True)
