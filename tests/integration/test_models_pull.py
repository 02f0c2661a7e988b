"""Weights are fetched from a hub over HTTP, verified, resumed, and carried to where none is."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from filelock import FileLock
from safetensors.numpy import save

from tests.hub_server import COMMIT, OTHER_COMMIT, serve_hub
from tests.plugins import ROOT
from tools.weights import LOCK, weights_digest
from twins.errors import TwinseekError
from twinseek import pulling
from twinseek.cli import cli
from twinseek.hub import HubFile
from twinseek.pulling import pull
from twinseek.weights import Wanted, locate
from twinseek.weights_folder import WeightsLock

NAME = "lab/model"
WEIGHTS = save({"w": np.arange(300_000, dtype=np.float32)})
FILES = {
    "config.json": b'{"model_type": "x"}',
    "model.safetensors": WEIGHTS,
    "tokenizer.json": b"{}",
    "pytorch_model.bin": b"a pickle",
    "README.md": b"read me",
    "run.py": b"print()",
}
WANTED = {"config.json", "model.safetensors", "tokenizer.json"}


@pytest.fixture
def hub(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with serve_hub() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        hub.add(NAME, FILES)
        yield hub


def names(folder: Path) -> set[str]:
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


def test_only_what_cannot_run_code_is_fetched_and_the_lock_says_what_it_was(hub, tmp_path):
    done = pull(NAME, None, tmp_path / "models")
    assert done.outcome == "pulled"
    assert names(done.folder) == {*WANTED, LOCK}
    assert (done.folder / "model.safetensors").read_bytes() == WEIGHTS
    lock = WeightsLock.read(done.folder)
    assert (lock.commit, lock.revision, set(lock.files)) == (COMMIT, "main", WANTED)
    assert not lock.damage(done.folder)


def test_what_is_intact_is_not_asked_for_again(hub, tmp_path):
    pull(NAME, None, tmp_path)
    hub.asked.clear()
    assert pull(NAME, None, tmp_path).outcome == "intact"
    assert pull(NAME, COMMIT, tmp_path).outcome == "intact"
    assert hub.asked == []


def test_a_broken_file_is_fetched_again_and_no_other(hub, tmp_path):
    folder = pull(NAME, None, tmp_path).folder
    hub.asked.clear()
    (folder / "tokenizer.json").write_bytes(b"[]")
    assert pull(NAME, None, tmp_path).outcome == "mended"
    assert hub.fetched() == ["tokenizer.json"]
    assert (folder / "tokenizer.json").read_bytes() == b"{}"


def test_a_lock_file_alone_brings_the_same_commit_when_the_branch_has_moved(hub, tmp_path):
    first = pull(NAME, None, tmp_path / "one").folder
    hub.add(NAME, {**FILES, "tokenizer.json": b'{"new": 1}'}, OTHER_COMMIT)
    hub.branches["main"] = OTHER_COMMIT
    second = tmp_path / "two" / NAME
    second.mkdir(parents=True)
    shutil.copy(first / LOCK, second)
    pull(NAME, None, tmp_path / "two")
    assert (second / "tokenizer.json").read_bytes() == b"{}"
    assert weights_digest(second) == weights_digest(first)
    updated = pull(NAME, None, tmp_path / "two", update=True)
    assert (updated.lock.commit, (second / "tokenizer.json").read_bytes()) == (OTHER_COMMIT, b'{"new": 1}')
    assert pull(NAME, COMMIT, tmp_path / "two").lock.commit == COMMIT


def test_a_transfer_that_breaks_off_goes_on_where_it_was(hub, tmp_path):
    hub.breaks = 1
    done = pull(NAME, None, tmp_path)
    assert (done.folder / "model.safetensors").read_bytes() == WEIGHTS
    assert hub.fetched().count("model.safetensors") == 2


def test_a_killed_pull_is_resumed_by_the_next_and_nothing_is_in_place_before(hub, tmp_path, monkeypatch):
    fetch = pulling.Hub.fetch

    def killed(self, repository, name, commit, folder):
        if name == "model.safetensors":
            raise KeyboardInterrupt
        fetch(self, repository, name, commit, folder)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(pulling.Hub, "fetch", killed)
        pull(NAME, None, tmp_path)
    assert not (tmp_path / NAME).exists()
    hub.asked.clear()
    pull(NAME, None, tmp_path)
    assert hub.fetched() == ["model.safetensors", "tokenizer.json"]


@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_what_has_another_hash_than_the_hub_says_is_refused_and_not_kept(hub, tmp_path, name):
    hub.lies = {name}
    with pytest.raises(TwinseekError, match=rf"{name} of lab/model is not what it should be"):
        pull(NAME, None, tmp_path)
    assert not (tmp_path / NAME).exists()
    assert name not in {Path(found).name for found in names(tmp_path)}
    hub.lies = set()
    assert pull(NAME, None, tmp_path).outcome == "pulled"


def test_a_server_that_sends_something_else_than_is_locked_is_refused(hub, tmp_path):
    folder = pull(NAME, None, tmp_path).folder
    (folder / "config.json").unlink()
    hub.add(NAME, {**FILES, "config.json": b'{"model_type": "y"}'})
    with pytest.raises(TwinseekError, match=r"config.json of lab/model is not what it should be"):
        pull(NAME, None, tmp_path)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("lab/none", None), "the hub has no model lab/none"),
        (("lab/no--name", None), "lab/no--name cannot be a model's name"),
        ((NAME, "v9"), "lab/model has no revision 'v9'"),
        (("lab/pickled", None), r"lab/pickled has only pickled weights \(pytorch_model.bin\), which can run code"),
        (("lab/empty", None), "lab/empty has no weights"),
        (("lab/cut", None), r"model.safetensors is damaged"),
        (("lab/bare", None), r"has no config.json"),
    ],
)
def test_what_is_no_use_is_named_and_not_put_into_place(hub, tmp_path, asked, said):
    hub.add("lab/pickled", {"config.json": b"{}", "pytorch_model.bin": b"a pickle"})
    hub.add("lab/empty", {"config.json": b"{}"})
    hub.add("lab/cut", {"config.json": b"{}", "model.safetensors": WEIGHTS[:-9]})
    hub.add("lab/bare", {"model.safetensors": WEIGHTS})
    with pytest.raises(TwinseekError, match=said):
        pull(*asked, tmp_path)
    assert not (tmp_path / asked[0]).exists()


def test_a_hub_that_is_not_there_is_named(hub, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(TwinseekError, match=r"could not be fetched \(ConnectError\)"):
        pull(NAME, None, tmp_path)


def test_two_pulls_of_one_model_do_not_meet(hub, tmp_path):
    (tmp_path / pulling.UNFINISHED).mkdir()
    with (
        FileLock(tmp_path / pulling.UNFINISHED / "lab--model.lock"),
        pytest.raises(TwinseekError, match="pulled by another process"),
    ):
        pull(NAME, None, tmp_path)


def test_a_full_disk_is_known_before_anything_is_fetched(hub, tmp_path, monkeypatch):
    monkeypatch.setattr(pulling, "SPARE_BYTES", 2**60)
    with pytest.raises(TwinseekError, match=r"needs .* GiB in .*: make room"):
        pull(NAME, None, tmp_path)
    assert hub.fetched() == []


def test_a_folder_called_after_one_model_that_holds_another_is_not_taken_for_it(hub, tmp_path):
    hub.add("lab/other", {**FILES, "config.json": b'{"model_type": "y"}'})
    shutil.copytree(pull("lab/other", None, tmp_path).folder, tmp_path / NAME)
    with pytest.raises(TwinseekError, match=f"wants lab/model, and {tmp_path} has lab/other {COMMIT[:12]}"):
        locate(Wanted("one", NAME, None), tmp_path)
    done = pull(NAME, None, tmp_path)
    assert (done.outcome, done.lock.repository) == ("pulled", NAME)
    assert locate(Wanted("one", NAME, None), tmp_path) == done.folder
    assert (done.folder / "config.json").read_bytes() == FILES["config.json"]


def test_a_lock_file_cannot_name_a_file_elsewhere(tmp_path):
    folder = tmp_path / NAME
    folder.mkdir(parents=True)
    lock = {"repository": NAME, "revision": "main", "commit": COMMIT}
    for name in ("../evil.json", "run.py", "/etc/passwd.json"):
        (folder / LOCK).write_text(json.dumps({**lock, "files": {name: {"size": 1, "sha256": "0" * 64}}}))
        with pytest.raises(TwinseekError, match="is damaged"):
            WeightsLock.read(folder)


PROFILE = """
[plugins.one]
weights = "lab/model"
revision = "{commit}"
[plugins.two]
weights = "lab/other"
"""


def test_the_command_pulls_what_a_profile_needs_and_lists_it(hub, tmp_path):
    hub.add("lab/other", FILES)
    profile, models = tmp_path / "mine.toml", tmp_path / "models"
    profile.write_text(PROFILE.format(commit=COMMIT))
    options = ["--profile", str(profile), "--to", str(models), "--json"]

    def run(*words: str, status: int = 0) -> list[dict[str, object]]:
        done = CliRunner().invoke(cli, ["models", *words, *options])
        assert done.exit_code == status
        return json.loads(done.stdout)

    assert [row["state"] for row in run("list", status=1)] == ["missing", "missing"]
    assert [(row["model"], row["outcome"]) for row in run("pull", "two")] == [("lab/other", "pulled")]
    assert [(row["model"], row["outcome"]) for row in run("pull")] == [(NAME, "pulled"), ("lab/other", "intact")]
    assert {row["state"] for row in run("list")} == {"intact"}
    (models / NAME / "tokenizer.json").unlink()
    assert {row["model"]: row["state"] for row in run("list", status=1)} == {NAME: "damaged", "lab/other": "intact"}


def test_another_commit_than_the_profile_names_is_not_what_it_needs(hub, tmp_path):
    pull(NAME, None, tmp_path)
    profile = tmp_path / "mine.toml"
    profile.write_text(f'[plugins.one]\nweights = "{NAME}"\nrevision = "{OTHER_COMMIT}"\n')
    command = ["models", "list", "--to", str(tmp_path), "--json"]
    done = CliRunner().invoke(cli, [*command, "--profile", str(profile)])
    rows = json.loads(done.stdout)
    assert [(row["revision"], row["state"]) for row in rows] == [("main", "intact"), (OTHER_COMMIT, "missing")]
    assert (done.exit_code, CliRunner().invoke(cli, command).exit_code) == (1, 0)


def test_a_profile_that_names_a_commit_gets_it_and_the_lock_says_the_one_of_a_profile_that_names_none(hub, tmp_path):
    hub.add(NAME, {**FILES, "tokenizer.json": b'{"new": 1}'}, OTHER_COMMIT)
    hub.branches["main"] = OTHER_COMMIT
    profile = tmp_path / "mine.toml"

    def pulled(weights: str, models: Path) -> WeightsLock:
        profile.write_text(f'[plugins.one]\nweights = "{weights}"\n')
        done = CliRunner().invoke(cli, ["models", "pull", "--profile", str(profile), "--to", str(models)])
        assert done.exit_code == 0, done.output
        return WeightsLock.read(models / NAME)

    assert pulled(f"{NAME}@{COMMIT}", tmp_path / "one").commit == COMMIT
    moving = pulled(NAME, tmp_path / "two")
    assert (moving.revision, moving.commit) == ("main", OTHER_COMMIT)
    hub.branches["main"] = COMMIT
    assert pulled(f"{NAME}@{moving.commit}", tmp_path / "three") == moving.model_copy(update={"revision": OTHER_COMMIT})


def test_the_command_line_pulls_in_a_process_of_its_own(hub, tmp_path):
    env = {**os.environ, "PYTHONPATH": str(ROOT), "TWINSEEK_MODELS": str(tmp_path / "models")}
    done = subprocess.run(
        [sys.executable, "-m", "twinseek", "models", "pull", NAME], env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"lab/model {COMMIT[:12]}: pulled in {tmp_path / 'models' / NAME}\n"
    gone = subprocess.run(
        [sys.executable, "-m", "twinseek", "models", "pull", "lab/gone"], env=env, capture_output=True, text=True
    )
    assert gone.returncode == 1
    assert gone.stderr == "error: the hub has no model lab/gone, or none for you: check the name, or set HF_TOKEN\n"


def test_a_folder_that_somebody_filled_by_hand_is_left_as_it_is(hub, tmp_path):
    folder = tmp_path / NAME
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"tuned for months")
    with pytest.raises(TwinseekError, match=r"has files that were not pulled \(model.safetensors; .* move them"):
        pull(NAME, None, tmp_path)
    assert names(folder) == {"model.safetensors"}
    assert (folder / "model.safetensors").read_bytes() == b"tuned for months"
    assert hub.asked == []


def test_what_was_put_beside_a_model_stays_and_what_was_fetched_earlier_goes(hub, tmp_path):
    hub.add(NAME, {**FILES, "vocab.txt": b"a b"})
    folder = pull(NAME, None, tmp_path).folder
    (folder / "notes.txt").write_text("mine")
    (folder / "onnx").mkdir()
    (folder / "onnx" / "model.onnx").write_bytes(b"mine too")
    (folder / "link").symlink_to("notes.txt")
    (folder / "tokenizer.json").write_bytes(b"[]")
    assert pull(NAME, None, tmp_path).outcome == "mended"
    mine = {"notes.txt", "onnx/model.onnx", "link"}
    assert names(folder) == {*WANTED, LOCK, "vocab.txt", *mine}
    hub.add(NAME, {**FILES, "tokenizer.json": b'{"new": 1}'}, OTHER_COMMIT)
    hub.branches["main"] = OTHER_COMMIT
    assert pull(NAME, None, tmp_path, update=True).outcome == "pulled"
    assert names(folder) == {*WANTED, LOCK, *mine}, "vocab.txt was of the commit before"
    assert ((folder / "notes.txt").read_text(), (folder / "link").is_symlink()) == ("mine", True)
    assert not list((tmp_path / pulling.UNFINISHED).rglob("*.onnx"))


def test_a_pull_that_is_killed_between_two_folders_loses_nothing(hub, tmp_path, monkeypatch):
    folder = pull(NAME, None, tmp_path).folder
    (folder / "notes.txt").write_text("mine")
    (folder / "tokenizer.json").write_bytes(b"[]")
    rename = Path.rename

    def killed(self, target):
        if Path(target) == folder:
            raise KeyboardInterrupt
        return rename(self, target)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Path, "rename", killed)
        pull(NAME, None, tmp_path)
    assert not folder.exists()
    hub.add(NAME, FILES, OTHER_COMMIT)
    assert pull(NAME, OTHER_COMMIT, tmp_path).outcome == "pulled"
    assert (folder / "notes.txt").read_text() == "mine"


def test_a_big_file_that_the_hub_calls_small_is_compared_part_by_part(tmp_path):
    size = 32 * 2**20
    content = b"x" * size
    (tmp_path / "big.json").write_bytes(content)
    sha1 = hashlib.sha1(b"blob %d\0" % size + content, usedforsecurity=False).hexdigest()
    del content
    tracemalloc.start()
    try:
        assert HubFile("big.json", size, None, sha1).matches(tmp_path / "big.json")
        assert tracemalloc.get_traced_memory()[1] < 4 * 2**20
    finally:
        tracemalloc.stop()
