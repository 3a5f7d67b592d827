"""What notebooks would show, kept in a list, without a kernel."""

import pandas as pd
import pytest

import cascade_frames as cf
from cascade_frames.notebook import controls, static


class Page:
    """Static outputs as a notebook keeps them: the last of each, in order."""

    def __init__(self):
        self.outputs = {}
        self.updates = 0

    def display(self, bundle, *, raw, display_id, update):
        """Take the place of IPython's function."""
        assert raw
        assert update == (display_id in self.outputs)
        self.outputs[display_id] = bundle
        self.updates += 1

    @property
    def html(self):
        """All HTML on the page."""
        return "\n".join(bundle["text/html"] for bundle in self.outputs.values())

    @property
    def text(self):
        """All of it as plain text."""
        return "\n".join(bundle["text/plain"] for bundle in self.outputs.values())


@pytest.fixture(autouse=True)
def page(monkeypatch):
    """Give the page on which static outputs appear; panels are shown nowhere."""
    shown = Page()
    monkeypatch.setattr(static, "display", shown.display)
    monkeypatch.setattr(controls, "display", lambda *_, **__: None)
    return shown


@pytest.fixture
def segment():
    """Five rows: three sound ones, one that is no phone, one recipient again."""
    return pd.DataFrame(
        {
            "phone": ["+380209000001", "020 900 00 02", "12", "+380209000003", "+380209000001"],
            "name": ["Анна", "Bo", "Віра", "<b>Гліб</b>", "Анна"],
        }
    )


@pytest.fixture
def message(sandbox, ledger):
    """Give what a send takes besides the segment."""
    return {
        "campaign": "c",
        "to_phone": "{phone}",
        "from_name": "Brand",
        "message_type": "promo",
        "text": "{name}!",
        "on_invalid": "drop",
        "account": sandbox.account,
        "ledger": ledger,
    }


@pytest.fixture
def plan(segment, message):
    """Give a plan of three messages and two rejected rows."""
    return cf.plan(segment, **message)


@pytest.fixture
def live(monkeypatch):
    """Have accounts at the sandbox count as live."""
    monkeypatch.setattr(cf.Account, "gateway", property(lambda _: "live"))
