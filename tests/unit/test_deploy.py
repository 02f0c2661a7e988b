"""The compose file is what Compose takes, pins and guards what it should, and its flags are explained."""

import copy
import json
import re
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from twinseek.models import load_model, specs, url_for
from twinseek.settings import load_settings
from twinseek.specialists import used_plugins
from twinseek.weights import wanted_by

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy"
TEXT = (FOLDER / "compose.yaml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCS = (ROOT / "docs" / "deploy.md").read_text()

SCHEMA: dict[str, Any] = json.loads(
    Path(
        distribution("check-jsonschema").locate_file("check_jsonschema/builtin_schemas/vendor/compose-spec.json")
    ).read_text()
)
"""Of the Compose specification. Only the file: the package that carries it is installed without its own needs."""
VARIABLE = re.compile(r"\$\{\w+:([-?])([^}]*)\}")
DURATION = re.compile(r"(\d+h)?(\d+m)?(\d+s)?")
VOLUME = re.compile(r"(?P<from>\$\{[^}]+\}|\./[\w.]+|[a-z]+):(?P<to>/[\w./]+)(?P<mode>:ro)?")


def test_the_top_of_the_file_has_what_compose_knows():
    others = {key for key in COMPOSE if not key.startswith("x-")}
    assert others == {"name", "services", "volumes"}
    assert set(SERVICES) == {"text", "vision", "chroma", "server", "index"}


def filled(text: str) -> Any:
    """The file as Compose validates it: variables replaced, by their defaults or by the path of a folder."""
    return yaml.safe_load(VARIABLE.sub(lambda found: found[2] if found[1] == "-" else "/srv/folder", text))


def broken(*path: str, to: object) -> Any:
    """A copy of the file in which what stands at the path is another, or new."""
    changed = copy.deepcopy(filled(TEXT))
    part = changed
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = to
    return changed


def test_the_file_is_what_the_compose_specification_asks_for():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(filled(TEXT), SCHEMA, jsonschema.Draft202012Validator)


@pytest.mark.parametrize(
    "changed",
    [
        broken("servces", to={}),
        broken("services", "text", "comand", to=["serve"]),
        broken("services", "text", "command", to=7),
        broken("services", "text", "deploy", "resources", "reservations", "devices", to=[{"driver": "nvidia"}]),
        broken("services", "vision", "healthcheck", "intervall", to="60s"),
        broken("services", "vision", "depends_on", "text", "condition", to="healthy"),
        broken("services", "server", "ports", to="2024"),
        broken("services", "index", "profiles", to="index"),
        broken("services", "index", "environment", to="LIBRARY=/library"),
        broken("volumes", "chroma", to="/data"),
    ],
)
def test_a_wrong_key_or_type_in_the_file_is_noticed(changed):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(changed, SCHEMA, jsonschema.Draft202012Validator)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_waits_only_for_what_tells_its_health(name):
    service = SERVICES[name]
    for key in ("interval", "timeout", "start_period"):
        assert DURATION.fullmatch(service["healthcheck"].get(key, "1s"))
    for other, when in service.get("depends_on", {}).items():
        assert when == {"condition": "service_healthy"}
        assert "test" in SERVICES[other]["healthcheck"]
    # the schema would take null as a value, which Compose fills from the environment of whoever starts it
    assert all(isinstance(value, str) for value in service.get("environment", {}).values())


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
    told = {name for service in SERVICES.values() for name in (*service.get("environment", {}), "shm_size")}
    missing = [word for word in sorted(flags | variables | told) if f"`{word}" not in DOCS]
    assert not missing


def test_the_profile_of_the_compose_file_names_its_services(monkeypatch):
    settings = load_settings(profile=str(FOLDER / "profile.toml"))
    urls = [settings.llm.base_url, settings.search.chroma_url, settings.plugins["qwen_vl"]["base_url"]]
    assert {re.fullmatch(r"http://(\w+):8000(?:/v1)?", url or "")[1] for url in urls} == {"text", "chroma", "vision"}
    assert settings.llm.model == "openai:text"
    assert len(used_plugins(settings)) == 4
    assert len(wanted_by(settings)) == 3


def test_who_answers_questions_waits_for_every_server_that_its_profile_asks():
    settings = load_settings(profile=str(FOLDER / "profile.toml"))
    spec = specs(settings.llm, describer=settings.index.describer)[2]
    assert spec is not None
    sees = load_model(spec, url_for(spec, settings.llm), 30.0, plugins=settings.plugins)
    urls = [settings.llm.base_url, settings.search.chroma_url, getattr(sees, "openai_api_base", None)]
    assert {re.fullmatch(r"http://(\w+):8000(?:/v1)?", url or "")[1] for url in urls} == {
        *SERVICES["server"]["depends_on"]
    }
