import os
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from tools import weights
from tools.weights import config_of, weights_digest
from twins.errors import TwinseekError


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def model(folder: Path, value: float = 1.0) -> Path:
    folder.mkdir(parents=True)
    save_file({"w": np.full(400_000, value, np.float32)}, folder / "model.safetensors")
    (folder / "config.json").write_text("{}")
    return folder


def test_what_counts_of_a_folder_is_its_model_wherever_it_lies(tmp_path):
    digest = weights_digest(model(tmp_path / "a"))
    same = model(tmp_path / "b")
    for name in ("README.md", "LICENSE.txt", weights.LOCK, ".notes.json", "pytorch_model.bin"):
        (same / name).write_text("more")
    assert weights_digest(same) == digest
    linked = tmp_path / "c"
    linked.mkdir()
    for file in (tmp_path / "a").iterdir():
        (linked / file.name).symlink_to(file)
    assert weights_digest(linked) == digest


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "merges.txt", "chat_template.jinja"])
def test_every_file_that_decides_changes_the_hash(tmp_path, name):
    folder = model(tmp_path / "a")
    digest = weights_digest(folder)
    (folder / name).write_text("[1]")
    changed = weights_digest(folder)
    assert changed != digest
    (folder / name).rename(folder / f"x{name}")
    if name != "config.json":
        assert weights_digest(folder) not in (digest, changed)


def test_other_tensors_are_other_weights(tmp_path):
    assert weights_digest(model(tmp_path / "a")) != weights_digest(model(tmp_path / "b", 2.0))


def test_a_big_file_is_read_once_and_again_when_it_has_changed(tmp_path, monkeypatch):
    folder, read = model(tmp_path / "a"), []
    sha256 = weights._sha256
    monkeypatch.setattr(weights, "_sha256", lambda path: read.append(path.name) or sha256(path))
    digest = weights_digest(folder)
    read.clear()
    assert weights_digest(folder) == digest
    assert read == ["config.json"]
    big = folder / "model.safetensors"
    content = bytearray(big.read_bytes())
    content[-1] ^= 1
    big.write_bytes(content)  # of the same size
    os.utime(big, ns=(0, 10**18))
    assert weights_digest(folder) != digest


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["pytorch_model.bin"], r"pickled weights only \(pytorch_model.bin\), and a pickle can run code"),
        (["weights.pt", "config.json"], r"pickled weights only \(weights.pt\)"),
        (["config.json"], "has no .safetensors file"),
        ([], "has no .safetensors file"),
    ],
)
def test_a_folder_without_safetensors_is_refused(tmp_path, names, said):
    for name in names:
        (tmp_path / name).write_text("{}")
    with pytest.raises(TwinseekError, match=said):
        weights_digest(tmp_path)


def test_a_folder_without_a_configuration_is_refused(tmp_path):
    (model(tmp_path / "a") / "config.json").unlink()
    with pytest.raises(TwinseekError, match=r"has no config\.json"):
        weights_digest(tmp_path / "a")


def test_weights_that_are_cut_are_damaged(tmp_path):
    big = model(tmp_path / "a") / "model.safetensors"
    big.write_bytes(big.read_bytes()[:-4])
    with pytest.raises(TwinseekError, match=r"model.safetensors is damaged .*: fetch the model again"):
        weights_digest(tmp_path / "a")


@pytest.mark.parametrize(
    ("index", "said"),
    [
        ('{"weight_map": {"w": "model-00002.safetensors"}}', "model-00002.safetensors is missing, a part of its model"),
        ('{"weight_map": {"w": "../../other.safetensors"}}', "names '../../other.safetensors' as a part"),
        ('{"weight_map": 3}', "is damaged"),
        ("{", "is damaged"),
    ],
)
def test_a_model_in_parts_must_have_them_all(tmp_path, index, said):
    (model(tmp_path / "a") / weights.INDEX).write_text(index)
    with pytest.raises(TwinseekError, match=said):
        weights_digest(tmp_path / "a")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: (folder / "config.json").unlink(), r"config.json cannot be read \(No such file"),
        (lambda folder: (folder / "config.json").write_text("{"), "config.json is no JSON"),
        (lambda folder: (folder / "config.json").write_text("[]"), "holds a None model, not eye or hand: name another"),
        (lambda folder: (folder / "config.json").write_text('{"model_type": ["eye"]}'), "holds a .* model, not eye"),
        (
            lambda folder: (folder / "model.safetensors").rename(folder / "x.safetensors"),
            "has neither model.safetensors",
        ),
    ],
)
def test_what_is_no_model_of_a_family_is_named(tmp_path, spoil, said):
    folder = model(tmp_path / "a")
    (folder / "config.json").write_text('{"model_type": "eye", "size": 3}')
    assert config_of(folder, ("hand", "eye")) == {"model_type": "eye", "size": 3}
    spoil(folder)
    with pytest.raises(TwinseekError, match=said):
        config_of(folder, ("hand", "eye"))


def test_a_model_in_parts_is_one_that_is_loaded(tmp_path):
    folder = model(tmp_path / "a")
    (folder / "config.json").write_text('{"model_type": "eye"}')
    (folder / "model.safetensors").rename(folder / "model-00001.safetensors")
    (folder / weights.INDEX).write_text('{"weight_map": {"w": "model-00001.safetensors"}}')
    assert config_of(folder, ["eye"])
