"""Clients that are not ours, unchanged but for the base URL."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CLIENTS = Path(__file__).parent / "clients"


def client_run(program, name, available=True):
    """Return a case: the program and its script, skipped where it is missing."""
    missing = pytest.mark.skipif(
        shutil.which(program) is None or not available, reason=f"{program} cannot run {name} here"
    )
    return pytest.param([program, str(CLIENTS / name)], id=name, marks=missing)


@pytest.mark.parametrize(
    "command",
    [
        client_run("sh", "client.sh", shutil.which("curl") is not None),
        client_run(sys.executable, "client.py", importlib.util.find_spec("requests") is not None),
        client_run("node", "client.mjs"),
        client_run("php", "client.php"),
    ],
)
def test_a_foreign_client_works_unchanged(sandbox, command):
    """What is written for the API runs here: one, a bulk of 100, both routes, a status."""
    environment = {"CASCADE_BASE_URL": sandbox.url, "CASCADE_API_KEY": sandbox.api_key}
    run = subprocess.run(  # noqa: S603 - our own clients
        command,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | environment,
    )
    assert run.returncode == 0, run.stderr
    status = json.loads(run.stdout)
    accepted = sandbox.accepted()
    assert len(accepted) == 102
    assert accepted["id"].is_unique
    assert set(accepted["text"]) == {"Привіт!"}
    assert accepted.set_index("id")["messageId"]["one"] == status["messageId"]
    assert accepted.set_index("id")["route"]["priority"] == "tg-viber"
    assert status["deliverystatus"] in ("processing", "delivered")
    assert sandbox.requests()["status"].tolist() == [200] * 4
