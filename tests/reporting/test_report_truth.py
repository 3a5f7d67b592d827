"""The report of a real send equals what the sandbox knows."""

import numpy as np
import pandas as pd
import pytest

import cascade_frames as cf
from cascade_frames.sandbox.parts import count_parts
from tests.support.segments import segment

pytestmark = pytest.mark.timeout(1_500)
# The many become more than 20,000 messages.
PEOPLE = {"some": 2_000, "all": 23_000}
CITIES = np.array(["Київ", "Львів", "Одеса", None], dtype=object)
AGES = ["18-24", "25-34", "35-44", "45+"]
TEXT = "Мінус двадцять відсотків на все до неділі, тільки для вас: https://example.com/a"


def people(count):
    """People of four towns and ages; some phones are none."""
    table = segment(count)
    table["city"] = CITIES[np.arange(count) % 4]
    table["age_group"] = pd.Categorical(
        [AGES[at // 7 % 4] for at in range(count)], AGES, ordered=True
    )
    table.loc[table.index % 50 == 3, "phone"] = "none"
    return table


@pytest.fixture(scope="module", params=["some", pytest.param("all", marks=pytest.mark.endurance)])
def tracked(request, tmp_path_factory):
    """Yield a tracked result table of a send with a control group, and the sandbox's own record."""
    ledger = tmp_path_factory.mktemp("truth") / "ledger.sqlite3"
    with cf.Sandbox(limits=None, seed=5) as sandbox:
        account = sandbox.account.model_copy(
            update={"reads_per_second": 5_000, "requests_per_second": 1_000}
        )
        results = people(PEOPLE[request.param]).cascade.send(
            campaign="truth", to_phone="{phone}", from_name="Brand", message_type="promo",
            text=TEXT, ttl=100, control=0.1, on_invalid="drop", account=account, ledger=ledger,
            ui="none",
        )  # fmt: skip
        sandbox.step(600)
        results = results.cascade.track(account=account, ledger=ledger, ui="none")
        yield results, sandbox.deliveries()


@pytest.fixture(scope="module")
def truth(tracked):
    """Give the rows of the segment with what the sandbox knows of each."""
    results, deliveries = tracked
    rows = results[["city", "age_group", "phone"]].reset_index(drop=True)
    known = deliveries.set_index("toPhone")
    for name in ("deliverystatus", "channel", "cost"):
        rows[name] = rows["phone"].map(known[name])
    rows["parts"] = np.where(rows["channel"].eq("sms"), count_parts(TEXT), 1)
    return rows


def test_the_send_was_worth_reporting(truth):
    """All five channels delivered, and some messages reached nobody."""
    assert set(truth["channel"].dropna()) == {"telegram", "viber", "viber_business", "rcs", "sms"}
    assert truth["deliverystatus"].eq("undeliverable").any()
    assert truth.loc[truth["channel"].eq("sms"), "cost"].eq(2.4).all()


def test_the_funnel_is_the_truth(tracked, truth):
    """Each stage is what the segment and the sandbox say, and nothing is lost between."""
    report = tracked[0].cascade.report()
    accepted = truth["deliverystatus"].notna().sum()
    valid = truth["phone"].ne("none").sum()
    rows = report.funnel.set_index("stage")["rows"]
    assert rows["rows"] == len(truth)
    assert rows["valid"] == valid
    assert rows["messages"] == rows["accepted"] == accepted
    assert rows["delivered"] == truth["deliverystatus"].eq("delivered").sum()
    lost = report.fell_out.set_index("fate")["rows"].to_dict()
    assert lost == {
        "rejected": len(truth) - valid,
        "skipped": valid - accepted,
        "undeliverable": truth["deliverystatus"].eq("undeliverable").sum(),
    }
    failures = report.failures.set_index("fate")
    assert failures["rows"].to_dict() == lost
    assert failures.loc["skipped", "reason"] == "control_group"


def test_channels_and_costs_are_the_truth(tracked, truth):
    """Delivered messages, parts and money by channel are the sandbox's."""
    report = tracked[0].cascade.report()
    mine = report.channels.set_index("channel")
    for channel, theirs in truth[truth["channel"].notna()].groupby("channel"):
        row = mine.loc[channel]
        assert row["delivered"] == len(theirs)
        assert row["share"] == pytest.approx(len(theirs) / truth["channel"].notna().sum())
        assert row["parts"] == theirs["parts"].sum()
        assert row["cost_UAH"] == pytest.approx(theirs["cost"].sum())
        assert row["cost_per_delivered_UAH"] == pytest.approx(theirs["cost"].mean())
    (costs,) = report.costs.to_dict("records")
    delivered = truth["channel"].notna()
    assert costs["currency"] == "UAH"
    assert costs["cost"] == pytest.approx(truth["cost"].sum())
    assert costs["cost_per_delivered"] == pytest.approx(truth["cost"].sum() / delivered.sum())
    assert costs["parts"] == truth.loc[delivered, "parts"].sum()
    (savings,) = report.savings.to_dict("records")
    sms = truth.loc[truth["channel"].eq("sms"), "cost"].mean()
    assert savings["saved"] == pytest.approx(sms * delivered.sum() - truth["cost"].sum())
    assert savings["saved_share"] == pytest.approx(
        1 - truth["cost"].sum() / (sms * delivered.sum())
    )


@pytest.mark.parametrize("column", ["city", "age_group"])
def test_segments_are_the_truth(tracked, truth, column):
    """Every value of a column has the sandbox's numbers, a missing one too."""
    mine = tracked[0].cascade.report(column).segments[column]
    theirs = truth.groupby(column, dropna=False, observed=True)
    assert len(mine) == theirs.ngroups
    for value, group in theirs:
        row = mine[mine["value"].isna() if pd.isna(value) else mine["value"].eq(value)].iloc[0]
        accepted = group["deliverystatus"].notna().sum()
        delivered = group["deliverystatus"].eq("delivered").sum()
        assert row["rows"] == len(group)
        assert row["accepted"] == accepted
        assert row["delivered"] == delivered
        assert row["pending"] == 0
        assert row["delivery_rate"] == pytest.approx(delivered / accepted)
        assert row["cost_UAH"] == pytest.approx(group["cost"].sum())
        assert row["cost_per_delivered_UAH"] == pytest.approx(group["cost"].sum() / delivered)


def test_the_timeline_holds_every_message(tracked, truth):
    """Accepted and delivered messages over time add up to the sandbox's."""
    line = tracked[0].cascade.report(tz="Europe/Kyiv").timeline
    assert line["accepted"].sum() == truth["deliverystatus"].notna().sum()
    assert line["delivered"].sum() == truth["deliverystatus"].eq("delivered").sum()


def test_a_sample_tells_of_all_with_its_interval(tracked, truth):
    """Of a sample the report says what it estimates, and the truth is not far from it."""
    results = tracked[0].copy()
    accepted = results["messageId"].notna()
    drawn = accepted & (np.arange(len(results)) % 9 == 0)
    known = ["delivery", "channel", "parts", "cost", "currency", "delivered_at"]
    results.loc[~drawn, known] = pd.NA
    report = results.assign(sampled=drawn).cascade.report()
    row = report.estimate.set_index("delivery").loc["delivered"]
    share = truth["deliverystatus"].eq("delivered").sum() / accepted.sum()
    assert row["sampled"] == results["delivery"].eq("delivered").sum()
    assert row["low"] - 0.02 < share < row["high"] + 0.02
    assert report.funnel["rows"].iloc[-1] + report.fell_out["rows"].sum() == len(truth)
    assert "not in the sample" in set(report.fell_out["fate"])
    assert "as a sample" in report.notes[0]
    assert "delivered, estimated" in repr(report)
    assert "Estimated from the sample" in report.to_html()
