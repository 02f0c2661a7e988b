"""Answers, videos and twins in the terminal: tables where there is one, plain lines in files and pipes."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from agents.open_parts import SOURCE as OPEN
from graphs.answering import called, name_of, told_status
from twins.queries import Check, CheckedClaim, Cost, Hit, ResultRecord, Status
from twins.schema import Fact, Span, Twin
from twinseek.plain_text import clock, clock_span, count, plain_text
from twinseek.videos import VideoRow
from twinseek.ways import told_plainly, told_way

if TYPE_CHECKING:
    from tools.door import Plugin
    from twinseek.evaluation import Evaluation

WIDE = 92
"""Columns from which an answer is a table; below, one block a hit."""

ROOMY = 80
"""Columns from which the list of videos has all its columns."""

VIDEO_COLUMNS = ("video", "id", "length", "size", "tracks", "facts", "origin")
PLUGIN_COLUMNS = ("group", "name", "distribution", "version", "state", "reason")
BAR = 10
SPANS_SHOWN = 3
AGAINST_SHOWN = 3
"""Of a video that does not fit, nor stands out, what speaks against it is told first, and at most so many claims."""
FACTS_SHOWN = 60
TIMELINE = 24
"""Characters of the time axis of a twin."""

CHECK_MARKS: dict[Check, tuple[str, str, str]] = {
    "verified": ("✓", "+", "green"),
    "refuted": ("✗", "x", "dim"),
    "unverifiable": ("?", "?", "dim"),
}
STATUS_STYLES: dict[Status, str] = {"verified": "bold green", "judged": "cyan", "coarse": "dim", "dropped": "dim"}


def print_result(record: ResultRecord, console: Console) -> None:
    """Print an answer: the sentence, the hits with their reasons, warnings last."""
    _print(console, Text(plain_text(record.query), style="dim"))
    _print(console, Text(plain_text(record.answer), style="bold"))
    if record.results:
        _print_hits(record, console)
    if plainly := told_plainly(record):
        _print(console, Text(plain_text(plainly), style="dim"))
    if record.cost.llm_calls:
        _print(console, Text(_spent(record.cost), style="dim"))
    # The answer is one of the warnings where nothing fits: it need not be read twice.
    for warning in record.warnings:
        if warning.text != record.answer:
            _print(console, Text(f"{warning.code}: {plain_text(warning.text)}", style="yellow"))


def _spent(cost: Cost) -> str:
    """Say what a question has cost."""
    calls = f"{count(cost.llm_calls, 'model call')}, {count(cost.tool_calls, 'tool call')}"
    return f"{calls}, {cost.prompt_tokens:,} tokens read, {cost.completion_tokens:,} written, {cost.seconds:.1f} s"


def print_videos(rows: Sequence[VideoRow], console: Console) -> None:
    """Print one line a video: name, id, length, size, tracks, facts, origin; and where its file is missing."""
    if not rows:
        _print(console, Text("no videos yet: twinseek index PATH adds some"))
        return
    cells = [(_video_cells(row), "yellow" if row.missing else "") for row in rows]
    if not console.is_terminal:
        for columns in [VIDEO_COLUMNS, *(columns for columns, _ in cells)]:
            _print_cells(console, columns)
        return
    table = _table(console)
    kept = [n for n, name in enumerate(VIDEO_COLUMNS) if console.width >= ROOMY or name not in ("size", "facts")]
    for n in kept:
        name = VIDEO_COLUMNS[n]
        table.add_column(
            name, justify="left" if name in ("video", "id", "origin") else "right", overflow="fold", no_wrap=n > 1
        )
    for columns, style in cells:
        table.add_row(*(Text(columns[n], style=style) for n in kept))
    console.print(table)
    missing = sum(row.missing for row in rows)
    known = count(len(rows), "video")
    note = f", {missing} missing: index where they are now, or twinseek prune" if missing else ""
    _print(console, Text(known + note, style="dim"))


def print_plugins(plugins: "Sequence[Plugin]", console: Console) -> None:
    """Print one line a plugin: group, name, distribution, version, state, and why it is not ready."""
    if not plugins:
        _print(console, Text("no tools: install Twinseek itself once more, its own come with it"))
        return
    rows = [tuple(plain_text(getattr(plugin, name)) for name in PLUGIN_COLUMNS) for plugin in plugins]
    if not console.is_terminal:
        for cells in [PLUGIN_COLUMNS, *rows]:
            _print_cells(console, cells)
        return
    table = _table(console)
    for name in PLUGIN_COLUMNS:
        table.add_column(name, overflow="fold", ratio=1 if name == PLUGIN_COLUMNS[-1] else None)
    for plugin, cells in zip(plugins, rows, strict=True):
        style = {"refused": "red", "ready": ""}.get(plugin.state, "dim")
        table.add_row(*(Text(cell, style=style) for cell in cells))
    console.print(table)


def print_evaluation(found: "Evaluation", console: Console, *, wrong: bool = False) -> None:
    """Print how well questions were answered, a line a kind, by whom, and at what cost."""
    rows = [
        (
            kind,
            str(row.queries),
            f"{row.recall_at_1:.1f}",
            f"{row.recall_at_5:.1f}",
            f"{row.recall_at_10:.1f}",
            f"{row.reciprocal_rank:.3f}",
        )
        for kind, row in found.figures.items()
    ]
    _print_rows(console, ("kind", "asked", "R@1", "R@5", "R@10", "MRR"), rows)
    told: list[tuple[str, Mapping[str, str | float]]] = [
        ("models", found.models),
        ("cost", {name: round(value, 1) for name, value in found.cost.items()}),
        ("claims of the first answers", found.claims),
        ("warnings", found.warnings),
        ("told as closest, and not counted as found", found.closest),
    ]
    for title, values in told:
        line = ", ".join(f"{name} {value}" for name, value in values.items())
        _print(console, Text(plain_text(f"{title}: {line or 'none'}"), style="dim"))
    if found.by_rules:
        _print(console, Text(told_by_rules(found), style="bold yellow"))
    for miss in found.wrong if wrong else ():
        first = miss["first"] or "no answer"
        closest = f"; told as closest: {miss['closest']}" if miss["closest"] else ""
        _print(console, Text(plain_text(f"{miss['query']} -> {first}, not {', '.join(miss['wanted'])}{closest}")))


def told_by_rules(found: "Evaluation") -> str:
    """Say how many questions no model answered, so that nobody takes the rules' figures for the model's."""
    answered = f"{found.by_rules} of {count(found.asked, 'question')} answered by rules"
    whose = "these are the rules' figures" if found.by_rules == found.asked else "the figures are not the model's alone"
    return f"{answered}, because no model answered: {whose}"


def print_twin(twin: Twin, console: Console, path: str | None = None) -> None:
    """Print what is known of a video: its tracks, and its facts in order of time over a text timeline.

    Args:
        path: of its file, where one is known.
    """
    size = f"{twin.width}x{twin.height}"
    name, video_id = plain_text(name_of(path, twin.video_id)), plain_text(twin.video_id)
    _print(console, Text(name, style="bold") + Text(f"  {video_id}" if video_id != name else "", style="dim"))
    numbers = ((twin.frame_count, "frame"), (len(twin.tracks), "track"), (len(twin.facts), "fact"))
    counts = ", ".join([*(count(number, noun) for number, noun in numbers), twin.origin])
    _print(console, Text(f"{clock(twin.duration)}, {size}, {counts}", style="dim"))
    tracks = [
        (track.id, f"{track.category} {track.confidence:.2f}", ", ".join(part.text for part in track.attributes))
        for track in twin.tracks
    ]
    _print_rows(console, ("track", "category", "looks"), tracks)
    ordered = sorted(twin.facts, key=lambda fact: (fact.span is not None, fact.span or (0.0, 0.0), fact.text))
    _print_rows(
        console,
        ("when", "", "kind", "about", "fact"),
        [_fact_cells(fact, twin, console) for fact in ordered[:FACTS_SHOWN]],
    )
    if len(ordered) > FACTS_SHOWN:
        _print(console, Text(f"{count(len(ordered) - FACTS_SHOWN, 'more fact')}: --json shows all", style="dim"))


def _print(console: Console, line: Text) -> None:
    # A pipe has no width: what reads it wants whole lines.
    console.print(line, soft_wrap=not console.is_terminal)


def _print_cells(console: Console, cells: Sequence[str]) -> None:
    console.file.write("\t".join(cells) + "\n")  # rich would turn the tabs into spaces


def _utf8(console: Console) -> bool:
    return console.encoding.lower().replace("-", "").startswith("utf")


def _table(console: Console) -> Table:
    ruled = box.SIMPLE_HEAD if _utf8(console) else None
    return Table(box=ruled, header_style="dim", pad_edge=False, expand=False, show_edge=False)


def _print_hits(record: ResultRecord, console: Console) -> None:
    if not console.is_terminal:
        for hit in record.results:
            _print(console, _headline(hit, console))
            for line in [*_introduction(hit, record), *_claim_lines(hit, hit.trace, console), *_taken_back(hit)]:
                _print(console, Text("   ") + line)
    elif console.width < WIDE:
        for hit in record.results:
            console.print(_block(hit, record, console))
    else:
        console.print(_hit_table(record, console))


def _hit_table(record: ResultRecord, console: Console) -> Table:
    table = _table(console)
    table.add_column("#", justify="right", style="dim")
    table.add_column("video", overflow="fold", max_width=32)
    table.add_column("score", no_wrap=True)
    table.add_column("status", max_width=13)
    table.add_column("when", no_wrap=True)
    table.add_column("why", overflow="fold", ratio=1)
    for hit in record.results:
        table.add_row(
            str(hit.rank),
            Text(_name(hit), style="bold" if _told(hit) == "verified" else ""),
            _score(hit, console, BAR),
            _status(hit),
            Text("\n".join(_spans(hit.spans))),
            _reasons(hit, record, console),
        )
    return table


def _block(hit: Hit, record: ResultRecord, console: Console) -> RenderableType:
    return Group(Text(""), _headline(hit, console), Padding(_reasons(hit, record, console), (0, 0, 0, 3)))


def _headline(hit: Hit, console: Console) -> Text:
    """Return rank, video, score, status and times in one line."""
    line = Text(f"{hit.rank}. ") + Text(_name(hit), style="bold") + Text("  ")
    line += _score(hit, console, BAR // 2 if console.is_terminal else 0)
    line += Text("  ") + _status(hit)
    return line + Text("  " + ", ".join(_spans(hit.spans))) if hit.spans else line


def _name(hit: Hit) -> str:
    return plain_text(called(hit))


def _told(hit: Hit) -> str:
    return told_status(hit.status, hit.trace, stands_out=hit.stands_out)


def _status(hit: Hit) -> Text:
    """Return the status; what was verified in part is less bright, and what was dropped never looks verified."""
    told = _told(hit)
    if hit.stands_out:
        return Text(told, style=STATUS_STYLES["judged"])
    return Text(told, style=STATUS_STYLES[hit.status] if told == hit.status else "green")


def _score(hit: Hit, console: Console, length: int) -> Text:
    """Return the score with a bar; a coarse score is on another scale and has none."""
    if hit.status == "coarse":
        return Text(f"~{hit.coarse_score:.2f}", style="dim")
    full, empty = ("━", "─") if _utf8(console) else ("#", ".")
    filled = round(max(0.0, min(1.0, hit.score)) * length)
    bar = Text(full * filled, style="green" if _told(hit) == "verified" else "cyan")
    bar += Text(empty * (length - filled), style="bright_black")
    return bar + Text(f"{' ' if length else ''}{hit.score:.2f}")


def _spans(spans: Sequence[Span]) -> list[str]:
    shown = [clock_span(span) for span in spans[:SPANS_SHOWN]]
    return [*shown, f"+{len(spans) - SPANS_SHOWN} more"] if len(spans) > SPANS_SHOWN else shown


def _reasons(hit: Hit, record: ResultRecord, console: Console) -> Text:
    """Return one line a claim, the verified first, below who judged it and how it was understood."""
    order = list(CHECK_MARKS)
    claims = sorted(hit.trace, key=lambda claim: order.index(claim.check))
    return Text("\n").join([*_introduction(hit, record), *_claim_lines(hit, claims, console), *_taken_back(hit)])


def _claim_lines(hit: Hit, claims: Sequence[CheckedClaim], console: Console) -> list[Text]:
    """Return one line a claim, and one of all parts of the question that are still open; the first of a dropped hit.

    Args:
        claims: the hit's, in the order in which they are told.
    """
    made = [claim for claim in claims if claim.source != OPEN]
    left = [plain_text(claim.claim) for claim in claims if claim.source == OPEN]
    more = 0
    if hit.status == "dropped" and not hit.stands_out:
        against = ("refuted", "unverifiable", "verified")
        made = sorted(made, key=lambda claim: against.index(claim.check))
        more = len(made[AGAINST_SHOWN:]) + len(left[AGAINST_SHOWN:])
        made, left = made[:AGAINST_SHOWN], left[:AGAINST_SHOWN]
    lines = [_claim_line(claim, console) for claim in made]
    mark, ascii_mark, style = CHECK_MARKS["unverifiable"]
    if left:
        lines.append(Text(f"{mark if _utf8(console) else ascii_mark} not checked: {'; '.join(left)}", style=style))
    return [*lines, Text(f"and {more} more", style="dim")] if more else lines


def _introduction(hit: Hit, record: ResultRecord) -> list[Text]:
    """Return who judged it, where that was not the model that was asked for, and how it was understood."""
    told = [Text("judged by rules, not by the model:", style="dim")] if hit.by_rules else []
    way = told_way(hit, record)
    return [*told, Text(f"understood {plain_text(way)}:", style="dim")] if way else told


def _taken_back(hit: Hit) -> list[Text]:
    claims = "; ".join(plain_text(line.claim) for line in hit.taken_back)
    return [Text(f"taken back when refuted: {claims}", style="dim")] if claims else []


def _claim_line(claim: CheckedClaim, console: Console) -> Text:
    mark, ascii_mark, style = CHECK_MARKS[claim.check]
    words = "dim" if claim.check != "verified" else ""
    line = Text(f"{mark if _utf8(console) else ascii_mark} ", style=style)
    line += Text(plain_text(claim.claim), style=words)
    # Without colour the mark alone could be overlooked.
    return line + Text(" (refuted)", style="dim red") if claim.check == "refuted" else line


def _video_cells(row: VideoRow) -> tuple[str, ...]:
    size = f"{row.width}x{row.height}"
    origin = f"{row.origin}, missing" if row.missing else row.origin
    name = plain_text(name_of(row.path, row.video_id))
    return name, plain_text(row.video_id), clock(row.duration), size, str(row.tracks), str(row.facts), origin


def _print_rows(console: Console, names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table whose last column takes what is left; tab-separated lines where there is no terminal."""
    if not rows:
        return
    clean = [[plain_text(cell) for cell in row] for row in rows]
    if not console.is_terminal:
        _print(console, Text(""))
        for row in [names, *clean]:
            _print_cells(console, [cell for cell, name in zip(row, names, strict=True) if name])
        return
    table = _table(console)
    for name in names[:-1]:
        table.add_column(name, overflow="fold", no_wrap=not name, max_width=28)
    table.add_column(names[-1], overflow="fold", ratio=1)
    for row in clean:
        table.add_row(*map(Text, row))
    console.print(Text(""))
    console.print(table)


def _fact_cells(fact: Fact, twin: Twin, console: Console) -> tuple[str, ...]:
    when = clock_span(fact.span) if fact.span else "throughout"
    axis = _axis(fact.span, twin.duration, console) if console.width >= WIDE else ""
    return when, axis, fact.kind, " ".join(fact.instances), fact.text


def _axis(span: Span | None, duration: float, console: Console) -> str:
    """Return the span as a stretch of a line from the clip's start to its end."""
    full, empty = ("━", "·") if _utf8(console) else ("=", ".")
    if span is None or duration <= 0:
        return full * TIMELINE
    start = min(TIMELINE - 1, int(TIMELINE * span[0] / duration))
    stop = min(TIMELINE, max(start + 1, round(TIMELINE * span[1] / duration)))
    return empty * start + full * (stop - start) + empty * (TIMELINE - stop)
