"""From results to HTML: what the template is given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup, escape

from agents.open_parts import SOURCE as OPEN
from agents.open_parts import says_not
from agents.readings import shares_of
from agents.situations import GRAMMAR
from graphs.answering import called, told_status
from twins.queries import Hit, ResultRecord, SubQuery
from twinseek.overlays import instance_colours
from twinseek.plain_text import clock, clock_span, plain_text
from twinseek.report import FrameSource
from twinseek.report.key_frames import (
    Picture,
    css_colour,
    label_of,
    look_at,
    picture_hit,
    picture_moment,
)
from twinseek.report.timeline import Timeline, lay_out
from twinseek.ways import PLAINLY, told_plainly, told_way

PICTURES = 3
PICTURED_HITS = 10
"""Later hits have one picture each, so that a long list stays a small file."""

RANKING_SHOWN = 500

STATUSES = {
    "verified": "at least one claim was recomputed from the video's twin and holds, and none was refuted; where others "
    "could not be recomputed, it says how many hold",
    "judged": "fits all in all; but no claim was recomputed and holds, or one was refuted",
    "coarse": "similar by its vectors; no judge looked at it",
    "dropped": "below the threshold: shown as one of the closest, not as an answer; the first says closest where it is "
    "far closer than the next, and nothing refuted speaks against it",
}
CHECKS = {
    "verified": ("✓", "recomputed from the video's twin, and true"),
    "refuted": ("✗", "recomputed from the video's twin, and false"),
    "unverifiable": ("?", "cannot be recomputed: a matter of description"),
}


@dataclass(frozen=True)
class HitView:
    """One hit with what is drawn for it.

    ``chips`` maps an instance to its colour and its name; ``way`` says how the question was understood, where there
    are several ways; ``seen`` says in a sentence what the pictures show.
    """

    hit: Hit
    name: str
    pictures: list[Picture]
    from_video: bool
    timeline: Timeline | None
    chips: Mapping[str, tuple[str, str]]
    way: str
    seen: str


@dataclass(frozen=True)
class PartsView:
    """Parts of a question that were looked for together: one ``way`` to understand it, and how likely that is.

    ``literal`` says that its words were taken as they stand, by grammar.
    """

    way: str
    literal: bool
    share: float | None
    parts: list[SubQuery]


@dataclass(frozen=True)
class ResultView:
    """One result with its hits, a sentence about it from whoever asked, and whether it is right, where that is known.

    ``plainly`` says what it means where it was understood word for word.
    """

    record: ResultRecord
    note: str
    right: bool | None
    plainly: str
    hits: list[HitView]
    reference: Picture | None
    names: Mapping[str, str]
    ways: list[PartsView]


def render_page(
    results: Sequence[ResultRecord],
    frames: FrameSource | None,
    title: str,
    notes: Sequence[str],
    right: Sequence[bool | None],
) -> str:
    """Return the whole page; see :func:`twinseek.report.render_report`."""
    told = zip(results, notes or [""] * len(results), right or [None] * len(results), strict=True)
    template = _environment().get_template("page.html.jinja")
    return template.render(
        title=title,
        style=Markup(_read("style.css")),  # noqa: S704 - our own file, nothing from outside
        views=[_view_result(record, note, known, frames) for record, note, known in told],
        statuses=STATUSES,
        checks=CHECKS,
        ranking_shown=RANKING_SHOWN,
    )


def embed(page: str, title: str) -> str:
    """Wrap a page for a notebook: a sandboxed frame keeps its style and the notebook's apart."""
    return (
        f'<iframe sandbox title="{escape(plain_text(title))}" srcdoc="{escape(page)}" '
        'style="width:100%;height:720px;border:0;border-radius:8px"></iframe>'
    )


def _view_result(record: ResultRecord, note: str, right: bool | None, frames: FrameSource | None) -> ResultView:
    return ResultView(
        record=record,
        note=note,
        right=right,
        plainly=told_plainly(record),
        hits=[
            _view_hit(hit, told_way(hit, record), frames, PICTURES if n < PICTURED_HITS else 1)
            for n, hit in enumerate(record.results)
        ],
        reference=picture_moment(record.reference, 0.0, frames) if record.reference else None,
        names={part.id: part.text for part in record.sub_queries},
        ways=ways_of(record.sub_queries),
    )


def ways_of(parts: Sequence[SubQuery]) -> list[PartsView]:
    """Group the parts of a question by the way to understand it that they belong to, the likeliest way first.

    Parts without a way belong to all of them and stand at the head. Ways that the judge does not look for are left out,
    and what one way says twice is shown once.
    """
    groups: dict[str | None, dict[tuple[str, bool], SubQuery]] = {}
    for part in parts:
        groups.setdefault(part.reading, {}).setdefault((part.text.lower(), part.negated), part)
    shares = shares_of(parts)
    ways: list[str | None] = [None] if None in groups else []
    return [
        PartsView((way or "").replace("_", " "), way == GRAMMAR, shares.get(way or ""), list(groups[way].values()))
        for way in [*ways, *sorted(shares, key=lambda way: -shares[way])]
    ]


def _view_hit(hit: Hit, way: str, frames: FrameSource | None, most: int) -> HitView:
    instances = {instance.id: instance for instance in hit.instances}
    named = [*instances, *(name for line in hit.trace for name in line.instances)]
    colours = instance_colours(named)
    look = look_at(hit, frames, most)
    pictures = picture_hit(hit, look, colours)
    return HitView(
        hit=hit,
        name=called(hit),
        pictures=pictures,
        from_video=bool(look.images),
        timeline=lay_out(hit, [picture.seconds for picture in pictures], look.end),
        chips={
            name: (css_colour(colour), label_of(instances[name]) if name in instances else name)
            for name, colour in colours.items()
        },
        way=way,
        seen=tell_seen(hit, pictures),
    )


def tell_seen(hit: Hit, pictures: Sequence[Picture]) -> str:
    """Say at which moments the pictures were taken and which things are outlined in them; nothing without pictures."""
    if not pictures:
        return ""
    things = [label_of(one) + " (without a name)" * (one.category == "object") for one in hit.instances]
    one = len(pictures) == 1
    shown = (
        f"The picture{'' if one else 's'} show{'s' if one else ''} the video at {listed([p.clock for p in pictures])}"
    )
    if not things:
        return f"{shown}; no thing is outlined, because the answer names none."
    return f"{shown}. Outlined, where in view: {listed(things)}."


def listed(words: Sequence[str]) -> str:
    """Return ``a``, ``a and b``, ``a, b and c``."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def describe_relation(part: SubQuery, names: Mapping[str, str]) -> str:
    """Return ``subject relation object`` of a part about other parts, these written out; else nothing."""
    if part.relation in (None, "count") or not {part.subject, part.object} & names.keys():
        return ""
    ends = [names.get(end, end) if end else "" for end in (part.subject, part.object)]
    sentence = " ".join(word for word in (ends[0], part.relation.replace("_", " "), ends[1]) if word)
    return "" if sentence.lower() == part.text.lower() else sentence


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_read),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(open_source=OPEN, plainly=PLAINLY)
    environment.filters.update(clock=clock, clock_span=clock_span, relation=describe_relation)
    environment.filters.update(says_not=says_not, told_status=told_status)
    return environment


def _finalize(value: Any) -> Any:
    """Clean every text on its way into the page: no place in the template can forget to."""
    return plain_text(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _read(name: str) -> str:
    return files("twinseek.report").joinpath(name).read_text(encoding="utf-8")
