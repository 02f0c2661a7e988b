"""What is derived is lost or damaged, and what was indexed changes: answers stay right, or say what to do."""

import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e.command_line import in_turn, twinseek
from tests.e2e.libraries import (
    ASK,
    LIST,
    QUESTION,
    ask,
    ask_exactly,
    by_id,
    check_whole,
    essence,
    index,
    indexing,
    outcomes,
    write_clip,
    write_clips,
)

CHROMA = {"TWINSEEK_SEARCH__PATH": "chroma"}


@pytest.fixture(scope="module")
def original(tmp_path_factory) -> Path:
    """Return a folder with clips, and a library that has a Chroma."""
    folder = tmp_path_factory.mktemp("original")
    index(write_clips(folder / "clips", 3), folder / "library", **CHROMA)
    assert list((folder / "library" / "search" / "chroma").glob("c-*"))
    return folder


@pytest.fixture(scope="module")
def exact(original) -> object:
    """Return what exact search answers."""
    return essence(ask_exactly(original / "library"))


@pytest.fixture
def library(original, tmp_path) -> Path:
    """Return a copy that may be spoilt."""
    return shutil.copytree(original / "library", tmp_path / "library")


def codes(record: dict) -> list[str]:
    return [warning["code"] for warning in record["warnings"]]


def test_chroma_answers_like_exact_search_also_when_two_ask_at_once(library, exact):
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _: ask(library, **CHROMA), range(3)))
    assert [essence(answer) for answer in answers] == [exact] * 3
    # One of them owns Chroma; the others search exactly, and say why.
    assert [] in map(codes, answers)
    assert {code for answer in answers for code in codes(answer)} <= {"exact_search"}


def _garbage(chroma: Path) -> None:
    for path in chroma.rglob("*"):
        if path.is_file() and path.name != "state.json":
            path.write_bytes(b"\xff\x00garbage" * (path.stat().st_size // 9 + 1))


def _cut(chroma: Path) -> None:
    for path in chroma.rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _without_state(chroma: Path) -> None:
    (chroma / "state.json").unlink()


def _a_file(chroma: Path) -> None:
    shutil.rmtree(chroma)
    chroma.write_text("no folder")


DAMAGES = [_cut, _without_state, _a_file, shutil.rmtree]


@pytest.mark.parametrize("damage", [_garbage, *(pytest.param(damage, marks=pytest.mark.slow) for damage in DAMAGES)])
def test_a_broken_chroma_costs_no_answer_and_is_built_anew_by_index(original, library, exact, damage):
    damage(library / "search" / "chroma")
    broken = ask(library, **CHROMA)
    assert essence(broken) == exact
    assert codes(broken) == ["exact_search"]
    report, mended = outcomes(library, indexing(original / "clips"), ASK, **CHROMA)
    assert report["indexed"] == []
    assert essence(mended) == exact
    assert codes(mended) == []


def _catalogue_garbage(search: Path) -> None:
    (search / "catalogue.sqlite").write_bytes(b"garbage" * 1000)


def _catalogue_page(search: Path) -> None:
    path = search / "catalogue.sqlite"
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    path.write_bytes(data)


def _catalogue_gone(search: Path) -> None:
    (search / "catalogue.sqlite").unlink()


def _packed_gone(search: Path) -> None:
    shutil.rmtree(search / "packed")


def _packed_cut(search: Path) -> None:
    for path in search.glob("packed/*/*.rows"):
        path.write_bytes(path.read_bytes()[:-100])


LOSSES: list[Callable[[Path], object]] = [
    _catalogue_garbage,
    _catalogue_page,
    _catalogue_gone,
    _packed_gone,
    _packed_cut,
]


@pytest.mark.parametrize("lose", [shutil.rmtree, *(pytest.param(lose, marks=pytest.mark.slow) for lose in LOSSES)])
def test_a_lost_search_index_says_what_to_do_and_that_helps(library, exact, lose):
    lose(library / "search")
    asked = twinseek("ask", QUESTION, "--library", library)
    assert asked.returncode == 1
    assert "`twinseek doctor --repair`" in asked.stderr
    assert len(asked.stderr.splitlines()) == 1, asked.stderr
    _, answer = outcomes(library, ("doctor", "--repair"), ASK)
    assert essence(answer) == exact


def test_wrong_numbers_in_the_packed_vectors_are_put_right_by_a_repair(library, exact):
    for path in library.glob("search/packed/*/*.rows"):
        path.write_bytes(bytes(path.stat().st_size))
    assert essence(ask(library)) != exact
    _, answer = outcomes(library, ("doctor", "--repair"), ASK)
    assert essence(answer) == exact


def test_videos_that_no_question_can_find_yet_are_warned_of(original, library, tmp_path):
    # As after a kill between the last video and the search index: the twins are there, their vectors are not.
    names = check_whole(library)
    shutil.move(library / "videos" / names[0], tmp_path / "kept")
    assert twinseek("doctor", "--repair", "--library", library).returncode == 0
    shutil.move(tmp_path / "kept", library / "videos" / names[0])
    answer = ask(library)
    assert sorted(answer["ranking"]) == names[1:]
    (warning,) = answer["warnings"]
    assert warning["code"] == "not_searched"
    assert warning["text"].startswith("1 of 3 videos cannot be found yet")
    _, found = outcomes(library, indexing(original / "clips"), ASK)
    assert codes(found) == []


def test_a_damaged_twin_is_no_obstacle_to_the_other_videos(original, library):
    names = check_whole(library)
    (twin,) = (library / "videos" / names[0]).glob("g-*/twin.json")
    twin.write_text("{")
    done, asked = in_turn(*([*words, "--library", library] for words in (("list",), ASK)))
    assert asked.returncode == 0, asked.stderr
    answer = json.loads(asked.stdout)
    assert set(answer["ranking"]) == set(names)
    assert names[0] not in [hit["video_id"] for hit in answer["results"]]
    assert "left_out" in codes(answer)
    assert "index the video again" in str(answer["warnings"])
    assert f"{names[0]} is left out" in done.stderr
    assert all(name in done.stdout for name in names[1:])
    report, mended = outcomes(library, indexing(original / "clips"), ASK)
    assert report["indexed"] == [names[0]]
    assert check_whole(library) == names
    assert codes(mended) == []


def test_a_changed_file_is_a_new_video_and_the_old_one_is_missing_until_pruned(tmp_path):
    clips, library = write_clips(tmp_path / "clips", 2), tmp_path / "library"
    _, rows = outcomes(library, indexing(clips), LIST)
    before = by_id(rows)
    clip = write_clip(clips / "clip 0.mp4", 7)
    report, rows, shown, answer, told = outcomes(
        library, indexing(clips), LIST, ("show", str(clip), "--json"), ASK, ("list",)
    )
    after, (new,) = by_id(rows), report["indexed"]
    (old,) = [name for name, row in before.items() if row["path"] == str(clip)]
    assert new not in before
    assert after.keys() == before.keys() | {new}
    assert (after[new]["path"], after[new]["missing"]) == (str(clip), False)
    assert (after[old]["path"], after[old]["missing"]) == (None, True)
    assert new in json.dumps(shown)
    assert set(answer["ranking"]) == set(after)
    assert "missing" in told
    _, rows, answer = outcomes(library, ("prune", "--yes"), LIST, ASK)
    assert by_id(rows).keys() == after.keys() - {old}
    assert set(answer["ranking"]) == after.keys() - {old}
