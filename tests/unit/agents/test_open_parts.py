"""What no claim settled is told as open, once."""

from agents.claims import check_verdict
from agents.open_parts import SOURCE, open_parts
from agents.rules_decomposer import RulesDecomposer
from agents.rules_judge import RulesJudge
from agents.situations import GRAMMAR
from twins.queries import Claim, SubQuery, Verdict


def part(name, text, **more):
    return SubQuery(id=name, text=text, **{"kind": "action", "subject": "thing", **more})


def told(claims):
    return [claim.claim for claim in claims]


def test_each_open_part_of_the_reading_is_told_once_and_denials_say_so():
    parts = [
        part("a", "it moves", relation="moves"),
        part("b", "It moves", relation="moves", reading=GRAMMAR),
        part("c", "it turns", relation="turns", negated=True),
        part("d", "it never stops", relation="stops", negated=True),
        part("e", "it hides", relation="hides", reading="covering"),
        part("f", "something", kind="object"),
        part("g", "dog", kind="object", subject="dog"),
    ]
    assert told(open_parts(parts, {"g"})) == ["It moves", "not: it turns", "it never stops"]
    assert told(open_parts(parts, {"a", "b", "c", "d"}, "covering")) == ["it hides", "dog"]


def test_the_rules_list_what_they_could_not_check(clip, mover):
    candidate = clip(mover("1", [(0, 60, 100), (6, 500, 100)], colour="red"))
    verdict = RulesJudge().judge(RulesDecomposer().decompose("the red thing moves while a dog barks"), candidate)
    trace = check_verdict(verdict, candidate.twin, candidate.geometry).trace
    assert [line.check for line in trace if line.source != SOURCE and line.predicate == "moves"] == ["verified"]
    left = [line for line in trace if line.source == SOURCE]
    assert any("barks" in line.claim for line in left) and {line.check for line in left} == {"unverifiable"}


def test_what_a_model_claims_beside_the_point_leaves_its_part_open(clip, mover):
    candidate = clip(mover("1", [(0, 60, 100), (6, 500, 100)]), mover("2", [(0, 20, 300), (6, 20, 300)]))
    parts = (part("p1", "it turns", relation="turns"), part("p2", "it stays", relation="still"))
    moves = Claim(claim="1 moves", sub_query="p1", predicate="moves", instances=("1",))
    stays = Claim(claim="2 stays", sub_query="p2", predicate="still", instances=("2",))

    def lines(*claims):
        checked = check_verdict(Verdict(score=0.8, claims=claims), candidate.twin, candidate.geometry, parts)
        return [(line.claim, line.check) for line in checked.trace]

    assert lines(moves, stays) == [("1 moves", "verified"), ("2 stays", "verified"), ("it turns", "unverifiable")]
    assert lines(stays.model_copy(update={"instances": ("1",)}))[0][1] == "refuted"
    assert [line for line, _ in lines(stays.model_copy(update={"instances": ("1",)}))] == ["2 stays", "it turns"]


def test_what_was_verified_for_a_part_that_nothing_measures_is_told_to_be_some_of_it(clip, mover):
    candidate = clip(mover("1", [(0, 60, 100), (6, 500, 100)]))
    comes_back = part("p1", "it comes back of its own accord")
    moves = Claim(claim="1 moves", sub_query="p1", predicate="moves", instances=("1",))
    checked = check_verdict(Verdict(score=0.8, claims=(moves,)), candidate.twin, candidate.geometry, (comes_back,))
    assert [line.claim for line in checked.trace] == ["1 moves", "it comes back of its own accord (only in part)"]
