"""What a twin tells of its video, in a few words: what happens, what is there, how it looks, how many."""

from collections import Counter
from collections.abc import Sequence

from agents.descriptions import describe
from agents.evidence import Evidence
from agents.grounding import terms_of
from agents.labelling import is_labelled
from agents.lexicon import content_stems
from agents.likeness import STILL, telling_sentences
from agents.moments import Moment, is_at
from agents.plurals import counted
from twins.components import components
from twins.schema import Component, Fact, Track, Twin
from twins.sentences import adjectives, track_name

MOST_THINGS, MOST_SENTENCES = 8, 4
THIRDS = 3
BRIEF = 8
"""Words by which a video is told from others."""
ENOUGH = 0.5
"""Share of a question's words that a sentence holds to be told as nearest to it."""


def tell_video(twin: Twin) -> str:
    """Tell a video shortly: how long it is, what is in it and what happens."""
    parts = components(twin)
    happens = tell_course(twin) or telling_sentences([part for part in parts if part.kind not in STILL])
    told = [f"{twin.duration:.1f} s", tell_things(twin)]
    told += [f"what happens: {'; '.join(happens)}"] if happens else ["nothing is known to happen"]
    told += [scene] if (scene := tell_scene(twin)) else []
    return ". ".join(f"{line[:1].upper()}{line[1:]}" for line in told)


def tell_course(twin: Twin) -> list[str]:
    """Return what happens at the start of a video, in its middle and at its end; nothing where no two events are known.

    Of each third of the events the most telling one is told; of equal ones the first, the middle one and the last.
    What somebody has described stands before what boxes tell.
    """
    known = [fact for fact in twin.facts if fact.kind in ("event", "action") and fact.span is not None]
    known = [fact for fact in known if fact.predicate is None] or known
    events = sorted({fact.text.casefold(): fact for fact in known}.values(), key=lambda fact: fact.span or (0.0, 0.0))
    if len({fact.span for fact in events}) < 2:
        return []
    chosen = events if len(events) <= THIRDS else _of_each_third(events)
    told = [f"at {fact.span[0]:.1f} s: {fact.text.rstrip('.')}" for fact in chosen if fact.span is not None]
    return [*told[:-1], f"{told[-1]} ({THIRDS} of {len(events)} events)"] if len(chosen) < len(events) else told


def _of_each_third(events: Sequence[Fact]) -> list[Fact]:
    """Return the most telling of the first, the middle and the last third of some events, in order."""
    size = len(events) // THIRDS
    first, middle, last = events[:size], events[size:-size], events[-size:]
    centre = len(middle) // 2
    ordered = (first, [*middle[centre:], *middle[:centre]], last[::-1])
    return [max(third, key=lambda fact: fact.confidence) for third in ordered]


def tell_things(twin: Twin) -> str:
    """Say which things are in a video, equal ones counted."""
    return f"seen: {_counted(twin.tracks)}" if twin.tracks else "no thing was followed"


def tell_briefly(twin: Twin) -> str:
    """Return what a video is known by among others: its things, ``yellow ball, person``; else what is first said of it.

    Whole things, of :data:`BRIEF` words at most; of a sentence as many words.
    """
    known: list[str] = []
    for name in dict.fromkeys(map(_brief_name, twin.tracks)):
        if sum(len(each.split()) for each in (*known, name)) <= BRIEF:
            known.append(name)
    if known:
        return ", ".join(known)
    said = telling_sentences(components(twin)) or [part.text for part in components(twin)]
    return " ".join(said[0].split()[:BRIEF]) if said else ""


def _brief_name(track: Track) -> str:
    """Return a thing's category and its colour; where nobody has named it, its shape too."""
    kinds = ("colour",) if is_labelled(track) else ("colour", "shape")
    looks = adjectives([each for each in track.attributes if each.kind in kinds], track.category)
    return " ".join([*looks, track.category])


def tell_scene(twin: Twin) -> str:
    """Say where and in which light a video plays; empty where nothing is known of it."""
    scene = telling_sentences([part for part in components(twin) if part.kind == "scene"])
    return f"the scene: {'; '.join(scene[:2])}" if scene else ""


def tell_part(twin: Twin, *, at_end: bool) -> str:
    """Say what begins first, or last; of events, where several are known at different times.

    Where nothing begins later than the rest, what is so at the end is told as that.
    """
    begins = [(part.span[0], part) for part in components(twin) if part.kind not in STILL and part.span is not None]
    events = [(at, part) for at, part in begins if part.kind == "event"]
    if len({at for at, _ in events}) > 1:
        begins = events
    if at_end and len({at for at, _ in begins}) == 1:
        return tell_moment(twin, Moment("at the end"))
    edge = max if at_end else min
    at = edge((at for at, _ in begins), default=0.0)
    told = telling_sentences([part for start, part in begins if start == at])
    return f"at {at:.1f} s: {'; '.join(told)}" if told else "nothing is known to happen at a time"


