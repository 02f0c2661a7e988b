"""The views of a twin that are searched."""

from pathlib import Path

import pytest

from twins.annotations import import_annotation
from twins.components import clauses, components, merge
from twins.schema import Attribute, Component, Fact, Provenance, Track, Twin


def attribute(kind: str, text: str, confidence: float = 0.9) -> Attribute:
    return Attribute(kind=kind, text=text, confidence=confidence, source="looks")  # type: ignore[arg-type]


DOG = Track(
    id="1",
    category="dog",
    confidence=0.8,
    attributes=(attribute("colour", "white"), attribute("other", "black harness")),
    source="labels",
)
NAMELESS = Track(id="2", attributes=(attribute("colour", "red"), attribute("shape", "round")), source="tracker")


def twin(*facts: Fact, tracks: tuple[Track, ...] = (DOG, NAMELESS)) -> Twin:
    return Twin(
        video_id="clip",
        duration=10.0,
        width=640,
        height=480,
        frame_count=100,
        origin="imported",
        sources={"labels": Provenance(specialist="labels", version="1")},
        tracks=tracks,
        facts=facts,
    )


def fact(kind: str, text: str, *instances: str, span: tuple[float, float] | None = None, **more: object) -> Fact:
    about, others = (instances[0], instances[1:]) if instances else (None, ())
    return Fact(kind=kind, text=text, about=about, others=others, span=span, source="labels", **more)  # type: ignore[arg-type]


def texts(record: Twin, **options: bool) -> dict[str, str]:
    return {component.text: component.kind for component in components(record, **options)}


def test_an_object_is_named_and_its_looks_are_told_one_by_one_and_together() -> None:
    found = texts(twin())
    assert found["dog"] == "object"
    assert found["white dog"] == "object"
    assert found["dog, black harness"] == "attribute"
    assert found["dog: white, black harness"] == "attribute"


def test_an_unlabelled_object_gets_no_invented_name() -> None:
    found = texts(twin(tracks=(NAMELESS,)))
    assert set(found) == {"red round object", "red object", "round object", "object: red, round"}
    assert texts(twin(tracks=(Track(id="3", source="tracker"),))) == {}


def test_roles_and_states_are_told_with_and_without_their_object() -> None:
    found = texts(
        twin(fact("role", "brings the ball back", "1"), fact("state", "leaps to the right", "1", span=(1.0, 2.0)))
    )
    assert found["brings the ball back"] == found["white dog brings the ball back"] == "role"
    assert found["leaps to the right"] == found["white dog leaps to the right"] == "state"


def test_an_event_is_told_whole_in_clauses_and_with_the_next_one() -> None:
    found = texts(
        twin(
            fact("event", "The dog turns round; it waits for the ball.", "1", span=(4.0, 5.0)),
            fact("event", "The dog runs after the ball.", "1", "2", span=(1.0, 2.0)),
        )
    )
    assert "it waits for the ball" in found
    assert "The dog runs after the ball, then the dog turns round; it waits for the ball" in found


def test_a_sequence_spans_both_events_and_names_everyone() -> None:
    first = fact("event", "The dog runs.", "1", span=(1.0, 2.0))
    second = fact("event", "The ball stops.", "2", span=(4.0, 5.0))
    sequence = next(c for c in components(twin(second, first)) if ", then " in c.text)
    assert (sequence.text, sequence.span, sequence.instances) == (
        "The dog runs, then the ball stops",
        (1.0, 5.0),
        ("1", "2"),
    )


def test_events_of_predicates_are_told_in_a_row_only_for_one_object() -> None:
    found = texts(
        twin(
            fact("event", "the white dog stops", "1", span=(1.0, 1.5), predicate="stops"),
            fact("event", "the ball leaves the picture", "2", span=(2.0, 2.5), predicate="leaves"),
            fact("event", "the white dog disappears", "1", span=(3.0, 3.5), predicate="disappears"),
        )
    )
    assert [text for text in found if ", then " in text] == ["the white dog stops, then disappears"]


def test_captions_can_be_left_out() -> None:
    record = twin(fact("caption", "A dog plays. It is sunny."))
    assert "A dog plays" in texts(record)
    assert not any("plays" in text or "sunny" in text for text in texts(record, captions=False))


def test_text_scene_action_and_purpose_are_kept_as_they_are() -> None:
    record = twin(
        fact("text", "SAM"), fact("scene", "a walkway beside a fern bed"), fact("purpose", "something to sleep in", "2")
    )
    found = texts(record)
    assert found["SAM"] == "text"
    assert found["a walkway beside a fern bed"] == "scene"
    assert found["something to sleep in"] == "purpose"


def test_equal_sentences_are_merged_over_time_and_objects() -> None:
    parts = [
        Component(kind="state", text="It rests.", instances=("1",), span=(1.0, 2.0), confidence=0.4, source="a"),
        Component(kind="state", text="it  rests", instances=("2",), span=(5.0, 6.0), confidence=0.7, source="b"),
        Component(kind="state", text=" ", source="a"),
    ]
    (merged,) = merge(parts)
    assert (merged.text, merged.instances, merged.span, merged.confidence) == ("It rests", ("1", "2"), (1.0, 6.0), 0.7)


def test_a_sentence_that_holds_throughout_stays_so_when_merged() -> None:
    (merged,) = merge(
        [
            Component(kind="scene", text="snow", source="a"),
            Component(kind="scene", text="snow", span=(1.0, 2.0), source="a"),
        ]
    )
    assert merged.span is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The dog turns.", []),
        ("The man throws the ball, and the dog runs after it.", ["The man throws the ball", "the dog runs after it"]),
        ("She waits, holding the red ball", ["holding the red ball"]),
        ("Stop and go", []),
    ],
)
def test_clauses_stand_alone(text: str, expected: list[str]) -> None:
    assert clauses(text) == expected


def test_the_order_is_stable_and_no_sentence_comes_twice(shared: Path) -> None:
    for path in sorted((shared / "annotations").glob("*.json"))[:4]:
        record, _ = import_annotation(path)
        first = components(record)
        assert first == components(record)
        folded = [component.text.casefold() for component in first]
        assert len(folded) == len(set(folded))
        assert len(first) <= 250
