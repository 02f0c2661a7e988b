from agents.lexicon import closed_class, lexicon
from agents.stemming import stem


def test_the_patterns_of_a_verb_are_made_when_it_is_looked_up_longest_first():
    verbs = lexicon().verbs
    (found,) = {pattern for pattern in verbs["overtak"] if pattern.words == ("overtak",) and pattern.voice == "active"}
    assert found.predicate == "overtakes"
    assert [pattern.literal for pattern in verbs["go"]] == sorted((p.literal for p in verbs["go"]), reverse=True)


def test_each_verb_of_a_group_begins_its_patterns_and_those_only():
    verbs = lexicon().verbs
    for word in closed_class("go"):
        past = [pattern for pattern in verbs[stem(word)] if pattern.general and pattern.words[1:] == ("past",)]
        assert {pattern.words[0] for pattern in past} == {stem(word)}


def test_what_begins_no_pattern_is_no_verb():
    verbs = lexicon().verbs
    assert "sofa" not in verbs
    assert verbs.get("sofa", ()) == ()
    assert all({pattern.words[0] for pattern in verbs[first]} == {first} for first in verbs)
