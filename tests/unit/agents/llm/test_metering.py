from concurrent.futures import ThreadPoolExecutor

import pytest

from agents.llm.metering import Budget, BudgetSpentError, Meter
from twins.queries import Cost


def usage(prompt, completion):
    return {"input_tokens": prompt, "output_tokens": completion, "total_tokens": prompt + completion}


def test_what_the_provider_says_is_counted_not_what_was_reserved():
    meter = Meter(clock=lambda: 0.0)
    meter.settle(meter.reserve_call(100, 50), usage(90, 7))
    assert meter.cost() == Cost(llm_calls=1, prompt_tokens=90, completion_tokens=7)
    assert not meter.estimated


def test_less_than_nothing_does_not_fill_a_budget_up_again():
    meter = Meter(clock=lambda: 0.0)
    meter.settle(meter.reserve_call(100, 50), usage(-1000, -7))
    assert meter.cost() == Cost(llm_calls=1)


def test_a_call_without_usage_is_estimated_and_marked():
    meter = Meter(clock=lambda: 0.0)
    meter.settle(meter.reserve_call(100, 50), None, estimated_completion_tokens=12)
    assert meter.cost() == Cost(llm_calls=1, prompt_tokens=100, completion_tokens=12)
    assert meter.estimated


def test_a_call_that_tokens_do_not_suffice_for_is_refused_and_not_counted():
    meter = Meter(Budget(tokens=200))
    meter.settle(meter.reserve_call(100, 50), usage(100, 20))
    for tokens in (41, 60):  # one sentence, whatever the call: many candidates meet with it at once
        with pytest.raises(BudgetSpentError) as refused:
            meter.reserve_call(tokens, 40)
        assert str(refused.value) == (
            "of this query's 200 tokens fewer are left than the next call may take: raise llm.tokens"
        )
    meter.reserve_call(40, 40)
    assert meter.cost().llm_calls == 2


def test_a_failed_call_gives_its_tokens_back_and_stays_counted():
    meter = Meter(Budget(tokens=100))
    meter.release(meter.reserve_call(60, 40))
    meter.reserve_call(60, 40)
    assert meter.cost().llm_calls == 2


def test_calls_side_by_side_never_take_more_than_the_budget_holds():
    meter = Meter(Budget(calls=20, tokens=100))

    def take(_):
        try:
            meter.reserve_call(5, 5)
        except BudgetSpentError:
            return 0
        return 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(200))) == 10


def test_calls_and_tool_calls_have_budgets_of_their_own():
    meter = Meter(Budget(calls=1, tool_calls=2))
    meter.reserve_call(0, 0)
    with pytest.raises(BudgetSpentError, match="all 1 model calls"):
        meter.reserve_call(0, 0)
    meter.reserve_tool()
    meter.reserve_tool()
    with pytest.raises(BudgetSpentError, match="all 2 tool calls"):
        meter.reserve_tool()
    assert meter.cost().tool_calls == 2


def test_nothing_is_called_after_the_last_second():
    now = [10.0]
    meter = Meter(Budget(seconds=5), clock=lambda: now[0])
    now[0] = 14.9
    meter.reserve_call(1, 1)
    assert meter.seconds_left() == pytest.approx(0.1)
    now[0] = 15.0
    for reserve in (lambda: meter.reserve_call(1, 1), meter.reserve_tool):
        with pytest.raises(BudgetSpentError, match="5 seconds are spent"):
            reserve()
    assert meter.cost() == Cost(llm_calls=1, seconds=5.0)
