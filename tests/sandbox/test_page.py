"""The inbox in a real Chromium."""

import pytest

from cascade_frames.sandbox import Sandbox
from tests.support.browser import CHROMIUM, open_chromium

from .samples import STANDARD, ahead, promo

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium"),
]
WIDE = {"width": 1280, "height": 800}
NARROW = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def browser():
    """Yield Debian's Chromium."""
    with open_chromium() as running:
        yield running


@pytest.fixture
def open_page(browser, sandbox):
    """Yield a function that opens the inbox; nothing may go wrong in its console."""
    complaints, pages = [], []

    def opened(address="", **options):
        page = browser.new_page(**{"viewport": WIDE} | options)
        page.set_default_timeout(15_000)
        page.on("console", lambda said: "503" in said.text or complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda asked: asked.url.startswith(sandbox.url) or complaints.append(asked.url),
        )
        page.goto(sandbox.url + "/" + address)
        pages.append(page)
        return page

    yield opened
    for page in pages:
        page.close()
    assert complaints == []


def await_one(items):
    """Wait until there is one element."""
    from playwright.sync_api import expect

    expect(items).to_have_count(1)


def someone(number):
    """Return a phone."""
    return f"+38050{number:07d}"


def send(client, *batch):
    """Send a batch."""
    client.post(STANDARD, json=list(batch)).raise_for_status()


def test_messages_appear_and_change_without_reloading(client, sandbox, open_page):
    """An analyst watches a send happen."""
    page = open_page()
    page.get_by_text("No message yet").wait_for()
    send(client, promo(toPhone=someone(1), text="<b>Привіт</b> https://example.com/a"))
    item = page.locator("#list > li")
    item.wait_for()
    assert "trying Viber Business" in item.inner_text()
    item.click()
    bubble = page.locator("#messages .bubble")
    assert bubble.inner_text() == "<b>Привіт</b> https://example.com/a"
    assert bubble.locator("a").get_attribute("href") == "https://example.com/a"
    sandbox.step(600)
    final = sandbox.deliveries()["channel"].iloc[0]
    page.locator(f"#messages .bubble.{final}").wait_for()
    assert "delivered by" in item.inner_text()
    page.get_by_text("+1 day").click()
    send(client, promo(id="second", toPhone=someone(1), text="Ще одне"))
    page.get_by_text("Ще одне").last.wait_for()
    assert page.locator("#messages > li").count() == 2


def test_filters_search_and_totals_work(client, sandbox, open_page):
    """What is looked for is found, kept in the address, and the totals add up."""
    batch = [promo(id=f"m-{n}", toPhone=someone(n)) for n in range(30)]
    send(client, *batch, promo(id="later", toPhone=someone(77), scheduledSent=ahead(days=2)))
    sandbox.step(600)
    page = open_page()
    items = page.locator("#list > li")
    items.nth(30).wait_for()
    page.get_by_label("State", exact=True).select_option("scheduled")
    await_one(items)
    items.filter(has_text=someone(77)).wait_for()
    assert "scheduled for" in items.inner_text()
    page.get_by_label("State", exact=True).select_option("")
    page.get_by_label("Search").fill(someone(12)[3:])
    items.filter(has_text=someone(12)).wait_for()
    await_one(items)
    page.get_by_label("Search").fill("nobody at all")
    page.get_by_text("Nothing fits these filters.").wait_for()
    assert "q=nobody" in page.url
    totals = page.locator("#totals").inner_text()
    delivered = (sandbox.deliveries()["deliverystatus"] == "delivered").sum()
    assert f"{sandbox.deliveries()['cost'].sum():.2f} UAH" in totals
    counted = page.evaluate(
        "[...document.querySelectorAll('#totals div')]"
        ".filter(e => ['Telegram','Viber','Viber Business','RCS','SMS','Call']"
        ".includes(e.querySelector('dt').textContent))"
        ".reduce((sum, e) => sum + parseInt(e.querySelector('dd').textContent), 0)"
    )
    assert counted == delivered


def test_the_keyboard_is_enough(client, open_page):
    """A hand that cannot use a mouse can read everything."""
    send(client, *(promo(id=f"m-{n}", toPhone=someone(n), text=f"to {n}") for n in range(5)))
    page = open_page()
    page.locator("#list > li").first.wait_for()
    page.keyboard.press("/")
    page.keyboard.type("to ")
    page.keyboard.press("ArrowDown")
    page.locator("#messages").get_by_text("to 4").wait_for()
    page.keyboard.press("ArrowDown")
    page.locator("#messages").get_by_text("to 3").wait_for()
    picked = page.locator("#list > li[aria-selected=true]")
    assert someone(3) in picked.inner_text()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.locator("#hint").wait_for()


@pytest.mark.parametrize("viewport", [WIDE, NARROW])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_every_screen_and_can_be_read(client, open_page, viewport, scheme):
    """No text runs out of the screen, and every text stands out from what is behind it."""
    send(
        client,
        *(promo(id=f"m-{n}", toPhone=someone(n), text="Довге слово " * 30) for n in range(8)),
    )
    page = open_page(f"#phone={someone(3)}", viewport=viewport, color_scheme=scheme)
    page.locator("#messages > li").first.wait_for()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= viewport["width"]
    assert page.locator("#list").is_visible() == (viewport is WIDE)
    assert page.evaluate(CONTRAST) == []
    if viewport is NARROW:
        page.get_by_label("Back to the phones").click()
        page.locator("#list").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
        assert page.evaluate(CONTRAST) == []


CONTRAST = """
() => {
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = (rgb) => {
    const [r, g, b] = rgb.map((c) => c / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const [r, g, b, a = 1] = parse(getComputedStyle(each).backgroundColor);
      if (a > 0.99) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    const box = element.getBoundingClientRect();
    if (!own || !box.width || element.matches(":disabled, .skip, option, .dim *")) continue;
    const color = parse(getComputedStyle(element).color).slice(0, 3);
    const [a, b] = [light(color), light(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faint.push(`${element.className} ${element.textContent} ${ratio.toFixed(2)}`);
  }
  return faint;
}
"""


def test_an_outage_is_said_and_survived(client, open_page):
    """The page tells that the sandbox is gone and goes on when it is back."""
    page = open_page()
    page.get_by_text("No message yet").wait_for()
    page.route("**/sandbox/inbox*", lambda route: route.fulfill(status=503, body="{}"))
    page.get_by_text("does not answer").wait_for()
    page.unroute("**/sandbox/inbox*")
    send(client, promo(text="Знову тут"))
    page.get_by_text("Знову тут").wait_for()
    assert page.locator("#trouble").is_hidden()


def test_a_notebook_on_this_machine_may_frame_the_inbox(browser, sandbox, client):
    """The inbox shows in a frame of a page served from loopback, as a notebook does it."""
    client.post(STANDARD, json=[promo()])
    with Sandbox() as other:
        page = browser.new_page()
        page.goto(f"{other.url}/openapi.json")
        page.evaluate(
            "url => { document.body.innerHTML = `<iframe src='${url}'></iframe>`; }", sandbox.url
        )
        page.frame_locator("iframe").get_by_text("Sandbox inbox").wait_for()
        page.close()
