"""Who gets which language: by choice, else as the browser asks, else as the site is set up."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.backoffice.conftest import Speaking

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("wanted", "given"),
    [("de", "de"), ("de-CH,fr;q=0.8", "de"), ("en-GB", "en"), ("ja,fr", "en"), ("", "en")],
)
def test_the_browser_asks(visitor: Client, wanted: str, given: str) -> None:
    response = visitor.get("/admin/login/", headers={"accept-language": wanted})
    assert f'<html lang="{given}" dir="ltr"' in response.text
    assert response["Content-Language"] == given


def test_a_browser_that_asks_for_neither_gets_the_usual_one(visitor: Client, settings: Any) -> None:
    settings.LANGUAGE_CODE = "de"
    response = visitor.get("/admin/login/", headers={"accept-language": "ja"})
    assert '<html lang="de"' in response.text


def test_a_choice_is_remembered(visitor: Client) -> None:
    asks = {"accept-language": "en"}
    page = visitor.get("/admin/login/?next=/admin/cards/card/", headers=asks)
    button = '<button type="submit" name="language" value="de" lang="de">Deutsch</button>'
    assert button in page.text
    answer = visitor.post(
        "/language", {"language": "de", "next": "/admin/login/?next=/admin/cards/card/"}
    )
    assert (answer.status_code, answer["Location"]) == (
        302, "/admin/login/?next=/admin/cards/card/",
    )  # fmt: skip
    cookie = visitor.cookies[settings.LANGUAGE_COOKIE_NAME]
    assert int(cookie["max-age"]) >= 30 * 24 * 3600
    assert cookie["httponly"]
    assert '<html lang="de"' in visitor.get("/admin/login/", headers=asks).text


def test_only_a_post_with_a_token_chooses() -> None:
    browser = Client(enforce_csrf_checks=True)
    assert browser.get("/language?language=de").status_code == 405
    assert browser.post("/language", {"language": "de"}).status_code == 403
    assert settings.LANGUAGE_COOKIE_NAME not in browser.cookies


def test_a_choice_leads_to_no_other_site(visitor: Client) -> None:
    answer = visitor.post("/language", {"language": "de", "next": "https://evil.example/"})
    assert answer["Location"] == "/"


@pytest.mark.parametrize("url", ["/admin/", "/admin/cards/card/upload/"])
def test_every_page_offers_the_other_language(speaking: Speaking, url: str) -> None:
    page = speaking("de").get(url).text
    assert 'value="en" lang="en">English</button>' in page
    assert f'<input type="hidden" name="next" value="{url}">' in page


def test_signing_out_leads_on_to_a_page_that_is_there(speaking: Speaking) -> None:
    page = speaking("de").post("/admin/logout/").text
    assert "Sie sind abgemeldet" in page
    assert '<input type="hidden" name="next" value="/admin/">' in page


def test_a_cache_on_the_way_keeps_the_languages_apart(visitor: Client) -> None:
    varies = visitor.get("/admin/login/")["Vary"]
    assert {"Accept-Language", "Cookie"} <= {word.strip() for word in varies.split(",")}


@pytest.mark.parametrize(("url", "status"), [("/nowhere/", 404), ("/admin/nowhere/", 404)])
def test_errors_are_told_in_the_language_of_the_reader(
    speaking: Speaking, url: str, status: int
) -> None:
    response = speaking("de").get(url)
    assert response.status_code == status
    assert '<html lang="de" dir="ltr">' in response.text
    assert "Unter dieser Adresse gibt es nichts" in response.text


def test_outside_of_requests_the_program_speaks_english(tmp_path: Path) -> None:
    """Workers and commands: what they print and store is for everybody."""
    script = (
        "import django; django.setup()\n"
        "from django.conf import settings\n"
        "from cards.models import Card\n"
        "print(settings.LANGUAGE_CODE, Card.Status.APPROVED.label)"
    )
    said = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), "LANGUAGE_CODE": "de",
            "DJANGO_SETTINGS_MODULE": "backoffice.settings",
        },
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout == "de Approved\n"