def tell_looks(phrase: str, look: str, evidence: Evidence) -> str:
    """Say how the things that a phrase means look.

    Args:
        phrase: empty for all things.
        look: ``colour``, ``shape``, ``size``, ``texture``, ``material``; empty for all that is known.
    """
    tracks = _meant(phrase, evidence)
    if not tracks:
        return f"nothing is seen that '{phrase}' could mean; {tell_things(evidence.twin)}"
    told = [f"the {track_name(track)}: {_looks(track, look) or 'not known'}" for track in tracks]
    more = f"; and {len(told) - MOST_THINGS} more" if len(told) > MOST_THINGS else ""
    return f"{_unnamed(phrase, tracks)}{'; '.join(told[:MOST_THINGS])}{more}"


def tell_number(phrase: str, evidence: Evidence) -> str:
    """Say how many things a phrase means, and which."""
    tracks = _meant(phrase, evidence)
    if not tracks:
        return f"none that is known to be '{phrase}'; {tell_things(evidence.twin)}" if phrase else "none"
    names = Counter(track_name(track) for track in tracks)
    if len(names) == 1 < len(tracks):
        return f"{_unnamed(phrase, tracks)}{counted(*names.most_common(1)[0])}"
    return f"{_unnamed(phrase, tracks)}{len(tracks)}: {_counted(tracks)}"


def tell_moment(twin: Twin, moment: Moment) -> str:
    """Say what is known to happen at a moment of a video."""
    told = telling_sentences(_then([part for part in components(twin) if part.kind not in STILL], twin, moment))
    return f"{moment.text}: {'; '.join(told)}" if told else f"nothing is known to happen {moment.text}"


def _then(parts: Sequence[Component], twin: Twin, moment: Moment) -> list[Component]:
    when = moment.span(twin.duration)
    return [part for part in parts if is_at(part.span, when)]


def tell_doing(phrase: str, evidence: Evidence, moment: Moment | None = None) -> str:
    """Say what the things that a phrase means do, at a moment where one is given."""
    tracks = _meant(phrase, evidence)
    if not tracks:
        return f"nothing is seen that '{phrase}' could mean; {tell_things(evidence.twin)}"
    names = {track.id for track in tracks}
    said = [part for part in components(evidence.twin) if part.kind not in STILL and names & set(part.instances)]
    told = telling_sentences(said if moment is None else _then(said, evidence.twin, moment))
    then = "" if moment is None else f" {moment.text}"
    if told:
        return f"{_unnamed(phrase, tracks)}{'; '.join(told)}{then and f' ({then.strip()})'}"
    return f"nothing is known of what it does{then}"


def nearest_sentences(text: str, twin: Twin) -> list[str]:
    """Return the sentences of a twin that hold most of a question's words; none where they hold too few."""
    asked = content_stems(text)
    held = [(len(asked & content_stems(part.text)), part) for part in components(twin)]
    near: Sequence[Component] = [part for number, part in held if asked and number >= max(1, ENOUGH * len(asked))]
    return telling_sentences(near)[:2]


def _meant(phrase: str, evidence: Evidence) -> list[Track]:
    chosen = evidence.meant(phrase) if phrase else range(len(evidence.objects))
    return [evidence.twin.track(evidence.name(number)) for number in chosen]


def _counted(tracks: Sequence[Track]) -> str:
    """Name things, equal ones counted, those that are many first."""
    names = Counter(track_name(track) for track in tracks)
    listed = [counted(name, number) for name, number in names.most_common(MOST_THINGS)]
    more = f" and {len(names) - MOST_THINGS} more" if len(names) > MOST_THINGS else ""
    return f"{', '.join(listed)}{more}"


def _unnamed(phrase: str, tracks: Sequence[Track]) -> str:
    """Say where nobody has named the things by which a phrase names them."""
    if not describe(phrase).nouns or any(map(is_labelled, tracks)):
        return ""
    return f"nobody has named the things in it, any may be '{phrase}': "


def _looks(track: Track, look: str) -> str:
    known = [part for part in track.attributes if not look or part.kind == look or terms_of(part, look)]
    return ", ".join(part.text for part in sorted(known, key=lambda part: -part.confidence))
