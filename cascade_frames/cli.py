"""The command line. It only delegates.

`cascade-frames demo | plan | send | track | campaigns | sandbox | webhook`.

Exit codes: 0 every message accepted (or held back as asked), or asked about; 2 the call is wrong;
3 rows cannot be sent, so nothing was; 4 the run, or the tracking, ended early; 5 it went through,
but some rows were refused or are unknown, are not final where that was waited for, or not found;
6 the ledger cannot be used, or another run holds the messages; 130 interrupted.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

import click
import pandas as pd

from cascade_frames import contract, result_verbs, verbs
from cascade_frames.demo import run_demo, summary_text
from cascade_frames.errors import (
    CascadeError,
    CascadeWarning,
    RunHalted,
    TrackingHalted,
    UsageError,
)
from cascade_frames.exits import EXIT_INTERRUPTED, EXIT_TROUBLED, error_text, exit_code
from cascade_frames.files import check_writable, read_table, write_table
from cascade_frames.joining.delivery import NOT_FOUND, delivery_counts
from cascade_frames.outcomes import FINAL, Outcome
from cascade_frames.sandbox import Sandbox, serve
from cascade_frames.tracking import receiver, serving

_Command = TypeVar("_Command", bound=Callable[..., Any])

_PLAN_OPTIONS: Final = [
    click.argument("file", type=click.Path(path_type=Path)),
    click.option("--campaign", help="The label under which messages are sent and found again."),
    click.option("--id", "id", help='Your tracking id, as "order-{order_id}".'),
    click.option("--to-phone", help='The phone, as "{phone}".'),
    click.option("--from-name", help="The sender people see."),
    click.option("--message-type", help=" | ".join(contract.MessageType)),
    click.option("--text", help='The text, as "{first_name}, thank you!".'),
    click.option("--ttl", help='How long to try: seconds, "2d", "12h".'),
    click.option("--scheduled-sent", help="When: ISO 8601 with an offset."),
    click.option("--survey-option", "survey_options", multiple=True, help="One option; repeat."),
    click.option("--route", default="standard", help=" | ".join(contract.Route)),
    click.option("--region", default="UA", help="Country of phones that name none."),
    click.option("--on-invalid", type=click.Choice(["raise", "drop"]), default="raise"),
    click.option("--opt-out", type=click.Path(path_type=Path), help="A table of phones."),
    click.option("--control", type=float, help="Share of people to hold back, as 0.1."),
    click.option("--control-key", help="Draws the same control group in several campaigns."),
    click.option("--batch-size", type=int, default=contract.MAX_BATCH, help="1 to 1000."),
    click.option("--ledger", help="A path or sqlite:///path."),
    click.option("--encoding", default="utf-8-sig", help="Of CSV files."),
    click.option("--separator", default=",", help="Of CSV files."),
]


def _plan_options(command: _Command) -> _Command:
    for option in reversed(_PLAN_OPTIONS):
        command = option(command)
    return command


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="cascade-frames")
def cli() -> None:
    """Send messages from tables through the SMSBAT Cascade API.

    Without a configured account everything goes to a sandbox on this machine.
    """


@cli.command()
@click.option("--ui", type=click.Choice(["auto", "text", "none"]), default="auto")
@click.option("--keep", is_flag=True, help="Keep the sandbox and its inbox up until Ctrl-C.")
def demo(ui: Any, keep: bool) -> None:  # noqa: ANN401 - one of the choices
    """Send the sample segment to a sandbox, and show what comes back."""
    run_demo(click.echo, ui, _keep_up if keep else _point_to_keep)


def _keep_up(running: Sandbox) -> None:
    click.echo(f"\nThe inbox, as recipients would see it: {running.url}/ (Ctrl-C ends it)")
    threading.Event().wait()


def _point_to_keep(running: Sandbox) -> None:  # noqa: ARG001 - it has no address to give
    click.echo("To see the messages as recipients would: cascade-frames demo --keep")


@cli.command()
@_plan_options
def plan(file: Path, **options: Any) -> None:  # noqa: ANN401 - click's values
    """Show what sending FILE (.csv, .parquet, .xlsx) would do. Sends nothing."""
    segment, arguments = _read(file, options)
    click.echo(str(verbs.plan(segment, **arguments)))


@cli.command()
@_plan_options
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write the result table.")
@click.option("--confirm", type=int, help="The exact number of messages, for large live sends.")
@click.option(
    "--guarantee",
    type=click.Choice(["at_most_once", "at_least_once"]),
    default="at_most_once",
)
@click.option("--suffix", help="For the result's columns, where FILE has such columns.")
@click.option("--ui", type=click.Choice(["auto", "text", "none"]), default="auto")
def send(file: Path, output: Path | None, **options: Any) -> None:  # noqa: ANN401 - click's values
    """Send FILE (.csv, .parquet, .xlsx), and write or sum up the result table."""
    if output:
        check_writable(output)
    segment, arguments = _read(file, options)
    try:
        results = verbs.send(segment, **arguments)
    except RunHalted as halted:
        if halted.results is not None:
            _deliver(halted.results, output, arguments.get("suffix"))
        raise
    _deliver(results, output, arguments.get("suffix"))
    outcomes = results[f"outcome{arguments.get('suffix') or ''}"]
    if outcomes.isin([Outcome.REFUSED, Outcome.UNKNOWN]).any():
        raise SystemExit(EXIT_TROUBLED)


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write the table.")
@click.option("--until", type=click.Choice(["now", "final"]), default="now", show_default=True)
@click.option("--timeout", help='How long at most: seconds, "10min", "2h".')
@click.option("--sample", type=int, help="Ask about this many messages only, drawn at random.")
@click.option("--complete", is_flag=True, help="Ask once for what webhooks do not tell.")
@click.option("--ledger", help="A path or sqlite:///path.")
@click.option("--suffix", help="For the columns that are added, and those of the send.")
@click.option("--ui", type=click.Choice(["auto", "text", "none"]), default="auto")
@click.option("--encoding", default="utf-8-sig", help="Of CSV files.")
@click.option("--separator", default=",", help="Of CSV files.")
def track(file: Path, output: Path | None, **options: Any) -> None:  # noqa: ANN401 - click's values
    """Ask what became of the messages in FILE, a result table (.csv, .parquet, .xlsx)."""
    if output:
        check_writable(output)
    how = {"encoding": options.pop("encoding"), "separator": options.pop("separator")}
    table = read_table(file, **how)
    try:
        tracked = result_verbs.track(table, **options)
    except TrackingHalted as halted:
        if halted.results is not None:
            _write(halted.results, output)
        raise
    counts = delivery_counts(tracked, options["suffix"])
    for state, count in counts.items():
        click.echo(f"{state:<15} {count:>9,}")
    _write(tracked, output)
    awaited = options["until"] == "final" and not counts.keys() <= FINAL
    if awaited or NOT_FOUND in counts:
        raise SystemExit(EXIT_TROUBLED)


@cli.command()
@click.option("--ledger", help="A path, sqlite:///path or postgresql://…")
@click.option("--account", help="The name of an account, as the table has it; all otherwise.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write the table.")
def campaigns(ledger: str | None, account: str | None, output: Path | None) -> None:
    """Show the campaigns that the ledger knows, newest first."""
    if output:
        check_writable(output)
    table = result_verbs.campaigns(account, ledger)
    click.echo(table.to_string(index=False) if len(table) else "The ledger knows no campaign yet.")
    if output:
        write_table(table, output)
        click.echo(f"Campaigns: {output}")


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=int, default=8025, show_default=True)
@click.option("--api-key", help="A key of your choice; one is made up otherwise.")
@click.option("--seed", type=int, default=0, show_default=True, help="Who is reached where.")
@click.option("--speed", type=float, default=1.0, show_default=True, help="60: a minute a second.")
@click.option("--webhook", help="Address that is posted every final status.")
def sandbox(host: str, port: int, api_key: str | None, **world: Any) -> None:  # noqa: ANN401
    """Run the sandbox of the API alone, until Ctrl-C."""
    with _telling_of_port(host, port):
        serve(host, port, api_key, announce=_announce, **world)


def _announce(running: Sandbox) -> None:
    click.echo(
        f"The sandbox answers at {running.url} until Ctrl-C; nobody is messaged.\n"
        f"Open {running.url}/ in a browser for the inbox.\n"
        "To send to it from another terminal or notebook:\n"
        f"  export CASCADE_BASE_URL={running.url}\n"
        f"  export CASCADE_API_KEY={running.api_key}\n"
        f"  export CASCADE_VIBER_TOKEN={running.viber_token}\n"
        f"  export CASCADE_TELEGRAM_KEY={running.telegram_key}"
    )


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=int, default=8030, show_default=True)
@click.option("--ledger", help="A path, sqlite:///path or postgresql://…")
@click.option(
    "--secret",
    envvar=receiver.SECRET_SETTING,
    help="16 or more letters, digits, - or _; one is made up otherwise. Better set as "
    f"{receiver.SECRET_SETTING}, where no list of processes shows it.",
)
def webhook(host: str, port: int, ledger: str | None, secret: str | None) -> None:
    """Take the API's status posts into the ledger, until Ctrl-C or SIGTERM."""
    kept = receiver.read_secret(secret) if secret else receiver.make_secret()
    shown = "<the secret>" if secret else kept.get_secret_value()
    opened = receiver.default_ledger(ledger)

    def announce(url: str) -> None:
        click.echo(
            f"Status posts go to {url}{receiver.WEBHOOK_PATH}/{shown} until Ctrl-C, and from "
            f"there into {opened!r}."
        )
        if not secret:
            click.echo(
                f"The secret was made up and is shown only here; keep it in "
                f"{receiver.SECRET_SETTING}."
            )

    with contextlib.closing(opened), _telling_of_port(host, port):
        serving.serve(receiver.make_app(opened, kept), host, port, announce)


