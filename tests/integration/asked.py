"""A library of two clips, asked with a scripted model and one tool."""

import contextlib

from agents.llm.metering import Meter
from agents.llm.model import Model
from benchmarks.scripted import ScriptedChat, prompt_of
from tests.integration.clips import FOLLOWS, chase, put
from tests.plugins import a_tool, install
from twinseek.library import Library

SECRET = "a marmot whistles twice"
LLM = {"model": "openai:scripted"}


def looks_first(messages):
    """Call the tool once for a video, then judge."""
    kind, text = prompt_of(messages), str(messages[-1].content)
    if kind == "decompose":
        part = {"id": "a", "text": FOLLOWS, "subject": "blue thing", "relation": "follows", "object": "red one"}
        return {"search": [FOLLOWS], "parts": [part]}
    if kind == "tie_break":
        return {"order": [line.split()[1].rstrip(",") for line in text.splitlines() if line.startswith("Video ")]}
    if "listen(" in text and "what tools found" not in text:
        return {"missing": ["what is heard"], "calls": [{"tool": "listen", "args": {}}]}
    return {"score": 0.6, "claims": [], "instances": [], "spans": []}


@contextlib.contextmanager
def asked_library(folder, monkeypatch, script=looks_first, seconds=0.0):
    """Open a library of which a scripted model is asked; what its tool finds can be searched for."""
    body = f'return "heard", [{{"kind": "scene", "text": "{SECRET}"}}]'
    install(folder, monkeypatch, "listen", a_tool("listen", body))
    with Library.open(folder / "library", create=True) as library:
        put(library, chase("right"))
        put(library, chase("wrong", chased=False))
        library.gallery.sync()
        chat = ScriptedChat(script=script, seconds=seconds)
        model = Model(chat, "scripted", meter=Meter())
        monkeypatch.setattr(library.gallery.open_models, "load", lambda spec, llm: model)
        library.chat = chat
        yield library


def found_by_words(library, text=SECRET):
    """Return whether the search index holds a text's words."""
    return bool(library.gallery.index.bm25([text]))
