"""Finding messages among all that an account has registered, however many.

The ids that are sought are known by 64-bit hashes. Two tables tell for the first bits of a hash,
and for its last ones, whether any sought one has them; the stored blocks stream past them, newest
run first, and what is let through is looked up in the sorted hashes. Where a hash is met, the ids
themselves are compared. A block that continues where the last one ended, as in a second send of
the same segment, is compared as it stands, without any of that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cascade_frames.ledger import statements
from cascade_frames.ledger.blobs import unpack_hashes, unpack_texts
from cascade_frames.ledger.store import Store
from cascade_frames.planning.hashing import Hashes
from cascade_frames.planning.memory import Keys, Places
from cascade_frames.planning.pieces import alike

Indices = npt.NDArray[np.int64]
# Positions in a block, and the rows that are found there.
Pairs = tuple[Indices, Indices]

# A table of bits has about this many places for each hash, within these bounds.
_SPREAD: Final = 16
_LEAST_BITS, _MOST_BITS = 8, 24


def look_up(store: Store, account: str, keys: Keys, before: Places | None = None) -> Places:
    """Where the account has these messages: the newest run of each.

    Args:
        store: what holds the ledger.
        account: an account's `identity`.
        keys: of M messages.
        before: what an earlier look found for the same messages; only newer runs are read.

    Returns:
        The places; `before` itself where there is nothing newer.
    """
    if not len(keys):
        return before or nowhere(0)
    known = before or nowhere(len(keys))
    upto, found = known.upto, _Found(known)
    sought = _Sought(keys)
    with closing(store.each(statements.READ_HASHES, (account, known.upto))) as blocks:
        for run, start, blob in blocks:
            upto = max(upto, run)
            block = _Block(store, run, start)
            for at, rows in sought.meet(unpack_hashes(blob), block):
                found.add(run, start + at, rows, block.contents[at] != sought.contents[rows])
            if found.everything:
                break
    return known if upto == known.upto else found.places(upto)


def nowhere(size: int) -> Places:
    """The places of messages that no run holds."""
    nothing = alike(np.int32(0), size)
    return Places(nothing, nothing, alike(np.False_, size))


class _Found:
    """Places that are being found; the first one that is found for a row is kept."""

    def __init__(self, known: Places) -> None:
        self._places = known
        self._seen = np.zeros(len(known.runs), dtype=bool)
        self._left = len(known.runs)

    @property
    def everything(self) -> bool:
        """Whether every row has been found."""
        return self._left == 0

    def add(
        self, run: int, positions: Indices, rows: Indices, changed: npt.NDArray[np.bool_]
    ) -> None:
        places = self._places
        if self._left == len(self._seen):  # until now they are those that were known
            places = self._places = Places(
                places.runs.copy(), places.positions.copy(), places.changed.copy()
            )
        new = ~self._seen[rows]
        rows = rows[new]
        places.runs[rows] = run
        places.positions[rows] = positions[new]
        places.changed[rows] = changed[new]
        self._seen[rows] = True
        self._left -= len(rows)

    def places(self, upto: int) -> Places:
        """What was found; with the numbers of records only where that is nothing."""
        return replace(self._places, upto=upto)


class _Block:
    """A stored block whose ids and contents are read only once they are needed."""

    def __init__(self, store: Store, run: int, start: int) -> None:
        place = (run, start)
        self._read: Callable[[], list[Any]] = lambda: store.rows(statements.READ_BLOCK, place)

    @cached_property
    def _blobs(self) -> tuple[bytes, bytes]:
        ids, contents = self._read()[0]
        return ids, contents

    @cached_property
    def ids(self) -> pa.LargeStringArray:
        return unpack_texts(self._blobs[0])

    @cached_property
    def contents(self) -> Hashes:
        return unpack_hashes(self._blobs[1])


class _Sought:
    """The messages that are looked for."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._next = 0
        bits = min(max((len(keys) * _SPREAD).bit_length(), _LEAST_BITS), _MOST_BITS)
        self._shift = np.uint64(64 - bits)
        self._mask = np.uint64((1 << bits) - 1)

    @cached_property
    def contents(self) -> Hashes:
        return self._keys.contents

    @cached_property
    def _hashes(self) -> Hashes:
        return self._keys.id_hashes

    @cached_property
    def _first_bits(self) -> npt.NDArray[np.bool_]:
        table = np.zeros(int(self._mask) + 1, dtype=bool)
        table[self._hashes >> self._shift] = True
        return table

    @cached_property
    def _last_bits(self) -> npt.NDArray[np.bool_]:
        table = np.zeros(int(self._mask) + 1, dtype=bool)
        table[self._hashes & self._mask] = True
        return table

    @cached_property
    def _order(self) -> Indices:
        return np.argsort(self._hashes)

    @cached_property
    def _sorted(self) -> Hashes:
        return self._hashes[self._order]

    def meet(self, hashes: Hashes, block: _Block) -> Iterator[Pairs]:
        """Which positions of a block hold which of the rows."""
        aligned = self._meet_aligned(hashes, block)
        if aligned is None:
            yield from self._meet_any(hashes, block)
        else:
            yield aligned

    def _meet_aligned(self, hashes: Hashes, block: _Block) -> Pairs | None:
        """The block as a whole, if its messages are the ones that are next in order."""
        begin, size = self._next, len(hashes)
        if not np.array_equal(self._hashes[begin : begin + size], hashes):
            return None
        if not block.ids.equals(self._keys.ids.slice(begin, size)):
            return None
        self._next = begin + size
        at = np.arange(size)
        return at, begin + at

    def _meet_any(self, hashes: Hashes, block: _Block) -> Iterator[Pairs]:
        at = np.flatnonzero(self._first_bits[hashes >> self._shift])
        at = at[self._last_bits[hashes[at] & self._mask]]
        at = at[np.argsort(hashes[at])]  # in order, the sorted hashes are walked, not jumped in
        where = np.searchsorted(self._sorted, hashes[at])
        while len(at):
            inside = where < len(self._sorted)
            at, where = at[inside], where[inside]
            alike = self._sorted[where] == hashes[at]
            at, where = at[alike], where[alike]
            if not len(at):
                return
            rows = self._order[where]
            equal = _are_equal(block.ids.take(pa.array(at)), self._keys.ids.take(pa.array(rows)))
            yield at[equal], rows[equal]
            # Ids that share a hash lie side by side: the next may be the one.
            at, where = at[~equal], where[~equal] + 1


def _are_equal(one: pa.Array, other: pa.Array) -> npt.NDArray[np.bool_]:
    same = pc.equal(one, other).fill_null(False)
    return np.asarray(same.to_numpy(zero_copy_only=False), dtype=bool)
