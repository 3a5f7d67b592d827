"""Bodies written many at a time are those written one by one."""

import json
import threading
import tracemalloc

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_frames.sending import bodies
from cascade_frames.sending.bodies import Bodies
from cascade_frames.sending.encoding import MessageEncoder
from cascade_frames.sending.records import Batch
from tests.sending import slow_encoder


def table_of(size):
    """Return a message table whose every row differs."""
    table = pd.DataFrame({"id": pd.Series([f"id-{at}" for at in range(size)], dtype="str")})
    table["text"] = table["id"] + ' and "some" text'
    return table.assign(ttl=pd.Series(range(size), dtype="Int64"))


@given(data=st.data(), size=st.integers(1, 40), batch_size=st.integers(1, 9))
def test_every_batch_and_part_carries_its_own_messages(data, size, batch_size):
    """In order or not, whole batches or parts of them: ids and JSON are the slow twin's."""
    table = table_of(size)
    pending = np.flatnonzero(data.draw(st.lists(st.booleans(), min_size=size, max_size=size)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bodies, "MESSAGES_AHEAD", data.draw(st.sampled_from([1, 7, 16])))
        every = [
            (at, min(at + batch_size, len(pending))) for at in range(0, len(pending), batch_size)
        ]
        spans = data.draw(st.just(every) | st.permutations(every))
        with Bodies(MessageEncoder(table), pending, batch_size) as written:
            for begin, end in spans:
                start = data.draw(st.just(begin) | st.integers(min(begin, end), end))
                stop = data.draw(st.just(end) | st.integers(start, end))
                body = written.of(Batch(1, start, stop))
                assert body.json == slow_encoder.encode(table, pending[start:stop])
                assert body.ids.to_pylist() == table["id"].iloc[pending[start:stop]].tolist()


def test_a_body_stays_what_it_is_while_others_are_written():
    """A body is a part of what was written, not a copy, and no later one is written over it."""
    table = table_of(90)
    with Bodies(MessageEncoder(table), np.arange(90), 3) as written:
        kept = [written.of(Batch(1, start, start + 3)).json for start in range(0, 90, 3)]
    assert all(isinstance(body, memoryview) and body.readonly for body in kept)
    assert [one for body in kept for one in json.loads(bytes(body))] == json.loads(
        slow_encoder.encode(table, np.arange(90))
    )


def test_memory_does_not_grow_with_the_run():
    """What was written ahead for other batches is let go."""
    size = 300_000
    table = table_of(size)
    before = pa.total_allocated_bytes()
    tracemalloc.start()
    try:
        with Bodies(MessageEncoder(table), np.arange(size), 1000) as written:
            for start in range(0, size, 1000):
                written.of(Batch(1, start, start + 1000))
                assert pa.total_allocated_bytes() - before < 20_000_000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10_000_000


def test_what_breaks_while_writing_ahead_is_heard(monkeypatch):
    """An error of the thread comes out where the body is asked for, and the thread ends."""
    encoder = MessageEncoder(table_of(40))
    monkeypatch.setattr(bodies, "MESSAGES_AHEAD", 10)

    def broken(positions, size):
        if 10 in positions:
            raise MemoryError
        return MessageEncoder.arrays(encoder, positions, size)

    monkeypatch.setattr(encoder, "arrays", broken)
    with Bodies(encoder, np.arange(40), 10) as written:
        assert len(written.of(Batch(1, 0, 10)).ids) == 10
        with pytest.raises(MemoryError):
            written.of(Batch(2, 10, 20))
        assert len(written.of(Batch(3, 20, 30)).ids) == 10
    assert not [one for one in threading.enumerate() if one.name.startswith("cascade-bodies")]
