"""The documentation says what is there: commands, options, paths, links, fields."""

import json
import re
import runpy
from pathlib import Path

import click
import numpy as np
import pytest

from twins import annotations
from twins.geometry import Visibility
from twins.store import Store
from twinseek.importing import import_files

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", *DOCS.rglob("*.md")])
LAYERS = ("twinseek", "evals", "graphs", "agents", "tools", "encoders", "prompts", "twins")
PACKAGES = (*LAYERS, "tests", "benchmarks")

LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
CALL = re.compile(r"\btwinseek (?!/)([a-z]+)((?: [^`|\n#]*)?)")
CONSTANT = re.compile(r"`([A-Za-z_]+)`(?:,? and `([A-Z_]+)`)? (?:of|in) `([a-z_/]+\.py)`")

written = runpy.run_path(str(DOCS / "write_cli.py"))
COMMANDS: dict[str, click.Command] = written["existing_commands"]()


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def code(page: Path) -> str:
    """Return what a page says as code: fenced blocks and spans."""
    text = page.read_text()
    fenced = re.findall(r"```\w*\n(.*?)```", text, re.S)
    return "\n".join(fenced + CODE.findall(re.sub(r"```.*?```", "", text, flags=re.S)))


def test_the_page_of_commands_is_what_their_help_says():
    assert (DOCS / "cli.md").read_text() == written["render"](), "run: python docs/write_cli.py"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_and_option_on_a_page_exists(page):
    for first, rest in CALL.findall(code(page)):
        assert first in COMMANDS, f"twinseek {first}"
        command, words = (
            COMMANDS[first],
            re.findall(r"(?<!\S)[a-z]+(?!\S)", rest),
        )  # not the help's own [OPTIONS] COMMAND
        if isinstance(command, click.Group) and words:
            assert words[0] in command.commands, f"twinseek {first} {words[0]}"
            command = command.commands[words[0]]
        known = {text for option in command.params for text in (*option.opts, *option.secondary_opts)}
        assert set(re.findall(r"(?<=\s)--[a-z-]+", rest)) <= known | {"--help", "--debug"}, rest


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_on_a_page_leads_to_a_file(page):
    for target in LINK.findall(page.read_text()):
        if "://" not in target and not target.startswith("#"):
            path = page.parent / target.partition("#")[0]
            assert path.exists(), target


def test_every_path_of_the_architecture_exists():
    spans = CODE.findall((DOCS / "architecture.md").read_text())
    paths = [span for span in spans if re.fullmatch(rf"(?:{'|'.join(PACKAGES)}|docs)/[\w./]*", span)]
    assert len(paths) > 50
    assert not [path for path in paths if not (ROOT / path).exists()]


def test_the_architecture_names_every_file_or_the_folder_that_it_is_in():
    named = set(CODE.findall((DOCS / "architecture.md").read_text()))
    files = [file.relative_to(ROOT) for package in LAYERS for file in (ROOT / package).rglob("*.py")]
    assert len(files) > 200
    inner = [file for file in files if not file.stem.startswith("__")]
    folders = {file: [f"{folder}/" for folder in file.parents if len(folder.parts) > 1] for file in inner}
    assert not [str(file) for file in inner if named.isdisjoint([str(file), *folders[file]])]


def test_every_name_that_the_architecture_places_in_a_file_is_there():
    placed = CONSTANT.findall((DOCS / "architecture.md").read_text())
    assert len(placed) >= 5
    for first, second, path in placed:
        text = (ROOT / path).read_text()
        assert all(word in text for word in (first, second)), (first, second, path)


def test_the_layers_of_the_architecture_are_those_that_are_enforced():
    rows = re.findall(r"^\| `(\w+)/` \|", (DOCS / "architecture.md").read_text(), re.M)
    contract = re.search(r"^layers = \[(.+)\]", (ROOT / "pyproject.toml").read_text(), re.M)
    assert contract
    assert rows == re.findall(r"\w+", contract[1])


def test_every_file_of_a_generation_is_named_in_the_architecture():
    from twins import layout

    text = (DOCS / "architecture.md").read_text()
    for file in (layout.TWIN, layout.GEOMETRY, layout.MASKS, layout.COMPONENTS, layout.MANIFEST):
        assert file in text


def test_every_stage_is_named_in_the_architecture():
    from graphs.index_fingerprints import wanted_stages
    from graphs.index_options import IndexOptions
    from twins.specialists import Specialists

    listed = re.search(r"runs what is stale: (.+?)\.", (DOCS / "architecture.md").read_text(), re.S)
    assert listed
    assert CODE.findall(listed[1]) == list(wanted_stages("0" * 64, IndexOptions(), Specialists()))


