"""Durations and schedules: what is understood, and what is too doubtful to act on."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_frames.contract import SCHEDULE_MAX_AHEAD
from cascade_frames.errors import MappingError
from cascade_frames.outcomes import Reason
from cascade_frames.planning.timing import seconds_column, to_seconds, utc_column

from .samples import NOW, drop, objects, plan, rejected, segment

KYIV = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (1, 1),
        (300, 300),
        (300.0, 300),
        (np.int32(300), 300),
        (np.float32(300), 300),
        ("300", 300),
        ("300.0", 300),
        ("45s", 45),
        ("90m", 5400),
        ("90min", 5400),
        ("1.5h", 5400),
        ("2d", 172_800),
        ("2D", 172_800),
        (" 2 d ", 172_800),
        ("1w", 604_800),
        (timedelta(days=2), 172_800),
        (pd.Timedelta("2D"), 172_800),
        (np.timedelta64(2, "D"), 172_800),
        (2**31 - 1, 2**31 - 1),
    ],
)
def test_durations_are_brought_to_seconds(value, seconds):
    """Seconds, short strings and timedeltas are all understood."""
    assert to_seconds(value) == seconds


@pytest.mark.parametrize(
    "value",
    [
        *(True, False, np.True_, 0, -1, 0.0, 1.5, -0.5, np.nan, np.inf, 2**31, 10**400, 1e300),
        *("", "d", "2 days", "-2d", "0d", "0.5s", "1e3", "2d 3h", "P2D", "9" * 400 + "d", "nan"),
        *(timedelta(0), timedelta(days=-1), timedelta(seconds=1.5), timedelta(days=99_999)),
        *(pd.NaT, np.timedelta64("NaT"), np.timedelta64(2, "Y"), np.timedelta64(1, "M")),
        *(None, pd.NA, Decimal(5), [300], b"2d", date(2026, 1, 1)),
    ],
    ids=lambda value: ascii(value)[:20],
)
def test_anything_else_is_no_duration(value):
    """A flag, a fraction of a second, nothing, or more than the API's integer is refused."""
    assert to_seconds(value) is None


@given(st.one_of(st.text(max_size=8), st.floats(), st.integers(), st.timedeltas(), st.booleans()))
def test_any_value_is_a_positive_whole_number_of_seconds_or_none(value):
    """No input raises, and no result could be refused by the API."""
    seconds = to_seconds(value)
    assert seconds is None or (type(seconds) is int and 0 < seconds < 2**31)


def test_a_column_of_durations_keeps_its_gaps_apart_from_its_faults():
    """A gap is no duration and no fault; a flag beside an equal number is a fault."""
    column = objects(1, True, "2d", None, [3], "soon")
    missing = np.array([False, False, False, True, False, False])
    seconds, bad = seconds_column(column, missing)
    assert seconds.dtype == "Int64"
    assert seconds.tolist() == [1, pd.NA, 172_800, pd.NA, pd.NA, pd.NA]
    assert bad.tolist() == [False, True, False, False, True, True]


@pytest.mark.parametrize(
    "column",
    [
        pd.to_timedelta(pd.Series(["2D", None])),
        pd.Series([172_800, None]),
        pd.Series([172_800, None], dtype="Int64"),
        pd.Series([172_800, None], dtype="int64[pyarrow]"),
        pd.Series(["2d", None]),
        pd.Series(["2d", None], dtype="category"),
    ],
    ids=lambda column: str(column.dtype),
)
def test_a_column_of_any_dtype_gives_seconds(column):
    """However durations are held; a row without one goes without where a Series is given."""
    made = plan(segment(x=column), ttl=column)
    assert made.messages["ttl"].tolist() == [172_800, pd.NA]


def test_a_template_without_its_ttl_rejects_the_row():
    """A gap in a column that a template uses rejects the row, for ttl as for text."""
    told = rejected(segment(x=objects(None, 60, -1)), ttl="{x}")
    assert told[0] == (Reason.MISSING_VALUE, "x: a value that the message needs is missing")
    assert told[2] == (Reason.TTL_INVALID, "x: ttl is not a whole, positive number of seconds")


@pytest.mark.parametrize("ttl", [0, -5, True, 1.5, "soon", [60], {"days": 2}, lambda: 60])
def test_a_bad_ttl_for_all_stops_the_call(ttl):
    """A constant no row could be sent with is the call's fault, and the error says the forms."""
    with pytest.raises(MappingError, match=r'^ttl: give .*"2d"'):
        plan(segment(), ttl=ttl)


# Schedules

MOMENT = pd.Timestamp("2026-01-02T09:00", tz="UTC")


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-02T09:00:00Z",
        "2026-01-02T09:00Z",
        "2026-01-02 09:00:00+00:00",
        "2026-01-02T11:00:00+02:00",
        "2026-01-02T11:00+0200",
        "2026-01-02T11:00:00.000000+02:00",
        "2026-01-02T04:00-05:00",
        "2026-01-02 09:00 UTC",
        "20260102T090000Z",
        " 2026-01-02t09:00:00z ",
        datetime(2026, 1, 2, 9, tzinfo=UTC),
        datetime(2026, 1, 2, 11, tzinfo=KYIV),
        pd.Timestamp("2026-01-02T11:00", tz="Europe/Kyiv"),
    ],
    ids=str,
)
def test_a_moment_with_a_zone_is_brought_to_utc(value):
    """Any offset names the same moment, which is sent in UTC."""
    when, naive, bad = utc_column(objects(value), np.zeros(1, dtype=bool))
    assert when.dtype == "datetime64[us, UTC]"
    assert when.tolist() == [MOMENT]
    assert not naive.any()
    assert not bad.any()


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-02T09:00:00",
        "2026-01-02 09:00",
        "2026-01-02",
        "20260102",
        datetime(2026, 1, 2, 9),
        pd.Timestamp("2026-01-02"),
    ],
    ids=str,
)
def test_a_moment_without_a_zone_is_refused_as_that(value):
    """A local time of nobody knows where is ambiguous, and the row is told so."""
    _, naive, bad = utc_column(objects(value), np.zeros(1, dtype=bool))
    assert (naive.tolist(), bad.tolist()) == ([True], [False])


