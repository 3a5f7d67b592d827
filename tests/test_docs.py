"""The documents say what is true."""

import re
from pathlib import Path

import pandas as pd
import pytest

import cascade_frames as cf
from cascade_frames.handles import RunPhase
from cascade_frames.outcomes import DELIVERY_WORDING, WORDING, Delivery, Outcome, Reason
from cascade_frames.sending.verdicts import Cause
from cascade_frames.settings import Account

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    """Every link to a file of the project finds it."""
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_reason_is_documented_with_its_wording():
    """The table of reasons is the code's own."""
    page = (ROOT / "docs" / "outcomes.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| (?!(?:yes|no) )\w+ \| (.+) \|$", page, re.MULTILINE))
    assert rows == {str(reason): WORDING[reason] for reason in Reason}


def test_every_delivery_is_documented_with_its_wording():
    """The table of deliveries is the code's own."""
    page = (ROOT / "docs" / "outcomes.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (yes|no) \| (.+) \|$", page, re.MULTILINE)
    told = {state: (final == "yes", words) for state, final, words in rows}
    assert told == {str(one): (one.final, DELIVERY_WORDING[one]) for one in Delivery}


def test_every_outcome_and_cause_is_documented():
    """Whatever a table or an error can say has its line in the docs."""
    page = (ROOT / "docs" / "outcomes.md").read_text("utf-8")
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [cause for cause in Cause if f"| `{cause}` |" not in page] == []
    assert [outcome for outcome in Outcome if f"| `{outcome}` |" not in readme] == []


def test_every_phase_of_a_run_is_documented():
    """Whatever a run's status can say stands in the docs."""
    page = (ROOT / "docs" / "runs.md").read_text("utf-8")
    assert [phase for phase in RunPhase if f"| `{phase}` |" not in page] == []


def test_every_field_of_an_account_is_documented():
    """Each field of an account stands in the docs with its environment variable."""
    page = (ROOT / "docs" / "accounts.md").read_text("utf-8")
    fields = [f"| `{name}` | `CASCADE_{name.upper()}` |" for name in Account.model_fields]
    assert [line for line in fields if line not in page] == []


def test_the_readmes_first_send_runs_as_it_stands(monkeypatch, capsys):
    """The first example of the README gives the output printed under it."""
    readme = (ROOT / "README.md").read_text("utf-8")
    example = re.search(r"```python\n(.*?)```\s+```text\n(.*?)```", readme, re.DOTALL)
    code, output = example.groups()
    monkeypatch.chdir(ROOT)
    names = {}
    exec(code.replace("results.groupby", "shown = results.groupby"), names)  # noqa: S102
    assert str(names["shown"]).split() == output.split()
    assert "SANDBOX" in capsys.readouterr().err


def test_the_clients_example_runs_as_it_stands():
    """The plain client's example works, against the sandbox."""
    page = (ROOT / "docs" / "client.md").read_text("utf-8")
    names = {}
    exec(re.search(r"```python\n(.*?)```", page, re.DOTALL)[1], names)  # noqa: S102
    assert isinstance(names["receipt"], cf.Receipt)
    assert len(names["receipts"]) == 1


