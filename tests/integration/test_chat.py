"""The chat graph on a real library: every kind of message, by rules and with a scripted model."""

import asyncio
import json
import logging
import os
import sqlite3

import pytest
from click.testing import CliRunner
from langchain_core.messages import HumanMessage
from langgraph.checkpoint.memory import InMemorySaver

from agents.llm.calling import CallLimits
from agents.llm.metering import Meter
from agents.llm.model import Model
from agents.llm.roles import Models
from benchmarks.scripted import ScriptedChat, prompt_of
from graphs.chat import build_chat_graph
from graphs.chat_turns import MOST_TURNS
from tests.e2e.dogs import DOGS, annotation, make_dogs
from tests.integration.clips import FOLLOWS, chase, put
from twins.errors import TwinseekError
from twinseek.chatting import LibraryDesk, chats_path, kept_chats, server_chats_path
from twinseek.cli import cli
from twinseek.conversation import Conversation
from twinseek.library import Library
from twinseek.served_chats import KEPT_STEPS, open_served_chats


@pytest.fixture
def library(described_dogs):
    with Library.open(described_dogs) as opened:
        yield opened


@pytest.fixture
def talk(library):
    return Conversation(library, "t", InMemorySaver())


def shown(answer):
    return [hit.video_id for hit in answer.result.results]


def state_of(conversation):
    return conversation._graph.get_state(conversation._config).values


def test_a_condition_keeps_those_where_it_holds_in_an_order_by_both(talk):
    first = talk.say(DOGS)
    assert set(shown(first)) == {"alpha", "beta", "gamma", "delta"}
    brown = talk.say("only those where the dog is brown")
    assert (brown.kind, shown(brown)) == ("refine", ["alpha", "gamma"])
    assert "2 of the 4" in brown.text
    before = {hit.video_id: hit for hit in first.result.results}
    for hit in brown.result.results:
        assert "the dog stays still" in [line.claim for line in hit.trace]  # of the question
        assert 'the "brown dog" is brown' in [line.claim for line in hit.trace]  # of the condition
        assert hit.score <= max(before[hit.video_id].score, 1.0)
    night = talk.say("only at night")
    assert shown(night) == ["gamma"] and night.result.results[0].rank == 1
    assert set(night.result.ranking) == {"alpha", "gamma"}


def test_a_condition_on_what_happens_is_told_with_when_either_does(tmp_path):
    with Library.open(tmp_path / "library", create=True) as library:
        put(library, chase("right"))
        put(library, chase("wrong", chased=False))
        library.gallery.sync()
        talk = Conversation(library, "t", InMemorySaver())
        (chased,) = talk.say(FOLLOWS).result.results
        (stopped,) = talk.say("only those where the red thing stops").result.results
    claims = [line.claim for line in stopped.trace if line.check == "verified"]
    assert any("stop" in claim for claim in claims) and any("follow" in claim for claim in claims)
    (was,), (now,) = chased.spans, stopped.spans
    assert now[0] == was[0] and now[1] >= was[1]


def test_as_many_candidates_are_judged_as_the_chat_was_told(tmp_path):
    command = ["chat", "--library", str(make_dogs(tmp_path)), "--json", "--candidates", "1"]
    said = CliRunner().invoke(cli, command, input=f"{DOGS}\n", catch_exceptions=False)
    result = json.loads(said.stdout)["result"]
    assert len(result["results"]) == 1 and len(result["ranking"]) == 5


def test_a_condition_on_the_first_two_looks_at_these_only(talk):
    first = talk.say(DOGS)
    night = talk.say("of the first two, only those at night")
    assert set(night.result.ranking) == set(shown(first)[:2])


def test_where_nothing_stays_the_list_before_is_still_spoken_of(talk):
    talk.say(DOGS)
    none = talk.say("only those with a cat")
    assert none.result.results == () and "None of the 4" in none.text
    assert "'with a cat' could not be verified there" in none.text
    assert talk.say("show me the second").result.results[0].rank == 2


def test_a_condition_makes_no_video_fit_what_was_asked_before(talk):
    closest = talk.say("a brown elephant flies over a river")
    assert {hit.status for hit in closest.result.results} == {"dropped"}
    before = {hit.video_id: hit for hit in closest.result.results}
    brown = talk.say("only the brown ones")
    assert brown.kind == "refine" and brown.result.results
    for hit in brown.result.results:
        assert hit.status == "dropped" and hit.score <= before[hit.video_id].score
    assert "what was asked before." in brown.text


