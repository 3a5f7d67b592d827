"""The documents say what is true."""

import re
from pathlib import Path

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
