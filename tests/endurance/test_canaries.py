"""Nothing that is written or shown holds a key, a phone or a text that was not asked for."""

import re
import struct
import zlib

import apsw
import pytest

from cascade_frames.ledger.blobs import pack_texts
from cascade_frames.planning.fates import as_texts
from tests.endurance.canaries import SECRETS
from tests.endurance.model_gateway import (
    ACCEPT,
    ACCEPT_THEN_CLOSE,
    DOUBLED_REPLY,
    FAIL_500,
    NOT_LET_IN,
    REFUSE_ALOUD,
    ModelGateway,
    always,
)
from tests.support.blobs import read_texts

MOODS = (ACCEPT, ACCEPT_THEN_CLOSE, DOUBLED_REPLY, FAIL_500, NOT_LET_IN, REFUSE_ALOUD)


@pytest.fixture
def gateways():
    """Yield a server for each mood."""
    running = {mood: ModelGateway() for mood in MOODS}
    for mood, gateway in running.items():
        gateway.choose = always(mood)
        gateway.__enter__()
    yield running
    for gateway in running.values():
        gateway.__exit__(None, None, None)


def test_no_canary_is_found_in_anything_written(forks, gateways, tmp_path):
    """Logs at DEBUG, reprs, warnings, verbose tracebacks, ledgers and their journals."""
    urls = {mood: gateway.url for mood, gateway in gateways.items()}
    shown = forks.run("canaries", urls=urls, folder=str(tmp_path))
    assert shown > len(MOODS)
    assert sum(gateway.accepted.total() for gateway in gateways.values()) > 100
    written = sorted(tmp_path.iterdir())
    contents = {path: path.read_bytes() for path in written}  # opening a ledger tidies journals up
    found = [hit for path in written for hit in hits(path.name, contents[path])]
    ledgers = [path for path in written if path.suffix == ".sqlite3"]
    assert len(ledgers) > len(MOODS)
    assert found + [hit for path in ledgers for hit in hits(path.name, _values(path))] == []


def test_a_canary_would_be_found(tmp_path):
    """The search itself works: in plain bytes, in a ledger's blobs and among other digits."""
    path = tmp_path / "probe.sqlite3"
    connection = apsw.Connection(str(path))
    connection.execute("CREATE TABLE t (x)")
    connection.execute("INSERT INTO t VALUES (?)", (pack_texts(as_texts(["+380 67 555-01 23"])),))
    connection.close()
    assert hits("probe", _values(path)) != []


def hits(name, content):
    """Where a secret stands in some bytes, with a few words around it."""
    plain = re.sub(r"\x1b\[[\d;]*m", "", content.decode("utf-8", "replace"))
    close = re.sub(r"(?<=\d)[ ().-]+(?=\d)", "", plain)
    return [
        (name, secret, text[max(0, at - 60) : at + 60])
        for text in {plain, close}
        for secret in SECRETS
        for at in [one.start() for one in re.finditer(re.escape(secret), text)][:3]
    ]


ZSTANDARD = bytes.fromhex("28b52ffd")


def _values(path):
    """A ledger's bytes, and every value in it, decompressed where it can be."""
    parts = [path.read_bytes()]
    connection = apsw.Connection(str(path))
    try:
        tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        for (table,) in list(tables):
            for row in connection.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 - its own names
                parts += [_plain(value) for value in row]
    finally:
        connection.close()
    return b"\n".join(parts)


def _plain(value):
    if not isinstance(value, bytes):
        return str(value).encode()
    if value[:1] == b"\1" and value[13:17] != ZSTANDARD:
        return value  # hashes, the first of which begins as strings do
    try:
        return "\n".join(text or "" for text in read_texts(value)).encode()
    except (zlib.error, struct.error, OSError, IndexError):
        return value
