"""A model behind a scripted server, and what is asked of it."""

from typing import Annotated

from langchain_core.messages import HumanMessage, SystemMessage
from pydantic import BaseModel, ConfigDict, Field

from agents.llm.calling import CallLimits
from agents.llm.metering import Meter
from agents.llm.model import Model
from twinseek.models import load_model

GOOD = '{"score": 0.5, "ids": ["a"]}'
ASKED = [SystemMessage("Answer in JSON."), HumanMessage("Which?")]
LIMITS = CallLimits(attempts=3, timeout=5.0, seconds=10.0, completion_tokens=100, backoff=0.02)


class Answer(BaseModel):
    """A score and ids."""

    model_config = ConfigDict(extra="ignore")

    score: Annotated[float, Field(ge=0, le=1)]
    ids: tuple[str, ...] = ()


def model_at(server, limits=LIMITS, budget=None, transcript=None):
    chat = load_model("openai:m", server.url, limits.timeout)
    return Model(chat, "openai:m", meter=Meter(budget), transcript=transcript, limits=limits)


def ask(model, **more):
    return model.answer(ASKED, Answer, purpose="test", **more)
