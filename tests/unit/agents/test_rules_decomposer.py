import re
import time
from pathlib import Path

import pytest

from agents.rules_decomposer import RulesDecomposer, needs_labels
from twins.predicates import PREDICATES

PART = re.compile(r"(!?)([a-z_]+)\((.*)\)")
EMPTY = {"ball": "ball"}


def phrasings():
    for line in (Path(__file__).parent / "phrasings.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            question, expected = line.split(" => ")
            yield question, [part.strip() for part in expected.split(";")]


def stem(word):
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def means(phrase, wanted):
    """Say whether a sub-query's noun phrase has all the words that were wanted of it."""
    if wanted == "_":
        return True
    words = {stem(word) for word in (phrase or "").split()}
    return {stem(word) for word in wanted.split()} <= words


def is_found(expected, subs):
    denied, name, inner = PART.match(expected).groups()
    by_id = {sub.id: sub for sub in subs}
    if name in ("before", "during"):
        wanted = [side.strip() for side in re.split("[<,]", inner)]
        ends = [[by_id[end].relation for end in (s.subject, s.object)] for s in subs if s.relation == name]
        return wanted in ends or (name == "during" and wanted[::-1] in ends)
    sides = [side.strip() for side in inner.split(",")]
    if name == "count":
        return any(
            sub.relation == "count"
            and sub.object == sides[0]
            and (sub.subject in by_id and by_id[sub.subject].relation == sides[1] or means(sub.subject, sides[1]))
            for sub in subs
        )
    return any(
        sub.relation == name
        and sub.negated == bool(denied)
        and means(sub.subject, sides[0])
        and (len(sides) == 1 or sides[1] == "_" or means(sub.object, sides[1]))
        for sub in subs
    )


def typed(subs):
    return [sub for sub in subs if sub.relation in PREDICATES]


@pytest.mark.parametrize(("question", "expected"), list(phrasings()))
def test_a_question_is_read_as_its_typed_parts(question, expected):
    subs = RulesDecomposer().decompose(question).sub_queries
    missing = [part for part in expected if not is_found(part, subs)]
    assert not missing, [(s.relation, s.subject, s.object, s.negated) for s in subs]
    predicates = [part for part in expected if PART.match(part)[2] in PREDICATES]
    assert len(typed(subs)) <= len(predicates), "more was read into the question than it says"
