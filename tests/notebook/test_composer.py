"""The composer: what its controls say is what is planned."""

import ipywidgets as widgets
import pytest

import cascade_frames as cf
from cascade_frames.notebook.composer import Composer
from tests.support.held_gateway import HeldGateway

from .pages import alerts, all_of, button, find, text


@pytest.fixture
def compose(segment, sandbox, ledger):
    """Give a function that shows a composer."""

    def made(**options):
        told = {"account": sandbox.account, "ledger": ledger} | options
        composer = Composer(segment, cf.plan, told)
        composer.show()
        return composer

    return made


def inserter(composer):
    """The list of columns to put into the text."""
    lists = [one for one in all_of(composer.box) if isinstance(one, widgets.Dropdown)]
    return next(one for one in lists if not one.description)


def test_from_a_segment_to_a_send(compose, sandbox, page):
    """Columns are picked, a text is written, rows are checked, and messages go out."""
    composer = compose()
    assert alerts(composer.box)
    find(composer.box, widgets.Text, "from_name").value = "Brand"
    find(composer.box, widgets.Textarea, "text").value = "Hello "
    inserter(composer).value = "name"
    assert alerts(composer.box) == []
    assert "Hello Анна" in text(composer.box)
    button(composer.box, "Check 5 rows").click()
    assert len(composer.plan.messages) == 3
    button(composer.box, "Send 3 messages").click()
    composer.run.result(timeout=30)
    assert len(sandbox.accepted()) == 3
    assert "df.cascade.send(" in page.text
    assert "Finished: 3 of 3" in page.text


def test_the_options_are_those_of_the_call(compose, segment):
    """What the controls say can be passed to `plan` as it is, and gives the same plan."""
    composer = compose(from_name="Brand", text="{name}", batch_size=7, ttl=3600)
    assert composer.options["ttl"] == 3600
    assert composer.options["batch_size"] == 7
    button(composer.box, "Check").click()
    assert cf.plan(segment, **composer.options).digest == composer.plan.digest


def test_what_has_no_control_is_passed_on(compose):
    """A template as the type, or an expression as the text, is not lost and not broken."""
    composer = compose(message_type="{name}", text=None, from_name="B")
    assert composer.options["message_type"] == "{name}"


def test_a_control_group_is_shown_in_the_call_and_in_the_checks(compose, segment):
    """The composer holds back whom the line of code holds back, and says how many."""
    composer = compose(from_name="B", text="x", control=0.999999)
    assert "control=0.999999," in text(composer.box)
    button(composer.box, "Check").click()
    held = cf.plan(segment, **composer.options).skipped
    assert len(composer.plan.skipped) == len(held) > 0
    assert "the recipient is in the control group" in text(composer.box)


def test_ids_of_ones_own(compose):
    """An id column is an argument; the derived id is none."""
    composer = compose(from_name="B", text="x")
    assert "id" not in composer.options
    find(composer.box, widgets.Combobox, "id").value = "{name}"
    assert composer.options["id"] == "{name}"


def test_a_fault_in_the_text_is_told_as_it_is_typed(compose):
    """A column that is not there is named at once."""
    composer = compose(from_name="B", text="x")
    find(composer.box, widgets.Textarea, "text").value = "{nome}"
    assert "nome" in alerts(composer.box)[0]
    find(composer.box, widgets.Textarea, "text").value = "{name}"
    assert alerts(composer.box) == []


def test_checking_again_replaces_the_first_plan(compose):
    """There is one button that sends, that of the last check."""
    composer = compose(from_name="B", text="x")
    button(composer.box, "Check").click()
    first = composer.plan
    find(composer.box, widgets.Textarea, "text").value = "y"
    button(composer.box, "Check").click()
    assert composer.plan.digest != first.digest
    button(composer.box, "Send 3 messages")


def test_a_run_under_way_is_not_replaced(compose):
    """The buttons that steer a run do not vanish while it sends."""
    with HeldGateway() as held:
        account = cf.Account(base_url=held.url, api_key="k", deadline=20)
        composer = compose(from_name="B", text="x", account=account)
        button(composer.box, "Check").click()
        button(composer.box, "Send").click()
        assert held.wait_for(1)
        plan = composer.plan
        button(composer.box, "Check").click()
        assert "being sent" in alerts(composer.box)[0]
        assert composer.plan is plan
        held.release_all()
        composer.run.result(timeout=30)


def test_every_error_of_the_check_appears_in_the_panel(compose):
    """A template that asks for the impossible says so where people look."""
    composer = compose(from_name="B", text="x", ttl="soon")
    button(composer.box, "Check").click()
    assert any("ttl" in words for words in alerts(composer.box))
