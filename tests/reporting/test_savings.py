"""What the cascade saved against SMS only."""

import pytest

import cascade_frames as cf
from cascade_frames.reporting.facts import read_facts
from cascade_frames.reporting.savings import savings_table

from .made_up import table_of


def facts(*messages):
    """The facts of delivered messages: channel, cost and currency."""
    rows = [
        {"age": 1, "outcome": "accepted", "delivery": "delivered", "channel": channel, "cost": cost,
         "currency": currency}
        for channel, cost, currency in messages
    ]  # fmt: skip
    return read_facts(table_of(rows))


def test_the_basis_is_the_mean_sms_of_the_campaign():
    """Each delivered message is set against what SMS cost on average in its currency."""
    told = facts(
        ("sms", 1.0, "UAH"), ("sms", 2.0, "UAH"), ("viber", 0.5, "UAH"), ("sms", 9.0, "EUR")
    )
    row = savings_table(told).set_index("currency").loc["UAH"]
    assert (row["delivered"], row["sms_cost"], row["sms_only"], row["cost"]) == (3, 1.5, 4.5, 3.5)
    assert row["saved"] == 1.0
    assert row["saved_share"] == pytest.approx(1 / 4.5)
    assert row["basis"] == "mean cost of the 2 delivered by SMS"


def test_a_given_price_is_the_basis():
    """The caller's price stands above the mean, for its currency alone."""
    told = facts(("sms", 1.0, "UAH"), ("viber", 0.5, "EUR"))
    table = savings_table(told, {"UAH": 3.0}).set_index("currency")
    assert table.loc["UAH", "saved"] == 2.0
    assert table.loc["EUR", "basis"].startswith("none")
    assert savings_table(facts(("viber", 0.5, None)), 2)["saved"].tolist() == [1.5]


def test_without_a_basis_there_is_no_number():
    """Where SMS delivered nothing, nothing is made up, and the report says why."""
    told = facts(("viber", 0.5, "UAH"))
    table = savings_table(told)
    assert table[["sms_only", "saved", "saved_share"]].isna().all(axis=None)
    assert "pass sms_cost=" in table["basis"].iloc[0]


def test_messages_without_a_cost_are_on_neither_side():
    """A delivered message whose cost is not known is not set against an SMS either."""
    table = savings_table(facts(("sms", 2.0, "UAH"), ("viber", None, "UAH")))
    assert table["delivered"].tolist() == [1]
    assert table["saved"].tolist() == [0.0]


def test_zero_costs_give_no_share():
    """Messages that cost nothing save nothing of nothing."""
    table = savings_table(facts(("sms", 0.0, "UAH"), ("viber", 0.0, "UAH")))
    assert table["saved"].tolist() == [0.0]
    assert table["saved_share"].isna().all()


@pytest.mark.parametrize("price", [-1, float("nan"), "1.2", {"UAH": -1}])
def test_what_is_no_price_is_refused(price):
    """A price is a number that is not negative."""
    with pytest.raises(cf.UsageError, match="a price is a number"):
        savings_table(facts(("sms", 1.0, "UAH")), price)


def test_one_price_for_two_currencies_is_refused():
    """A number alone does not say which currency it is in."""
    with pytest.raises(cf.UsageError, match=r"several currencies \(EUR, none\)"):
        savings_table(facts(("sms", 1.0, None), ("viber", 0.5, "EUR")), 1.2)
