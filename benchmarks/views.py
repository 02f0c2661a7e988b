"""Whether what a model is shown of a twin holds the facts that the right claims need, and how long it is.

On twins without errors: made-up worlds from their gold, described clips as imported. The rules say which predicates a
question is about; a model that reads more into it sees no less.
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from agents.llm.tokens import estimate_tokens
from agents.llm.view import view
from benchmarks.figures import Figure, Figures, Options, at_least, at_most
from benchmarks.libraries import import_clips
from benchmarks.worlds import CLIPS, QUICK_CLIPS
from evals.worlds import WorldQuestion, build_library
from evals.worlds.oracle import oracle_twin
from twins.predicates import PREDICATES
from twins.protocols import Candidate, Decomposer
from twins.schema import Twin
from twins.sentences import predicate_facts
from twinseek.library import Library

WAYS = ("moves_left", "moves_right", "moves_up", "moves_down")

SAID_AS = {
    "chases": ("follows",),
    "hides": ("hides", "hides_behind"),
    "blinks": ("disappears", "reappears"),
    "vanishes": ("disappears",),
    "pops_up": ("appears",),
    "reappears_beyond": ("reappears",),
    "reappears_same": ("reappears",),
    "turns_back": ("turns", "leaves_as_it_came"),
    "turns_aside": ("turns",),
    "loops": ("turns",),
    "roams": ("moves", *WAYS, "turns"),
    "keeps_going": ("moves", *WAYS, "crosses_view"),
    "retreats": ("parts_from", "turns"),
    "rebounds": ("turns", "collides", "parts_from"),
    "catches": ("touching", "meets", "collides", "near"),
    "meets": ("meets", "near", "touching"),
    "pushes": ("touching", "collides", "moves_with", "carries"),
    "goes_along": ("moves_with", "follows"),
    "goes_away": ("moves_away", "parts_from"),
    "parts": ("parts_from", "moves_away"),
    "is_left_behind": ("parts_from", "moves_away"),
    "stays_behind": ("follows",),
    "leaves_same_side": ("leaves_as_it_came", "leaves"),
    "leaves_far_side": ("crosses_view", "leaves"),
    "leaves_sideways": ("leaves",),
    "passes_before": ("in_front_of", "covers"),
    "passes_in_front": ("in_front_of", "covers"),
    "passes_behind": ("behind", "hides_behind"),
    "passes_by": ("passes",),
    "passes_opposite": ("passes",),
    "gives_up": ("stops", "still"),
    "settles": ("stops", "still"),
    "stops": ("stops", "still"),
    "pauses": ("stops", "still"),
    "stays_still": ("still",),
    "resumes": ("starts", "moves", *WAYS),
    "stirs": ("starts", "moves", *WAYS),
}
"""Gold events by the predicates that say them; others have the name of theirs."""

LEFT_OUT = ("exists", "moves", "rests", "flees", "stays_apart")
"""Gold of every clip, which no question turns on, or that nothing happens. *Flees* is a chase once more."""


def measure(options: Options) -> Figures:
    """Yield shares of needed facts that are shown, and the longest view."""
    longest: list[int] = []
    for title, told in (
        ("made-up worlds", _worlds(options, longest)),
        ("described clips", _described(options, longest)),
    ):
        shown, missed = Counter[bool](), Counter[str]()
        for fact, is_there in told:
            shown[is_there] += 1
            missed[fact] += not is_there
        share = 100 * shown[True] / shown.total()
        details = tuple(f"{fact}: {count} times" for fact, count in missed.most_common() if count)
        yield Figure(f"{title}: needed facts shown", share, "%", at_least(95), f"of {shown.total()}", details)
    yield Figure("tokens of a view, the most", max(longest), "", at_most(800), f"of {len(longest)} views")


def _worlds(options: Options, longest: list[int]) -> Iterator[tuple[str, bool]]:
    """Yield for every phrasing each thing and event that its answer turns on, and whether the view shows it."""
    with Library.open(options.fresh("views"), create=True) as library:
        for seed in options.seeds:
            folder = options.scratch / f"worlds-{seed}"
            clips = QUICK_CLIPS if options.quick else CLIPS
            _, questions = build_library(folder / "clips", folder / "gold", seed, clips)
            for question in questions:
                gold = folder / "gold" / f"{question.clip}.json"
                yield from _of_question(question, gold, library.gallery.decomposer, longest)


def _of_question(
    question: WorldQuestion, gold: Path, decomposer: Decomposer, longest: list[int]
) -> Iterator[tuple[str, bool]]:
    twin, geometry = oracle_twin(gold)
    known = twin.model_copy(update={"facts": predicate_facts(twin, geometry)})
    needed = [event for event in json.loads(gold.read_text())["events"] if _matters(event, question.instances)]
    for text in question.phrasings:
        shown = view(Candidate(twin.video_id, known, geometry, 0.5), decomposer.decompose(text))
        longest.append(estimate_tokens(shown))
        for name in question.instances:
            yield f"{question.family}: the thing itself", _lists(shown, twin, name)
        for event in needed:
            yield f"{question.family}: {event['name']}", _says(shown, event)


def _matters(event: dict[str, str], instances: tuple[str, ...]) -> bool:
    return event["name"] not in LEFT_OUT and {event["subject"], event.get("object")} & set(instances) != set()


def _lists(shown: str, twin: Twin, name: str) -> bool:
    return any(line.startswith(f"{name} {twin.track(name).category}") for line in shown.splitlines())


def _says(shown: str, event: dict[str, str]) -> bool:
    for name in SAID_AS.get(event["name"], (event["name"],)):
        alone = name not in PREDICATES or PREDICATES[name].arity == 1
        pairs = (
            [(event["subject"],)]
            if alone
            else [(event["subject"], event["object"]), (event["object"], event["subject"])]
        )
        if any(f"{name}({','.join(pair)})" in shown for pair in pairs):
            return True
    return False


def _described(options: Options, longest: list[int]) -> Iterator[tuple[str, bool]]:
    """Yield for every question each object that it asks for, and what is said to be its role."""
    annotations = options.shared("annotations")
    with import_clips(options, options.fresh("described"), captions=False) as library:
        for path in sorted(Path(annotations).glob("*.json")):
            clip = json.loads(path.read_text())
            known = library.gallery.read(library.resolve(clip["video"]))
            candidate = Candidate(known.twin.video_id, known.twin, known.geometry, 0.5)
            for asked in clip.get("queries", ()):
                shown = view(candidate, library.gallery.decomposer.decompose(asked["text"]))
                longest.append(estimate_tokens(shown))
                for name in map(str, asked["objects"]):
                    yield "the thing itself", _lists(shown, known.twin, name)
                    role = next((f.text for f in known.twin.facts if f.about == name and f.kind == "role"), "")
                    if role:
                        yield "its role", role[:60] in shown
