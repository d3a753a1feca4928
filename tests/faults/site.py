"""A whole site of real processes that can be killed, and whether it kept everything.

Web, workers and beat are what `manage.py start` runs, each by itself; the model is the tests' own
server. `settle` waits until nothing is left to be done; `check` tells what was lost.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psycopg
from django.test import override_settings

from backoffice import supervisor
from tests import services
from tests.faults.model import TOKENS, Model
from tests.faults.processes import ROOT, Process, until
from tests.prepared import put_tables

PASSWORD = "only-for-this-test"
SETTLED_SECONDS = 150


@dataclass
class Site:
    """Its DATA_DIR is `folder`, beside which its logs are; `parts` are the variables of its
    processes, and `direct` those of the process beside them, where they differ: tests may put a
    proxy between the site and a service, and look past it."""

    folder: Path
    parts: Mapping[str, str]
    ai: Model
    direct: Mapping[str, str] = field(default_factory=dict)
    processes: dict[str, Process] = field(default_factory=dict)
    _ports: dict[str, int] = field(default_factory=dict)
    _beside: subprocess.Popen[str] | None = None

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ, "DJANGO_SETTINGS_MODULE": "backoffice.settings", "PYTHONPATH": str(ROOT),
            "DATA_DIR": str(self.folder), "ADMIN_PASSWORD": PASSWORD,
            "OPENAI_API_KEY": "test-key", "OPENAI_BASE_URL": self.ai.base_url, **self.parts,
        }  # fmt: skip

    def prepare(self) -> None:
        """Makes the database and what belongs to it."""
        put_tables(self.folder, self.parts)
        self.manage("prepare")

    def start(
        self, name: str, *, through: Sequence[str] = (), processes: int = 1, **variables: str
    ) -> Process:
        """A new process of the site: what it is says its name up to a hyphen, as in "worker-2".

        It runs `through` a module of the tests with arguments, such as `killed_at`; `processes`
        are those of its pool.
        """
        if name in self.processes:
            self.processes[name].start()
            return self.processes[name]
        role = name.partition("-")[0]
        port = self._ports.setdefault(name, services.free_port())
        with override_settings(WEB_PROCESSES=processes, WORKER_PROCESSES=processes):
            python, _, *words = supervisor.site_commands(port)[role]
        if role == "worker":
            words.append(f"--hostname={name}@%h")
        command = [python, "-m", *through, *words]
        log = self.folder.parent / f"{self.folder.name}-{name}.log"
        made = Process(name, command, {**self.environment, **variables}, log)
        self.processes[name] = made
        made.start()
        return made

    def url(self, name: str = "web") -> str:
        """Where a web process is, once it answers."""
        url = f"http://127.0.0.1:{self._ports[name]}"
        until(lambda: _answers(f"{url}/livez"), f"{name} answers", seconds=60)
        return url

    def revive(self) -> None:
        """Starts again what has ended, as `manage.py start` and Docker do."""
        for process in self.processes.values():
            if not process.is_running:
                process.start()

    def end(self) -> None:
        """Kills everything that runs."""
        for process in self.processes.values():
            if process.is_running:
                process.kill()
        self.ask_anew()

    def ask_anew(self) -> None:
        """The next is asked in a new process: this one's database was cut off."""
        if self._beside:
            self._beside.kill()
            self._beside.wait()
            self._beside = None

    def manage(self, *words: str) -> str:
        """What a command prints that must succeed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words], cwd=ROOT,
            env={**self.environment, **self.direct}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def ask(self, name: str, *values: Any) -> Any:
        """What a function of `tests.faults.truth` returns, called in a process beside the site."""
        if self._beside is None:
            self._beside = subprocess.Popen(
                [*services.tie(signal.SIGKILL), sys.executable, "-m", "tests.browser.beside"],
                cwd=ROOT, env={**self.environment, **self.direct}, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )  # fmt: skip
        code = (
            "import json\nfrom tests.faults import truth\n"
            f"print(json.dumps(truth.{name}(*json.loads({json.dumps(values)!r}))))"
        )
        assert self._beside.stdin
        assert self._beside.stdout
        self._beside.stdin.write(json.dumps(code) + "\n")
        self._beside.stdin.flush()
        printed, error = json.loads(self._beside.stdout.readline())
        assert not error, error
        return json.loads(printed)

    def settle(self, seconds: float = SETTLED_SECONDS) -> float:
        """The seconds until nothing was left to be done: no job, no call, no copy."""
        found: list[str] = []

        def is_settled() -> bool:
            found[:] = self.ask("unsettled")
            return not found

        return self.until(is_settled, "settled", seconds=seconds, left=found)

    def until(
        self, is_so: Callable[[], object], what: str, *, seconds: float = 120,
        left: Sequence[str] = (),
    ) -> float:  # fmt: skip
        """As `processes.until`; what the processes said last stands in the error."""
        try:
            return until(is_so, what, seconds=seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}; left: {', '.join(left)}\n{self.tails()}") from error

    def check(self, *, unsent: int = 0, unkept: int = 0) -> list[str]:
        """Everything that is not as it must be, as sentences, once the site has settled.

        So many calls at most may stand in the ledger as lost of which the model's server knows
        nothing: their process was killed after it had written the line and before it had sent.
        And so many of the model's answers at most may have come to nobody: their process was
        killed before it had kept them, or had waited for longer than it may.
        """
        self.settle()
        return [*self.ask("broken"), *self.unpaid(unsent=unsent, unkept=unkept)]

    def unpaid(self, *, unsent: int = 0, unkept: int = 0) -> list[str]:
        """Where the ledger and the log of the model's server differ, and what was paid for in
        vain."""
        calls, found = self.ask("calls"), []
        if not 0 <= len(calls) - len(self.ai.requests) <= unsent:
            found.append(
                f"the model was asked {len(self.ai.requests)} times, the ledger has {len(calls)}"
            )
        kept = [number for call in calls for number in _numbers(call["answer"])]
        if len(set(kept)) < len(kept):
            found.append(f"an answer is kept for two calls: {sorted(kept)}")
        for call in calls:
            has_answer = bool(_numbers(call["answer"]))
            is_answered = call["outcome"] == "answered"
            if has_answer != is_answered or (is_answered and call["tokens"] != TOKENS):
                found.append(f"the ledger and the vault differ: {call}")
        heard = {call["digest"] for call in calls if call["outcome"] == "answered"}
        unheard = len(self.ai.answered) - len(kept)
        lost = sum(call["outcome"] != "answered" for call in calls)
        if unheard > lost:
            found.append(f"{unheard} answers were not kept, the ledger knows of {lost}")
        if unheard > unkept:
            found.append(f"{unheard} answers were paid for and not kept, {unkept} may be")
        if len(heard) < len(set(self.ai.answered)):
            found.append(f"of {len(set(self.ai.answered))} questions {len(heard)} have an answer")
        return found

    def tails(self) -> str:
        """The last words of each process."""
        return "\n".join(
            f"{name}: …{process.said()[-1500:]}" for name, process in self.processes.items()
        )


def _numbers(answer: Any) -> list[int]:
    """The numbers of the model's answers in what the vault keeps of a call: one at most."""
    return [int(word) for word in re.findall(r"Northwind (\d+)", json.dumps(answer))]


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False


@contextmanager
def running(
    folder: Path, parts: Mapping[str, str], *, ai: Model | None = None,
    direct: Mapping[str, str] | None = None,
) -> Iterator[Site]:  # fmt: skip
    """A site without cards of which no process runs yet; ended with the block."""
    with ExitStack() as stack:
        model = ai or stack.enter_context(Model())
        site = Site(folder, parts, model, direct or {})
        stack.callback(site.end)
        site.prepare()
        yield site


def own_database(postgres_url: str) -> str:
    """The URL of a new database of a PostgreSQL server."""
    name = f"site_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return f"{postgres_url.rpartition('/')[0]}/{name}"
