"""What the README says after ``make demo`` can be typed line by line."""

import re
import shlex
from pathlib import Path

import pytest

from tests.e2e.command_line import twinseek
from twinseek import demo
from twinseek.library import Library

ROOT = Path(__file__).resolve().parents[2]


def typed(page: Path) -> list[list[str]]:
    """Return the words of each line of a page's shell blocks, without comments."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", page.read_text(), re.S | re.M)
    lines = [line for kind, block in blocks if kind in ("", "text") for line in block.splitlines()]
    return [words for line in lines if (words := shlex.split(line, comments=True))]


@pytest.fixture(scope="module")
def after_the_demo(tmp_path_factory) -> Path:
    """Return a folder in which the demo has run, with fewer clips, and examples as in a checkout."""
    folder = tmp_path_factory.mktemp("checkout")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "CLIPS", 12)
        demo.run_sample(folder / "twinseek-demo", lambda event: None)
    (folder / "examples").symlink_to(ROOT / "examples")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("page", ["README.md", "docs/annotations.md"])
def test_every_command_of_a_page_runs_after_the_demo(after_the_demo, page):
    environment: dict[str, str] = {}
    ran = []
    for first, *rest in typed(ROOT / page):
        if first == "export":
            environment |= dict(word.split("=", 1) for word in rest)
        elif first == "twinseek" and rest[0] != "serve":  # a server does not end; its own tests start it
            done = twinseek(*rest, cwd=after_the_demo, **environment)
            assert done.returncode == 0, (rest, done.stderr)
            ran.append(rest[0])
    assert len(ran) >= 2


def test_the_described_cup_is_answered_by_where_it_hides(tmp_path):
    with Library.open(tmp_path / "described", create=True) as library:
        library.import_files([ROOT / "examples" / "annotations"])
        (hit,) = library.ask("a cup hides for a moment").results
    assert ("the cup hides behind something", "verified") in [(line.claim, line.check) for line in hit.trace]
    ((start, end),) = hit.spans
    assert start <= 1.2 and end >= 2.8


def test_the_pages_name_no_library_that_nothing_on_them_makes():
    made = {"twinseek-demo/library"}
    for page in ("README.md", "docs/annotations.md"):
        for words in typed(ROOT / page):
            if "--library" in words:
                place = words[words.index("--library") + 1]
                made |= {place} if words[1] in ("index", "import") else set()
                assert place in made, words
