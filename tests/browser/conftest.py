"""The real site as its own processes, and a browser that watches for what must not happen."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests import services
from tests.prepared import put_tables

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "only-for-this-test"
ONE_READER = {"WORKER_PROCESSES": "1"}
"""Where it matters nothing how many cards are read at once: each process loads OCR models."""

SMALLEST = {**ONE_READER, "WEB_PROCESSES": "1"}
"""Where one person at a time looks at pages."""


@dataclass
class Site:
    """A running site: its address, its environment, and its log so far."""

    url: str
    environment: Mapping[str, str]
    log: Path
    shell: subprocess.Popen[str] | None = None

    def run(self, code: str) -> str:
        """What `code` prints, run beside the site as `manage.py shell` runs it; the process stays
        for the next one, for to start it costs seconds."""
        if self.shell is None:
            self.shell = subprocess.Popen(
                [sys.executable, "-m", "tests.browser.beside"], cwd=ROOT, env=self.environment,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
        assert self.shell.stdin
        assert self.shell.stdout
        self.shell.stdin.write(json.dumps(code) + "\n")
        self.shell.stdin.flush()
        printed, error = json.loads(self.shell.stdout.readline())
        assert not error, error
        return str(printed)

    def manage(self, *words: str) -> str:
        """The output of a command run beside the site."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@contextmanager
def running_site(folder: Path, more: Mapping[str, str]) -> Iterator[Site]:
    """`manage.py start` on a free port with its data in `folder`, ended by Ctrl-C."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "backoffice.settings",
        "DATA_DIR": str(folder / "data"),
        "PORT": "0",
        "ADMIN_PASSWORD": PASSWORD,
        **more,
    }
    put_tables(folder / "data", more)
    log = folder / "log"
    command = [sys.executable, str(ROOT / "manage.py"), "start"]
    with services.running(
        command, folder, environment=environment, end_with=signal.SIGINT
    ) as check:
        services.wait(lambda: " ready." in log.read_text(), check)
        found = re.search(r"http://localhost:\d+", log.read_text())
        assert found
        site = Site(found[0], environment, log)
        yield site
        if site.shell:
            site.shell.kill()
            site.shell.wait()


@pytest.fixture(scope="session")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site on SQLite and a folder."""
    with running_site(tmp_path_factory.mktemp("small"), ONE_READER) as site:
        yield site


@pytest.fixture(scope="session")
def big_site(
    tmp_path_factory: pytest.TempPathFactory,
    postgres_url: str,
    redis_url: str,
    s3_environment: dict[str, str],
) -> Iterator[Site]:
    """The site on PostgreSQL, Redis and S3, by its environment alone."""
    parts = {"DATABASE_URL": postgres_url, "REDIS_URL": redis_url, **s3_environment}
    with running_site(tmp_path_factory.mktemp("big"), parts) as site:
        yield site


@dataclass
class Watch:
    """What the pages of a test did that they must not do."""

    trouble: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.trouble.append(f"script: {error}"))
        page.on("console", self._console)
        page.on("request", self._request)
        page.on("response", self._response)

    def unexpected(self) -> list[str]:
        return [words for words in self.trouble if not any(e in words for e in self.expected)]

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.trouble.append(f"console: {message.text}")

    def _request(self, request: Any) -> None:
        if not request.url.startswith(("http://localhost:", "data:", "blob:")):
            self.trouble.append(f"external request: {request.url}")

    def _response(self, response: Any) -> None:
        if response.status >= 500:
            self.trouble.append(f"{response.status}: {response.url}")


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages of their own browser profile; the test fails if one misbehaves.

    `expecting` is a part of the trouble that the test makes on purpose.
    """
    watch, contexts = Watch(), []

    def open_page(*, expecting: str = "", **options: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1360, "height": 820}, **options})
        contexts.append(context)
        page = context.new_page()
        watch.over(page)
        if expecting:
            watch.expected.append(expecting)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not watch.unexpected()


ALL_ENDED = """count => {
    const rows = [...document.querySelectorAll("#arrivals li")];
    const ended = ["read", "doubtful", "by-hand", "here", "refused", "failed"];
    return rows.length >= count && rows.every(row => ended.includes(row.dataset.state));
}"""


def upload(page: Page, site: Site, paths: Sequence[Path], *, batch: str = "Expo Berlin") -> None:
    """Send files through the upload page, and wait until each is read or refused."""
    page.goto(f"{site.url}/admin/cards/card/upload/")
    page.fill("[name=name]", batch)
    page.set_input_files("#files", [str(path) for path in paths])
    page.wait_for_function(ALL_ENDED, arg=len(paths), timeout=90_000)


SIGNED_IN: dict[tuple[str, str], Any] = {}
"""The cookies of who has signed in at a site: typing the password each time takes seconds."""


def sign_in(page: Page, site: Site, name: str = "admin", *, at: str = "/admin/") -> None:
    """To the page `at` as `name`, by the session of before while it lasts."""
    page.context.add_cookies(SIGNED_IN.get((site.url, name), []))
    page.goto(site.url + at)
    if page.locator("#login-form").count():
        page.fill("#id_username", name)
        page.fill("#id_password", PASSWORD)
        with page.expect_navigation(url=lambda url: "/login/" not in url):
            page.click("#login-form [type=submit]")
        SIGNED_IN[site.url, name] = page.context.cookies()
