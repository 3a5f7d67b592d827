"""The panels in a real JupyterLab and a real Chromium, clicked as people click."""

import importlib.util
import re
import shutil
import time

import pandas as pd
import pytest

from tests.support.browser import CHROMIUM, open_chromium
from tests.support.held_gateway import HeldGateway
from tests.support.lab import Lab

from .contrast import FAINT

_MISSING = [
    words
    for words, missing in (
        ("no Chromium: apt-get install chromium", CHROMIUM is None),
        ("no JupyterLab: pip install jupyterlab", not importlib.util.find_spec("jupyterlab")),
        ("no Playwright: pip install playwright", not importlib.util.find_spec("playwright")),
    )
    if missing
]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.skipif(bool(_MISSING), reason="; ".join(_MISSING)),
]

SEGMENT = """
import pandas as pd
import cascade_frames as cf

segment = pd.DataFrame(
    {{"phone": [f"+38020{{9000000 + n}}" for n in range({rows})], "name": "Анна"}}
)
options = dict(
    campaign="c", to_phone="{{phone}}", from_name="Brand", message_type="promo", text="{{name}}!",
    account=cf.Account(base_url={url!r}, api_key="k", max_in_flight=2, deadline=20),
    ledger={ledger!r}, batch_size={batch_size},
)
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Yield one JupyterLab for all of these."""
    with Lab(tmp_path_factory.mktemp("lab")) as running:
        yield running


@pytest.fixture(scope="module")
def chromium():
    """Yield Debian's Chromium."""
    with open_chromium() as running:
        yield running


@pytest.fixture
def page(chromium):
    """Yield a page; it may ask this machine only."""
    opened = chromium.new_page(viewport={"width": 1250, "height": 1000})
    opened.set_default_timeout(60_000)
    strangers = []
    opened.on(
        "request",
        lambda asked: (
            asked.url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:"))
            or strangers.append(asked.url)
        ),
    )
    yield opened
    opened.close()
    assert strangers == []


@pytest.fixture
def gateway():
    """Yield a gateway that takes its time, so that a long run is not over before a slow page is."""
    with HeldGateway(hold=0.25) as running:
        yield running


@pytest.fixture(
    scope="module",
    params=["current", pytest.param("6.30.1", marks=pytest.mark.endurance)],
    ids=["ipykernel-current", "ipykernel-6.30"],
)
def kernel(lab, request):
    """Give the name of a kernel: the installed one, and on demand one that has no subshells."""
    if request.param == "current":
        return "python3"
    if not (importlib.util.find_spec("pip") or shutil.which("uv")):
        pytest.skip("no pip and no uv, to install an older kernel with")
    return lab.add_kernel(request.param)


@pytest.fixture
def open_notebook(lab, kernel, page, gateway, tmp_path, request):
    """Give a function that opens a notebook of these cells, after one that makes a segment."""

    def opened(*cells, rows=40, batch_size=10):
        ledger = str(tmp_path / "ledger.sqlite3")
        setup = SEGMENT.format(rows=rows, batch_size=batch_size, url=gateway.url, ledger=ledger)
        name = re.sub(r"\W+", "-", request.node.name) + ".ipynb"
        lab.write(name, setup, *cells, kernel=kernel)
        notebook = lab.open(page, name)
        notebook.run_all()
        return notebook

    yield opened
    lab.end_kernels()


def press(page, words):
    """The button that says so."""
    return page.get_by_role("button", name=words, exact=True)


def test_compose_check_send_and_watch_it_finish(open_notebook, page, gateway):
    """An analyst comes from a segment to sent messages without writing code."""
    notebook = open_notebook("composer = segment.cascade.compose(**options | {'text': ''})")
    page.locator("textarea:visible").last.fill("Hello, {name}")
    notebook.wait_for("Hello, Анна")
    press(page, "Check 40 rows").click()
    press(page, "Send 40 messages").click()
    notebook.wait_for("Finished")
    notebook.wait_for("40 of 40 (100%)")
    assert gateway.messages == 40


