import io
import re

import pytest
from rich.console import Console

from agents.open_parts import SOURCE as OPEN
from tests.unit.twinseek.records import a_hit, a_record, hostile_record
from tools.door import Plugin
from twins.queries import CheckedClaim, SubQuery
from twins.schema import Fact, Provenance, Track, Twin
from twinseek.terminal import print_plugins, print_result, print_twin, print_videos
from twinseek.videos import VideoRow

CHECKS = ("verified", "refuted", "unverifiable")


class Stream(io.StringIO):
    def __init__(self, encoding="utf-8"):
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self):
        return self._encoding


def printed(show, value, encoding="utf-8", **options):
    stream = Stream(encoding)
    show(value, Console(file=stream, **options))
    return stream.getvalue()


def on_terminal(show, value, width=120, **options):
    return printed(show, value, force_terminal=True, width=width, no_color=True, **options)


def without_styles(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def a_twin(facts=None, **fields):
    values = {
        "video_id": "cups-0123456789",
        "duration": 10.0,
        "width": 1280,
        "height": 720,
        "frame_count": 300,
        "origin": "perceived",
        "sources": {"s": Provenance(specialist="s", version="1")},
        "tracks": (Track(id="1", category="cup", confidence=0.9, source="s"),),
        "facts": facts
        or (
            Fact(kind="event", text="it is lifted", about="1", span=(5.0, 10.0), source="s"),
            Fact(kind="scene", text="a table", source="s"),
        ),
    }
    return Twin(**(values | fields))


def a_row(**fields):
    values = {"video_id": "cups-0123456789", "path": "/c.mp4", "duration": 61.5, "width": 1280, "height": 720}
    values |= {"tracks": 3, "facts": 12, "origin": "perceived", "missing": False}
    return VideoRow(**(values | fields))


EVERYTHING = [
    pytest.param(print_result, a_record(), id="result"),
    pytest.param(print_videos, [a_row(), a_row(video_id="gone", missing=True)], id="videos"),
    pytest.param(print_twin, a_twin(), id="twin"),
]


@pytest.mark.parametrize("width", [60, 120])
def test_a_terminal_shows_answer_rank_score_status_spans_reasons_and_warnings(width):
    shown = " ".join(without_styles(on_terminal(print_result, a_record(), width)).split())
    for expected in (
        "where is someone fooled?",
        "cups.mp4",
        "0.86",
        "1 of 3 claims",
        "0:01.0-0:03.5",
        "✓ the ball hides behind the cup",
        "✗ the cup is blue (refuted)",
        "? a shell game",
    ):
        assert expected in shown
    assert shown.endswith("no_labels: some tracks have no category")


def test_parts_of_the_question_that_nothing_settled_are_told_in_one_line():
    left = [CheckedClaim(claim=text, check="unverifiable", source="question") for text in ("a dog barks", "wall")]
    said = CheckedClaim(claim="a shell game", check="unverifiable", source="judge")
    record = a_record(results=(a_hit(trace=(left[0], said, left[1])),))
    for shown in (without_styles(on_terminal(print_result, record)), printed(print_result, record)):
        lines = [line.rpartition("?")[2].strip() for line in shown.splitlines() if "?" in line]
        assert lines[-2:] == ["a shell game", "not checked: a dog barks; wall"]


PURPLE = CheckedClaim(claim='the "elephant" is purple', check="verified", source="colours")
DANCES = CheckedClaim(claim="an elephant dances", check="unverifiable", source="question")


@pytest.mark.parametrize("show", [printed, on_terminal])
def test_no_line_says_plain_verified_of_what_was_verified_in_part(show):
    whole, part = (a_record(results=(a_hit(trace=trace),)) for trace in ((PURPLE,), (PURPLE, DANCES)))
    assert "verified" in without_styles(show(print_result, whole))
    shown = without_styles(show(print_result, part))
    # In a table it takes two lines, between which there are other columns.
    assert shown.count("verified") == 1 and re.search(r"1 of 2 claims( verified|[^\n]*\n +verified)", shown)


def test_refuted_and_unverifiable_claims_are_dim():
    shown = on_terminal(print_result, a_record())
    assert re.search("\x1b\\[2m[^\x1b]*the cup is blue", shown)
    assert not re.search("\x1b\\[2m[^\x1b]*hides behind", shown)


@pytest.mark.parametrize(("show", "value"), EVERYTHING)
@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_no_line_is_wider_than_the_terminal(show, value, width):
    lines = without_styles(on_terminal(show, value, width)).splitlines()
    assert max(map(len, lines)) <= width


@pytest.mark.parametrize(("show", "value"), EVERYTHING)
def test_a_pipe_gets_whole_lines_without_escapes_and_box_drawing(show, value):
    shown = printed(show, value, width=20)
    assert not re.search("[\x1b\u2500-\u257f]", shown)
    assert "cups-0123456789" in shown.split("\n", 2)[1] + shown.split("\n", 1)[0]


@pytest.mark.parametrize(("show", "value"), EVERYTHING)
def test_no_color_has_no_colour_codes(show, value, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert not re.search(r"\x1b\[(\d+;)*(3|4|9|10)\d", printed(show, value, force_terminal=True, width=120))


@pytest.mark.parametrize("options", [{}, {"force_terminal": True, "width": 120}, {"force_terminal": True, "width": 60}])
def test_a_terminal_that_knows_only_ascii_gets_ascii(options):
    for parameter in EVERYTHING:
        printed(*parameter.values, encoding="ascii", **options).encode("ascii")


@pytest.mark.parametrize("options", [{}, {"force_terminal": True, "width": 300}, {"force_terminal": True, "width": 60}])
def test_hostile_texts_reach_the_terminal_as_texts(options):
    shown = without_styles(printed(print_result, hostile_record(), no_color=True, **options))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", shown)
    assert "[31m" in shown  # what is left of the escape sequence is harmless, and is shown
    assert "[red]" in shown


def test_hostile_names_in_lists_and_twins_are_cleaned_too():
    row = a_row(video_id="a\x1b]0;title\x07b")
    twin = a_twin(video_id="a\x9bb", facts=(Fact(kind="text", text="c\x1b[2Jd", source="s"),))
    for show, value in ((print_videos, [row]), (print_twin, twin)):
        assert not re.search("[\x07\x1b\x9b]", printed(show, value))


def test_a_coarse_score_has_no_bar():
    shown = on_terminal(print_result, a_record(results=(a_hit(status="coarse", score=0.0),)))
    assert "~0.61" in shown
    assert "━" not in shown


def test_the_bar_is_as_long_as_the_score_is_high():
    shown = without_styles(on_terminal(print_result, a_record(results=(a_hit(score=0.3),))))
    assert "━━━─────── 0.30" in shown


def test_many_spans_are_counted():
    spans = tuple((float(n), n + 0.5) for n in range(5))
    assert "+2 more" in on_terminal(print_result, a_record(results=(a_hit(spans=spans),)))


def test_a_warning_that_repeats_the_answer_is_printed_once():
    record = a_record(results=())
    record = record.model_copy(update={"warnings": (record.warnings[0].model_copy(update={"text": record.answer}),)})
    assert on_terminal(print_result, record, 300).count(record.answer) == 1


def test_a_missing_video_says_what_can_be_done():
    shown = on_terminal(print_videos, [a_row(missing=True)])
    assert "1 missing: index where they are now, or twinseek prune" in shown


def test_an_empty_library_says_what_to_do():
    assert "twinseek index PATH" in printed(print_videos, [])


def test_facts_stand_in_order_of_time_on_an_axis():
    shown = without_styles(on_terminal(print_twin, a_twin()))
    assert shown.index("a table") < shown.index("it is lifted")
    assert "············━━━━━━━━━━━━" in shown


def test_many_facts_are_cut_with_a_sentence():
    facts = tuple(Fact(kind="event", text=f"event {n}", source="s") for n in range(61))
    assert "1 more fact: --json shows all" in printed(print_twin, a_twin(facts=facts))


def several_ways():
    parts = (
        SubQuery(id="s1", text="it follows", kind="action", reading="pursuit", weight=0.6),
        SubQuery(id="s2", text="it comes after", kind="action", reading="grammar"),
    )
    hits = (a_hit(reading="pursuit"), a_hit(rank=2, reading="grammar"))
    return a_record(sub_queries=parts, results=hits)


@pytest.mark.parametrize("options", [{}, {"force_terminal": True, "width": 120}, {"force_terminal": True, "width": 60}])
def test_of_several_ways_to_understand_a_question_each_hit_names_the_one_it_answers(options):
    shown = " ".join(without_styles(printed(print_result, several_ways(), **options)).split())
    first, second = shown.index("understood as pursuit:"), shown.index("understood word for word:")
    assert first < shown.index("✓ the ball hides") < second
    assert "only what the words themselves say was looked for. If 'pursuit' is meant, say in a whole sentence" in shown


def test_a_question_with_one_way_to_understand_it_has_no_such_line():
    one = several_ways()
    record = one.model_copy(update={"sub_queries": one.sub_queries[:1], "results": one.results[:1]})
    assert "understood" not in printed(print_result, record)


def test_columns_are_named_in_pipes_too():
    assert printed(print_videos, [a_row()]).startswith(
        "video\tid\tlength\tsize\ttracks\tfacts\torigin\nc.mp4\tcups-0123456789\t"
    )
    assert "\ntrack\tcategory\tlooks\n1\tcup" in printed(print_twin, a_twin())


def test_one_of_a_kind_is_no_plural():
    assert "300 frames, 1 track, 2 facts, perceived" in printed(print_twin, a_twin())


PLUGINS = [
    Plugin("twinseek.tools", "measure", "twinseek", "0.1.0", "ready"),
    Plugin("twinseek.depths", "sonar", "twinseek-sonar", "2.1", "refused", "it needs\tsonar-kit"),
]


def test_plugins_stand_below_the_names_of_their_columns():
    head, ready, refused = (line.split("\t") for line in printed(print_plugins, PLUGINS).splitlines())
    assert head == ["group", "name", "distribution", "version", "state", "reason"]
    assert ready == ["twinseek.tools", "measure", "twinseek", "0.1.0", "ready", ""]
    assert refused[:5] == ["twinseek.depths", "sonar", "twinseek-sonar", "2.1", "refused"] and len(refused) == 6
    shown = printed(print_plugins, PLUGINS, force_terminal=True, width=120, color_system="standard")
    assert without_styles(shown).split()[:6] == head
    assert re.search("\x1b\\[31m[^\x1b]*refused", shown)
    for width in (40, 80):
        assert max(map(len, without_styles(on_terminal(print_plugins, PLUGINS, width)).splitlines())) <= width


@pytest.mark.parametrize("show", [printed, on_terminal])
def test_where_there_are_no_plugins_a_sentence_says_what_to_do(show):
    shown = without_styles(show(print_plugins, []))
    assert "install Twinseek itself once more" in shown and "group" not in shown


@pytest.mark.parametrize("width", [70, 200])
def test_of_a_video_that_does_not_fit_a_few_claims_are_told_those_against_it_first(width):
    trace = [CheckedClaim(claim=f"{check} {n}", check=check, source="p") for check in CHECKS for n in range(2)]
    trace += [CheckedClaim(claim=f"open {n}", check="unverifiable", source=OPEN) for n in range(5)]
    record = a_record(results=(a_hit(status="dropped", trace=tuple(trace)),))
    told = [printed(print_result, record), without_styles(on_terminal(print_result, record, width))]
    for text in told:
        assert re.findall(r"(?:verified|refuted|unverifiable|open) \d", text) == [
            *["refuted 0", "refuted 1", "unverifiable 0"],
            *["open 0", "open 1", "open 2"],
        ]
        assert "and 5 more" in text
    record = a_record(results=(a_hit(trace=tuple(trace)),))
    assert len(re.findall(r"(?:verified|refuted|unverifiable|open) \d", printed(print_result, record))) == 11


@pytest.mark.parametrize("show", [printed, on_terminal])
def test_what_stands_out_is_shown_like_an_answer_and_marked_as_not_verified(show):
    trace = [CheckedClaim(claim=f"said {n}", check="unverifiable", source="p") for n in range(5)]
    plain, closest = (a_hit(status="dropped", trace=tuple(trace), stands_out=far) for far in (False, True))
    told = without_styles(show(print_result, a_record(results=(closest, plain))))
    assert re.findall(r"said \d", told) == [f"said {n}" for n in (*range(5), *range(3))]
    assert " ".join(told.split()).count("closest, not") == 1 and told.count("dropped") == 1


@pytest.mark.parametrize("show", [printed, on_terminal])
def test_a_video_is_called_by_its_file_and_its_id_stands_beside(show):
    for shown in (show(print_videos, [a_row()]), show(lambda twin, out: print_twin(twin, out, "/c.mp4"), a_twin())):
        assert re.search(r"c\.mp4\s+cups-0123456789", without_styles(shown))
    assert without_styles(show(print_twin, a_twin())).startswith("cups-0123456789\n")
    assert without_styles(show(print_videos, [a_row(path=None)])).count("cups-0123456789") == 2
