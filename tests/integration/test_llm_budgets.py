"""What queries spend on a model: no more than their budget holds, each for itself."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from agents.llm.calling import ModelGaveUpError
from agents.llm.metering import Budget, BudgetSpentError, Meter
from tests.integration.model_asked import GOOD, ask, model_at
from tests.integration.model_server import says


def test_no_request_is_made_that_the_budget_does_not_hold(server):
    server.script(says(GOOD))
    for budget in (Budget(tokens=100), Budget(calls=0), Budget(seconds=0)):
        with pytest.raises((BudgetSpentError, ModelGaveUpError)):
            ask(model_at(server, budget=budget))
    assert server.requests == []


def test_queries_side_by_side_stay_within_a_shared_budget(server):
    server.script(says(GOOD))
    model = model_at(server, budget=Budget(calls=5))

    def one(_):
        try:
            return ask(model).score
        except BudgetSpentError:
            return None

    with ThreadPoolExecutor(8) as pool:
        scores = list(pool.map(one, range(12)))
    assert scores.count(0.5) == len(server.requests) == model.meter.cost().llm_calls == 5


def test_every_query_has_its_own_counts(server):
    server.script(says(GOOD))
    model = model_at(server)
    ask(model)
    other = model.with_meter(Meter())
    ask(other)
    ask(other)
    assert (model.meter.cost().llm_calls, other.meter.cost().llm_calls) == (1, 2)
