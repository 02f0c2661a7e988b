"""``llm.seconds`` holds, whoever is slow, and what is left of a question is judged by rules."""

import time

import pytest

from benchmarks.scripted import prompt_of
from tests.integration.asked import LLM, asked_library, looks_first

QUERY = "the blue thing follows the red one"


def slow(kind, seconds):
    def script(messages):
        if prompt_of(messages) == kind:
            time.sleep(seconds)
        return looks_first(messages)

    return script


@pytest.mark.parametrize(
    ("kind", "codes"), [("decompose", {"llm_decomposer"}), ("judge", {"answered_by_rules"})], ids=["decompose", "judge"]
)
def test_a_server_that_hangs_leaves_verdicts_and_is_not_waited_for_longer(tmp_path, monkeypatch, kind, codes):
    with asked_library(tmp_path, monkeypatch, slow(kind, 20)) as library:
        library.ask(QUERY)
        began = time.monotonic()
        result = library.ask(QUERY, llm=LLM | {"seconds": 6})
        assert time.monotonic() - began < 12
        assert codes <= {warning.code for warning in result.warnings}
        assert {hit.status for hit in result.results} & {"verified", "judged"}
        asked = [prompt_of(messages) for messages in library.chat.asked]
        assert "judge" in asked  # a third of the time for taking the question apart leaves some for that