@contextlib.contextmanager
def _telling_of_port(host: str, port: int) -> Iterator[None]:
    """Say which port cannot be had, since that is the caller's to change."""
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"Port {port} on {host} cannot be had ({error.strerror}). Choose another --port."
        ) from None


def _read(file: Path, options: dict[str, Any]) -> tuple[pd.DataFrame, dict[str, Any]]:
    how = {"encoding": options.pop("encoding"), "separator": options.pop("separator")}
    if options["opt_out"] is not None:
        options["opt_out"] = read_table(options["opt_out"], **how)
    options["survey_options"] = list(options["survey_options"]) or None
    return read_table(file, **how), options


def _deliver(results: pd.DataFrame, output: Path | None, suffix: str | None) -> None:
    click.echo(summary_text(results, suffix))
    _write(results, output)


def _write(results: pd.DataFrame, output: Path | None) -> None:
    if output:
        write_table(results, output)
        click.echo(f"Result table: {output}")


def main() -> None:
    """Run the command line, with the package's errors as one line and an exit code."""
    warnings.simplefilter("ignore", CascadeWarning)  # the summary says it, and the exit code
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        code = cli(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        code = EXIT_INTERRUPTED
    except CascadeError as error:
        click.echo(error_text(error), err=True)
        code = exit_code(error)
    raise SystemExit(code)
