"""What became of messages, in either store: as heard, in the order asked for."""

import threading
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from cascade_frames.ledger import deliveries
from cascade_frames.ledger.deliveries import Reading
from cascade_frames.planning.fates import as_texts

from .samples import AT

LATER = AT + timedelta(hours=1)
DTYPES = {
    "delivery": "str",
    "channel": "str",
    "parts": "Int64",
    "cost": "Float64",
    "currency": "str",
    "delivered_at": "datetime64[us, UTC]",
    "heard_at": "datetime64[us, UTC]",
}


def told(ledger, *ids):
    """What is known of these messages."""
    return ledger.deliveries(as_texts(list(ids)))


def test_rows_come_in_the_order_of_the_ids(ledger):
    """Repeated, missing and unknown ids keep their rows, so that a table can be assigned to."""
    ledger.note([Reading("b", "delivered", AT, None, "viber", 1, 0.75, "UAH")])
    ledger.note([Reading("a", "processing", LATER)])
    found = told(ledger, "b", None, "never heard of", "a", "b")
    assert {name: str(kind) for name, kind in found.dtypes.items()} == DTYPES
    assert found["delivery"].fillna("-").tolist() == [
        "delivered",
        "-",
        "-",
        "processing",
        "delivered",
    ]
    assert found["parts"].fillna(-1).tolist() == [1, -1, -1, -1, 1]
    assert found["cost"].fillna(-1).tolist() == [0.75, -1, -1, -1, 0.75]
    assert found.loc[1].isna().all()
    assert found.loc[3, "heard_at"] == LATER
    assert pd.isna(found.loc[3, "delivered_at"])


def test_asking_for_none_gives_the_columns(ledger):
    """An empty table has the dtypes of a full one."""
    found = told(ledger)
    assert {name: str(kind) for name, kind in found.dtypes.items()} == DTYPES
    assert len(found) == 0


def test_more_than_a_piece(ledger, monkeypatch):
    """Beyond the size of a statement nothing is lost, doubled or put elsewhere."""
    monkeypatch.setattr(deliveries, "_PIECE", 7)
    ids = [f"m-{number * 7919 % 40}" for number in range(40)]
    ledger.note(Reading(one, "delivered", AT, cost=float(one[2:])) for one in ids * 2)
    assert told(ledger, *ids)["cost"].tolist() == [float(one[2:]) for one in ids]


def test_the_time_of_delivery_is_the_apis_own_where_it_gives_one(ledger):
    """Else it is when the delivery was first heard of, however often it is heard again."""
    ledger.note([Reading("post", "delivered", LATER, AT), Reading("status", "delivered", AT)])
    ledger.note([Reading("post", "delivered", LATER), Reading("status", "delivered", LATER)])
    found = told(ledger, "post", "status")
    assert found["delivered_at"].tolist() == [AT, AT]
    assert found["heard_at"].tolist() == [LATER, LATER]


def test_what_a_post_leaves_out_is_filled_and_not_taken_away(ledger):
    """A post without channel, parts and currency neither blocks nor erases them."""
    post = Reading("m", "delivered", AT, AT, cost=0.75)
    ledger.note([post])
    ledger.note([Reading("m", "delivered", LATER, None, "viber", 1, 0.75, "UAH")])
    ledger.note([post])
    found = told(ledger, "m").loc[0]
    assert [found["channel"], found["parts"], found["currency"]] == ["viber", 1, "UAH"]
    assert found["delivered_at"] == AT


def test_a_final_state_stays(ledger):
    """Whatever comes late, a message that is delivered is not on its way again."""
    ledger.note([Reading("m", "delivered", AT, channel="sms", cost=1.2)])
    for state in ("scheduled", "processing", "a new word"):
        ledger.note([Reading("m", state, LATER, LATER, "viber", 3, 0.0)])
    found = told(ledger, "m").loc[0]
    assert [found["delivery"], found["channel"], found["cost"]] == ["delivered", "sms", 1.2]


def test_odd_words_come_back_as_they_were(ledger):
    """Text is bound as a value, whatever it holds."""
    odd = "'; DROP TABLE delivery; -- \"\\ ї 😀"
    ledger.note([Reading(odd, odd, AT, None, odd, 2**53, 1e-9, odd)])
    found = told(ledger, odd).loc[0]
    assert [found["delivery"], found["channel"], found["currency"]] == [odd] * 3
    assert [found["parts"], found["cost"]] == [2**53, 1e-9]


def test_moments_need_a_zone(ledger):
    """A time that could be any is refused before anything is written."""
    naive = datetime(2026, 11, 2, 10)
    with pytest.raises(ValueError, match="time zone"):
        ledger.note([Reading("m", "delivered", AT), Reading("n", "delivered", naive)])
    assert told(ledger, "m")["delivery"].isna().all()


def test_several_writers_at_once_lose_nothing(open_it):
    """Posts and answers about the same messages, from several connections."""
    ledgers, ids = [open_it() for _ in range(4)], [f"m-{number}" for number in range(50)]
    ready = threading.Barrier(4)

    def write(ledger, number):
        states = ["scheduled", "processing", "undeliverable", "delivered"]
        ready.wait(10)
        for turn in range(4):
            state = states[(number + turn) % 4]
            since = AT + timedelta(seconds=states.index(state))
            ledger.note(Reading(one, state, LATER, since) for one in ids[number:] + ids[:number])

    threads = [threading.Thread(target=write, args=pair[::-1]) for pair in enumerate(ledgers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert set(told(ledgers[0], *ids)["delivery"]) == {"delivered"}


def test_the_read_rate_is_shared_by_all_who_use_the_ledger(open_it):
    """Time is spoken for once, one after the other, and each account has its own."""
    first, second = open_it(), open_it()
    assert first.reserve_reads("shop", 5.0) == 0
    assert 4 < second.reserve_reads("shop", 5.0) <= 5
    assert 9 < first.reserve_reads("shop", 0.5) <= 10
    assert first.reserve_reads("other", 1.0) == 0


def test_a_clock_that_was_put_back_blocks_no_reading(ledger):
    """Time that lies absurdly far ahead is not waited for."""
    ledger.reserve_reads("shop", 5.0)
    later = (datetime.now(UTC) + timedelta(days=1)).timestamp()
    ledger._store.rows("UPDATE slot SET free_at = ?", (later,))
    assert ledger.reserve_reads("shop", 5.0) == 0
