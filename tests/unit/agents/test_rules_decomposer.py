import re
import time
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.clauses import tokenise
from agents.lexicon import Lexicon, Pattern, Place, lexicon
from agents.rules_decomposer import RulesDecomposer
from twins.predicates import PREDICATES

PART = re.compile(r"(!?)([a-z_]+)\((.*)\)")
GLUE = """the a one red ball box and or , that which it they each other is was not never while before after then by with
to left right behind chases hides following hit two no nothing only leaves moves twice until of in ' ? " both them"""


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
    if name in ("first", "last"):
        return any(sub.relation == name and by_id[sub.subject].relation == inner for sub in subs)
    if name == "count":
        return any(
            sub.relation == "count"
            and sub.object == sides[0]
            and ((sub.subject in by_id and by_id[sub.subject].relation == sides[1]) or means(sub.subject, sides[1]))
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


def test_every_word_is_either_typed_or_kept_as_text():
    subs = RulesDecomposer().decompose("a juggler kneads dough while the red ball falls").sub_queries
    assert any(sub.relation is None and "kneads dough" in sub.text for sub in subs)
    assert any(sub.relation == "moves_down" for sub in subs)


def test_typed_parts_weigh_little_where_most_words_say_something_else():
    clear = RulesDecomposer().decompose("the red ball follows the blue ball").sub_queries[0]
    hidden = (
        RulesDecomposer().decompose("the proud owner follows old recipes for festive almond biscuits").sub_queries[0]
    )
    assert clear.weight == 1.0
    assert hidden.relation == "follows"
    assert hidden.weight < 0.2


def test_references_point_to_parts_that_exist_and_ids_are_unique():
    for question, _ in phrasings():
        subs = RulesDecomposer().decompose(question).sub_queries
        ids = [sub.id for sub in subs]
        assert len(set(ids)) == len(ids)
        for sub in subs:
            if sub.relation in ("before", "during"):
                assert {sub.subject, sub.object} <= set(ids)


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("", "empty_question"),
        ("  ?! ", "empty_question"),
        ("le chien court après la balle rouge", "not_english"),
        ("der rote Ball verfolgt den blauen Würfel", "not_english"),
        ("el perro persigue la pelota roja", "not_english"),
        ("两只球互相追逐", "not_english"),
        ("asdf qwer zxcv poiu", "not_understood"),
        ("the red ball " * 4000, "long_question"),
        ("how many triangles are there", "number_asked"),
        ("how often does the red ball stop?", "number_asked"),
        ("what number of things enter", "number_asked"),
    ],
)
def test_a_question_that_cannot_be_read_gets_a_warning_and_no_crash(question, code):
    start = time.perf_counter()
    found = RulesDecomposer().decompose(question)
    assert code in [warning.code for warning in found.warnings]
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize(
    "question", ["a red ball chases a box", "dogs", "who overtakes whom?", "crimson orb pursues navy box"]
)
def test_an_english_question_gets_no_warning(question):
    assert RulesDecomposer().decompose(question).warnings == ()


@given(st.lists(st.sampled_from(GLUE.split()), max_size=25))
def test_any_order_of_words_is_read_without_a_crash(words):
    for sub in RulesDecomposer().decompose(" ".join(words)).sub_queries:
        assert sub.text


@given(st.text(max_size=200))
def test_any_text_is_read_without_a_crash(text):
    RulesDecomposer().decompose("red ball " + text)


def phrases_of(table):
    """Return the phrases of a table of the lexicon: its keys, or the words of the patterns behind them."""
    for key in table:
        entries = table[key] if isinstance(table, Mapping) else None
        if isinstance(entries, tuple) and isinstance(entries[0], Pattern | Place):
            yield from (" ".join(entry.words) for entry in entries)
        elif isinstance(entries, frozenset):
            yield from entries
        else:
            yield key if isinstance(key, str) else " ".join(key)


MANY = ("verbs", "common_verbs")
"""Tables of thousands of phrases."""


@pytest.mark.parametrize(
    "name",
    [pytest.param(one.name, marks=pytest.mark.slow if one.name in MANY else ()) for one in fields(Lexicon)],
)
def test_each_phrase_of_the_lexicon_alone_is_read_without_a_crash(name):
    phrases = list(phrases_of(getattr(lexicon(), name)))
    assert phrases
    for phrase in phrases:
        assert RulesDecomposer().decompose(phrase).sub_queries, phrase


@pytest.mark.parametrize(
    ("question", "denied"),
    [
        ("a dog that does not bark chases a cat", "does not bark"),
        ("a dog that does not chew bones chases a cat", "does not chew bones"),
        ("a man without a hat runs", "without a hat"),
        ("an animal that is not a dog chases a cat", "is not a dog"),
        ("nobody barks while a dog chases a cat", "nobody barks"),
    ],
)
def test_recall_does_not_look_for_what_is_denied_though_no_predicate_measures_it(question, denied):
    places = RulesDecomposer().decompose(question).denied
    assert " ".join(token.text for place, token in enumerate(tokenise(question)) if place in places) == denied


@pytest.mark.parametrize(
    "question", ["how many triangles are there", "how many red balls move", "how often does it stop"]
)
def test_a_question_for_a_number_demands_none(question):
    assert all(sub.relation != "count" for sub in RulesDecomposer().decompose(question).sub_queries)


def test_what_nobody_does_needs_nobody_to_be_there():
    subs = RulesDecomposer().decompose("no red ball moves").sub_queries
    assert [(sub.relation, sub.negated) for sub in subs] == [("moves", True)]


def test_that_nobody_does_what_no_rule_reads_does_not_say_that_nobody_is_there():
    subs = RulesDecomposer().decompose("neither of the two gets far, both stop").sub_queries
    assert all(sub.object != "0" for sub in subs)


def test_a_bare_and_says_nothing_of_order():
    subs = RulesDecomposer().decompose("the red ball stops and the blue ball enters").sub_queries
    assert all(sub.relation not in ("before", "after", "during") for sub in subs)


@pytest.mark.parametrize(
    "question",
    ["what tells everyone where to go", "the man drinks all the coffee", "left of all the noise", "every toy"],
)
def test_that_all_of_them_are_spoken_of_tells_no_number(question):
    assert not [part for part in RulesDecomposer().decompose(question).sub_queries if part.relation == "count"]


def test_that_all_do_something_is_still_asked_of_all():
    parts = RulesDecomposer().decompose("all balls move").sub_queries
    assert [part.object for part in parts if part.relation == "count"] == ["all"]
