"""What the container files promise and a reader of a diff could overlook."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.test_docs import documented

ROOT = Path(__file__).resolve().parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("web", "worker", "beat")


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_a_health_check_and_comes_back_after_a_reboot(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", ["postgres", "redis"])
def test_database_and_broker_are_reached_from_inside_only(name: str) -> None:
    assert SERVICES[name]["networks"] == ["inside"]
    assert "ports" not in SERVICES[name]
    assert COMPOSE["networks"]["inside"]["internal"] is True


def test_the_site_is_published_to_this_machine_only_unless_told_otherwise() -> None:
    assert SERVICES["web"]["ports"] == ["${BIND:-127.0.0.1}:${PORT:-8000}:8000"]


def test_secrets_are_handed_on_and_never_written_down() -> None:
    for name in OURS:
        environment = SERVICES[name]["environment"]
        secrets = {key for key in environment if re.search(r"KEY|SECRET|ADMIN_PASSWORD", key)}
        assert secrets
        assert {environment[key] for key in secrets} == {None}


def test_every_variable_that_is_handed_on_is_a_documented_setting() -> None:
    handed_on = {key for name in OURS for key in SERVICES[name]["environment"]}
    assert {key for key in handed_on if not key.startswith("AWS_")} <= documented("settings.md")


def test_both_stages_of_the_image_stand_on_the_same_base_and_run_as_nobody_special() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert len(set(re.findall(r"^FROM (\S+)", dockerfile, flags=re.MULTILINE))) == 1
    assert "requirements-dev" not in dockerfile
    assert re.findall(r"^USER (\S+)", dockerfile, flags=re.MULTILINE) == ["card-desk"]
