"""Runs a job in a fresh process, so that no job sees another's memory or warm caches.

Run as `python -m benchmarks.children JOB ARGUMENTS`, with the arguments as a JSON object: prints
the job's numbers as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from benchmarks.server import child_environment


class ChildFailed(RuntimeError):
    """A job ended with an error; its last words are in the message."""


def run_job(job: str, **arguments: Any) -> dict[str, float]:
    """The numbers of one job, run in a child.

    Raises:
        ChildFailed: it ended with an error.
    """
    command = [sys.executable, "-m", "benchmarks.children", job, json.dumps(arguments)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=child_environment()
    )
    if done.returncode:
        raise ChildFailed(f"{job} {arguments}: {done.stderr[-2000:]}")
    numbers: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return numbers


def main() -> None:
    """Run the job named on the command line."""
    from benchmarks.jobs import JOBS

    print(json.dumps(JOBS[sys.argv[1]](**json.loads(sys.argv[2]))))


if __name__ == "__main__":
    main()
