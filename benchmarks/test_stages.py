"""Each stage alone, by pytest-benchmark: `pytest -n 0 benchmarks`.

100,000 messages, by processor time; the ledger is a file under pytest's temporary folder.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import cascade_frames as cf
from benchmarks import internals
from benchmarks.contestants import ours
from benchmarks.contract import BATCH
from benchmarks.frame import make_frame
from benchmarks.reference_server import Book, Receipts
from benchmarks.server import ReferenceServer
from cascade_frames.planning.fates import as_texts

ROWS: Final = 100_000

pytestmark = pytest.mark.benchmark(timer=time.process_time, min_rounds=3)


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """Give the segment."""
    return make_frame(ROWS)


@pytest.fixture(scope="module")
def table(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the segment as the checks see it."""
    return internals.message_table(frame)


@pytest.fixture(scope="module")
def server() -> Iterator[ReferenceServer]:
    """Yield a running server."""
    with ReferenceServer() as running:
        yield running


def test_encode(benchmark: BenchmarkFixture, table: pd.DataFrame) -> None:
    """Write every batch's body."""
    assert len(benchmark(internals.encode, table)) == ROWS // BATCH


def test_post(benchmark: BenchmarkFixture, table: pd.DataFrame, server: ReferenceServer) -> None:
    """Post every batch's body and take in the reply."""
    bodies = internals.encode(table)
    found = benchmark(internals.post, bodies, ours.account(server.url))
    assert [evidence.status for evidence in found] == [200] * (ROWS // BATCH)


def test_decode(benchmark: BenchmarkFixture, table: pd.DataFrame) -> None:
    """Read every batch's receipts."""
    book, receipts = Book(), Receipts()
    replies = [receipts.answer(bytes(body), book) for body in internals.encode(table)]
    ids = [as_texts(table["id"].iloc[start : start + BATCH]) for start in range(0, ROWS, BATCH)]
    read = benchmark(internals.decode, replies, ids)
    assert sum(one.matched for one in read) == ROWS


def test_validate(benchmark: BenchmarkFixture, table: pd.DataFrame) -> None:
    """Check every rule; all rows pass."""
    assert benchmark(internals.validate, table).empty


def test_validate_failing(benchmark: BenchmarkFixture, table: pd.DataFrame) -> None:
    """Check every rule; every row breaks two of them."""
    bad = table.assign(toPhone=table["toPhone"].str[1:], text="")
    assert len(benchmark(internals.validate, bad)) == ROWS


def test_hash(benchmark: BenchmarkFixture, table: pd.DataFrame) -> None:
    """Hash ids, contents and recipients."""
    assert len(benchmark(internals.hash_messages, table)[0]) == ROWS


def test_plan(
    benchmark: BenchmarkFixture, frame: pd.DataFrame, server: ReferenceServer, tmp_path: Path
) -> None:
    """Make a plan: map, check, hash, look up."""
    options: dict[str, Any] = {"account": ours.account(server.url), "ledger": tmp_path / "ledger"}
    assert len(benchmark(cf.plan, frame, **options).messages) == ROWS


def test_register(
    benchmark: BenchmarkFixture, frame: pd.DataFrame, server: ReferenceServer, tmp_path: Path
) -> None:
    """Claim a plan's messages in a ledger that is new each time."""
    plan = cf.plan(frame, account=ours.account(server.url), ledger=tmp_path / "ledger")
    names = itertools.count()

    def new_ledger() -> tuple[tuple[cf.Ledger, cf.Plan], dict[str, Any]]:
        return (cf.Ledger(tmp_path / f"{next(names)}"), plan), {}

    registration = benchmark.pedantic(  # type: ignore[no-untyped-call]
        internals.register, setup=new_ledger, rounds=5
    )
    assert len(registration.pending) == ROWS


def test_join(
    benchmark: BenchmarkFixture, frame: pd.DataFrame, server: ReferenceServer, tmp_path: Path
) -> None:
    """Read how a finished run's messages stand, and join it to the segment."""
    ours.send(frame, server.url, tmp_path)
    ledger = cf.Ledger(tmp_path / "ledger.sqlite3")
    plan = cf.plan(frame, account=ours.account(server.url), ledger=ledger)
    assert (benchmark(internals.join, ledger, plan)["outcome"] == "accepted").all()
