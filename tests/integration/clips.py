"""Hand-made clips in a real library."""

from agents.llm.calling import CallLimits
from agents.llm.metering import Meter
from agents.llm.model import Model
from benchmarks.scripted import ScriptedChat
from tests.unit.agents.conftest import make_clip, make_mover
from twins.components import components
from twins.protocols import Candidate
from twins.schema import Fact, Source, Track
from twins.sentences import predicate_facts
from twinseek.library import Library

FOLLOWS = "the blue thing follows the red thing"


def chase(video_id: str, *, chased: bool = True) -> Candidate:
    """Return a clip in which blue 2 runs after red 1; or away from it."""
    red = make_mover("1", [(0, 200, 100), (4, 580, 100), (6, 580, 100)], colour="red")
    path = [(0, 60, 100), (4, 460, 100), (6, 520, 100)] if chased else [(0, 190, 200), (4, 20, 340), (6, 20, 340)]
    return make_clip(red, make_mover("2", path, colour="blue"), video_id=video_id)


def put(library: Library, made: Candidate, *facts: Fact, tracks: tuple[Track, ...] | None = None) -> None:
    """Commit a clip as a generation of a twin, without a file."""
    twin = made.twin.model_copy(
        update={
            "facts": (*predicate_facts(made.twin, made.geometry), *facts),
            "tracks": tracks or made.twin.tracks,
        }
    )
    source = Source(
        video_id=twin.video_id, names=(twin.video_id,), duration=twin.duration, width=twin.width, height=twin.height
    )
    with library.store.draft(twin.video_id, source) as draft:
        draft.write(twin, made.geometry, components(twin))
        draft.commit({"import": "test"})


def decide_by(monkeypatch, library: Library, chat: ScriptedChat) -> None:
    """Let a scripted model decide in a library, wherever a model is asked for."""
    limits = CallLimits(attempts=2, backoff=0.0)
    model = Model(chat, "scripted", meter=Meter(), limits=limits)
    monkeypatch.setattr(library.gallery.open_models, "load", lambda spec, llm: model)
