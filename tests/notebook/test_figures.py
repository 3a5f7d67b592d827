"""The figures of docs/notebook.md: `pytest -n 0 -m endurance -rP tests/notebook`."""

import time

import pandas as pd
import pytest

import cascade_frames as cf
from tests.endurance.notebook import Notebook
from tests.support.browser import CHROMIUM, FLAGS
from tests.support.held_gateway import HeldGateway
from tests.support.lab import Lab

pytestmark = [pytest.mark.endurance, pytest.mark.timeout(900)]
ROWS = 100_000
SEGMENT = """
import pandas as pd
import cascade_frames as cf

segment = pd.DataFrame({{"phone": [f"+38020{{9000000 + n}}" for n in range({rows})]}})
options = dict(
    campaign="c", to_phone="{{phone}}", from_name="Brand", message_type="promo", text="Hello",
    account=cf.Account(base_url={url!r}, api_key="k", max_in_flight=4, deadline=20),
    ledger={ledger!r}, batch_size={batch_size},
)
"""


def test_a_handle_comes_at_once(ledger):
    """Once a hundred thousand rows are checked, `start` gives a handle within a second."""
    segment = pd.DataFrame({"phone": [f"+38020{9000000 + n}" for n in range(ROWS)]})
    message = {"campaign": "c", "to_phone": "{phone}", "from_name": "B", "message_type": "promo"}
    with HeldGateway(hold=0) as gateway:
        account = cf.Account(base_url=gateway.url, api_key="k", deadline=20)
        plan = cf.plan(segment, **message, text="Hello", account=account, ledger=ledger)
        began, worked = time.monotonic(), time.process_time()
        run = plan.start(ui="none")
        took, worked = time.monotonic() - began, time.process_time() - worked
        run.cancel()
        run.result(timeout=60)
    print(f"start: a handle after {took:.2f} s, {worked:.2f} s of them work")  # noqa: T201
    assert worked < 1


def test_the_stop_button_halts_new_requests(ledger):
    """In a real kernel, an interrupted `send` starts nothing more, and every row has its fate."""
    with HeldGateway(hold=0.05) as gateway, Notebook() as notebook:
        setup = SEGMENT.format(rows=20_000, url=gateway.url, ledger=str(ledger), batch_size=10)
        assert notebook.wait(notebook.begin(setup)) == "ok"
        cell = notebook.begin("results = segment.cascade.send(**options, ui='none')")
        assert gateway.wait_for(10)
        pressed = time.monotonic()
        notebook.interrupt()
        assert notebook.wait(cell) == "KeyboardInterrupt"
        last = max(gateway.arrivals) - pressed
        arrived = gateway.messages
        look = (
            f"assert segment.cascade.plan(**options).to_send == {20_000} - {arrived},"
            " segment.cascade.plan(**options)"
        )
        assert notebook.wait(notebook.begin(look)) == "ok"
        gateway.release_all()
        again = notebook.begin("results = segment.cascade.send(**options, ui='none')")
        assert notebook.wait(again, 300) == "ok"
        check = "assert (results['outcome'] == 'accepted').all()"
        assert notebook.wait(notebook.begin(check)) == "ok"
    print(f"stop button: the last request left {last:.2f} s after it")  # noqa: T201
    assert len(gateway.ids) == len(set(gateway.ids)) == 20_000
    assert last < 2


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium")
def test_a_hundred_thousand_rows_do_not_choke_the_page(tmp_path):
    """A thousand requests end with the right final state, and the server warns of no rate."""
    from playwright.sync_api import sync_playwright

    with HeldGateway(hold=0) as gateway, Lab(tmp_path) as lab, sync_playwright() as driver:
        setup = SEGMENT.format(
            rows=ROWS, url=gateway.url, ledger=str(tmp_path / "l.sqlite3"), batch_size=100
        )
        lab.write("rows.ipynb", setup, "run = segment.cascade.start(**options)")
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        notebook = lab.open(page, "rows.ipynb")
        notebook.run_all()
        page.get_by_text("Finished").first.wait_for(timeout=600_000)
        notebook.wait_for("100,000 of 100,000 (100%)")
        browser.close()
        log = lab.log()
    print(f"{ROWS:,} rows: {gateway.requests:,} requests, final state shown")  # noqa: T201
    assert gateway.messages == ROWS
    assert "rate exceeded" not in log
