"""The sandbox held to its own contract."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from cascade_frames.sandbox import Sandbox
from cascade_frames.sandbox.application import build
from cascade_frames.sandbox.backend import Backend
from cascade_frames.sandbox.keys import Keys

SCHEMATHESIS = shutil.which("schemathesis", path=Path(sys.executable).parent)


@pytest.mark.skipif(SCHEMATHESIS is None, reason="no schemathesis: pip install schemathesis")
@pytest.mark.parametrize(
    ("paths", "phases"),
    [
        ("^/(api|bat)/|^/sandbox/clock", "coverage,fuzzing,stateful"),
        ("^/sandbox/faults", "coverage,fuzzing"),
    ],
)
@pytest.mark.parametrize("examples", [5, pytest.param(15, marks=pytest.mark.endurance)])
@pytest.mark.timeout(300)
def test_no_request_breaks_the_contract(paths, phases, examples, tmp_path):
    """Whatever is asked, the answer is one the document tells of, and never a fault of ours.

    Left out is the check that every request the schema allows is taken: no schema can say that
    an id is used twice, a moment gone by or a variable not uploaded.
    """
    keys = {"api_key": "one", "viber_token": "two", "telegram_key": "three"}
    with Sandbox(limits=None, **keys) as sandbox:
        run = subprocess.run(  # noqa: S603 - our own command
            [
                *(SCHEMATHESIS, "run", f"{sandbox.url}/openapi.json", "--no-color"),
                *("--header", "X-Authorization-Key: one", "--header", "X-Viber-Auth-Token: two"),
                *("--header", "X-Tg-Bot-Key: three", "--include-path-regex", paths),
                *("--exclude-checks", "positive_data_acceptance,ignored_auth"),
                *("--phases", phases, "--max-examples", str(examples), "--seed", "1"),
            ],
            check=False,
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=280,
        )
        assert run.returncode == 0, run.stdout
        if "api" in paths:
            statuses = set(sandbox.requests()["status"])
            assert {200, 400, 404, 405} <= statuses
            assert len(sandbox.accepted()) > 0


def test_every_route_is_in_the_document():
    """An endpoint that is not documented is found out."""
    backend = Backend(Keys.invent())
    routes = {
        re.sub("{message_id}", "{messageId}", route.path)
        for route in build(backend).routes
        if hasattr(route, "methods")
    }
    with Sandbox() as sandbox:
        documented = set(httpx.get(f"{sandbox.url}/openapi.json").json()["paths"])
    pages = {"/", "/favicon.ico", "/openapi.json", "/sandbox/inbox", "/s/{code}"}
    assert routes - documented == pages
    assert documented <= routes
