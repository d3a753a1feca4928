"""Real services for tests, started from the programs this machine has and ended with the block.

Each is a context manager with a free port and a folder of its own; none needs root, though all
work as root. A program that is not there raises `MissingError`, whose text says how to get it.
"""

from __future__ import annotations

import logging
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

START_SECONDS = 120
STOP_SECONDS = 15
BUCKET = "cards"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-site-isolation-trials",  # a second process for each page, ready for another site
)


class MissingError(Exception):
    """A program is not installed; the text says how to get it."""


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of a new PostgreSQL server that trusts everyone on this host."""
    programs = postgres_programs()
    owner = _unprivileged_user()
    with _folder(owner) as folder:
        data, port = folder / "data", free_port()
        subprocess.run(
            [programs / "initdb", f"--pgdata={data}", "--username=cards", "--auth=trust",
             "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"],
            user=owner, cwd=folder, check=True, capture_output=True,
        )  # fmt: skip
        settings = {
            "listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": folder,
            "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
        }  # fmt: skip
        command = [str(programs / "postgres"), "-D", str(data)]
        command += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        url = f"postgres://cards@127.0.0.1:{port}/postgres"
        # SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for every client to leave.
        with running(command, folder, user=owner, end_with=signal.SIGINT) as check:
            wait(lambda: _postgres_answers(url), check)
            yield url


@contextmanager
def redis() -> Iterator[str]:
    """The URL of a new Redis server that keeps nothing."""
    program = shutil.which("redis-server")
    if program is None:
        raise MissingError("there is no Redis; on Debian: apt install redis-server")
    with _folder() as folder:
        port = free_port()
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)]
        command += ["--save", "", "--appendonly", "no"]
        with running(command, folder) as check:
            url = f"redis://127.0.0.1:{port}/0"
            wait(lambda: _redis_answers(url), check)
            yield url


@contextmanager
def s3() -> Iterator[dict[str, str]]:
    """The environment for a vault in an empty bucket: VAULT_URL and AWS_*."""
    import boto3
    from moto import backends
    from moto.server import ThreadedMotoServer

    # It would look for its own parts on the disk at every request, a third of its time.
    parts = tuple(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: parts
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line a request
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        boto3.client(
            "s3", endpoint_url=endpoint, region_name="us-east-1",
            aws_access_key_id="test", aws_secret_access_key="test",
        ).create_bucket(Bucket=BUCKET)  # fmt: skip
        yield {
            "VAULT_URL": f"s3://{BUCKET}",
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
    finally:
        server.stop()


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser; ask it for a new context for each test."""
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if program is None:
        raise MissingError("there is no Chromium; on Debian: apt install chromium")
    with _folder() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=CHROMIUM_ARGUMENTS,
            env={**os.environ, "HOME": str(folder)},
        )
        try:
            yield browser
        finally:
            browser.close()


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def postgres_programs() -> Path:
    """The folder of PostgreSQL's own programs: Debian keeps them out of PATH, newest last."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name)
    )
    if found := shutil.which("initdb"):
        folders.append(Path(found).parent)
    for folder in reversed(folders):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise MissingError("there is no PostgreSQL server; on Debian: apt install postgresql")


def _unprivileged_user() -> str | None:
    """Who PostgreSQL runs as when this is root, as it refuses to be root; otherwise nobody else."""
    if os.geteuid() != 0:
        return None
    names = {user.pw_name for user in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@contextmanager
def _folder(owner: str | None = None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="card-desk-service-") as name:
        if owner is not None:
            shutil.chown(name, owner)
        yield Path(name)


@contextmanager
def running(
    command: Sequence[str],
    folder: Path,
    *,
    environment: Mapping[str, str] | None = None,
    user: str | None = None,
    end_with: signal.Signals = signal.SIGTERM,
) -> Iterator[Callable[[], None]]:
    """A process for the length of the block; yields a check that raises when it has ended early.

    `folder` is where it runs and where its log is.
    """
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*tie(end_with), *command], cwd=folder, env=environment, user=user,
            start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def check() -> None:
        if process.poll() is not None:
            raise RuntimeError(f"{command[0]} ended early:\n{log.read_text(errors='replace')}")

    try:
        yield check
    finally:
        _end(process, end_with)


def tie(end_with: signal.Signals) -> list[str]:
    """Ends the service even when the test run is killed, where the system can do that."""
    setpriv = shutil.which("setpriv")
    return [setpriv, f"--pdeathsig={end_with.name.removeprefix('SIG')}"] if setpriv else []


def _end(process: subprocess.Popen[bytes], end_with: signal.Signals) -> None:
    if process.poll() is None:
        process.send_signal(end_with)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait(answers: Callable[[], bool], check: Callable[[], None]) -> None:
    """Return when `answers` does; raises what `check` raises, and TimeoutError."""
    deadline = time.monotonic() + START_SECONDS
    while not answers():
        check()
        if time.monotonic() > deadline:
            raise TimeoutError(f"The service did not answer within {START_SECONDS} seconds.")
        time.sleep(0.05)


def _postgres_answers(url: str) -> bool:
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _redis_answers(url: str) -> bool:
    from redis import Redis, RedisError

    client = Redis.from_url(url, socket_timeout=2)
    try:
        return bool(client.ping())
    except RedisError:
        return False
    finally:
        client.close()
