"""A process that reads pictures as a worker does, for measuring it from outside.

    python -m tests.bench.worker PICTURE…

It loads the models, prints a line, waits for one, reads every picture, and prints the seconds
that took and its peak memory in megabytes.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import django
from django.core.management import call_command


def read(path: Path) -> str:
    """What the `read` command prints about one file: the whole of an offline reading."""
    out = StringIO()
    call_command("read", str(path), extractor="offline", stdout=out)
    return out.getvalue()


def measure(paths: Sequence[Path], *, count: int) -> tuple[float, float]:
    """`count` workers that each read all of `paths` at the same time: the seconds of the slowest,
    and the highest peak memory in megabytes."""
    command = [sys.executable, "-m", "tests.bench.worker", *map(str, paths)]
    workers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(count)
    ]
    for worker in workers:
        assert worker.stdout is not None
        worker.stdout.readline()
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    told = [json.loads(worker.communicate()[0]) for worker in workers]
    return max(one["seconds"] for one in told), max(one["peak_mb"] for one in told)


def main(paths: Sequence[Path]) -> None:
    django.setup()
    read(paths[0])
    print("ready", flush=True)
    sys.stdin.readline()
    started = time.monotonic()
    for path in paths:
        read(path)
    seconds = time.monotonic() - started
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb}))


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
