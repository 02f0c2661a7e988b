"""The wire between a question and a real model: JSON schema in, tokens that fit it out."""

import json
import subprocess
import sys
from typing import Annotated, Literal

import pytest
from langchain_core.messages import HumanMessage, SystemMessage
from pydantic import BaseModel, ConfigDict, Field

from agents.llm.calling import CallLimits, ModelGaveUpError
from agents.llm.metering import Meter
from agents.llm.model import Model
from tests.integration.clips import FOLLOWS, chase, put
from tests.plugins import ROOT
from twinseek.library import Library
from twinseek.models import load_model, served_models

pytestmark = pytest.mark.slow  # the model's server imports torch

ASKED = [SystemMessage("Say what you see as a JSON object."), HumanMessage("What moves to the left?")]
LIMITS = CallLimits(timeout=60, seconds=120, completion_tokens=200)


class Claim(BaseModel):
    model_config = ConfigDict(extra="ignore")

    holds: bool
    colour: Literal["red", "green", "blue"]


class Sight(BaseModel):
    """What is seen."""

    model_config = ConfigDict(extra="ignore")

    score: Annotated[int, Field(ge=0, le=10)]
    ids: Annotated[tuple[Literal["a", "b", "c"], ...], Field(max_length=3)]
    claims: Annotated[tuple[Claim, ...], Field(min_length=1, max_length=2)]


@pytest.fixture(scope="module")
def url():
    command = [sys.executable, "-m", "tests.integration.tiny_model"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            port = process.stdout.readline().strip()
            assert port, "the tiny model did not start"
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()


@pytest.fixture
def model(url, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    [name] = served_models(url)
    return Model(load_model(f"openai:{name}", url), name, meter=Meter(), limits=LIMITS)


def test_an_answer_of_a_real_model_fits_the_schema_at_the_first_try(model):
    sight = model.answer(ASKED, Sight, purpose="test")
    assert 0 <= sight.score <= 10
    assert 1 <= len(sight.claims) <= 2
    cost = model.meter.cost()
    assert cost.llm_calls == 1
    assert 40 < cost.prompt_tokens < 400
    assert 10 < cost.completion_tokens < 200
    assert not model.meter.estimated


def test_an_answer_that_is_cut_off_is_asked_for_again_and_given_up(model):
    with pytest.raises(ModelGaveUpError, match="cut off because it was too long"):
        model.answer(ASKED, Sight, purpose="test", max_tokens=4)
    cost = model.meter.cost()
    assert (cost.llm_calls, cost.completion_tokens) == (3, 12)


def test_a_question_goes_all_the_way_with_a_real_model_whose_words_mean_nothing(url, tmp_path, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with Library.open(tmp_path / "library", create=True) as library:
        for name in ("right", "wrong"):
            put(library, chase(name, chased=name == "right"))
        library.gallery.sync()
        trace = tmp_path / "trace.jsonl"
        llm = {"base_url": url, "trace": trace, "completion_tokens": 300, "attempts": 2, "max_concurrency": 1}
        result = library.ask(FOLLOWS, llm=llm, threshold=0.0)
    assert sorted(result.ranking) == ["right", "wrong"] and result.strategy == "llm"
    assert result.cost.llm_calls >= 3 and result.cost.prompt_tokens > 3000
    lines = [json.loads(line) for line in trace.read_text().splitlines()]
    assert len(lines) == result.cost.llm_calls
    assert {hit.status for hit in result.results} <= {"verified", "judged"}
    assert all({name for line in hit.trace for name in line.instances} <= {"1", "2"} for hit in result.results)
