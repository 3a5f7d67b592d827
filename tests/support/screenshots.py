"""Pictures of the panels: `python -m tests.support.screenshots FOLDER`.

With `--drawn` they are drawings (SVG, light only), such as those of the README, which takes
pdftocairo (Debian: poppler-utils) and scour (`pip install scour`).
"""

import shutil
import subprocess
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
SCOUR = ("--quiet", "--enable-viewboxing", "--shorten-ids", "--indent=none", "--set-precision=4")
# Shows an element by itself, in the styles that what is around it gives, and gives its size.
ALONE = """panel => {
  const before = window.before = [];
  const style = (node, words) => {
    before.push([node, node.style.cssText]);
    node.style.cssText += ';' + words.replaceAll(';', ' !important;');
  };
  const width = panel.getBoundingClientRect().width;
  const bare = `overflow: visible; position: static; height: auto; min-height: 0;
    max-height: none; contain: none; transform: none; inset: auto; display: block; padding: 0;
    margin: 0; border: 0; box-shadow: none; background: white;`;
  for (let node = panel.parentElement; node; node = node.parentElement) style(node, bare);
  for (let node = panel; node !== document.body; node = node.parentElement)
    for (const other of node.parentElement.children)
      if (other !== node && other.tagName !== 'STYLE') style(other, 'display: none;');
  style(panel, `width: ${width}px; padding: 8px;`);
  return [panel.scrollWidth, panel.scrollHeight];
}"""
RESTORE = "() => window.before.reverse().forEach(([node, words]) => node.style.cssText = words)"


def photograph(_page, outputs, place):
    """A picture in pixels."""
    outputs.screenshot(path=place.with_suffix(".png"))


def draw(page, outputs, place):
    """A picture in lines."""
    width, height = (f"{length + 2}px" for length in outputs.evaluate(ALONE))
    page.emulate_media(media="screen")
    with tempfile.TemporaryDirectory() as folder:
        printed, drawn = Path(folder) / "page.pdf", Path(folder) / "page.svg"
        page.pdf(path=printed, width=width, height=height, print_background=True)
        run("pdftocairo", "-svg", "-l", "1", printed, drawn)
        run("scour", *SCOUR, "-i", drawn, "-o", place.with_suffix(".svg"))
    page.evaluate(RESTORE)


def run(program, *arguments):
    """Run a program of this machine."""
    subprocess.run([shutil.which(program), *arguments], check=True)  # noqa: S603


def take(folder, theme, make, lab, browser):
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
        make(page, outputs, folder / f"{name}-{theme.lower()}")

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


def main(folder, make=photograph, themes=("Light", "Dark")):
    """Take every picture in the themes."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as place,
        Lab(Path(place)) as lab,
        sync_playwright() as driver,
    ):
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for theme in themes:
            take(folder, theme, make, lab, browser)
        browser.close()


if __name__ == "__main__":
    if sys.argv[1] == "--drawn":
        main(Path(sys.argv[2]), draw, ("Light",))
    else:
        main(Path(sys.argv[1]))