@pytest.mark.parametrize("attempt", range(3))
def test_the_panel_gives_way_to_the_final_state(open_notebook, page, gateway, attempt):
    """A hand that is faster than the cell, and a run that is over at once, leave no empty cell."""
    gateway.release_all()
    notebook = open_notebook("composer = segment.cascade.compose(**options | {'text': ''})")
    page.locator("textarea:visible").last.fill(f"Attempt {attempt}, {{name}}")
    notebook.wait_for(f"Attempt {attempt}, Анна")
    press(page, "Check 40 rows").click()
    press(page, "Send 40 messages").click()
    page.locator(".jupyter-button").first.wait_for(state="detached")
    notebook.wait_for("40 of 40 (100%)")
    notebook.save()
    kept = [output.data.get("text/html", "") for output in notebook.read().cells[-1].outputs]
    assert "40 of 40 (100%)" in "".join(kept)


def test_pause_resume_and_cancel(open_notebook, page, gateway, record_property):
    """Buttons act within a second on a quiet kernel, and what was cancelled is not sent."""
    notebook = open_notebook("run = segment.cascade.start(**options)", rows=20_000)
    press(page, "Pause").wait_for()
    assert gateway.wait_for(5)
    clicked = time.monotonic()
    press(page, "Pause").click()
    notebook.wait_for("Paused")
    took = max(gateway.arrivals) - clicked
    record_property("pause_seconds", took)
    print(f"Pause: the last request left {took:.2f} s after the click")  # noqa: T201
    assert took < 5
    paused_at = gateway.requests
    press(page, "Resume").click()
    assert gateway.wait_for(paused_at + 5)
    press(page, "Cancel").click()
    notebook.wait_for("Cancelled")
    assert gateway.messages < 20_000


def test_ten_clicks_on_a_busy_kernel_send_once(open_notebook, page, gateway):
    """Clicks that a busy kernel hears late are one send."""
    notebook = open_notebook(
        "panel = segment.cascade.plan(**options).panel()", "import time; time.sleep(4)"
    )
    press(page, "Send 40 messages").wait_for()
    press(page, "Send 40 messages").evaluate(
        "button => { for (let n = 0; n < 10; n++) button.click(); }"
    )
    notebook.wait_for("Finished")
    assert gateway.requests == 4
    assert len(set(gateway.ids)) == gateway.messages == 40


def test_a_reload_in_the_middle_restores_the_panel(open_notebook, page, gateway):
    """Whoever closes the page and comes back finds the run and its buttons."""
    notebook = open_notebook("run = segment.cascade.start(**options)", rows=20_000)
    press(page, "Pause").wait_for()
    notebook.save()
    page.reload()
    notebook.wait_until_ready()
    press(page, "Pause").click()
    notebook.wait_for("Paused")
    gateway.release_all()
    press(page, "Cancel").click()
    notebook.wait_for("Cancelled")


@pytest.mark.parametrize("last_cell", ["run = segment.cascade.start(**options)", "plan.panel()"])
def test_a_reopened_notebook_shows_the_final_state(open_notebook, page, last_cell):
    """With the kernel gone there is still the result, and no word of a missing model."""
    notebook = open_notebook("plan = segment.cascade.plan(**options)", last_cell)
    if "start" in last_cell:
        notebook.wait_for("Finished")
    else:
        press(page, "Send 40 messages").wait_for()
    notebook.save()
    notebook.end_kernel()
    page.reload()
    notebook.wait_until_ready()
    notebook.wait_for("40 of 40 (100%)" if "start" in last_cell else "to send")
    missing = page.get_by_text("model not found")
    if "panel" in last_cell:  # it was open when the notebook was saved
        missing.first.wait_for(state="attached")
    assert missing.locator("visible=true").count() == 0


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_every_text_can_be_read_in_both_themes(open_notebook, page, theme):
    """Text stands out from what is behind it, as far as it is ours."""
    notebook = open_notebook("composer = segment.cascade.compose(**options)")
    notebook.command("apputils:change-theme", theme=theme)
    press(page, "Check 40 rows").click()
    press(page, "Send 40 messages").wait_for()
    page.wait_for_function(
        "dark => document.body.dataset.jpThemeLight === String(!dark)", arg="Dark" in theme
    )
    outputs = page.locator(".jp-Cell-outputArea").last
    ours = FAINT.replace("style", "style, .lm-TabBar-tabLabel")  # those are drawn by ipywidgets
    for tab in ("Plan", "Messages", "Checks"):
        page.get_by_role("tab", name=tab, exact=True).click()
        assert outputs.evaluate(ours) == []
    press(page, "Send 40 messages").click()
    notebook.wait_for("Finished")
    press(page, "Check 40 rows").wait_for(state="hidden")
    notebook.wait_for("Plan: c")
    assert outputs.evaluate(ours) == []


