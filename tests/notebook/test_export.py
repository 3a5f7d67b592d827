"""The notebooks as HTML, opened where there is no network."""

import re
import subprocess
import sys

import nbformat
import pytest

from tests.support.browser import CHROMIUM, open_chromium
from tests.support.lab import ROOT

from .contrast import FAINT

nbconvert = pytest.importorskip("nbconvert", reason="no nbconvert: pip install jupyterlab")
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium"),
]


def export(notebook, folder, theme):
    """Export a notebook as HTML; gives its path."""
    target = folder / f"{notebook.stem}-{theme}.html"
    command = ["--to", "html", f"--HTMLExporter.theme={theme}", f"--output={target}", notebook]
    subprocess.run([sys.executable, "-m", "nbconvert", *command], check=True, capture_output=True)  # noqa: S603
    return target


def open_offline(browser, path):
    """Open a file in a page that may ask nobody."""
    page = browser.new_page(viewport={"width": 1100, "height": 900})
    page.route(re.compile("^(https?|wss?):"), lambda route: route.abort())
    page.goto(path.as_uri(), wait_until="domcontentloaded")
    return page


@pytest.fixture(scope="module")
def chromium():
    """Yield Debian's Chromium."""
    with open_chromium() as running:
        yield running


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_an_export_can_be_read_without_network(chromium, tmp_path, path, theme):
    """Everything that is ours shows, in both themes, and nothing asks for a widget."""
    page = open_offline(chromium, export(path, tmp_path, theme))
    assert page.get_by_text("model not found").count() == 0
    assert page.locator(".jupyter-widgets").count() == 0
    ours = FAINT.replace('root.querySelectorAll("*")', "root.querySelectorAll('.ours, .ours *')")
    page.evaluate(
        "for (const one of document.querySelectorAll('[class^=cascade-]'))"
        " one.classList.add('ours')"
    )
    assert page.locator("body").evaluate(ours) == []
    shown = [
        output.data["text/html"]
        for cell in nbformat.read(path, as_version=4).cells
        for output in cell.get("outputs", [])
        if "text/html" in output.get("data", {})
    ]
    assert page.locator(".jp-RenderedHTML").count() >= sum("cascade-" in one for one in shown)
    page.close()
