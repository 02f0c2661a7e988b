"""Weights are found before any work starts, or it is said how to get them."""

import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from huggingface_hub import constants
from safetensors.numpy import save_file

from tests.hub_server import COMMIT, OTHER_COMMIT
from tools.weights import file_digest
from twins.errors import TwinseekError
from twinseek import devices
from twinseek.cli import cli
from twinseek.devices import device_of
from twinseek.licences import licence_of
from twinseek.settings import load_settings
from twinseek.weights import plugin_sections, wanted_by
from twinseek.weights_folder import LOCK, LockedFile, WeightsLock

ROOT = Path(__file__).parents[3]
NAME = "lab/model"
SECTION = {"TWINSEEK_PLUGINS__CUTTER__WEIGHTS": NAME}


@pytest.fixture(autouse=True)
def own_places(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.chdir(tmp_path)


def put(folder: Path) -> Path:
    folder.mkdir(parents=True)
    save_file({"w": np.zeros(4, np.float32)}, folder / "model.safetensors")
    (folder / "config.json").write_text("{}")
    return folder


def pulled(models: Path, commit: str = COMMIT) -> Path:
    folder = put(models / NAME)
    files = {f.name: LockedFile(size=f.stat().st_size, sha256=file_digest(f)) for f in folder.iterdir()}
    lock = WeightsLock(repository=NAME, revision="main", commit=commit, files=files)
    (folder / LOCK).write_text(lock.model_dump_json())
    return folder


def section(**settings: str) -> dict[str, object]:
    chosen = load_settings(models=Path("models"), plugins={"cutter": settings})
    return dict(plugin_sections(chosen)["cutter"])


def test_a_pulled_model_is_a_local_folder_for_the_plugin(tmp_path):
    pulled(tmp_path / "models")
    assert section(weights=NAME, size="big") == {"weights": f"models/{NAME}", "size": "big"}
    assert section(weights=NAME, revision=COMMIT) == {"weights": f"models/{NAME}"}


def test_a_path_is_taken_as_it_is(tmp_path):
    put(tmp_path / "lab" / "model")
    assert section(weights=NAME)["weights"] == NAME
    assert section(weights="/nowhere/at/all")["weights"] == "/nowhere/at/all"
    assert section(weights="~/model")["weights"] == str(Path("~/model").expanduser())


def test_a_revision_of_a_path_is_refused_not_ignored(tmp_path):
    with pytest.raises(TwinseekError, match=r"\[plugins.cutter\] has a revision, and its weights /own are a path"):
        section(weights="/own", revision="v2")


def test_a_revision_may_stand_behind_the_id(tmp_path):
    pulled(tmp_path / "models")
    assert section(weights=f"{NAME}@{COMMIT}") == {"weights": f"models/{NAME}"}
    with pytest.raises(TwinseekError, match=rf"wants lab/model@{OTHER_COMMIT}, and models has lab/model 0123456789ab"):
        section(weights=f"{NAME}@{OTHER_COMMIT}")
    with pytest.raises(TwinseekError, match=rf"{COMMIT}\) and another as revision \(v2\): keep one"):
        section(weights=f"{NAME}@{COMMIT}", revision="v2")


def test_of_a_model_behind_a_server_no_weights_are_looked_for(tmp_path):
    url = "http://localhost:8001/v1"
    assert section(weights=f"{NAME}@{COMMIT}", base_url=url) == {"base_url": url, "model": NAME}
    assert section(weights=NAME, revision="v2", base_url=url, model="eyes") == {"base_url": url, "model": "eyes"}
    assert section(weights="/models/eyes", base_url=url) == {"base_url": url, "model": "/models/eyes"}
    assert section(base_url=url) == {"base_url": url}
    assert section(weights=NAME, base_url=url, model="claude-opus@20250101")["model"] == "claude-opus@20250101"


def test_one_setting_puts_the_describer_of_the_profile_behind_a_server(monkeypatch):
    asked = {each.plugin for each in wanted_by(load_settings(profile="gpu"))}
    monkeypatch.setenv("TWINSEEK_PLUGINS__QWEN_VL__BASE_URL", "http://localhost:8001/v1")
    settings = load_settings(profile="gpu")
    served = {"base_url": "http://localhost:8001/v1", "model": "Qwen/Qwen2.5-VL-7B-Instruct"}
    assert plugin_sections(settings)["qwen_vl"] == served
    assert {each.plugin for each in wanted_by(settings)} == asked - {"qwen_vl"}


def test_the_profiles_name_commits_and_folders_of_ones_own_take_their_place(monkeypatch):
    profiles = ("cpu", "gpu", str(ROOT / "deploy" / "profile.toml"))
    found = [each for profile in profiles for each in wanted_by(load_settings(profile=profile))]
    assert len(found) == 11
    told = (ROOT / "docs" / "profiles.md").read_text()
    for each in found:
        assert re.fullmatch("[0-9a-f]{40}", each.revision or ""), each.repository
        assert f"| `{each.repository}` | `{each.revision}` |" in told
    monkeypatch.setenv("TWINSEEK_PLUGINS__SAM2__WEIGHTS", "/own/sam2")
    assert plugin_sections(load_settings(profile="gpu"))["sam2"] == {"weights": "/own/sam2"}


def test_the_hubs_own_cache_is_used_without_network(tmp_path):
    folder = put(tmp_path / "hub" / "models--lab--model" / "snapshots" / COMMIT)
    (tmp_path / "hub" / "models--lab--model" / "refs").mkdir()
    (tmp_path / "hub" / "models--lab--model" / "refs" / "main").write_text(COMMIT)
    assert section(weights=NAME) == {"weights": str(folder)}
    listed = CliRunner().invoke(cli, ["models", "list", "--to", "models", "--json"], env=SECTION)
    assert [(row["model"], row["state"]) for row in json.loads(listed.stdout)] == [(NAME, "cached")]
    assert section(weights=NAME, revision=COMMIT) == {"weights": str(folder)}


def test_missing_weights_are_answered_with_the_command_that_gets_them():
    with pytest.raises(
        TwinseekError, match=r"weights lab/model of the plugin cutter .*: twinseek models pull lab/model$"
    ):
        section(weights=NAME)
    with pytest.raises(TwinseekError, match=r"twinseek models pull lab/model@v2$"):
        section(weights=NAME, revision="v2")


def test_another_revision_than_the_profile_wants_is_not_used(tmp_path):
    pulled(tmp_path / "models")
    with pytest.raises(TwinseekError, match=rf"wants lab/model@{OTHER_COMMIT}, and models has lab/model 0123456789ab"):
        section(weights=NAME, revision=OTHER_COMMIT)


def test_damaged_weights_are_not_used(tmp_path):
    (pulled(tmp_path / "models") / "config.json").write_text("[]")
    with pytest.raises(
        TwinseekError, match=r"config.json of lab/model in models is missing or damaged: twinseek models"
    ):
        section(weights=NAME)


def test_a_plugin_that_nobody_reads_may_lack_its_weights():
    chosen = load_settings(plugins={"cutter": {"weights": NAME}, "other": {"size": 3}})
    sections = plugin_sections(chosen)
    assert sections["other"] == {"size": 3}
    assert sections.get("none", {}) == {}


@pytest.mark.parametrize("profile", ["cpu", "gpu"])
def test_every_model_of_a_profile_has_a_licence_on_the_list(profile):
    found = wanted_by(load_settings(profile=profile))
    assert len(found) == 4
    assert all(licence_of(weights.repository) for weights in found)


def test_the_cpu_needs_no_torch_and_a_gpu_that_is_not_there_is_named(monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == "torch"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)  # importing it fails
    assert device_of(load_settings()) == "cpu"
    monkeypatch.setattr(devices, "find_spec", lambda name: None)
    assert device_of(load_settings(device="auto")) == "cpu"
    with pytest.raises(TwinseekError, match=r"device is cuda, but torch is not installed: pip install torch "):
        device_of(load_settings(device="cuda"))


def test_a_torch_without_cuda_is_named():
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("here is a GPU")
    with pytest.raises(TwinseekError, match="TWINSEEK_DEVICE=auto"):
        device_of(load_settings(device="cuda"))
