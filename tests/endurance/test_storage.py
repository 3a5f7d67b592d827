"""Disk full, or an error of the disk, at each write and each sync of the ledger."""

import itertools

import apsw
import pytest

from tests.endurance.storage import ERRORS

ROWS = 24
BATCH_SIZE = 4
KINDS = list(itertools.product(ERRORS, (True, False)))


def try_disk(episode, at, error, lasting):
    """One send on a disk that fails, then one on a sound disk; gives what is broken."""
    fault = {"kind": "storage", "at": at, "error": error, "lasting": lasting}
    told = episode.send(fault=fault, in_flight=2)
    found = episode.breaches()
    if told is None:
        found.append("the child did not come to its end")
    elif told["extra"] and told["extra"]["requests_after_a_failed_intent"]:
        found.append("a request left after its intent had failed")
    found += _integrity(episode.ledger)
    return [f"{error} at {at}, lasting {lasting}: {one}" for one in found + episode.finish()], told


def _integrity(path):
    connection = apsw.Connection(path)
    try:
        said = [row[0] for row in connection.execute("PRAGMA integrity_check")]
    finally:
        connection.close()
    return [] if said == ["ok"] else said


def _writes(episode):
    """How many writes and syncs a send makes on a sound disk."""
    found, told = try_disk(episode, 0, "full", False)
    assert found == []
    return told["extra"]["writes"]


def test_a_disk_that_fails_now_and_then(episodes):
    """At some of a send's writes and syncs: nothing leaves without its intent."""
    writes = _writes(episodes(ROWS, BATCH_SIZE, drafted=True))
    assert writes > 20
    found = []
    for number, at in enumerate(range(2, writes, writes // 3)):
        found += try_disk(
            episodes(ROWS, BATCH_SIZE, drafted=True), at, *KINDS[number % len(KINDS)]
        )[0]
    assert found == []


@pytest.mark.endurance
@pytest.mark.timeout(7200)
@pytest.mark.parametrize(("error", "lasting"), KINDS)
def test_a_disk_that_fails_anywhere(episodes, error, lasting, figures):
    """At every write and sync of a send: nothing leaves without its intent."""
    writes = _writes(episodes(ROWS, BATCH_SIZE, drafted=True))
    found = []
    for at in range(1, writes + 1):
        found += try_disk(episodes(ROWS, BATCH_SIZE, drafted=True), at, error, lasting)[0]
    figures(f"{writes} writes and syncs, {error}, lasting {lasting}, {len(found)} breaches")
    assert found == []