@pytest.mark.parametrize(
    "value",
    [
        *("now", "today", "tomorrow", "soon", "10:00+02:00", "01/02/2026 10:00+02:00"),
        *("02.01.2026 10:00+02:00", "Jan 2 2026 10:00Z", "2026-01-02T25:00Z", "2026-02-30T10:00Z"),
        *("2026-01-02T10:00 Europe/Kyiv", "2026-01-02T10:00 EST", "1767344400", "2026-W01-5"),
        *("٢٠٢٦-٠١-٠٢T٠٩:٠٠Z", "2026-01-02T09:00+99:00", "\ud800"),
        *(1767344400, 1.5, True, date(2026, 1, 2), [1], b"2026-01-02T09:00Z", timedelta(1)),
    ],
    ids=ascii,
)
def test_what_is_no_iso_moment_is_refused(value):
    """Only ISO 8601 is read: 01/02 is January to one reader and February to another."""
    _, naive, bad = utc_column(objects(value), np.zeros(1, dtype=bool))
    assert (naive.tolist(), bad.tolist()) == ([False], [True])


@given(st.one_of(st.text(max_size=20), st.datetimes(timezones=st.timezones()), st.datetimes()))
def test_any_schedule_is_read_or_refused_once(value):
    """No input raises; each is a moment, or naive, or none, and never two of these."""
    when, naive, bad = utc_column(objects(value), np.zeros(1, dtype=bool))
    assert int(when.notna().iat[0]) + int(naive[0]) + int(bad[0]) == 1


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([MOMENT, None]),
        pd.Series([MOMENT, None]).dt.tz_convert("Europe/Kyiv"),
        pd.Series([MOMENT, None]).astype("datetime64[s, UTC]"),
        pd.Series([MOMENT, None]).astype("timestamp[us, tz=Europe/Kyiv][pyarrow]"),
        objects("2026-01-02T11:00+02:00", ""),
        objects(datetime(2026, 1, 2, 11, tzinfo=KYIV), pd.NaT),
    ],
    ids=lambda column: str(column.dtype),
)
def test_a_column_of_schedules_keeps_its_gaps(column):
    """However moments are held, a row without one is sent at once where a Series is given."""
    made = plan(segment(x=column), scheduled_sent=column)
    assert made.messages["scheduledSent"].tolist() == [MOMENT, pd.NaT]


@pytest.mark.parametrize("kind", ["datetime64[us]", "timestamp[us][pyarrow]"])
def test_a_column_without_zones_rejects_every_moment_in_it(kind):
    """A naive column has gaps and ambiguous moments, and no moment to send at."""
    column = pd.Series(pd.to_datetime(["2026-01-02 09:00", None])).astype(kind)
    told = drop(segment(x=column), scheduled_sent=pd.col("x")).rejected
    assert told["reason"].tolist() == [Reason.SCHEDULE_NAIVE]


def test_schedules_are_held_to_their_window():
    """After now, and at most 30 days ahead, to the second; mixed offsets are one clock."""
    second = timedelta(seconds=1)
    late = NOW + SCHEDULE_MAX_AHEAD
    column = objects(
        NOW + second,
        late.astimezone(KYIV),
        NOW,
        (NOW - second).astimezone(KYIV),
        late + second,
        late + timedelta(days=1),
        "9999-12-31T23:59:59Z",
    )
    told = rejected(segment(when=column), scheduled_sent="{when}")
    assert {position: reason for position, (reason, _) in told.items()} == {
        2: Reason.SCHEDULE_PAST,
        3: Reason.SCHEDULE_PAST,
        4: Reason.SCHEDULE_TOO_FAR,
        5: Reason.SCHEDULE_TOO_FAR,
        6: Reason.SCHEDULE_TOO_FAR,
    }
    assert told[2][1] == "when: the scheduled time is in the past"


def test_a_naive_schedule_for_all_stops_the_call():
    """A constant without a zone is refused, with the two ways to give it one."""
    for when in ("2026-01-02 09:00", datetime(2026, 1, 2, 9), pd.Timestamp("2026-01-02")):
        with pytest.raises(MappingError, match=r"no zone.*tz_localize"):
            plan(segment(), scheduled_sent=when)


@pytest.mark.parametrize("when", ["soon", 5, date(2026, 1, 2), pd.NaT])
def test_a_schedule_for_all_that_is_none_stops_the_call(when):
    """A constant that is no moment is refused before any row is looked at."""
    with pytest.raises(MappingError, match=r"^scheduled_sent: "):
        plan(segment(), scheduled_sent=when)
