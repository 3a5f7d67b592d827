"""What the planning tests plan with: a small segment, an account, a ledger with nothing in it."""

from dataclasses import fields, replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from cascade_frames.planning.mapping import MessageMapping
from cascade_frames.planning.memory import not_started
from cascade_frames.planning.planner import PlanRequest, make_plan
from cascade_frames.settings import Account

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
SECRET = bytes(range(32))
MAPPING = {field.name for field in fields(MessageMapping)}


class Memory:
    """A ledger that knows nothing but ids that were used for other content."""

    def __init__(self, reused=(), secret=SECRET):
        self.secret = secret
        self.reused = list(reused)

    def stand(self, account, keys):  # noqa: ARG002 - the protocol's
        """Every message is unsent; those whose id was used are told."""
        reused = np.isin(np.array(keys.ids.to_pylist(), dtype=str), self.reused)
        return replace(not_started(len(keys)), reused=reused)


def account(**fields):
    """An account on loopback, where nothing listens."""
    return Account(**({"base_url": "http://127.0.0.1:9", "api_key": "invented-key"} | fields))


def segment(rows=3, **columns):
    """Rows with a phone each, and whatever columns a test is about."""
    rows = len(next(iter(columns.values()))) if columns else rows
    phones = [f"+38020{number:07d}" for number in range(rows)]
    return pd.DataFrame({"phone": pd.Series(phones, dtype="str")} | columns)


def objects(*values):
    """An object column."""
    return pd.Series(list(values), dtype=object)


def plan(table, memory=None, **options):
    """Plan a promo; options are those of the verbs."""
    given = {
        "campaign": "autumn",
        "to_phone": "{phone}",
        "from_name": "Brand",
        "message_type": "promo",
        "text": "Hello",
    } | options
    mapping = MessageMapping(**{name: given.pop(name) for name in MAPPING & given.keys()})
    given.setdefault("account", account())
    return make_plan(table, PlanRequest(mapping, **given), memory or Memory(), NOW, None)


def drop(table, **options):
    """Plan the sound rows; every row may be bad but one."""
    return plan(table, on_invalid="drop", **options)


def rejected(table, **options):
    """Reason and detail of each rejected row, by position; some other row must be sound."""
    told = drop(table, **options).rejected
    return {row.position: (row.reason, row.detail) for row in told.itertuples()}


def texts(table, text, **options):
    """The texts of the sound rows."""
    return drop(table, text=text, **options).messages["text"].tolist()
