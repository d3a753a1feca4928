"""A process beside a running site that runs what tests send it, line by line."""

from __future__ import annotations

import contextlib
import io
import json
import sys
import traceback

import django


def main() -> None:
    """Runs each line of the input, a JSON string of code; prints what it printed and its error."""
    django.setup()
    from django.db import connections

    answers = sys.stdout
    for line in sys.stdin:
        printed, error = io.StringIO(), ""
        with contextlib.redirect_stdout(printed):
            try:
                exec(compile(json.loads(line), "<test>", "exec"), {})
            except BaseException:
                error = traceback.format_exc()
        connections.close_all()
        print(json.dumps([printed.getvalue(), error]), file=answers, flush=True)


if __name__ == "__main__":
    main()
