"""How long to wait: what the API asks for, within reason."""

import random
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_frames.sending.waiting import (
    BACKOFF_SECONDS,
    RETRY_AFTER_CAP_SECONDS,
    backoff,
    retry_after_seconds,
)

NOW = datetime(2026, 1, 25, 9, 0, tzinfo=UTC)


def date(**span):
    """Return an HTTP date so far from now."""
    return format_datetime(NOW + timedelta(**span), usegmt=True)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        ("1.5", 1.5),
        (date(seconds=30), 30.0),
        ("Sun, 25 Jan 2026 09:00:10", 10.0),
        ("86400", RETRY_AFTER_CAP_SECONDS),
        (date(days=300), RETRY_AFTER_CAP_SECONDS),
        ("-1", None),
        ("NaN", None),
        ("1e400", None),
        ("inf", None),
        (date(seconds=-30), None),
        ("soon", None),
        ("", None),
        (None, None),
        ("9" * 65, None),
        ("Mon, 32 Jan 2026 09:00:10 GMT", None),
        ("Mon, 25 Jan 2026 09:00:10 +99999999999999999", None),
    ],
)
def test_retry_after(header, seconds):
    """Sense is honoured up to the cap; nonsense asks for nothing."""
    assert retry_after_seconds(header, NOW) == seconds


@given(
    st.one_of(
        st.text(max_size=70),
        st.from_regex(r"\A[A-Z][a-z]{2}, \d{1,6} Jan \d{1,9} \d\d:\d\d:\d\d [+-]?\d{0,30}\Z"),
    )
)
def test_no_header_breaks_it(header):
    """Whatever the header, the wait is none or within the cap."""
    seconds = retry_after_seconds(header, NOW)
    assert seconds is None or 0 <= seconds <= RETRY_AFTER_CAP_SECONDS


@given(st.integers(1, 50), st.integers())
def test_backoff_is_jittered_and_bounded(attempt, seed):
    """Waits follow the API document's schedule, between half and whole of it."""
    base = BACKOFF_SECONDS[min(attempt, 3) - 1]
    assert base / 2 <= backoff(attempt, random.Random(seed)) <= base
