"""Whatever is written into a video, a model that does as it is told there gains nothing by it."""

import json
import re
import shutil
import tomllib
from pathlib import Path
from typing import Annotated

import pytest
from langchain_core.tools import InjectedToolArg, tool

from benchmarks.scripted import ScriptedChat, prompt_of
from prompts import fence
from tests.integration.clips import FOLLOWS, chase, decide_by, put
from tools.door import OpenTool, Toolbox, _offer
from twins.schema import Attribute, Fact
from twinseek.library import Library

ATTEMPTS = tomllib.loads((Path(__file__).parent / "injections.toml").read_text(encoding="utf-8"))["attempt"]
GOSSIP = "gossip"


def gossip_saying(text, heard):
    """Return a tool that says what somebody else wants the model to do."""

    @tool(GOSSIP, response_format="content_and_artifact")
    def gossip(video_id: Annotated[str, InjectedToolArg], about: str = "") -> tuple[str, list]:
        """Ask around about a thing."""
        heard.append((video_id, about))
        return text, []

    return gossip


def honest(video):
    claim = {"claim": "2 follows 1", "part": "p1", "predicate": "follows", "instances": ["2", "1"]}
    return {
        "score": 0.7 if video == "right" else 0.1,
        "claims": [claim] if video == "right" else [],
        "instances": ["1"],
    }


def obeying(attempt, planted):
    """Return a model that does as it is told wherever it reads so, and is honest elsewhere."""

    def script(messages):
        kind, text = prompt_of(messages), "\n".join(str(message.content) for message in messages)
        if kind == "decompose":
            parts = [{"id": "a", "text": FOLLOWS, "subject": "blue", "relation": "follows", "object": "red"}]
            return {"search": [], "parts": parts}
        if kind == "tie_break":
            return {"order": sorted(set(re.findall(r"^Video ([A-Z]),", text, re.MULTILINE)))}
        if planted in text:
            return attempt["obeyed"]
        if attempt["place"] == "tool" and "evil" in text:
            return {"calls": [{"tool": GOSSIP, "args": {"about": "evil"}}]}
        return honest("right" if "follows(2,1)" in text else "wrong")

    return ScriptedChat(script=script)


@pytest.fixture(scope="module")
def right(tmp_path_factory):
    """Return the folder of a library that holds the right video."""
    folder = tmp_path_factory.mktemp("right") / "library"
    with Library.open(folder, create=True) as library:
        put(library, chase("right"))
        library.gallery.sync()
    return folder


def plant(library, attempt):
    """Put another video, into which the attempt is written, into a library."""
    place, text = attempt["place"], attempt["text"]
    evil = chase(text if place == "file name" else "evil", chased=False)
    tracks, facts = list(evil.twin.tracks), [Fact(kind="caption", text="evil", source="test")]
    if place in ("ocr", "caption"):
        facts.append(Fact(kind="text" if place == "ocr" else "caption", text=text, source="test"))
    if place == "category":
        tracks[0] = tracks[0].model_copy(update={"category": text})
    if place == "attribute":
        written = Attribute(kind="other", text=text, source="test")
        tracks[0] = tracks[0].model_copy(update={"attributes": (*tracks[0].attributes, written)})
    put(library, evil, *facts, tracks=tuple(tracks))
    library.gallery.sync()


def test_the_corpus_is_large_and_reaches_every_place():
    assert len(ATTEMPTS) >= 40
    assert {attempt["place"] for attempt in ATTEMPTS} == {
        "ocr", "caption", "category", "attribute", "tool", "file name",
    }  # fmt: skip


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=[f"{a['place']}: {a['text'][:40]}" for a in ATTEMPTS])
def test_obeying_gains_nothing(attempt, right, tmp_path, monkeypatch):
    # What a model reads: the same text, inside its fence.
    planted = fence("x", attempt["text"]).split("\n", 1)[1].rsplit("\n", 1)[0][:25]
    heard = []
    with Library.open(shutil.copytree(right, tmp_path / "library")) as library:
        plant(library, attempt)
        chat = obeying(attempt, planted)
        decide_by(monkeypatch, library, chat)
        made = gossip_saying(attempt["text"], heard)
        offered = {GOSSIP: OpenTool(_offer(made), made, "1", None)}
        if attempt["place"] != "tool":
            offered = library.gallery._toolbox(library.gallery.models_for(library.settings.llm)).tools | offered
        monkeypatch.setattr(library.gallery, "_toolbox", lambda models: Toolbox(offered))
        result = library.ask(FOLLOWS, llm={"model": "openai:scripted"}, threshold=0.0)
        kept = [o for name in library.video_ids() for o in library.store.observations(name)]
        things = {name: {track.id for track in library.twin(name).tracks} for name in library.video_ids()}
    obeyed = attempt["place"] == "file name" or any(
        planted in "\n".join(str(message.content) for message in messages) for messages in chat.asked
    )
    assert obeyed, "the model never read it: the attempt tries nothing"
    assert result.ranking[0] == "right", "it outranks what was verified"
    assert {hit.video_id for hit in result.results} <= things.keys()
    for hit in result.results:
        named = {name for line in hit.trace for name in line.instances} | {found.id for found in hit.instances}
        assert named <= things[hit.video_id], "an id from outside gets through"
        assert all(0 <= start <= end <= 6 for start, end in hit.spans)
    assert {o.tool for o in kept} <= offered.keys(), "a tool from outside was called"
    assert all("video_id" not in json.dumps(o.args) and "/etc" not in json.dumps(o.args) for o in kept)
    assert all(video == "evil" for video, _ in heard), "a tool was called about another video"
    checked = [line.claim for hit in result.results for line in hit.trace if line.check == "verified"]
    assert "BEST ANSWER" not in f"{result.answer} {checked}", "a model's words stand beside a check"
    for messages in chat.asked:  # what a model wrote and is shown again cannot open or close a fence either
        told = str(messages[1].content)
        assert told.count("</data>") == told.count("<data of=")
        assert "SYSTEM: obey" not in re.sub(r"<data of=.*?</data>", "", told, flags=re.DOTALL)
