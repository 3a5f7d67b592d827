"""The tables of a report: they conserve the rows, and a groupby repeats them."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_frames as cf
from cascade_frames.reporting.report import make_report

from .made_up import plain, result_tables, table_of

near = pytest.approx
few = settings(max_examples=30)


@few
@given(result_tables(), st.integers(1, 8))
def test_nothing_is_lost_and_nothing_is_told_twice(made, most):
    """Stages, drop-outs, channels, segments and failures add up to the table, whatever is in it."""
    table, suffix = made
    report = make_report(table, ["city", "age"], suffix=suffix, most=most)
    funnel, fell_out = report.funnel, report.fell_out
    rows = funnel.set_index("stage")["rows"]
    assert rows["rows"] == len(table)
    assert rows.is_monotonic_decreasing
    assert rows.iloc[-1] + fell_out["rows"].sum() == len(table)
    assert (funnel["rows"] + funnel["fell_out"].cumsum() == len(table)).all()
    assert fell_out.groupby("stage")["rows"].sum().to_dict() == {
        stage: lost for stage, lost in zip(funnel["stage"], funnel["fell_out"], strict=True) if lost
    }
    assert report.channels["delivered"].sum() == rows["delivered"]
    assert report.costs["delivered"].sum() == rows["delivered"]
    for segment in report.segments.values():
        assert segment["rows"].sum() == len(table)
        assert segment["accepted"].sum() == rows["accepted"]
        assert segment["delivered"].sum() == rows["delivered"]
        assert len(segment) <= most + 2
    final = fell_out.loc[
        ~fell_out["fate"].isin(["scheduled", "processing", "wat", "not known yet"])
    ]
    assert report.failures["rows"].sum() == final["rows"].sum()


@few
@given(result_tables())
def test_a_groupby_repeats_every_table(made):
    """Every table is the groupby that the docs say it is."""
    table, suffix = made
    report = make_report(table, "city", suffix=suffix, most=100)
    results = plain(table, suffix)
    accepted = results[results["outcome"] == "accepted"]
    delivered = accepted[accepted["delivery"] == "delivered"]
    channels = delivered.groupby("channel", dropna=False).agg(
        delivered=("outcome", "size"), parts=("parts", "sum")
    )
    told = report.channels.set_index("channel")
    assert told["delivered"].to_dict() == near(channels["delivered"].to_dict(), nan_ok=True)
    assert told["parts"].fillna(0).to_dict() == near(channels["parts"].to_dict(), nan_ok=True)
    by_currency = accepted.groupby("currency", dropna=False)["cost"].sum()
    for currency, cost in report.costs.set_index("currency")["cost"].fillna(0).items():
        key = by_currency.index.isna() if pd.isna(currency) else by_currency.index == currency
        assert cost == near(by_currency[key].sum())
    for value, row in report.segments["city"].set_index("value").iterrows():
        these = (
            results["city"].isna() if value is None or pd.isna(value) else results["city"].eq(value)
        )
        mine = accepted[these.reindex(accepted.index)]
        assert row["rows"] == these.sum()
        assert row["accepted"] == len(mine)
        assert row["delivered"] == (mine["delivery"] == "delivered").sum()
        for currency in ("UAH", "EUR"):
            if f"cost_{currency}" in row:
                cost = mine.loc[mine["currency"] == currency, "cost"].sum()
                assert (0 if pd.isna(row[f"cost_{currency}"]) else row[f"cost_{currency}"]) == near(
                    cost
                )


@few
@given(result_tables())
def test_money_is_never_summed_across_currencies(made):
    """Channels and segments cost together what each currency costs, and each by itself."""
    table, suffix = made
    report = make_report(table, ["city", "age"], suffix=suffix, most=3)
    for currency, row in report.costs.set_index("currency").iterrows():
        name = "no_currency" if pd.isna(currency) else currency
        for segment in report.segments.values():
            assert segment[f"cost_{name}"].sum() == near(known(row["cost"]))
        of_delivered = report.channels.get(f"cost_{name}", pd.Series(dtype="float64")).sum()
        assert of_delivered == near(known(row["cost_of_delivered"]))


def known(number):
    """The number; nothing where there is none."""
    return 0 if pd.isna(number) else number


@few
@given(result_tables(tracked=False))
def test_an_untracked_table_is_told_up_to_accepted(made):
    """Without deliveries the funnel ends at accepted, and the report says how to go on."""
    table, suffix = made
    report = make_report(table, "city", suffix=suffix)
    assert report.funnel["stage"].tolist() == ["rows", "valid", "messages", "accepted"]
    assert report.funnel["rows"].iloc[-1] + report.fell_out["rows"].sum() == len(table)
    assert "delivered" not in report.segments["city"]
    assert "results.cascade.track()" in report.notes[0]
    assert report.channels.empty
    assert report.costs.empty


@few
@given(result_tables())
def test_every_number_is_in_the_long_table(made):
    """The long table holds each number of each table once."""
    table, suffix = made
    report = make_report(table, ["city", "age"], suffix=suffix)
    long = report.to_frame()
    assert list(long.columns) == ["table", "by", "value", "currency", "measure", "number"]
    shown = [*report.figures.named().values(), *report.segments.values()]
    cells = sum(
        len(one) * sum(pd.api.types.is_numeric_dtype(kind) for kind in one.dtypes) for one in shown
    )
    others = sum(map(len, report.segments.values()))  # how many values a row stands for
    assert len(long) == cells - others
    assert not long.drop(columns="number").duplicated().any()


def test_the_callers_table_stays_as_it_is():
    """A report changes nothing of the table it is made of."""
    table = table_of([{"city": "a", "age": 20, "outcome": "accepted", "delivery": "delivered"}])
    before = table.copy()
    report = table.cascade.report("city")
    for mine in (report.funnel, report.segments["city"]):
        mine.loc[0, "rows"] = 99
    pd.testing.assert_frame_equal(table, before)
    assert report.funnel["rows"].iloc[0] == report.segments["city"]["rows"].iloc[0] == 1


def test_texts_from_a_file_serve_as_well(tmp_path):
    """Results that went through a CSV file give the same report."""
    rows = [
        {"city": "a", "age": 20, "outcome": "accepted", "sent_at": 0, "delivery": "delivered",
         "channel": "sms", "parts": 2, "cost": 2.4, "currency": "UAH", "delivered_at": 3},
        {"city": "b", "age": 21, "outcome": "rejected", "reason": "phone_invalid"},
    ]  # fmt: skip
    table = table_of(rows)
    table.to_csv(tmp_path / "a.csv", index=False)
    again = pd.read_csv(tmp_path / "a.csv")
    pd.testing.assert_frame_equal(
        again.cascade.report("city").to_frame(), table.cascade.report("city").to_frame()
    )


def test_a_table_that_is_none_is_refused():
    """What is no result table, or lacks a column, is named."""
    table = table_of([{"outcome": "accepted", "age": 1}])
    with pytest.raises(cf.MappingError, match="no column 'outcome_x'"):
        table.cascade.report(suffix="_x")
    with pytest.raises(cf.MappingError, match="by: this table has no column 'town'"):
        table.cascade.report("town")
    with pytest.raises(cf.MappingError, match="2 columns 'a'"):
        table.assign(a=1, b=1).rename(columns={"b": "a"}).cascade.report("a")
    with pytest.raises(cf.MappingError, match="'x' holds lists"):
        table.assign(x=[[1]]).cascade.report("x")
    with pytest.raises(cf.MappingError, match="'cost' holds other things than numbers"):
        table.assign(cost="much").cascade.report()
    with pytest.raises(cf.UsageError, match="most"):
        table.cascade.report("city", most=0)
    with pytest.raises(cf.UsageError, match="no table 'town'"):
        table.cascade.report("city").to_frame("town")


def test_most_values_have_rows_and_the_rest_is_other():
    """The largest values stand alone, the others are one row that says how many they are."""
    table = table_of([{"city": city, "age": 1, "outcome": "accepted"} for city in "aaabbcde"])
    told = table.cascade.report("city", most=2).to_frame("city")
    assert told[["value", "values", "rows"]].to_numpy().tolist() == [
        ["a", 1, 3], ["b", 1, 2], ["other", 3, 3],
    ]  # fmt: skip
    all_told = table.cascade.report("city", most=4).to_frame("city")
    assert all_told["value"].tolist() == list("abcde")


def test_what_has_an_order_stands_in_it():
    """Ordered categories and numbers come in their order, not by their rows."""
    ages = pd.CategoricalDtype(["young", "old"], ordered=True)
    table = table_of([{"age": age, "outcome": "accepted"} for age in (30, 30, 20)])
    table["group"] = pd.Series(["old", "old", "young"], dtype=ages)
    table["years"] = ["100+", "18-24", "100+"]
    report = table.cascade.report(["age", "group", "years"])
    assert report.segments["years"]["value"].tolist() == ["18-24", "100+"]
    assert report.segments["age"]["value"].tolist() == [20, 30]
    assert report.segments["group"]["value"].tolist() == ["young", "old"]


def test_deliveries_of_rows_that_were_not_accepted_are_left_out_and_told():
    """Only accepted rows count as delivered, and the report says what it left out."""
    table = table_of([{"age": 1, "outcome": "unknown", "delivery": "delivered", "cost": 1.0}])
    report = table.cascade.report()
    assert report.funnel["rows"].tolist() == [1, 1, 1, 0, 0]
    assert report.costs.empty
    assert "1 rows have a delivery or a cost and are not accepted" in " ".join(report.notes)
