"""Policy: who is held back although the message is sound."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from cascade_frames.errors import MappingError
from cascade_frames.outcomes import Reason
from cascade_frames.planning import phones, utf8
from cascade_frames.planning.advice import Advice
from cascade_frames.planning.faults import Faults
from cascade_frames.planning.templates import find_column, is_missing


def hold_back_opted_out(
    recipients: pd.Series[Any], opt_out: Iterable[object] | pd.DataFrame, region: str, held: Faults
) -> tuple[Advice, ...]:
    """Note the rows whose recipient is on an opt-out list.

    Args:
        recipients: N phones in E.164, None where there is none.
        opt_out: phones in any spelling: a Series, a list, or a table with a column `phone`
            or `toPhone`.
        region: the country assumed for phones that do not name one.
        held: takes the rows.

    Returns:
        Advice about entries that cannot be read as phones, by which nobody is held back.

    Raises:
        MappingError: a table without such a column; not one of the entries is a phone.
    """
    entries = _phones_of(opt_out)
    listed = phones.normalise(entries, region)
    if len(listed) and listed.null_count == len(listed):
        raise MappingError(
            "opt_out: not one of its entries can be read as a phone, so nobody would be held "
            "back. Pass the column with the phones."
        )
    on_list = pc.is_in(utf8.strings(recipients), listed.drop_null())
    held.add(Reason.OPTED_OUT, "opt_out", on_list.to_numpy(zero_copy_only=False))
    unread = int((utf8.nulls(listed) & ~is_missing(entries)).sum())
    if not unread:
        return ()
    return (Advice(unread, "an entry of opt_out that is no phone, so it holds nobody back"),)


def _phones_of(opt_out: Iterable[object] | pd.DataFrame) -> pd.Series[Any]:
    if isinstance(opt_out, str | bytes) or not isinstance(opt_out, Iterable):
        raise MappingError("opt_out: give a list, a Series or a table of phones, not one value.")
    if isinstance(opt_out, pd.Series | pd.Index):
        return pd.Series(opt_out).reset_index(drop=True)
    if not isinstance(opt_out, pd.DataFrame):
        return pd.Series(list(opt_out), dtype=object)
    for name in ("phone", "toPhone"):
        if name in opt_out.columns:
            return find_column(opt_out, name, "opt_out")
    raise MappingError(
        "opt_out: the table has no column 'phone' or 'toPhone'. Pass the column itself, as "
        f"opt_out=table[…]; it has {np.asarray(opt_out.columns).tolist()}."
    )