def test_the_reports_definitions_and_joins_are_true(tmp_path, monkeypatch):
    """Every snippet of the report's page runs, and gives the report's own numbers."""
    monkeypatch.chdir(tmp_path)
    names = tables_for_the_report() | {"pd": pd}
    page = (ROOT / "docs" / "report.md").read_text("utf-8")
    for code in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        exec(code, names)  # noqa: S102
    report = names["report"]
    told = report.to_frame().set_index(["table", "value", "currency", "measure"])["number"]
    assert (tmp_path / "funnel.png").exists()
    assert len(pd.read_parquet("results.parquet")) == len(names["results"])

    def same(table, measure, mine, currency=float("nan")):
        """Whether the report has the snippet's numbers."""
        theirs = {
            value: number
            for (where, value, of, what), number in told.items()
            if (where, what) == (table, measure) and (of == currency or pd.isna(currency))
        }
        known = {value: number for value, number in mine.items() if pd.notna(value)}
        assert {value: theirs[value] for value in known} == pytest.approx(known, nan_ok=True)

    same("channels", "delivered", names["channels"]["delivered"])
    same("channels", "parts", names["channels"]["parts"])
    same("channels", "cost", names["cost_by_channel"]["UAH"], "UAH")
    same("segments", "rows", names["rows"])
    same("segments", "acceptance_rate", names["acceptance_rate"])
    same("segments", "delivery_rate", names["delivery_rate"])
    same("segments", "cost", names["cost_by_city"]["UAH"], "UAH")
    costs = report.costs.set_index("currency")
    assert costs["cost"].to_dict() == pytest.approx(names["costs"].to_dict())
    assert costs["cost_of_delivered"].to_dict() == pytest.approx(
        names["cost_of_delivered"].to_dict()
    )
    assert costs["cost_per_delivered"].to_dict() == pytest.approx(
        names["cost_per_delivered"].to_dict()
    )
    saved = report.savings.set_index("currency")["saved"].dropna()
    assert saved.to_dict() == pytest.approx(names["saved"].dropna().to_dict())
    fell_out = report.fell_out.set_index("fate")["rows"]
    assert fell_out["undeliverable"] == names["fell_out"]["undeliverable"]
    assert fell_out["rejected"] == names["not_accepted"]["rejected"]
    assert report.timeline["delivered"].sum() == names["per_minute"].sum() == names["days"].sum()
    failures = report.failures.set_index(["fate", "reason"])["rows"]
    assert failures["rejected", "phone_invalid"] == names["failures"]["rejected", "phone_invalid"]
    assert names["conversion"]["size"].sum() == names["results"]["delivery"].notna().sum()
    assert names["revenue"]["size"].sum() == 2
    assert names["moved"].to_numpy().sum() == len(names["both"])


def tables_for_the_report():
    """Tables such as an analyst has: results of two campaigns, purchases and orders."""
    size = 60
    numbers = pd.Series(range(size))
    ids = "C-" + numbers.astype("str")
    sent = pd.Timestamp("2026-11-02T08:00Z") + pd.to_timedelta(numbers, unit="min")
    fate = numbers.map(lambda at: ["delivered", "delivered", "undeliverable", "processing"][at % 4])
    accepted = numbers % 10 != 9
    delivered = accepted & fate.eq("delivered")
    channel = numbers.map(lambda at: ["sms", "viber", "telegram"][at % 3]).where(delivered)
    results = pd.DataFrame(
        {
            "customer_id": ids,
            "city": numbers.map(lambda at: ["Київ", "Львів", None][at % 3]),
            "age_group": numbers.map(lambda at: ["18-24", "25-34"][at % 2]),
            "trackinId": ids + "-t",
            "messageId": ids.where(accepted),
            "outcome": pd.Series("accepted", index=numbers).where(accepted, "rejected"),
            "reason": pd.Series("phone_invalid", index=numbers).mask(accepted),
            "sent_at": sent.where(accepted),
            "delivery": fate.where(accepted),
            "channel": channel,
            "parts": pd.Series(1, index=numbers, dtype="Int64").where(delivered),
            "cost": channel.map({"sms": 1.2, "viber": 0.1, "telegram": 0.05}).astype("Float64"),
            "currency": pd.Series("UAH", index=numbers)
            .where(numbers % 7 != 1, "EUR")
            .where(delivered),
            "delivered_at": (sent + pd.Timedelta("1min")).where(delivered),
        }
    )
    results.loc[0, "cost"] = pd.NA
    orders = pd.DataFrame(
        {
            "customer_id": ["C-0", "C-1", "C-2", "C-0"],
            "ordered_at": pd.to_datetime(
                ["2026-11-03T08:00Z", "2026-11-04T08:00Z", "2026-11-03T08:00Z", "2026-12-03T08:00Z"]
            ).as_unit("us"),
            "amount": [10.0, 20.0, 30.0, 40.0],
        }
    )
    purchases = pd.DataFrame({"customer_id": ["C-0", "C-0", "C-5"]})
    return {"results": results, "orders": orders, "purchases": purchases,
            "autumn": results.head(40), "winter": results.tail(40)}  # fmt: skip
