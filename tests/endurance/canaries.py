"""A key, phones and texts that must turn up nowhere, taken through everything there is."""

import asyncio
import contextlib
import io
import logging
import warnings
from pathlib import Path

import pandas as pd
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import cascade_frames as cf
from cascade_frames.ledger import Ledger

KEY = "canary-key-5f0c31d2"
TEXT = "canary words"
PHONE_DIGITS = "6755501"  # the middle of every phone; four digits follow
SECRETS = (KEY, TEXT, PHONE_DIGITS)


def people(rows=100):
    """A segment of canaries."""
    return pd.DataFrame(
        {
            "phone": [f"+380{PHONE_DIGITS}{number:02d}" for number in range(rows)],
            "words": [f"{TEXT} {number}" for number in range(rows)],
        }
    )


def message(**changes):
    """How they are mapped to messages."""
    return {
        "campaign": "canaries",
        "to_phone": "{phone}",
        "from_name": "YourBrand",
        "message_type": "promo",
        "text": "{words}",
        "batch_size": 25,
        "ui": "text",
        **changes,
    }


def go_through(urls, folder):
    """Everything that a user may do and see, written to files; each URL is a server's mood."""
    folder = Path(folder)
    logging.basicConfig(
        filename=folder / "debug.log", level=logging.DEBUG, format="%(name)s %(message)s"
    )
    logging.captureWarnings(capture=True)
    warnings.simplefilter("always")
    seen = io.StringIO()
    with contextlib.redirect_stdout(seen), contextlib.redirect_stderr(seen):
        for mood, url in urls.items():
            _show(seen, lambda mood=mood, url=url: _send(seen, url, folder / f"{mood}.sqlite3"))
            _show(seen, lambda url=url: _send_plainly(url))
            _show(seen, lambda url=url: asyncio.run(_send_plainly_in_a_loop(url)))
        for attempt in _mistakes(next(iter(urls.values())), folder):
            _show(seen, attempt)
    (folder / "seen.txt").write_text(seen.getvalue())
    return seen.getvalue().count("Traceback (most recent call last)")


def _key():
    return KEY


def _account(url):
    return cf.Account(base_url=url, api_key=_key(), deadline=5)


def _send(seen, url, ledger):
    account = _account(url)
    plan = people().cascade.plan(
        **{k: v for k, v in message().items() if k != "ui"}, account=account, ledger=ledger
    )
    print(
        repr(plan),
        repr(account),
        repr(plan.account),
        repr(plan.keys),
        repr(plan.standing),
        repr(Ledger(ledger)),
        file=seen,
    )
    run = plan.start(ui="text")
    print(repr(run), repr(run.status), file=seen)
    results = run.result(30)
    print(results.attrs, results[["outcome", "reason", "detail"]].to_string(), file=seen)


def _send_plainly(url):
    with cf.connect(_account(url)) as client:
        client.send_bulk(_messages())


async def _send_plainly_in_a_loop(url):
    async with cf.connect(_account(url), asynchronous=True) as client:
        await client.send_bulk(_messages())


def _messages():
    return [
        {"id": f"plain-{number}", "toPhone": row.phone, "text": row.words}
        for number, row in enumerate(people(3).itertuples())
    ]


def _mistakes(url, folder):
    """Calls that are wrong in one way each."""
    ledger = folder / "mistakes.sqlite3"
    not_a_ledger = folder / "not-a-ledger"
    not_a_ledger.write_bytes(b"something else altogether" * 100)
    dead = "http://127.0.0.1:9"

    def send(table=people, at=url, into=ledger, **changes):
        return lambda: table().cascade.send(**message(**changes), account=_account(at), ledger=into)

    def broken():
        return people().assign(phone=lambda table: table["phone"] + "12345678")

    yield send(from_name="")
    yield send(text="{nothing}")
    yield send(ttl="soon")
    yield send(table=broken)
    yield send(into=not_a_ledger)
    yield send(colour="red")
    yield send(to_phone="{words}")
    yield send(extra={"viberMessage": object()})
    yield send(at=dead.replace("127.0.0.1", "127.0.0.2"))
    yield lambda: cf.Account(base_url="https://user:pass@example.com", api_key=_key())
    yield lambda: cf.Account(base_url="nonsense", api_key=_key())
    yield lambda: cf.Account(api_key=f" {_key()}")
    yield lambda: cf.Account(api_key=_key(), deadline="canary")


def _show(seen, attempt):
    """Try, and have an error shown as a notebook does in IPython's verbose mode."""
    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    shell.run_line_magic("xmode", "Verbose")
    shell.user_ns["attempt"] = attempt
    error = shell.run_cell("attempt()").error_in_exec
    if error is not None:
        print(f"{type(error).__name__}: {error} {error!r}", file=seen)
