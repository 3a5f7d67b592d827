"""Checking a message table, as far as the sieve does not settle it by rule.

Two questions are asked of every table, by passes over whole columns that are at least as strict
as the model of `schema`: whether it has the model's columns and dtypes, and which of its rows may
break a rule. As a rule the answers are yes and none, and that is the verdict. Otherwise the model
itself is asked, and pandera loaded for it, which takes longer than the passes over a million rows.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import numpy as np
import pandas as pd

from cascade_frames.contract import Field
from cascade_frames.loading import one_at_a_time
from cascade_frames.planning.faults import Faults
from cascade_frames.planning.sieve import doubtful_rows, is_message_table


def check_messages(
    table: pd.DataFrame, now: datetime, faults: Faults, absent: Collection[Field] = ()
) -> None:
    """Check a message table against `schema.MessageTable`, all rules and rows at once.

    Args:
        table: N rows on a positional index.
        now: tz-aware; schedules must lie after it and at most 30 days ahead.
        faults: takes what is found.
        absent: fields that are known to have no value in any row.

    Raises:
        AssertionError: the table is not of the model's shape.
    """
    shaped = is_message_table(table)
    rows = np.arange(len(table))
    if shaped:
        rows = np.flatnonzero(doubtful_rows(table, now, absent))
    if shaped and not len(rows):
        return
    with one_at_a_time:
        from cascade_frames.planning.schema import check_rows
    check_rows(table, rows, now, faults)
