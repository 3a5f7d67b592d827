"""Messages over time."""

from datetime import timedelta, timezone

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_frames as cf
from cascade_frames.reporting.facts import read_facts
from cascade_frames.reporting.timeline import INTERVALS, read_interval, read_zone, timeline_table

from .made_up import plain, result_tables, table_of

# Zones with clocks that change at midnight, half hours, and neither.
ZONES = ["UTC", "Europe/Kyiv", "Asia/Kolkata", "America/Havana", "Africa/Cairo"]


def told(*minutes, **more):
    """The facts of messages that were accepted so many minutes after the tables' beginning."""
    rows = [{"age": 1, "outcome": "accepted", "sent_at": one, **more} for one in minutes]
    return read_facts(table_of(rows))


@settings(max_examples=40)
@given(result_tables(), st.sampled_from(ZONES), st.sampled_from([None, "15min", "1h", "1D"]))
def test_every_time_is_in_one_interval(made, zone, every):
    """The intervals are without gaps, and hold each accepted and delivered message once."""
    table, suffix = made
    facts = read_facts(table, suffix)
    place = read_zone(zone)
    interval = read_interval(facts, every)
    line = timeline_table(facts, place, interval)
    results = plain(table, suffix)
    accepted = results[results["outcome"] == "accepted"]
    delivered = accepted[accepted["delivery"] == "delivered"]
    assert line["accepted"].sum() == accepted["sent_at"].notna().sum()
    assert line["delivered"].sum() == delivered["delivered_at"].notna().sum()
    assert line["start"].is_monotonic_increasing
    assert line["start"].is_unique
    assert str(line["start"].dt.tz) == zone
    for start, number in zip(line["start"], line["accepted"], strict=True):
        end = start + (pd.DateOffset(days=1) if interval == "1D" else pd.Timedelta(interval))
        if interval != "1D":
            assert accepted["sent_at"].between(start, end, inclusive="left").sum() == number
    if every is None:
        assert len(line) <= 62


def test_days_are_those_of_the_zone():
    """A message of half past ten in the evening, UTC, is of the next day in Kyiv."""
    line = timeline_table(told(30, 60 * 26), read_zone("Europe/Kyiv"), "1D")
    assert line["start"].map(str).tolist() == [
        "2026-10-25 00:00:00+03:00",
        "2026-10-26 00:00:00+02:00",
    ]
    assert line["accepted"].tolist() == [1, 1]


def test_an_hour_that_comes_twice_is_two_hours():
    """When clocks are set back, messages of the two hours are kept apart."""
    line = timeline_table(told(60 * 2 + 10, 60 * 3 + 10), read_zone("Europe/Kyiv"), "1h")
    assert line["start"].map(str).tolist() == [
        "2026-10-25 03:00:00+03:00",
        "2026-10-25 03:00:00+02:00",
    ]


@pytest.mark.parametrize(
    ("minutes", "interval"),
    [((0, 0), "1s"), ((0, 14), "15s"), ((0, 60), "1min"), ((0, 3000), "1h"), ((0, 5000), "1D")],
)
def test_the_interval_suits_the_span(minutes, interval):
    """The shortest interval that makes few of them is chosen."""
    assert read_interval(told(*minutes), None) == interval


def test_what_makes_too_many_intervals_is_refused():
    """Seconds over months are an error, not a table that fills the memory."""
    with pytest.raises(cf.UsageError, match="more than 10,000"):
        timeline_table(told(0, 60 * 24 * 30), read_zone("UTC"), "1s")


def test_zones_and_intervals_are_checked():
    """A wrong name of either is an error that says what to choose."""
    with pytest.raises(cf.UsageError, match="Europe/Kyiv"):
        read_zone("Kiev")
    with pytest.raises(cf.UsageError, match=INTERVALS[0]):
        read_interval(told(0), "7min")
    east = timezone(timedelta(hours=3))
    assert read_zone(east) is east
