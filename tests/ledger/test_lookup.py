"""Finding messages in blocks equals asking a dictionary."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cascade_frames.ledger import statements
from cascade_frames.ledger.blobs import pack_hashes, pack_texts
from cascade_frames.ledger.lookup import look_up, nowhere
from cascade_frames.planning.fates import as_texts
from cascade_frames.planning.memory import MessageKeys

BLOCK = 4
ids = st.integers(0, 30)
run = st.lists(st.tuples(ids, st.integers(0, 1)), unique_by=lambda one: one[0], max_size=12)


def keys_of(messages, spread):
    """The keys of messages; with a small spread many ids share a hash."""
    hashes = [one % spread * (2**64 // spread) + one % spread for one, _ in messages]
    contents = np.array([content for _, content in messages], dtype=np.uint64)
    texts = as_texts([f"id-{one}" for one, _ in messages])
    return MessageKeys(texts, np.array(hashes, dtype=np.uint64), contents)


class Store:
    """The blocks of runs 1, 2, …; counts the blocks that were read whole."""

    def __init__(self, runs, spread, erased=()):
        self.blocks = {}
        self.read = 0
        for number, messages in enumerate(runs, 1):
            for start in range(0, len(messages), BLOCK):
                keys = keys_of(messages[start : start + BLOCK], spread)
                texts = [None if one in erased else one for one in keys.ids.to_pylist()]
                blobs = (pack_texts(as_texts(texts)), pack_hashes(keys.contents))
                self.blocks[number, start] = (*blobs, pack_hashes(keys.id_hashes))

    def each(self, statement, values):
        """The hashes of the blocks, newest run first."""
        assert statement == statements.READ_HASHES
        for number, start in sorted(self.blocks, key=lambda one: (-one[0], one[1])):
            if number > values[1]:
                yield number, start, self.blocks[number, start][2]

    def rows(self, statement, values):
        """One block."""
        assert statement == statements.READ_BLOCK
        self.read += 1
        return [self.blocks[values][:2]]


def slowly(runs, sought, erased=()):
    """For each message the newest run that holds it, its position, and if its content differs."""
    found = []
    for one, content in sought:
        place = (0, 0, False)
        for number, messages in enumerate(runs, 1):
            for position, (other, held) in enumerate(messages):
                if one == other and f"id-{one}" not in erased:
                    place = (number, position, held != content)
        found.append(place)
    return found


def told(places):
    """Places, row by row."""
    columns = (places.runs, places.positions, places.changed)
    return list(zip(*(column.tolist() for column in columns), strict=True))


@given(runs=st.lists(run, max_size=4), sought=run, spread=st.integers(1, 40), erased=st.sets(ids))
def test_a_look_equals_the_slow_twin(runs, sought, spread, erased):
    """Any runs, any order, colliding hashes and erased ids."""
    gone = {f"id-{one}" for one in erased}
    store = Store(runs, spread, gone)
    places = look_up(store, "account", keys_of(sought, spread))
    assert told(places) == slowly(runs, sought, gone)


@given(runs=st.lists(run, max_size=4), sought=run, known=st.integers(0, 4))
def test_a_second_look_reads_only_what_is_newer(runs, sought, known):
    """Looking on from what an earlier look found gives what a new one would."""
    keys = keys_of(sought, 7)
    before = look_up(Store(runs[:known], 7), "account", keys)
    kept = told(before)
    after = look_up(Store(runs, 7), "account", keys, before)
    assert told(after) == slowly(runs, sought)
    assert told(before) == kept


def test_nothing_newer_gives_the_same_places():
    """Where there is nothing to read, nothing is copied."""
    keys = keys_of([(1, 0), (2, 0)], 7)
    store = Store([[(1, 0)]], 7)
    before = look_up(store, "account", keys)
    assert look_up(store, "account", keys, before) is before
    assert told(nowhere(2)) == [(0, 0, False)] * 2


def test_blocks_without_a_hit_are_not_read():
    """Of blocks in which no hash is met only the hashes are read."""
    known = [(number, 0) for number in range(30)]
    store = Store([known], 1000)
    places = look_up(store, "account", keys_of([(5, 0), (200, 0)], 1000))
    assert told(places) == [(1, 5, False), (0, 0, False)]
    assert store.read == 1
