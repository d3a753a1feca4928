"""What the container files promise and a reader of a diff could overlook."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from backoffice import supervisor
from tests.test_docs import documented

ROOT = Path(__file__).resolve().parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("web", "worker", "beat")
DOCKERFILE = (ROOT / "Dockerfile").read_text()
OF_THE_IMAGE = {"DATA_DIR", "STATIC_ROOT", "PUBLISH_DIR", "DEBUG", "BIND", "PORT"}
"""Settings of which the image says what they are, or the compose file to the machine around it."""


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
        secrets = {key for key in environment if re.search(r"KEY|SECRET|TOKEN|ADMIN_PASSWORD", key)}
        assert secrets
        assert {environment[key] for key in secrets} == {None}


def test_every_variable_that_is_handed_on_is_a_documented_setting() -> None:
    handed_on = {key for name in OURS for key in SERVICES[name]["environment"]}
    assert {key for key in handed_on if not key.startswith("AWS_")} <= documented("settings.md")


@pytest.mark.parametrize("name", OURS)
def test_every_setting_can_be_made_but_those_that_belong_to_the_image(name: str) -> None:
    handed_on = set(SERVICES[name]["environment"])
    assert documented("settings.md") - OF_THE_IMAGE - handed_on <= {"ADMIN_PASSWORD"}


def test_backups_lie_where_the_person_who_runs_the_containers_says() -> None:
    for name in OURS:
        assert "${BACKUPS:-backups}:/backups" in SERVICES[name]["volumes"]
        assert SERVICES[name]["environment"]["BACKUP_DIR"] == "/backups"
    assert "backups" in COMPOSE["volumes"]
    assert re.search(r"install -d -m 0700 -o card-desk .* /backups", DOCKERFILE)


@pytest.mark.parametrize("name", OURS)
def test_what_is_stopped_has_a_minute_and_never_less_than_without_containers(name: str) -> None:
    assert SERVICES[name]["stop_grace_period"] == "60s"
    assert supervisor.GRACE_SECONDS <= 60


def test_pg_dump_is_that_of_the_server() -> None:
    images = re.findall(r"^FROM (\S+)", DOCKERFILE, flags=re.MULTILINE)
    assert SERVICES["postgres"]["image"] in images
    assert "COPY --from=postgres" in DOCKERFILE


def test_both_stages_of_the_image_stand_on_the_same_base_and_run_as_nobody_special() -> None:
    images = re.findall(r"^FROM (\S+)", DOCKERFILE, flags=re.MULTILINE)
    assert len(set(images) - {SERVICES["postgres"]["image"]}) == 1
    assert "requirements-dev" not in DOCKERFILE
    assert re.findall(r"^USER (\S+)", DOCKERFILE, flags=re.MULTILINE) == ["card-desk"]
