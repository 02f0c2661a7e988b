"""What tools found out can be searched for, however the answer was asked for, and never at its cost."""

import asyncio
import time

import pytest
from filelock import FileLock
from langgraph.checkpoint.memory import InMemorySaver

from tests.integration.asked import LLM, asked_library, found_by_words
from twinseek.conversation import Conversation

QUERY = "the blue thing follows the red one"


@pytest.fixture
def library(tmp_path, monkeypatch):
    with asked_library(tmp_path, monkeypatch) as library:
        assert not found_by_words(library)
        yield library


def test_what_a_chat_found_out_can_be_searched_for(library):
    Conversation(library, "t", InMemorySaver(), LLM).say(QUERY)
    assert found_by_words(library)


def test_it_can_be_when_the_result_is_given_out(library):
    for event in library.stream(QUERY, llm=LLM):
        if event["event"] == "result":
            assert found_by_words(library)


def test_it_can_be_where_the_client_leaves_early(library):
    for event in library.stream(QUERY, llm=LLM):
        if event["event"] == "looked":
            break
    assert found_by_words(library)


def test_it_can_be_where_the_client_leaves_a_stream_of_an_event_loop_early(library):
    async def leave():
        async for event in library.astream(QUERY, llm=LLM):
            if event["event"] == "looked":
                return

    asyncio.run(leave())
    deadline = time.monotonic() + 20
    while not found_by_words(library) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert found_by_words(library)


def test_a_busy_index_costs_no_answer_and_a_later_question_makes_it_good(library):
    began = time.monotonic()
    with FileLock(library.store.root / "search" / "write.lock"):
        result = library.ask(QUERY, llm=LLM)
    assert time.monotonic() - began < 30
    assert result.results and "not_embedded" in [warning.code for warning in result.warnings]
    assert not found_by_words(library)
    again = library.ask(QUERY, llm=LLM)
    assert again.cost.tool_calls == 0 and "not_embedded" not in [warning.code for warning in again.warnings]
    assert found_by_words(library)


def test_a_question_that_uses_nothing_new_does_not_write(library, monkeypatch):
    library.ask(QUERY, llm=LLM)
    before = library.gallery.index.sequence
    with FileLock(library.store.root / "search" / "write.lock"):
        again = library.ask(QUERY, llm=LLM)
    assert again.warnings == () or "not_embedded" not in [warning.code for warning in again.warnings]
    assert library.gallery.index.sequence == before
