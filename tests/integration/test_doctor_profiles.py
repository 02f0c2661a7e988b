"""The doctor says of a profile's plugins, weights, licences, servers and machine what is wrong, and what mends it."""

import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest
from huggingface_hub import constants
from safetensors.numpy import save_file

from tests.hub_server import COMMIT
from tests.integration.model_server import serve
from tests.plugins import ROOT, install
from tools.weights import file_digest
from twinseek import machine_health
from twinseek.doctor import Finding
from twinseek.machine_health import free_memory
from twinseek.profile_health import check_profile
from twinseek.settings import load_settings
from twinseek.weights_folder import LOCK, LockedFile, WeightsLock

DEPTH = """
class Near:
    version, scale = "1", "relative"
    def nearness(self, image): return image[:, :, 0]
def build(context): return Near()
"""
LARGE = "depth-anything/Depth-Anything-V2-Large-hf"


@pytest.fixture(autouse=True)
def own_places(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))


def put_model(models: Path, repository: str) -> Path:
    folder = models.joinpath(*repository.split("/"))
    folder.mkdir(parents=True)
    save_file({"a": np.zeros((3, 1000), np.float16), "b": np.zeros(7, np.float32)}, folder / "model.safetensors")
    (folder / "config.json").write_text("{}")
    files = {f.name: LockedFile(size=f.stat().st_size, sha256=file_digest(f)) for f in folder.iterdir()}
    lock = WeightsLock(repository=repository, revision="main", commit=COMMIT, files=files)
    (folder / LOCK).write_text(lock.model_dump_json())
    return folder


@pytest.fixture
def check(tmp_path, monkeypatch):
    """Return a function that gives the findings about a profile with a depth plugin, by subject."""
    install(tmp_path, monkeypatch, "near", DEPTH, group="twinseek.depths")

    def check(index=None, section=None, **settings) -> dict[str, Finding]:
        given = load_settings(
            models=tmp_path / "models",
            index=index if index is not None else {"depth": "near"},
            plugins={"near": section or {"weights": LARGE}},
            **settings,
        )
        return {finding.subject: finding for finding in check_profile(given)}

    return check


def test_what_is_there_and_intact_is_said_with_its_commit_and_its_licence(check, tmp_path):
    put_model(tmp_path / "models", LARGE)
    found = check()
    assert found["weights near"].level == "ok"
    assert f"{LARGE} commit {COMMIT[:12]}, as it was fetched" in found["weights near"].text
    assert found["plugin near"].text == "depth, version 1"
    assert found["licence"].level == "warning"
    assert "CC-BY-NC-4.0, which forbids commercial use: choose another in [plugins.near]" in found["licence"].text
    assert [found[name].level for name in ("torch", "torchvision", "transformers", "memory", "device")] == ["ok"] * 5


def test_what_is_missing_is_said_with_the_command(check):
    found = check()
    assert (found["weights near"].level, found["plugin near"].level) == ("error", "ok")
    assert found["weights near"].text.endswith(f"twinseek models pull {LARGE}")
    assert "memory" not in found
    assert "torch" in found


def test_a_folder_that_is_not_there_is_said_with_the_setting_that_names_it(check, tmp_path):
    found = check(section={"weights": str(tmp_path / "nowhere")})["weights near"]
    said = f"{tmp_path / 'nowhere'} cannot be read (No such file or directory): set [plugins.near] weights"
    assert (found.level, found.text) == ("error", said)


def test_damage_is_said(check, tmp_path):
    folder = put_model(tmp_path / "models", LARGE)
    (folder / "config.json").write_text("[]")
    assert "config.json of" in check()["weights near"].text
    (folder / LOCK).unlink()
    (folder / "model.safetensors").write_bytes(b"cut")
    found = check(section={"weights": str(folder)})
    assert (found["weights near"].level, "model.safetensors is damaged" in found["weights near"].text) == (
        "error",
        True,
    )


def test_a_licence_that_nobody_looked_up_is_a_warning(check, tmp_path):
    put_model(tmp_path / "models", "lab/model")
    found = check(section={"weights": "lab/model"})
    assert (found["licence"].level, "was not looked up" in found["licence"].text) == ("warning", True)


