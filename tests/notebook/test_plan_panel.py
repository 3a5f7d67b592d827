"""The panel of a plan: read through, then sent once."""

import ipywidgets as widgets
import pandas as pd
import pytest

import cascade_frames as cf
from cascade_frames.notebook.plan_panel import PlanPanel

from .pages import alerts, all_of, button, find, text


def number_box(panel):
    """The box for the number."""
    texts = [one for one in all_of(panel.box) if isinstance(one, widgets.Text)]
    return next(one for one in texts if one.placeholder == "type the number")


def test_the_button_names_the_number_and_sends(plan, sandbox):
    """What the button says is what goes out."""
    panel = PlanPanel(plan)
    panel.show()
    button(panel.box, "Send 3 messages").click()
    assert (panel.run.result(timeout=30)["outcome"] == "accepted").sum() == 3
    assert len(sandbox.accepted()) == 3


def test_one_message_is_one_message(segment, message):
    """The button speaks as people do."""
    plan = cf.plan(segment.head(1), **message)
    assert button(PlanPanel(plan).box, "Send").description == "Send 1 message"


def test_ten_clicks_send_once(plan, sandbox):
    """Clicks that queued up while the kernel was busy are one send."""
    panel = PlanPanel(plan)
    panel.show()
    send = button(panel.box, "Send")
    runs = []
    for _ in range(10):
        send.click()
        runs.append(panel.run)
    panel.run.result(timeout=30)
    assert len(set(map(id, runs))) == 1
    assert len(sandbox.requests()) == 1


def test_what_could_not_be_sent_may_be_tried_again(plan, monkeypatch):
    """A ledger that was busy is told in the panel, and the button works again."""
    panel = PlanPanel(plan)
    panel.show()
    start_in = plan.sender.start_in

    def busy(*_):
        raise cf.RunBusy("another kernel is at it")

    monkeypatch.setattr(plan.sender, "start_in", busy)
    send = button(panel.box, "Send")
    send.click()
    assert alerts(panel.box) == ["RunBusy: another kernel is at it"]
    assert not send.disabled
    monkeypatch.setattr(plan.sender, "start_in", start_in)
    send.click()
    assert alerts(panel.box) == []
    panel.run.result(timeout=30)


@pytest.mark.usefixtures("live")
def test_a_live_account_asks_for_the_number(segment, message, sandbox):
    """Nobody messages real people by one careless click."""
    panel = PlanPanel(cf.plan(segment, **message))
    panel.show()
    send, number = button(panel.box, "Send"), number_box(panel)
    assert send.disabled
    number.value = "4"
    assert send.disabled
    number.value = " 3"
    assert not send.disabled
    assert "plan.start(confirm=3)" in text(panel.box)
    send.click()
    panel.run.result(timeout=30)
    assert len(sandbox.accepted()) == 3


def test_the_static_output_has_plan_and_run(plan, page):
    """The saved notebook tells what was planned and what became of it, and no full phone."""
    panel = PlanPanel(plan)
    panel.show()
    assert "First messages" in page.text
    button(panel.box, "Send").click()
    panel.run.result(timeout=30)
    assert "Plan: c" in page.text
    assert "Finished: 3 of 3" in page.text
    assert "209000001" not in page.html


def test_the_pages_turn(plan):
    """Previous, next, and a jump to a message, each within bounds, on each channel."""
    panel = PlanPanel(plan)
    number = find(panel.box, widgets.BoundedIntText, "message")
    previous, following = (
        next(one for one in all_of(panel.box) if getattr(one, "tooltip", "") == f"{name} message")
        for name in ("previous", "next")
    )
    assert previous.disabled
    following.click()
    assert "Bo!" in text(panel.box)
    number.value = 3
    assert "&lt;b&gt;Гліб&lt;/b&gt;!" in text(panel.box)
    assert following.disabled
    find(panel.box, widgets.ToggleButtons).value = "SMS"
    assert "SMS · Brand" in text(panel.box)


def test_the_checks_show_and_save_the_failing_rows(plan):
    """Every failing row can be read in the panel and taken to whoever mends it."""
    panel = PlanPanel(plan)
    said = text(panel.box)
    assert "phone_invalid" in said
    assert "duplicate_recipient" in said
    button(panel.box, "Save as CSV").click()
    saved = pd.read_csv("c-rejected.csv")
    assert saved["reason"].tolist() == ["phone_invalid", "duplicate_recipient"]
    assert "c-rejected.csv" in text(panel.box)


def test_a_campaigns_name_cannot_lead_out_of_the_folder(segment, message, tmp_path):
    """A file's name is made of harmless characters."""
    plan = cf.plan(segment, **message | {"campaign": "../a/b"})
    button(PlanPanel(plan).box, "Save as CSV").click()
    assert not list(tmp_path.glob("*.csv"))


def test_a_plan_with_nothing_left_has_nothing_to_press(segment, message):
    """Once everybody was messaged, the button says so."""
    plan = cf.plan(segment, **message)
    plan.send(ui="none")
    again = cf.plan(segment, **message)
    assert button(PlanPanel(again).box, "Nothing left to send").disabled