def test_the_keyboard_is_enough(open_notebook, page, gateway):
    """A hand that cannot use a mouse can check, send and pause."""
    notebook = open_notebook("panel = segment.cascade.plan(**options).panel()", rows=20_000)
    press(page, "Send 20,000 messages").wait_for()
    page.get_by_role("tab", name="Plan", exact=True).focus()
    tab_to(page, "Send 20,000 messages")
    page.keyboard.press("Enter")
    press(page, "Pause").wait_for()
    tab_to(page, "Pause")
    page.keyboard.press("Space")
    notebook.wait_for("Paused")
    assert gateway.messages < 20_000


def tab_to(page, words):
    """Press Tab until the focus is on the button that says so."""
    for _ in range(60):
        if page.evaluate("document.activeElement.textContent") == words:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {words}")


def test_a_screen_reader_is_told(open_notebook, page, gateway):
    """Progress, phase and errors have their roles."""
    notebook = open_notebook("run = segment.cascade.start(**options)", rows=20_000)
    bar = page.get_by_role("progressbar", name="messages settled")
    bar.first.wait_for()
    assert bar.first.get_attribute("aria-valuemax") == "20000"
    page.wait_for_function(
        "() => Number(document.querySelector('[role=progressbar]').ariaValueNow) > 0"
    )
    press(page, "Cancel").click()
    notebook.wait_for("Cancelled")
    gateway.release_all()
    notebook = open_notebook("composer = segment.cascade.compose(**options | {'text': '{nome}'})")
    page.get_by_role("alert").filter(has_text="nome").wait_for()


def test_awaiting_a_run_keeps_its_buttons_alive(open_notebook, page):
    """A cell that awaits the run does not take the buttons away; the next ones keep their turn."""
    notebook = open_notebook(
        "run = segment.cascade.start(**options)",
        "results = await run\nprint('results of', len(results))",
        "print('then', run.status.phase)",
        rows=20_000,
    )
    press(page, "Pause").click()
    notebook.wait_for("Paused")
    press(page, "Resume").click()
    press(page, "Pause").click()
    notebook.wait_for("Paused")
    press(page, "Cancel").click()
    notebook.wait_for("results of 20000")
    notebook.wait_for("then cancelled")
    notebook.save()
    printed = [cell.outputs[0].text for cell in notebook.read().cells[-2:]]
    assert printed == ["results of 20000\n", "then cancelled\n"]


def test_results_are_explored(open_notebook, page):
    """What is clicked in the explorer is the selection in the next cell."""
    notebook = open_notebook(
        "results = segment.cascade.send(**options)",
        "explorer = results.cascade.explore()",
    )
    page.get_by_label("outcome", exact=True).select_option("accepted (40)")
    page.get_by_label("search", exact=True).fill("38020900000")
    page.keyboard.press("Tab")
    notebook.wait_for("10 of 40 rows")


def test_rows_are_downloaded(open_notebook, page, tmp_path):
    """A browser on another machine has the chosen rows as a file, with no formula in it."""
    open_notebook(
        "results = segment.assign(note='=1+1').cascade.send(**options)",
        "explorer = results.cascade.explore(search='38020900000')",
    )
    press(page, "Save as CSV").click()
    with page.expect_download() as caught:
        page.get_by_role("link", name="Download it").click()
    caught.value.save_as(tmp_path / "got.csv")
    assert caught.value.suggested_filename == "selection.csv"
    rows = pd.read_csv(tmp_path / "got.csv")
    assert rows["outcome"].tolist() == ["accepted"] * 10
    assert set(rows["note"]) == {"'=1+1"}