def test_the_reasons_to_keep_a_video_are_those_of_the_condition(talk):
    talk.say(DOGS)
    said = talk.say("only those where the dog is brown").text
    assert 'the "brown dog" is brown' in said and "stays still" not in said
    alone = talk.say("only 1")
    assert "1 of 2 videos left" in alone.text
    stays = talk.say("only the brown ones").text
    assert stays.startswith("The one video that was shown stays: 1 alpha")
    assert "One video is shown: 1 alpha." in talk.say("what did I ask?").text


def test_a_greeting_is_answered_with_what_can_be_said_and_searches_nothing(talk, library, monkeypatch):
    talk.say(DOGS)
    monkeypatch.setattr(library, "stream", None)
    for greeting, told in (("hello", "what happens in the video"), ("thanks!", "ask on"), ("help", "without 3")):
        said = talk.say(greeting)
        assert (said.kind, said.result) == ("aside", None) and told in said.text
    assert len(talk.say("thank you very much").text) < 80
    monkeypatch.undo()
    assert talk.say("why is 1 above 4?").text.startswith("1 alpha")


def test_why_compares_what_was_found_and_searches_nothing(talk, library, monkeypatch):
    talk.say(DOGS)
    monkeypatch.setattr(library, "stream", None)
    why = talk.say("why is 1 above 4?")
    assert why.kind == "why" and why.result is None
    assert why.text.startswith("1 alpha (score 0.") and "is above 4 delta (score 0." in why.text
    assert 'Of 1 alpha: verified: the dog stays still, the "dog" is a dog' in why.text
    assert talk.say("why is 4 above 1?").text.startswith("It is the other way round")
    assert "verified: a car stays still" in talk.say("why is delta shown?").text
    assert "Of both: verified: the dog stays still" in talk.say("compare 1 and 2").text
    assert "2 beta and 3 gamma fit equally well (score 0." in talk.say("compare 2 and 3").text


def test_where_shows_the_remembered_instances_again(talk):
    first = talk.say(DOGS)
    where = talk.say("show me where in 2")
    (hit,) = where.result.results
    assert hit == first.result.results[1]
    assert (where.result.query_id, where.result.query) == (first.result.query_id, DOGS)
    assert "Dog 1: at the top left at 0:00.2, 0:01.0 and 0:01.8." in where.text and "0:00.0-0:02.0" in where.text
    # What was spoken of last is "it".
    assert talk.say("why is it above delta?").text.startswith("2 beta")


def test_where_is_something_else_in_a_shown_video(talk):
    talk.say(DOGS)
    assert shown(talk.say("where is the car in number 4?")) == ["delta"]
    assert talk.say("show me where").result.results[0].video_id == "delta"


def test_alike_looks_for_the_description_without_the_video_itself(talk):
    talk.say("a brown dog by day")
    reference = state_of(talk)["turns"][-1]["shown"][0]["video_id"]
    alike = talk.say("more like it, but at night")
    assert alike.kind == "alike" and alike.result.query == f"like {reference}, but 'at night'"
    assert alike.text.startswith(f"Like {reference}, but 'at night': {shown(alike)[0]}")
    assert "likeness from 0 to 1, of what is said of the videos, not of their pictures" in alike.text
    assert reference not in shown(alike) and reference not in alike.result.ranking
    assert (alike.result.mode, alike.result.reference, alike.result.edit) == ("compose", reference, "at night")
    assert shown(alike) == ["gamma", "beta"]  # the other brown dog before the white one
    assert " 'at night' was judged by descriptions alone, and could be verified of none." in alike.text
    scores = [hit.score for hit in alike.result.results]
    assert scores == sorted(scores, reverse=True)
    assert any(
        line.source == "likeness" and line.claim.startswith("as there, ") for line in alike.result.results[0].trace
    )
    assert any(line.source != "likeness" for line in alike.result.results[0].trace)  # of the edit
    assert "because the list is sorted by likeness (0." in talk.say("why is 1 above 2?").text


def test_alike_without_a_difference_shows_the_nearest_and_calls_none_verified(talk):
    talk.say(DOGS)
    alike = talk.say("more like the first")
    first, *_ = alike.result.results
    assert shown(alike)[0] == "gamma" and set(shown(alike)) == {"beta", "gamma", "delta", "epsilon"}
    assert {hit.status for hit in alike.result.results} == {"judged"} and alike.result.edit is None
    assert "verified" in [line.check for line in first.trace]  # the dog stays still, as there
    assert first.instances and first.spans
    assert not alike.result.warnings


