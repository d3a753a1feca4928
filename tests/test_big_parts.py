"""The unit tests once more, on PostgreSQL, Redis and S3 instead of SQLite, files and a folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("tests/cards", "tests/extraction", "tests/review", "tests/backoffice")
OWN_SERVICES = "not (postgres or redis or s3 or browser)"
MOST_SECONDS = 1200
PASSED_AT_LEAST = 500
SKIPPED_AT_MOST = 10
"""Tests that say of themselves that they are about SQLite or about folders."""


@pytest.mark.postgres
@pytest.mark.redis
@pytest.mark.s3
def test_unit_tests_pass_on_postgresql_redis_and_s3(
    postgres_url: str, redis_url: str, s3_environment: dict[str, str], tmp_path: Path
) -> None:
    outer = {name: text for name, text in os.environ.items() if not name.startswith("PYTEST_")}
    report = tmp_path / "report.xml"
    code, output = _run(
        [sys.executable, "-m", "pytest", *FOLDERS, "-m", OWN_SERVICES, f"--junitxml={report}"],
        {
            **outer,
            **s3_environment,
            "CARD_DESK_BIG_PARTS": "1",
            "DATABASE_URL": postgres_url,
            "REDIS_URL": redis_url,
        },
    )
    if code:
        pytest.fail(f"on PostgreSQL, Redis and S3 (exit code {code}):\n{output}", pytrace=False)
    assert "parts: postgresql, BucketStorage, redis" in output
    suite = next(ElementTree.parse(report).iter("testsuite"))
    skipped = int(suite.attrib["skipped"])
    passed = int(suite.attrib["tests"]) - skipped
    assert passed >= PASSED_AT_LEAST, output
    assert skipped <= SKIPPED_AT_MOST, output


def _run(command: list[str], environment: dict[str, str]) -> tuple[int, str]:
    """Exit code and output of `command`; it and all it started are ended after MOST_SECONDS."""
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        try:
            output, _ = process.communicate(timeout=MOST_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
            output += f"\nended by force after {MOST_SECONDS} seconds"
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    return process.returncode, output