def test_plugins_that_are_absent_broken_or_clash_are_named(check, tmp_path, monkeypatch):
    found = check(index={"depth": "far"})
    assert (found["plugin far"].level, "no plugin tells depth" in found["plugin far"].text) == ("error", True)
    install(tmp_path, monkeypatch, "broken", "import nothing_of_that_name", distribution="first")
    install(tmp_path, monkeypatch, "near", DEPTH, group="twinseek.depths", distribution="second")
    found = check()
    assert found["plugin broken"].level == "warning"
    assert "cannot be imported" in found["plugin broken"].text
    assert found["plugin broken"].text.endswith("mend it, or pip uninstall first")
    assert found["plugin near"].level == "error"
    assert "both have a near" in found["plugin near"].text


def test_a_server_in_place_of_weights_must_answer_and_have_the_model(check):
    with serve("a") as server:
        section = {"base_url": server.url, "model": "a"}
        assert check(section=section)["server of near"].level == "ok"
        found = check(section={**section, "model": "b"})["server of near"]
        assert (found.level, found.text.endswith("set [plugins.near] model to one of a")) == ("error", True)
        named = {"base_url": server.url, "weights": "lab/b@main"}
        assert "has no lab/b: set" in check(section=named)["server of near"].text
    gone = check(section=named)["server of near"]
    assert (gone.level, "check [plugins.near] base_url" in gone.text) == ("error", True)
    port = server.url.rpartition(":")[2].partition("/")[0]
    assert f"start one (vllm serve lab/b --port {port};" in gone.text


def test_a_chroma_server_that_does_not_answer_is_said(check):
    found = check(index={}, search={"chroma_url": "http://127.0.0.1:9"})["chroma"]
    assert (found.level, "chroma run --path" in found.text) == ("warning", True)


@pytest.mark.parametrize(
    ("versions", "subject", "said"),
    [
        ({"transformers": "5.19.0"}, "transformers", "reads the configuration of SAM-2 wrongly: pip install"),
        ({"transformers": "4.57.1"}, "transformers", "lacks classes"),
        ({"torch": "2.14.0"}, "torchvision", "wants torch==2.13.0, and 2.14.0 is there"),
    ],
)
def test_versions_that_are_known_to_fail_are_errors(check, monkeypatch, versions, subject, said):
    real = metadata.version
    monkeypatch.setattr(machine_health.metadata, "version", lambda name: versions.get(name) or real(name))
    found = check()[subject]
    assert (found.level, said in found.text) == ("error", True), found


def test_too_little_memory_is_a_warning_with_what_to_change(check, tmp_path, monkeypatch):
    put_model(tmp_path / "models", LARGE)
    numbers = 3007
    monkeypatch.setattr(machine_health, "free_memory", lambda: numbers * 4)
    assert check(index={"depth": "near", "jobs": 1})["memory"].level == "ok"
    found = check(index={"depth": "near", "jobs": 2})["memory"]
    assert (found.level, "set [index] jobs = 1" in found.text) == ("warning", True)
    monkeypatch.setattr(machine_health, "free_memory", lambda: numbers * 4 - 1)
    assert "leave out a plugin" in check(index={"depth": "near", "jobs": 1})["memory"].text


def test_a_container_that_allows_less_than_the_machine_has_counts(tmp_path):
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc" / "meminfo").write_text("MemTotal: 9000 kB\nMemAvailable: 8000 kB\n")
    assert free_memory(tmp_path) == 8000 * 1024
    group = tmp_path / "sys" / "fs" / "cgroup"
    group.mkdir(parents=True)
    (group / "memory.max").write_text("max\n")
    (group / "memory.current").write_text("1000\n")
    assert free_memory(tmp_path) == 8000 * 1024
    (group / "memory.max").write_text("5000\n")
    assert free_memory(tmp_path) == 4000


@pytest.mark.parametrize("profile", ["offline", "cpu"])
def test_the_doctor_of_a_profile_without_gpu_loads_no_torch(tmp_path, profile):
    code = (
        "import sys; from twinseek.cli import main\n"
        f"try: main(['doctor', '--profile', '{profile}', '--library', {str(tmp_path)!r}, '--json'])\n"
        "finally: print('torch' in sys.modules or 'transformers' in sys.modules, file=sys.stderr)"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_CACHE": str(tmp_path), "TWINSEEK_MODELS": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, cwd=tmp_path)
    assert done.stderr.strip().splitlines()[-1] == "False", done.stderr
    assert {"subject", "level", "text"} == set(json.loads(done.stdout)[0])