def test_where_the_difference_is_verified_its_claims_stand_beside_what_is_shared(talk):
    talk.say(DOGS)
    alike = talk.say("more like the first, but with a car")
    (car,) = alike.result.results
    assert (car.video_id, car.status) == ("delta", "verified") and "descriptions alone" not in alike.text
    told = {line.claim: (line.check, line.source) for line in car.trace}
    assert told['the "car" is a car'][0] == "verified"
    assert told["as there, a street in daylight"] == ("unverifiable", "likeness")
    assert not any("(there: the brown dog" in claim for claim in told)  # a car is no kind of dog


def test_alike_several_is_like_all_of_them(talk):
    talk.say(DOGS)
    places = state_of(talk)["turns"][-1]["shown"]
    ranks = {video["video_id"]: video["rank"] for video in places}
    alike = talk.say(f"more like {ranks['alpha']} and {ranks['gamma']}")
    assert set(shown(alike)) == {"beta", "delta", "epsilon"} and alike.result.reference is None
    assert "Like alpha and gamma: " in alike.text


def test_where_none_differs_as_asked_that_is_said(talk):
    talk.say("a brown dog by day")
    alike = talk.say("more like the first, but with a flock of sheep")
    assert alike.text.startswith("Nothing is like alpha, but 'with a flock of sheep', among the other 4 videos.")
    assert "The most alike all the same: gamma (0." in alike.text
    assert "'with a flock of sheep' could not be verified there" in alike.text
    first = alike.result.results[0]
    assert (first.video_id, first.status) == ("gamma", "dropped")
    assert len(alike.result.results) == 3 and "nothing_fits" not in [w.code for w in alike.result.warnings]


def test_a_video_is_known_by_its_name(talk):
    talk.say(DOGS)
    assert talk.say("show me delta").result.results[0].video_id == "delta"


@pytest.mark.parametrize(
    "message", ["show me the ninth", "why is 9 above 2?", "more like the ninth", "only 9 at night"]
)
def test_a_position_that_is_not_there_is_answered_with_what_there_is(talk, message):
    talk.say(DOGS)
    said = talk.say(message)
    assert "no number 9" in said.text and "4 videos were shown (1 alpha" in said.text
    assert said.result is None


def test_before_anything_was_shown_that_is_said(talk):
    assert "Nothing has been shown yet" in talk.say("why is 2 above 3?").text
    assert talk.say("  only at night ").kind == "question"


def test_an_empty_message_is_answered_with_what_to_do(talk):
    said = talk.say("  ")
    assert said.kind is None and "no question" in said.text and said.result is None


def test_a_video_that_was_imported_anew_is_not_shown_by_its_old_instances(tmp_path):
    path = make_dogs(tmp_path)
    with Library.open(path) as library:
        talk = Conversation(library, "t", InMemorySaver())
        talk.say(DOGS)
        changed = annotation("alpha", "bird", "green", "a street in daylight")
        (tmp_path / "alpha.json").write_text(json.dumps(changed))
        library.import_files([tmp_path / "alpha.json"])
        said = talk.say("show me alpha")
        assert "indexed anew" in said.text and said.result.results == ()
        library.remove(["beta"])
        assert "beta" in talk.say("show me beta").text
        assert shown(talk.say("only those where the dog is brown")) == ["gamma"]


def test_what_is_kept_is_plain_json_without_masks_and_bounded(library, tmp_path, caplog):
    with kept_chats(tmp_path / "chats.sqlite") as chats, caplog.at_level(logging.WARNING):
        talk = Conversation(library, "t", chats)
        talk.say(DOGS)
        for _ in range(MOST_TURNS + 3):
            talk.say("why is 1 above 2?")
        state = state_of(talk)
        assert talk.say("show me the second").result.results[0].rank == 2  # the list is not forgotten
        left = chats.conn.execute("SELECT count(*) FROM checkpoints").fetchone()
    assert "result" not in state and len(state["turns"]) == MOST_TURNS
    assert json.loads(json.dumps(state["turns"], default=list)) and "counts" not in json.dumps(state["turns"])
    assert left == (1,)
    assert "unregistered" not in caplog.text


def test_threads_do_not_mix_and_are_gone_on_with(described_dogs, tmp_path):
    with Library.open(described_dogs) as library, kept_chats(tmp_path / "chats.sqlite") as chats:
        dogs, cats = (Conversation(library, name, chats) for name in ("dogs", "cats"))
        dogs.say(DOGS)
        cats.say("a black cat")
        assert shown(dogs.say("show me the first")) == ["alpha"]
        assert shown(cats.say("show me the first")) == ["epsilon"]
    with Library.open(described_dogs) as library, kept_chats(tmp_path / "chats.sqlite") as chats:
        again = Conversation(library, "cats", chats)
        assert len(again.turns) == 2 and again.resume() is None
        assert shown(again.say("show me it")) == ["epsilon"]
        assert Conversation(library, "new", chats).turns == []