def test_the_nodes_of_the_question_are_those_of_the_graph():
    from graphs.retrieve import build_retrieve_graph

    told = re.findall(r"^\d\. \*\*(\w+)\*\*", (DOCS / "architecture.md").read_text(), re.M)
    assert told == [node for node in build_retrieve_graph().nodes if not node.startswith("__")]


@pytest.fixture
def example(tmp_path):
    block = re.search(r"```json\n(.*?)```", (DOCS / "annotations.md").read_text(), re.S)
    assert block
    path = tmp_path / "annotations" / "kitchen_cup.json"
    path.parent.mkdir()
    path.write_text(block[1])
    return path


def test_the_example_of_an_annotation_is_the_file_that_the_page_links_to(example):
    assert example.read_text() == (ROOT / "examples" / "annotations" / example.name).read_text()


def test_the_example_of_an_annotation_becomes_a_twin(example, tmp_path):
    store = Store.open(tmp_path / "library", create=True)
    assert import_files(store, [example], format="annotations") == ["kitchen_cup"]
    twin, geometry = store.twin("kitchen_cup"), store.geometry("kitchen_cup")
    assert [(track.id, track.category) for track in twin.tracks] == [("1", "cup"), ("2", "box")]
    assert [a.kind for a in twin.tracks[0].attributes] == ["colour", "other"]
    (event,) = [fact for fact in twin.facts if fact.kind == "event" and fact.source == "annotations"]
    assert event.instances == ("1", "2")
    assert event.span == pytest.approx((30 / 25, 71 / 25))
    assert sum(fact.kind == "caption" for fact in twin.facts) == 2
    at = {int(frame): column for column, frame in enumerate(geometry.frame_index)}
    assert geometry.visibility[0, at[50]] == Visibility.ABSENT
    assert geometry.visibility[0, at[60]] == Visibility.NOT_SAMPLED
    np.testing.assert_allclose(geometry.boxes[0, at[75]], [0.65 * 640, 180, 0.75 * 640, 252], rtol=1e-5)
    assert any(fact.predicate == "moves_right" and fact.about == "1" for fact in twin.facts)
    assert not store.has_masks("kitchen_cup")


def test_the_example_finds_its_video_in_a_folder_next_to_its_own(example, tmp_path):
    video = tmp_path / "videos" / "kitchen_cup.mp4"
    video.parent.mkdir()
    video.write_bytes(b"any content: import does not open it")
    store = Store.open(tmp_path / "library", create=True)
    import_files(store, [example], format="annotations")
    assert store.path("kitchen_cup") == video


@pytest.mark.parametrize(
    ("heading", "model"),
    [
        ("The clip", annotations.ClipAnnotation),
        ("An entry of `objects`", annotations.AnnotatedObject),
        ("An entry of `frames`", annotations.AnnotatedFrame),
        ("A box in it", annotations.AnnotatedBox),
        ("An entry of `events`", annotations.AnnotatedEvent),
    ],
)
def test_every_field_of_the_annotation_format_is_described(heading, model):
    section = (DOCS / "annotations.md").read_text().split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| .+? \| (yes|no) \|", section, re.M)
    assert rows == [(key, "yes" if field.is_required() else "no") for key, field in model.model_fields.items()]


def notebook_cells() -> list[dict]:
    notebook = json.loads((ROOT / "notebooks" / "first_steps.ipynb").read_text())
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    return notebook["cells"]


def test_the_notebook_holds_no_outputs_and_its_cells_are_python():
    ids = [cell["id"] for cell in notebook_cells()]
    assert len(ids) == len(set(ids))
    for cell in notebook_cells():
        if cell["cell_type"] == "code":
            compile("".join(cell["source"]), cell["id"], "exec")
            assert cell["outputs"] == []
            assert cell["execution_count"] is None


@pytest.mark.slow
def test_the_notebook_runs_from_top_to_bottom(tmp_path):
    import subprocess
    import sys

    source = "\n".join("".join(cell["source"]) for cell in notebook_cells() if cell["cell_type"] == "code")
    source += "\nprint(result.results[0].video_id, result.results[0].status)\n"
    done = subprocess.run([sys.executable, "-c", source], cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith("clip-")
    assert (tmp_path / "first-steps" / "report.html").stat().st_size > 10_000
