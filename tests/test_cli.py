"""The command line, as its own process would run it."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pandas as pd
import pytest

import cascade_frames as cf
from cascade_frames import cli, exits
from tests.support import segments
from tests.support.segments import call

DOCUMENTED = (Path(__file__).parent.parent / "docs" / "command_line.md").read_text("utf-8")


def run(*arguments, env=None):
    """Run `cascade-frames` in a process; warnings are errors there too."""
    return subprocess.run(  # noqa: S603
        [sys.executable, "-W", "error", "-m", "cascade_frames", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=env,
        timeout=60,
        check=False,
    )


@pytest.fixture
def account(monkeypatch):
    """A sandbox, configured as the account of processes that the test starts."""
    with cf.Sandbox() as sandbox:
        monkeypatch.setenv("CASCADE_BASE_URL", sandbox.url)
        monkeypatch.setenv("CASCADE_API_KEY", sandbox.api_key)
        yield sandbox


@pytest.fixture
def segment(tmp_path):
    path = tmp_path / "segment.csv"
    pd.DataFrame(
        {"phone": ["050 111 22 33", "0501112234", "bad"], "name": ["Анна", "Остап", "Іван"]}
    ).to_csv(path, index=False)
    return str(path)


MAPPING = (
    "--campaign=c",
    "--to-phone={phone}",
    "--from-name=YourBrand",
    "--message-type=promo",
    "--text={name}, hello",
)


def test_demo_sends_the_sample_and_tells_about_it():
    """The first thing a new user runs works, and needs nothing."""
    done = run("demo")
    assert done.returncode == 0, done.stderr
    assert re.search(r"accepted +4,505", done.stdout)
    assert "made 0 requests and returned the same receipts" in done.stdout
    assert "100%" in done.stderr


def test_plan_shows_and_sends_nothing(account, segment):
    """`plan` is free."""
    done = run("plan", segment, *MAPPING, "--on-invalid=drop")
    assert done.returncode == 0, done.stderr
    assert "Plan: c" in done.stdout
    assert "+380501112233" not in done.stdout
    assert len(account.requests()) == 0


@pytest.mark.usefixtures("account")
def test_a_control_group_is_held_back(segment):
    """`--control` and `--control-key` are those of `plan`."""
    options = ("--on-invalid=drop", "--control=0.999999", "--control-key=2026")
    done = run("plan", segment, *MAPPING, *options)
    assert "2  control_group: the recipient is in the control group" in done.stdout
    assert run("plan", segment, *MAPPING, "--control=10").returncode == exits.EXIT_USAGE


def test_send_writes_the_result_table(account, segment, tmp_path):
    """`send -o` leaves every row with its outcome in the file named."""
    output = tmp_path / "results.parquet"
    done = run("send", segment, *MAPPING, "--on-invalid=drop", "-o", str(output))
    assert done.returncode == 0, done.stderr
    assert pd.read_parquet(output)["outcome"].tolist() == ["accepted", "accepted", "rejected"]
    assert len(account.accepted()) == 2


def test_send_twice_makes_no_request(account, segment):
    """The ledger is shared by processes: a command repeated is harmless."""
    call = ("send", segment, *MAPPING, "--on-invalid=drop", "--ui=none")
    run(*call)
    done = run(*call)
    assert done.returncode == 0, done.stderr
    assert len(account.requests()) == 1


def test_invalid_rows_have_their_exit_code(account, segment):
    """A script can tell bad rows from everything else; nothing was sent."""
    done = run("send", segment, *MAPPING)
    assert done.returncode == exits.EXIT_INVALID
    assert "row      3: phone: not a phone" in done.stderr
    assert "--on-invalid drop" in done.stderr
    assert len(account.requests()) == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("send", "missing.csv", *MAPPING), "There is no file"),
        (("send", "{segment}", "--campaign=c"), "to_phone is needed"),
        (("send", "{segment}", "--nope"), "No such option"),
        (("send", "{segment}", *MAPPING, "--output=x.txt"), "must end in"),
    ],
)
def test_wrong_calls_have_their_exit_code(arguments, words, segment):
    """A wrong call is one clear line and exit code 2."""
    done = run(*(segment if part == "{segment}" else part for part in arguments))
    assert done.returncode == exits.EXIT_USAGE
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("server", ["sandbox", "webhook"])
def test_a_port_that_is_taken_is_told(account, server):
    """A server that cannot have its port says so in one line."""
    done = run(server, f"--port={account.url.rsplit(':', 1)[1]}")
    assert done.returncode == exits.EXIT_USAGE
    assert "cannot be had" in done.stderr


def test_a_halted_run_has_its_exit_code_and_writes_results(segment, tmp_path, monkeypatch):
    """A wrong key ends the run with code 4; the table still says what became of each row."""
    output = tmp_path / "results.csv"
    with cf.Sandbox() as sandbox:
        monkeypatch.setenv("CASCADE_BASE_URL", sandbox.url)
        monkeypatch.setenv("CASCADE_API_KEY", "wrong-key")
        done = run("send", segment, *MAPPING, "--on-invalid=drop", "-o", str(output))
    assert done.returncode == exits.EXIT_HALTED
    assert "did not let this account in" in done.stderr
    assert "wrong-key" not in done.stderr + done.stdout
    assert pd.read_csv(output)["outcome"].tolist() == ["unsent", "unsent", "rejected"]


def test_a_ledger_that_is_none_has_its_exit_code(account, segment, tmp_path):
    """A ledger that cannot be used is code 6, and nothing is sent."""
    (tmp_path / "not-a-ledger").write_text("something else entirely, and long enough " * 30)
    done = run(
        "send", segment, *MAPPING, "--on-invalid=drop", f"--ledger={tmp_path / 'not-a-ledger'}"
    )
    assert done.returncode == exits.EXIT_LEDGER
    assert len(account.requests()) == 0


def test_the_sandbox_runs_alone_and_stops_on_interrupt():
    """`cascade-frames sandbox` answers until Ctrl-C and then leaves without a trace."""
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "cascade_frames", "sandbox", "--port=0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        first = process.stdout.readline()
        url = re.search(r"http://[\d.:]+", first)[0]
        assert httpx.post(f"{url}/api/items", json={}, trust_env=False).status_code == 401
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert errors == ""
    assert process.returncode in (0, exits.EXIT_INTERRUPTED)


@pytest.mark.parametrize("name", sorted(cli.cli.commands))
def test_every_command_and_option_is_documented(name):
    """A command or option that the docs do not name is not done."""
    assert f"`cascade-frames {name}" in DOCUMENTED
    options = [
        option
        for parameter in cli.cli.commands[name].params
        for option in parameter.opts
        if option.startswith("--")
    ]
    assert [option for option in options if option not in DOCUMENTED] == []


def test_campaigns_lists_what_the_ledger_knows(sandbox, ledger, tmp_path):
    """What was sent is found from the command line, on the screen and in a file."""
    call(segments.segment(2), sandbox.account, ledger)
    output = tmp_path / "campaigns.csv"
    done = run("campaigns", f"--ledger={ledger}", "-o", str(output))
    assert done.returncode == 0, done.stderr
    assert sandbox.account.identity in done.stdout
    table = pd.read_csv(output)
    assert table[["campaign", "messages", "accepted", "pending"]].values.tolist() == [
        ["c", 2, 2, 2]
    ]


def test_track_asks_what_became_of_a_result_table(account, tmp_path):
    """A file of results in, the same with deliveries out; the exit code says what is open."""
    folder = str(tmp_path)
    (tmp_path / "s.csv").write_text("phone\n+380501112233\n+380501112234\n", "utf-8")
    ledger = ["--ledger", f"{folder}/l.sqlite3", "--ui", "none"]
    what = ["--to-phone", "{phone}", "--from-name", "B", "--message-type", "promo", "--text", "x"]
    sent = run(
        "send", f"{folder}/s.csv", "--campaign", "c", *what, *ledger, "-o", f"{folder}/r.csv"
    )
    assert sent.returncode == 0, sent.stderr
    waited = ["--until", "final", "--timeout"]
    early = run("track", f"{folder}/r.csv", *ledger, *waited, "1")
    assert early.returncode == 5, early.stderr
    account.step(3600)
    done = run("track", f"{folder}/r.csv", *ledger, *waited, "1min", "-o", f"{folder}/d.parquet")
    assert done.returncode == 0, done.stderr
    assert "delivered " in done.stdout
    table = pd.read_parquet(f"{folder}/d.parquet")
    assert set(table["delivery"]) <= {"delivered", "undeliverable"}
    assert run("track", f"{folder}/s.csv", *ledger).returncode == 2
