"""The compose file is what Compose takes, pins and guards what it should, and its flags are explained."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from twinseek.settings import load_settings
from twinseek.specialists import used_plugins
from twinseek.weights import wanted_by

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy"
TEXT = (FOLDER / "compose.yaml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCS = (ROOT / "docs" / "deploy.md").read_text()

SERVICE_KEYS = {
    "build", "command", "depends_on", "deploy", "entrypoint", "environment", "healthcheck", "image", "ports",
    "profiles", "restart", "shm_size", "volumes",
}  # fmt: skip
"""Of the compose specification, those that are used here: a misspelt one would be refused, or without effect."""
HEALTH_KEYS = {"test", "interval", "timeout", "retries", "start_period", "disable"}
DURATION = re.compile(r"(\d+h)?(\d+m)?(\d+s)?")
VOLUME = re.compile(r"(?P<from>\$\{[^}]+\}|\./[\w.]+|[a-z]+):(?P<to>/[\w./]+)(?P<mode>:ro)?")


def test_the_top_of_the_file_has_what_compose_knows():
    others = {key for key in COMPOSE if not key.startswith("x-")}
    assert others == {"name", "services", "volumes"}
    assert set(SERVICES) == {"text", "vision", "chroma", "server", "index"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_only_keys_that_compose_knows(name):
    service = SERVICES[name]
    assert set(service) <= SERVICE_KEYS
    assert set(service["healthcheck"]) <= HEALTH_KEYS
    for key in ("interval", "timeout", "start_period"):
        assert DURATION.fullmatch(service["healthcheck"].get(key, "1s"))
    for other, when in service.get("depends_on", {}).items():
        assert when == {"condition": "service_healthy"}
        assert "test" in SERVICES[other]["healthcheck"]
    assert all(isinstance(value, str) for value in service.get("environment", {}).values())
    assert all(isinstance(word, str) for word in service["command"])


@pytest.mark.parametrize("name", SERVICES)
def test_every_image_is_pinned(name):
    image = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", SERVICES[name]["image"])
    tag = image.rpartition(":")[2]
    assert re.fullmatch(r"v?\d+\.\d+\.\d+", tag), image


def test_the_dockerfile_is_pinned_and_runs_as_nobody_special():
    text = (FOLDER / "Dockerfile").read_text()
    assert re.search(r"^FROM python:\d+\.\d+\.\d+-", text, re.M)
    assert re.search(r"^USER (?!root)", text, re.M)
    for folder in re.findall(r"^COPY (\w+) ", text, re.M):
        assert (ROOT / folder).is_dir() or (ROOT / folder).is_file()
    packages = re.search(r"packages = (\[.*\])", (ROOT / "pyproject.toml").read_text())
    assert packages
    assert all(f"COPY {name} " in text for name in re.findall(r'"(\w+)"', packages[1]))


@pytest.mark.parametrize("name", SERVICES)
def test_what_is_only_read_cannot_be_written(name):
    for volume in SERVICES[name].get("volumes", []):
        found = VOLUME.fullmatch(volume)
        assert found, volume
        writable = found["to"] in ("/library", "/data")
        assert writable == (found["mode"] is None), volume
        if found["from"].startswith("./"):
            assert (FOLDER / found["from"]).is_file()


def test_the_file_holds_no_secret_and_opens_no_port_to_others():
    for service in SERVICES.values():
        for key, value in service.get("environment", {}).items():
            if re.search("KEY|TOKEN|SECRET|PASSWORD", key):
                assert re.fullmatch(r"\$\{\w+:-\}", value), key
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["server"]


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "index"])
def test_every_health_check_makes_the_server_work(name):
    test = SERVICES[name]["healthcheck"]["test"]
    assert test[0] == "CMD"
    assert test[2] == "/health.py"
    assert test[3] in ("model", "chroma", "graph")
    assert "./health.py:/health.py:ro" in SERVICES[name]["volumes"]


@pytest.mark.parametrize("name", ["text", "vision"])
def test_a_model_server_runs_no_code_of_a_model_and_reads_no_files_for_others(name):
    flags = " ".join(SERVICES[name]["command"])
    assert "trust-remote-code" not in flags
    assert "allowed-local-media-path" not in flags
    assert SERVICES[name]["environment"]["HF_HUB_OFFLINE"] == "1"


def test_every_flag_and_variable_is_explained():
    flags = {flag for service in SERVICES.values() for flag in re.findall(r"--[a-z-]+", " ".join(service["command"]))}
    variables = set(re.findall(r"\$\{(\w+)", TEXT))
    missing = [word for word in sorted(flags | variables) if f"`{word}" not in DOCS]
    assert not missing


def test_the_profile_of_the_compose_file_names_its_services(monkeypatch):
    settings = load_settings(profile=str(FOLDER / "profile.toml"))
    urls = [settings.llm.base_url, settings.search.chroma_url, settings.plugins["qwen_vl"]["base_url"]]
    assert {re.fullmatch(r"http://(\w+):8000(?:/v1)?", url or "")[1] for url in urls} == {"text", "chroma", "vision"}
    assert settings.llm.model == "openai:text"
    assert len(used_plugins(settings)) == 4
    assert len(wanted_by(settings)) == 3
