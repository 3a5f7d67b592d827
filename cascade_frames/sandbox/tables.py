"""What the sandbox saw, as DataFrames."""

import pandas as pd

from cascade_frames.sandbox.backend import Backend
from cascade_frames.sandbox.delivery import cost
from cascade_frames.sandbox.store import Store

ACCEPTED_TEXTS = ("messageId", "id", "fromName", "toPhone", "messageType", "text")


def accepted_table(store: Store) -> pd.DataFrame:
    """Return one row per accepted message, in order of acceptance.

    Columns: `messageId`, `id`, `fromName`, `toPhone`, `messageType`, `text` (str, as the
    recipient reads it), `ttl` (Int64, seconds), `scheduledSent` (str, as it came),
    `surveyOptions` (object: list of str), `extra` (object: dict of the other fields), `route`
    (str: standard or tg-viber), `request` (int64, its number in the table of requests),
    `accepted_at` (datetime64[us, UTC], the sandbox's time), `template` (str, the text as it
    came, where variables made it differ). What was not sent is missing.
    """
    rows = [
        (
            store.message_id(number),
            message.id,
            message.fromName,
            message.toPhone,
            message.messageType,
            message.text,
            message.ttl,
            message.scheduledSent,
            message.surveyOptions,
            message.extra,
            batch.route,
            batch.request,
            batch.accepted_at,
            message.template,
        )
        for batch in store.batches()
        for number, message in enumerate(batch.messages, batch.first)
    ]
    columns = [*ACCEPTED_TEXTS, "ttl", "scheduledSent", "surveyOptions", "extra"]
    columns += ["route", "request", "accepted_at", "template"]
    table = pd.DataFrame(rows, columns=pd.Index(columns), dtype="object")
    texts = dict.fromkeys([*ACCEPTED_TEXTS, "scheduledSent", "route", "template"], "str")
    return table.astype({**texts, "ttl": "Int64", "request": "int64"}).assign(
        accepted_at=_times(table["accepted_at"])
    )


def requests_table(store: Store) -> pd.DataFrame:
    """Return one row per answered request, in order of arrival.

    Columns: `number` (int64), `method`, `path` (str), `status` (Int64, missing when no answer
    was sent), `messages` (int64, those in its body), `received_at` (datetime64[us, UTC]).
    """
    columns = ["number", "method", "path", "status", "messages", "received_at"]
    table = pd.DataFrame(store.requests(), columns=pd.Index(columns), dtype="object")
    dtypes = {
        "number": "int64",
        "method": "str",
        "path": "str",
        "status": "Int64",
        "messages": "int64",
    }
    return table.astype(dtypes).assign(received_at=_times(table["received_at"]))


def deliveries_table(backend: Backend) -> pd.DataFrame:
    """Return what became of each accepted message by the sandbox's time, in order of acceptance.

    Columns: `messageId`, `id`, `toPhone`, `deliverystatus` (str), `channel` (str, missing until
    one delivered it), `cost` (float64), `ended_at` (datetime64[us, UTC], missing until then).
    """
    now = backend.clock.now()
    rows = []
    for message_id, _, message, journey in backend.deliveries():
        ended = now >= journey.ended
        rows.append(
            (
                message_id,
                message.id,
                message.toPhone,
                journey.status(now),
                journey.channel if ended else None,
                cost(message, journey, backend.prices, now),
                journey.ended if ended else None,
            )
        )
    texts = ["messageId", "id", "toPhone", "deliverystatus", "channel"]
    columns = pd.Index([*texts, "cost", "ended_at"])
    table = pd.DataFrame(rows, columns=columns, dtype="object")
    dtypes = dict.fromkeys(texts, "str") | {"cost": "float64"}
    return table.astype(dtypes).assign(ended_at=_times(table["ended_at"]))


def _times(microseconds: pd.Series) -> pd.Series:
    return pd.to_datetime(microseconds.astype("Int64"), unit="us", utc=True).astype(
        "datetime64[us, UTC]"
    )
