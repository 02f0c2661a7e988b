import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from agents.rules_judge import readings
from agents.situations import GRAMMAR
from tests.unit.twinseek.records import HOSTILE, a_hit, a_record, an_instance, hostile_record, noise_frames
from twins.annotations import import_annotation
from twins.errors import TwinseekError
from twins.frames import frames_at
from twins.queries import CheckedClaim, Decomposition, InstanceFrame, InstanceResult, SubQuery
from twinseek.report import render_report, write_report
from twinseek.report.key_frames import (
    BYTES_PER_PICTURE,
    LONGEST_SIDE,
    TAG_HEIGHT,
    TAG_WIDTH,
    choose_moments,
    place_tags,
)
from twinseek.report.page import ways_of
from twinseek.report.timeline import lay_out

VOID = {"meta", "link", "img", "br", "hr", "input"}


class Page(HTMLParser):
    """What a reader of the page gets: elements with attributes, and text; nesting is checked."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.words, self.open = [], [], []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not self.open or self.open[-1] != "style":
            self.words.append(data)

    def all(self, tag, css_class=None):
        return [
            attrs
            for name, attrs in self.elements
            if name == tag and (css_class is None or css_class in attrs.get("class", "").split())
        ]

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def page_of(*records, frames=None, **options):
    return Page(render_report(records or [a_record()], frames or noise_frames(), **options))


def test_the_page_shows_question_answer_parts_hits_checks_ranking_and_warnings():
    text = page_of().text
    for expected in (
        "where is someone fooled?",
        "the ball hides behind the cup.",
        "a ball hides before a dog barks",
        "cups.mp4",
        "0.86",
        "0:01.0-0:02.0",
        "hides_behind",
        "dog-0123456789",
        "some tracks have no category",
        "rules 1",
    ):
        assert expected in text
    for mark in "✓✗?":
        assert mark in text


def test_a_note_stands_beneath_its_answer_and_cannot_be_markup() -> None:
    html = render_report([a_record(), a_record()], None, notes=["", "Right: <b>clip</b>"])
    assert html.count("Right: &lt;b&gt;clip&lt;/b&gt;") == 1
    assert html.index("Right:") > html.index('id="q2"')


def test_the_index_says_which_answers_are_right_where_that_is_known():
    html = render_report([a_record()] * 3, None, right=[True, False, None])
    told = [row.rpartition("</span>")[0] for row in html.partition("<nav")[2].partition("</nav>")[0].split("<li>")[1:]]
    assert [row.endswith(">right</b>") for row in told] == [True, False, False]
    assert [row.endswith(">wrong</b>") for row in told] == [False, True, False]


def test_a_negated_part_is_marked():
    assert len(page_of().all("span", "not")) == 1


def test_a_part_of_the_question_that_nothing_settled_is_marked_open():
    left = CheckedClaim(claim="a dog barks", check="unverifiable", source="question")
    page = " ".join(render_report([a_record(results=(a_hit(trace=(left,)),))], None).split())
    assert 'title="a part of the question that nothing here settles">?</b> open</td>' in page


def test_a_badge_says_how_much_was_verified_where_not_all_was():
    left = CheckedClaim(claim="an elephant dances", check="unverifiable", source="question")
    whole = a_hit(trace=a_hit().trace[:1])
    records = [a_record(results=(hit,)) for hit in (whole, a_hit(trace=(*whole.trace, left)))]
    page = render_report(records, noise_frames())
    told = re.findall(r'<span class="badge (\w+)"[^>]*>([^<]*)</span>', page.partition("<footer>")[0])
    # Each stands in the list of questions, and beside its video.
    assert sorted(told) == [("partly", "1 of 2 claims verified")] * 2 + [("verified", "verified")] * 2


def test_what_stands_out_of_the_dropped_is_named_as_closest_and_never_looks_verified():
    left = CheckedClaim(claim="an elephant dances", check="unverifiable", source="question")
    traces = (left,), (*a_hit().trace[:1], left)
    records = [a_record(results=(a_hit(status="dropped", trace=trace, stands_out=True),)) for trace in traces]
    page = render_report(records, noise_frames())
    told = re.findall(r'<span class="badge (\w+)"[^>]*>([^<]*)</span>', page.partition("<footer>")[0])
    expected = ("closest, not verified", "closest, only 1 of 2 claims verified")
    assert sorted(told) == [("dropped", each) for each in sorted(expected * 2)]
    assert page.count("nothing fits: <bdi>cups.mp4</bdi>") == 2


def test_every_picture_has_an_alternative_text_a_size_and_the_label_of_its_instance():
    page = page_of()
    assert [image["alt"] for image in page.all("img")] == [
        f"cups-0123456789 at 0:0{s}.0, marked: cup 1" for s in (1, 2, 3)
    ]
    assert all(image["width"] == "160" and image["height"] == "90" for image in page.all("img"))
    assert len(page.all("bdi", "tag")) == 3


def test_an_instance_has_one_colour_in_pictures_legend_and_trace():
    page = page_of()
    tags = {re.search("background:(#.{6})", tag["style"])[1] for tag in page.all("bdi", "tag")}
    dots = [dot["style"] for dot in page.all("i") if "background" in dot.get("style", "")]
    assert len(tags) == 1
    assert dots == [f"background:{colour}" for colour in ("#e69f00", "#e69f00", "#56b4e9", "#e69f00")]
    assert tags == {"#e69f00"}


def test_the_page_loads_nothing_and_runs_nothing():
    page = page_of()
    loads = [attrs.get(name, "") for tag, attrs in page.elements for name in ("src", "href", "srcset", "data")]
    assert {load.split(":")[0] for load in loads if load and not load.startswith("#")} == {"data"}
    assert not page.all("script")
    assert not [name for _, attrs in page.elements for name in attrs if name.startswith("on")]
    policy = next(meta["content"] for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; img-src data:")
    assert "script-src" not in policy
    assert not re.search(r"url\(|@import|https?://|file://", render_report([a_record()], noise_frames()))


def test_every_link_leads_somewhere_and_every_id_is_unique():
    page = page_of(a_record(), a_record())
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    links = [link["href"] for link in page.all("a")]
    assert links
    assert {link.removeprefix("#") for link in links} <= set(ids)


def test_hostile_texts_stay_texts():
    html = render_report([hostile_record()], noise_frames(), title=HOSTILE)
    page, calm = Page(html), page_of(a_record(warnings=()))
    assert not page.all("script")
    assert {tag for tag, _ in page.elements} <= {tag for tag, _ in calm.elements} | {"ul", "li"}
    assert not [name for _, attrs in page.elements for name in attrs if name.startswith("on")]
    assert "alert(1)" in page.text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", html)


def test_every_text_of_a_record_is_isolated_from_the_direction_of_the_page():
    record = a_record(query="שלום", answer="مرحبا")
    html = render_report([record], None)
    assert "<bdi>שלום</bdi>" in html
    assert "<bdi>مرحبا</bdi>" in html


def test_a_lone_surrogate_in_a_file_name_does_not_stop_the_report(tmp_path):
    record = a_record(results=(a_hit(path="/clips/caf\udce9.mp4"),))
    write_report(tmp_path / "r.html", [record], noise_frames())
    assert "caf\ufffd.mp4" in (tmp_path / "r.html").read_text("utf-8")


def gone(video_id, seconds):
    raise TwinseekError(f"{video_id} is gone")


@pytest.mark.parametrize("frames", [None, gone, lambda video_id, seconds: None, lambda video_id, seconds: []])
@pytest.mark.parametrize("mask", [True, False])
def test_a_video_that_is_gone_is_drawn_on_a_plain_card_with_a_sentence(frames, mask):
    record = a_record(results=(a_hit(instances=(an_instance(mask=mask),)),))
    page = Page(render_report([record], frames))
    assert "file is gone or cannot be read: boxes and masks are drawn on a plain card" in page.text
    assert len(page.all("img")) == 3
    assert len(page.all("bdi", "tag")) == 3


def test_a_hit_without_instances_is_shown_in_the_middle_of_its_spans():
    page = page_of(a_record(results=(a_hit(instances=(), spans=((1.0, 2.0), (3.0, 4.0))),)))
    assert [image["alt"] for image in page.all("img")] == ["cups-0123456789 at 0:01.5", "cups-0123456789 at 0:03.5"]


def test_a_hit_of_which_nothing_is_known_is_shown_at_even_steps():
    hit = a_hit(status="coarse", instances=(), spans=(), trace=())
    assert choose_moments(hit, 6.0, 3) == [1.0, 3.0, 5.0]
    page = page_of(a_record(results=(hit,)))
    assert "0.61 similarity" in page.text
    assert len(page.all("img")) == 3


def test_a_hit_without_spans_has_no_timeline():
    assert lay_out(a_hit(spans=(), trace=()), [1.0], 4.0) is None
    assert not page_of(a_record(results=(a_hit(spans=(), trace=()),))).all("svg")


def test_a_video_is_asked_for_its_frames_once():
    calls = []

    def frames(video_id, seconds):
        calls.append(video_id)
        return noise_frames()(video_id, seconds)

    render_report([a_record()], frames)
    assert calls == ["cups-0123456789"]


def test_of_many_frames_those_with_most_masks_are_shown():
    def at(seconds, mask):
        source = an_instance(seconds=(seconds,), mask=mask).frames[0]
        return InstanceFrame(**source.model_dump())

    frames = tuple(at(s / 10, s in (2, 17, 25)) for s in range(30))
    hit = a_hit(instances=(InstanceResult(id="1", category="cup", frames=frames),))
    assert choose_moments(hit, None, 3) == [0.2, 1.7, 2.5]


def test_five_hits_of_incompressible_video_stay_below_three_megabytes(tmp_path):
    record = a_record(results=tuple(a_hit(rank=n) for n in range(1, 6)))
    path = write_report(tmp_path / "r.html", [record], noise_frames(560, 480))
    assert 100_000 < path.stat().st_size < 3_000_000
    page = Page(path.read_text("utf-8"))
    assert all(int(image["width"]) <= LONGEST_SIDE for image in page.all("img"))
    assert all(len(image["src"]) < BYTES_PER_PICTURE * 1.4 for image in page.all("img"))


def test_several_results_have_an_index_and_one_has_none():
    assert len(page_of(a_record(), a_record(results=())).all("nav")) == 1
    assert "nothing fits" in page_of(a_record(), a_record(results=())).text
    assert not page_of().all("nav")


def test_a_composed_question_shows_its_reference_and_its_edit():
    page = page_of(a_record(mode="compose", reference="dog-0123456789", edit="the same, but on snow"))
    assert "the same, but on snow" in page.text
    assert page.all("img")[0]["alt"].startswith("Reference: dog-0123456789")


def test_a_long_ranking_is_cut_with_a_sentence():
    page = page_of(a_record(ranking=tuple(f"v{n}" for n in range(502))))
    assert "2 more are in the JSON" in page.text
    assert "v499" in page.text
    assert "v500" not in page.text


def test_a_warning_that_repeats_the_answer_is_said_once():
    record = a_record(results=())
    record = record.model_copy(update={"warnings": (record.warnings[0].model_copy(update={"text": record.answer}),)})
    assert page_of(record).text.count(record.answer) == 1


def test_the_embedded_page_is_a_sandboxed_frame_that_holds_the_whole_page():
    record = hostile_record()
    [(tag, frame)] = Page(render_report([record], None, embedded=True)).elements
    assert tag == "iframe"
    assert "sandbox" in frame
    assert frame["srcdoc"] == render_report([record], None)


def test_a_report_that_cannot_be_written_says_so_and_leaves_nothing(tmp_path):
    (tmp_path / "taken").mkdir()
    with pytest.raises(TwinseekError, match="taken"):
        write_report(tmp_path / "taken", [a_record()], None)
    assert [path.name for path in tmp_path.rglob("*")] == ["taken"]


def test_the_time_axis_reaches_to_the_end_of_the_clip():
    line = lay_out(a_hit(spans=((1.0, 3.0),)), [2.0], 4.0)
    assert line.known
    assert [(bar.left, bar.width) for bar in line.answer] == [(25.0, 50.0)]
    assert [point.left for point in line.moments] == [50.0]
    assert [row.number for row in line.rows] == [1]


@pytest.mark.parametrize("end", [0.05, 1.0, 9.9, 60.0, 599.0, 7200.0, 100_000.0])
def test_ticks_are_few_and_inside_the_axis(end):
    ticks = lay_out(a_hit(spans=((0.0, end),), trace=()), [], end).ticks
    assert 1 <= len(ticks) <= 7
    assert all(0 <= tick.left <= 100 for tick in ticks)


def test_a_span_of_no_length_is_still_seen():
    line = lay_out(a_hit(spans=((4.0, 4.0),), trace=()), [], 4.0)
    assert line.answer[0].width > 0
    assert line.answer[0].left + line.answer[0].width <= 100


def test_real_frames_of_a_real_clip_are_shown(shared: Path):
    twin, geometry = import_annotation(shared / "annotations" / "02_cups.json")
    row = geometry.row("2")
    frames = tuple(
        InstanceFrame(
            frame_index=int(geometry.frame_index[n]),
            seconds=float(geometry.seconds[n]),
            box=tuple(map(float, geometry.boxes[row, n])),
        )
        for n in (0, 10)
    )
    hit = a_hit(video_id=twin.video_id, instances=(InstanceResult(id="2", category="cup", frames=frames),))
    page = page_of(
        a_record(results=(hit,)), frames=lambda name, at: frames_at(shared / "videos" / f"{name}.mp4", list(at))
    )
    assert [(image["width"], image["height"]) for image in page.all("img")] == [("480", "270")] * 2
    assert "0:08.0" in page.text  # the axis of the ten-second clip
    assert "gone" not in page.text


def test_ways_to_understand_a_question_stand_apart_the_likeliest_first():
    def part(text, reading, weight=1.0):
        return SubQuery(id=text, text=text, kind="action", reading=reading, weight=weight)

    parts = (part("a runs", "grammar"), part("b runs", "flight", 0.2), part("c", "hunt", 0.7), part("C", "hunt", 0.7))
    ways = ways_of((part("red", None), *parts))
    assert [(way.way, [p.text for p in way.parts]) for way in ways] == [
        ("", ["red"]),
        ("hunt", ["c"]),
        ("flight", ["b runs"]),
        ("grammar", ["a runs"]),
    ]
    assert ways[-1].share == pytest.approx(0.1)
    text = page_of(a_record(sub_queries=parts)).text
    assert "70 % likely" in text
    assert "Or understood word for word, 10 % likely" in text and "only what the words themselves say" not in text
    plain = page_of(a_record(sub_queries=parts, results=(a_hit(reading="grammar"),))).text
    assert "If 'hunt' or 'flight' is meant, say in a whole sentence what happens, and to whom." in plain


def test_a_way_to_understand_a_question_that_the_judge_drops_is_not_shown():
    parts = tuple(
        SubQuery(id=text, text=text, kind="action", reading=reading, weight=weight)
        for text, reading, weight in (("a runs", GRAMMAR, 1.0), ("b runs", "hunt", 0.95))
    )
    judged = readings(Decomposition(query="q", sub_queries=parts))
    ways = ways_of(parts)
    assert [way.share for way in ways] == [share for share, _ in judged] == [1.0]
    assert [[p.text for p in way.parts] for way in ways] == [["b runs"]]
    assert "word for word" not in page_of(a_record(sub_queries=parts)).text


def test_the_end_of_the_time_axis_is_labelled():
    ticks = lay_out(a_hit(spans=((0.0, 3.9),), trace=()), [], 3.96).ticks
    assert ticks[-1].left == 100
    assert ticks[-1].text == "0:04.0"
    assert [tick.text for tick in ticks[:-1]] == ["0:00.0", "0:01.0", "0:02.0", "0:03.0"]


def test_a_label_covers_no_small_thing_that_is_marked():
    boxes = [(10, 10, 26, 26), (10, 30, 26, 46), (60, 2, 70, 12)]
    seen = []
    for number, box in enumerate(boxes):
        frame = InstanceFrame(frame_index=0, seconds=0.0, box=box)
        seen.append((InstanceResult(id=str(number), category="cup", frames=(frame,)), frame))
    tags = place_tags(seen, (200, 100), {str(n): (0, 0, 0) for n in range(3)})
    for tag in tags:
        top = tag.top - TAG_HEIGHT if tag.above else tag.top
        assert 0 <= top <= 100 - TAG_HEIGHT
        for x1, y1, x2, y2 in boxes:
            apart = tag.left >= x2 / 2 or tag.left + TAG_WIDTH <= x1 / 2 or top >= y2 or top + TAG_HEIGHT <= y1
            assert apart, (tag, (x1, y1, x2, y2))


def test_the_page_says_what_its_pictures_show_and_what_its_marks_mean():
    named = a_hit(instances=(an_instance("t1", category="dog"), an_instance("t2", category="object")))
    page = Page(render_report([a_record(results=(named,))], noise_frames()))
    text = " ".join(" ".join(page.words).split())
    assert "Outlined, where in view: dog t1 and t2 (without a name)." in text
    assert "How to read this page" in text and "when the question fits, on the timeline" in text
    swatches = {tuple(attrs["class"].split()[1:]) for attrs in page.all("i", "swatch")}
    assert {("thing",), ("answer",), ("thin", "refuted"), ("moment",)} <= swatches


def test_pictures_without_a_thing_to_outline_say_so():
    page = Page(render_report([a_record(results=(a_hit(instances=()),))], noise_frames()))
    assert "no thing is outlined, because the answer names none." in " ".join(page.words)