def test_a_file_that_holds_no_conversations_is_named(tmp_path):
    (tmp_path / "chats.sqlite").write_text("anything but a database, and long enough to be looked at " * 40)
    with (
        pytest.raises(TwinseekError, match=r"chats\.sqlite.*move that file away"),
        kept_chats(tmp_path / "chats.sqlite"),
    ):
        pass


def test_a_read_only_library_keeps_nothing_and_a_server_uses_the_users_folder(described_dogs, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert chats_path(described_dogs) == server_chats_path(described_dogs) == described_dogs / "chats.sqlite"
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert chats_path(described_dogs) is None
    assert server_chats_path(described_dogs) == tmp_path / "twinseek" / "chats.sqlite"
    assert chats_path(tmp_path / "none") is None


def test_within_limits_a_question_to_some_videos(library):
    result = library.ask(DOGS, within=["alp", "delta"])
    assert set(result.ranking) == {"alpha", "delta"}
    assert set(library.ask(DOGS, without=["alpha"]).ranking) == {"beta", "gamma", "delta", "epsilon"}
    with pytest.raises(TwinseekError, match="none is named"):
        library.ask(DOGS, within=[])
    with pytest.raises(TwinseekError, match="nobody"):
        library.ask(DOGS, within=["nobody"])


def told_by(monkeypatch, library, script):
    """Let a scripted model read messages; rules judge."""
    chat = ScriptedChat(script=script)
    limits = CallLimits(2, backoff=0.0)

    def made(llm):
        return Models(decompose=Model(chat, "scripted", meter=Meter(), limits=limits))

    monkeypatch.setattr(library.gallery, "models_for", made)
    return Conversation(library, "t", InMemorySaver(), {"model": "openai:scripted"}), chat


def decomposed(text):
    return {"search": [text], "parts": [{"id": "p1", "text": text, "kind": "object", "subject": text}]}


def test_a_model_decides_what_is_meant_and_what_that_cost_is_counted(library, monkeypatch):
    def script(messages):
        if "conversation" not in str(messages[0].content):
            return decomposed("a dog")
        return {"kind": "refine", "positions": [], "text": "the dog is brown"}

    talk, _ = told_by(monkeypatch, library, script)
    first = talk.say("a dog")
    assert first.result.cost.llm_calls == 1  # nothing to refer to: read without a model
    said = talk.say("the brown ones would be nice")
    assert said.kind == "refine" and said.result.cost.llm_calls == 2
    assert said.result.query == "a dog; only: the dog is brown"


def test_who_reads_messages_is_told_what_was_asked_of_videos_and_what_is_in_them(library, monkeypatch):
    def script(messages):
        if "conversation" not in str(messages[0].content):
            return decomposed("a dog")
        colour = "colour" in str(messages[-1].content).rpartition("Message:")[2]
        text = "what colour is the dog" if colour else ""
        return {"kind": "about", "positions": [1 if colour else 2], "text": text}

    talk, chat = told_by(monkeypatch, library, script)
    talk.say("a dog")
    talk.say("which colour has the dog?")
    other = talk.say("and the other one?")
    prompt = str(chat.asked[-1][-1].content)
    assert "\na dog\nabout 1: what colour is the dog\n</data>" in prompt
    assert "1 alpha: brown dog\n" in prompt
    assert other.text.endswith("the brown dog: brown.")  # "" is what was asked before


def test_what_is_verified_beside_the_point_is_no_more_after_a_condition(tmp_path, monkeypatch):
    def script(messages):
        if "conversation" in str(messages[0].content):
            return {"kind": "refine", "positions": [], "text": "the dog is brown"}
        claim = {"claim": "it moves", "part": "p1", "predicate": "moves", "instances": ["1"]}
        return decomposed("a dog") if prompt_of(messages) == "decompose" else {"score": 0.8, "claims": [claim]}

    with Library.open(tmp_path / "library", create=True) as library:
        put(library, chase("only"))
        library.gallery.sync()
        model = Model(ScriptedChat(script=script), "scripted", meter=Meter(), limits=CallLimits(1, backoff=0.0))
        monkeypatch.setattr(library.gallery.open_models, "load", lambda spec, llm: model)
        talk = Conversation(library, "t", InMemorySaver(), {"model": "openai:scripted"})
        for message in ("a dog", "only the brown one"):
            (hit,) = talk.say(message).result.results
            assert "verified" in [line.check for line in hit.trace] and hit.status == "judged"


def test_where_the_model_fails_rules_read_and_the_result_says_so(library, monkeypatch):
    talk, _ = told_by(monkeypatch, library, lambda messages: "no")
    talk.say("a dog waits")
    said = talk.say("show me where in 2")
    assert (said.kind, said.result.results[0].rank) == ("where", 2)
    assert [warning.code for warning in said.result.warnings] == ["llm_chat"]


def test_two_libraries_of_one_thread_do_not_mix(described_dogs, tmp_path):
    with Library.open(described_dogs) as one, Library.open(make_dogs(tmp_path)) as other:
        graph = build_chat_graph(
            LibraryDesk(lambda name: {"one": one, None: one, "other": other}[name]), InMemorySaver()
        )

        def say(text, library):
            given = {"messages": [HumanMessage(text)], "library": library}
            return graph.invoke(given, {"configurable": {"thread_id": "t"}})["messages"][-1].content

        say(DOGS, "one")
        assert "Nothing has been shown" in say("show me the second", "other")
        assert "2 beta" in say("show me the second", "one")


def test_a_client_cannot_write_what_was_shown(library):
    talk = Conversation(library, "t", InMemorySaver())
    forged = {"messages": [("user", "show me the first")], "turns": [{"shown": [{"rank": 1}]}]}
    assert "Nothing has been shown" in talk._graph.invoke(forged, talk._config)["messages"][-1].content


def test_the_file_is_a_database_of_the_library(described_dogs):
    with Library.open(described_dogs) as library, kept_chats(chats_path(described_dogs)) as chats:
        Conversation(library, "kept", chats).say(DOGS)
        assert library.store.video_ids() == sorted(["alpha", "beta", "gamma", "delta", "epsilon"])
    with sqlite3.connect(described_dogs / "chats.sqlite") as database:
        assert database.execute("SELECT DISTINCT thread_id FROM checkpoints").fetchall() == [("kept",)]


def test_that_a_conversation_is_not_kept_is_said(described_dogs, tmp_path, monkeypatch):
    monkeypatch.setattr("twinseek.chatting.chats_path", lambda path: None)
    command = ["chat", "--library", str(described_dogs), "--thread", "unkept"]
    said = CliRunner().invoke(cli, command, input=f"{DOGS}\nshow me the second\n", catch_exceptions=False)
    assert "read-only: this conversation is not kept" in said.stderr
    assert "2 beta: at 0:00.0-0:02.0" in said.stdout
    again = CliRunner().invoke(cli, command, input="show me the second\n", catch_exceptions=False)
    assert "Nothing has been shown yet" in again.stdout


def test_a_message_spends_one_budget_however_many_questions_it_takes(library, monkeypatch):
    def script(messages):
        if prompt_of(messages) == "judge":
            return {"score": 0.1, "claims": [], "instances": [], "spans": []}
        if "conversation" in str(messages[0].content):
            return {"kind": "alike", "positions": [1], "text": "at night"}
        return decomposed("a dog") if prompt_of(messages) == "decompose" else {"order": ["A"]}

    chat = ScriptedChat(script=script)
    model = Model(chat, "scripted", meter=Meter(), limits=CallLimits(1, backoff=0.0))
    monkeypatch.setattr(library.gallery.open_models, "load", lambda spec, llm: model)
    talk = Conversation(library, "t", InMemorySaver(), {"model": "openai:scripted", "calls": 8})
    talk.say("a brown dog by day")
    before = len(chat.asked)
    said = talk.say("more like the first but at night")
    assert said.kind == "alike" and said.result.cost.llm_calls == len(chat.asked) - before == 8
    assert "budget" in [warning.code for warning in said.result.warnings]


def test_served_conversations_forget_their_steps(described_dogs, tmp_path):
    async def steps():
        async with open_served_chats(tmp_path / "served.sqlite") as chats:
            with Library.open(described_dogs) as library:
                graph = build_chat_graph(LibraryDesk(lambda _: library), chats)
                config = {"configurable": {"thread_id": "t"}}
                for _ in range(8):
                    state = await graph.ainvoke({"messages": [HumanMessage("why is 1 above 2?")]}, config)
            async with chats.conn.execute("SELECT count(*) FROM checkpoints") as cursor:
                return (await cursor.fetchone())[0], len(state["messages"])

    kept, messages = asyncio.run(steps())
    assert KEPT_STEPS <= kept < 2 * KEPT_STEPS and messages == 16
