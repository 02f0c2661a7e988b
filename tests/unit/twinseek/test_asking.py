"""What a result warns of, when no model answered."""

from twinseek.asking import told_once

GONE = "the model's server cannot be reached"
DECOMPOSED = {"code": "llm_decomposer", "text": f"the question was taken apart by rules: {GONE}"}
JUDGED = {"code": "judged_by_rules", "text": f"some videos were judged by rules: {GONE}"}
ANSWERED = {"code": "answered_by_rules", "text": "no model judged a single video: this is the rules' answer"}
OTHER = {"code": "tie", "text": "the first 2 were not compared"}


def test_that_no_model_answered_is_told_once_with_the_reason():
    (told, *others) = told_once([DECOMPOSED, JUDGED, ANSWERED, OTHER])
    assert told["code"] == "answered_by_rules" and told["text"].endswith(f"this is the rules' answer: {GONE}")
    assert others == [OTHER]


def test_another_reason_for_which_rules_read_the_question_stays():
    nonsense = DECOMPOSED | {"text": "the question was taken apart by rules: its answer was no JSON"}
    assert told_once([nonsense, JUDGED, ANSWERED])[1:] == [nonsense]


def test_where_a_model_judged_something_what_rules_did_stays():
    assert told_once([DECOMPOSED, JUDGED]) == [DECOMPOSED, JUDGED]
    assert told_once([ANSWERED]) == [ANSWERED]
