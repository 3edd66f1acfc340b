"""One server's containers are given what production asks for, and nothing that is secret stands in the files."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from settings import DATABASE_URL, PREFIX, ConfigurationError, Settings, variable
from tests.deploy.image import PROJECT

COMPOSE = yaml.safe_load((PROJECT / "compose.yaml").read_text())
EXAMPLE = (PROJECT / "deploy/compose/env.example").read_text()
SERVICES: Mapping[str, Any] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service.get("build")}
VARIABLES = {variable(name) for name in Settings.model_fields}
SECRET = re.compile(r"PASSWORD|SECRET|CHANNELS|_KEY$")

FILLED_IN = {
    "POSTGRES_PASSWORD": "p" * 48,
    "MOMENT_LINK_SECRETS": json.dumps(["s" * 48]),
    "MOMENT_LINE_CHANNELS": json.dumps([{"name": "moment", "channel_id": "1", "channel_secret": "s" * 32}]),
    "MOMENT_GOOGLE_PROJECT": "moment",
    "MOMENT_GCS_BUCKET": "moment-media",
}
# What production says is not set; the bucket stands for the folder. The project is Google's to miss: `moment doctor`.
MISSED = {name: name for name in FILLED_IN} | {"MOMENT_GCS_BUCKET": "MOMENT_STORE_DIR"}
del MISSED["MOMENT_GOOGLE_PROJECT"]
BLANK = re.findall(r"^(\w+)=$", EXAMPLE, re.MULTILINE)


class NotNamed(Exception):
    """What compose refuses to start without."""


def filled_in(text: Any, values: Mapping[str, str]) -> str:
    """As compose does, with the two forms that we use."""

    def value(found: re.Match[str]) -> str:
        name, otherwise = found[1], found[2]
        if values.get(name):
            return values[name]
        if otherwise == ":?":
            raise NotNamed(name)
        return otherwise.removeprefix(":-")

    return re.sub(r"\$\{(\w+)(:\?|:-[^}]*)\}", value, str(text))


def environment_of(service: Mapping[str, Any], file: Mapping[str, str]) -> dict[str, str]:
    assert service["env_file"] == ".env"
    return {**file, **{name: filled_in(value, file) for name, value in service["environment"].items()}}


def read_example() -> dict[str, str]:
    return dict(re.findall(r"^(\w+)=(.+)$", EXAMPLE, re.MULTILINE)) | FILLED_IN


def start(monkeypatch: pytest.MonkeyPatch, file: Mapping[str, str]) -> None:
    for name, value in environment_of(SERVICES["web"], file).items():
        monkeypatch.setenv(name, value)
    Settings(_env_file=None).refuse_fallbacks()


def test_production_starts_on_the_example_when_it_is_filled_in(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(BLANK) == set(FILLED_IN)
    start(monkeypatch, read_example())


@pytest.mark.parametrize(("name", "missed"), MISSED.items())
def test_and_refuses_to_start_without_what_is_left_blank(
    monkeypatch: pytest.MonkeyPatch, name: str, missed: str
) -> None:
    file = read_example()
    del file[name]
    with pytest.raises((NotNamed, ConfigurationError), match=missed):
        start(monkeypatch, file)


def test_each_variable_of_ours_is_a_setting() -> None:
    texts = EXAMPLE + (PROJECT / "compose.yaml").read_text()
    named = set(re.findall(rf"\b{PREFIX}\w+", texts)) | set(OURS["web"]["environment"])
    assert named <= VARIABLES
    assert DATABASE_URL in named


def test_all_of_ours_have_the_same_environment_and_limits() -> None:
    assert set(OURS) == {"prepare", "web", "worker", "reconcile"}
    for service in OURS.values():
        assert service["environment"] == OURS["web"]["environment"]
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]


def test_only_the_proxy_is_seen_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["caddy"]


def test_each_is_of_a_version_and_its_log_ends_somewhere() -> None:
    for name, service in SERVICES.items():
        image = filled_in(service["image"], {})
        assert re.search(r":(local$|[^:]*\d)", image), f"{name}: {image}"
        assert service["logging"]["options"]["max-size"]
        assert service["restart"]


def test_what_goes_on_says_whether_it_is_well() -> None:
    unseen = {name for name, service in SERVICES.items() if "healthcheck" not in service}
    assert unseen == {"prepare", "caddy"}


def test_no_secret_stands_in_the_files() -> None:
    for name, value in re.findall(r"^#?(\w+)=(.*)$", EXAMPLE, re.MULTILINE):
        assert not (SECRET.search(name) and value), name
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if SECRET.search(name):
                assert str(value).startswith("${"), name
    assert ":${POSTGRES_PASSWORD:?}@" in OURS["web"]["environment"][DATABASE_URL]
