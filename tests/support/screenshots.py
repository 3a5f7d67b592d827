"""Pictures of the panels: `python -m tests.support.screenshots FOLDER`."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.support.browser import CHROMIUM, FLAGS
from tests.support.lab import ROOT, Lab

SETUP = f"""
import pandas as pd
import cascade_frames as cf

segment = pd.read_csv({str(ROOT / "sample_data" / "autumn_promo.csv")!r})
segment = pd.concat(
    [segment.assign(customer_id=segment["customer_id"] + f"-{{n}}") for n in range(10)],
    ignore_index=True,
)
sandbox = cf.Sandbox(limits=None).start()
"""
COMPOSE = """
composer = segment.cascade.compose(
    campaign="autumn-campaign", from_name="YourBrand", id="{customer_id}", batch_size=100,
    text="{first_name}, мінус 20 % до неділі: https://example.com/a", account=sandbox.account,
)
"""
EXPLORE = "explorer = composer.run.result().cascade.explore()"


def take(folder, theme, lab, browser):
    """Take every picture in one theme."""
    page = browser.new_page(viewport={"width": 1250, "height": 1600})
    page.set_default_timeout(120_000)
    lab.write(f"{theme}.ipynb", SETUP, COMPOSE)
    notebook = lab.open(page, f"{theme}.ipynb")
    notebook.command("apputils:change-theme", theme=f"JupyterLab {theme}")
    notebook.run_all()

    def picture(name):
        page.wait_for_timeout(1000)  # for what moves to come to rest
        outputs = page.locator(".jp-Cell-outputArea:visible").last
        outputs.screenshot(path=folder / f"{name}-{theme.lower()}.png")

    def press(words):
        page.locator(f"button:has-text('{words}'):visible").last.click()

    page.locator("button:has-text('Check')").wait_for()
    picture("composer")
    press("Check 50,000 rows")
    page.locator("button:has-text('Send')").wait_for()
    picture("plan")
    press("Send ")
    press("Pause")
    picture("run")
    press("Resume")
    notebook.wait_for("Finished")
    page.close()
    lab.write(
        f"{theme}-explore.ipynb",
        SETUP,
        COMPOSE.replace("composer = ", "results = ").replace(
            "compose(",
            "send(to_phone='{phone}', message_type='promo', on_invalid='drop', ui='none', ",
        ),
        "explorer = results.cascade.explore()",
    )
    page = browser.new_page(viewport={"width": 1250, "height": 1600})
    page.set_default_timeout(120_000)
    notebook = lab.open(page, f"{theme}-explore.ipynb")
    notebook.run_all()
    page.get_by_label("outcome", exact=True).wait_for()
    picture("explorer")
    page.close()


def main(folder):
    """Take every picture in both themes."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as place,
        Lab(Path(place)) as lab,
        sync_playwright() as driver,
    ):
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for theme in ("Light", "Dark"):
            take(folder, theme, lab, browser)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
