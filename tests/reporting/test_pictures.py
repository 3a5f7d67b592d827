"""Pictures of results: what is on them, who may draw them, and what a page makes of them."""

import io
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont
from matplotlib.ft2font import FT2Font

import cascade_frames as cf
from cascade_frames.reporting import drawing
from cascade_frames.reporting.drawing import draw_steps

from .made_up import result_tables, table_of

ROWS = [
    {"outcome": "accepted", "delivery": "delivered", "channel": channel, "cost": 0.5,
     "currency": "UAH", "sent_at": at, "delivered_at": at + 3}
    for at, channel in enumerate(["sms", "viber", "viber", "$x_{$", "<b>", None])
]  # fmt: skip


@pytest.fixture
def results():
    return table_of([{"age": 1, **row} for row in [*ROWS, {"outcome": "rejected"}]])


def names_of(plots):
    """The three pictures of a table."""
    return plots.funnel(), plots.channels(), plots.timeline(tz="Europe/Kyiv")


def test_pictures_are_figures_that_save_themselves(results, tmp_path):
    """Each is a matplotlib figure, becomes a PNG, and shows itself in a notebook."""
    for picture in names_of(results.cascade.plot):
        assert isinstance(picture, Figure)
        picture.savefig(tmp_path / "a.png")
        assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
        shown = picture._repr_mimebundle_()
        assert shown["image/png"].startswith(b"\x89PNG")
        assert shown["text/html"].startswith("<svg")
        assert picture.alt in shown["text/plain"]


def test_a_picture_says_its_numbers_to_who_cannot_see_it(results):
    """The words of each picture hold what it shows."""
    funnel, channels, timeline = names_of(results.cascade.plot)
    assert funnel.alt == "Funnel: rows 7, valid 6, messages 6, accepted 6, delivered 6"
    assert "viber 2  33.3%  0.5000 UAH each" in channels.alt
    assert "6 accepted, 6 delivered" in timeline.alt
    assert 'role="img" aria-label="Delivered by channel: ' in channels.svg()


def test_names_from_the_api_are_neither_markup_nor_mathematics(results):
    """A channel's name is drawn as it is, and is no element of a page."""
    svg = results.cascade.plot.channels().svg()
    assert "<b>" not in svg
    assert "&lt;b&gt;" in svg


def test_an_element_brings_no_rules_for_the_page_around_it(results):
    """Nothing in a picture styles what is not its own, and its ink is that of the page."""
    for picture in names_of(results.cascade.plot):
        svg = picture.svg()
        assert "<style" not in svg
        assert "<metadata" not in svg
        assert "currentColor" in svg
        assert drawing._INK not in svg


@settings(max_examples=6)
@given(result_tables())
def test_whatever_the_table_it_can_be_drawn(made):
    """Odd tables, and empty ones, give pictures."""
    table, suffix = made
    for picture in names_of(cf.Report.plot.fget(table.cascade.report(suffix=suffix))):
        assert picture.svg().endswith("</svg>")


@pytest.mark.parametrize("tracked", [True, False])
def test_nothing_at_all_can_be_drawn(tracked):
    """A table without rows gives pictures that say so."""
    table = table_of([])
    plots = (table if tracked else table[["outcome", "reason", "sent_at"]]).cascade.plot
    funnel, channels, timeline = names_of(plots)
    assert "rows 0" in funnel.alt
    assert "nothing is known to be delivered" in channels.alt
    assert "nothing was accepted" in timeline.alt
    assert {one.svg()[:4] for one in (funnel, channels, timeline)} == {"<svg"}


@pytest.mark.parametrize("seconds", [*range(0, 600, 23), 3_000, 8_000, 50_000, 400_000, 9_000_000])
def test_the_axis_of_time_fits_any_span(seconds):
    """Whatever the span, the ticks of time are found without a warning."""
    start = np.datetime64("2026-11-02T08:00:00", "us")
    edges = start + np.linspace(0, max(seconds, 1), 4).astype("timedelta64[s]")
    draw_steps("a", "b", edges, {"accepted": np.array([1, 2, 3])}, UTC).svg()


def test_many_threads_may_draw_at_once(results):
    """Drawing needs no state of the process."""
    with ThreadPoolExecutor(4) as pool:
        drawn = list(pool.map(lambda _: results.cascade.plot.funnel().png(), range(8)))
    assert len(set(drawn)) == 1


def test_pyplot_is_never_loaded():
    """Drawing leaves the notebook's own figures and its backend alone."""
    script = (
        "import sys, pandas as pd, cascade_frames as cf;"
        "cf.report(pd.DataFrame({'outcome': ['accepted']}))._repr_html_();"
        "print('matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-W", "error", "-c", script], check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "False"


@given(st.text(max_size=5))
def test_the_font_has_every_letter_that_is_drawn(text):
    """No letter is missing from the font, whatever a name holds, and Cyrillic is kept."""
    font = FT2Font(findfont(FontProperties(family=drawing._FONT)))
    assert all(font.get_char_index(ord(one)) for one in drawing._drawable(text))
    assert drawing._drawable("Київ, ₴\n") == "Київ, ₴□"


def test_without_matplotlib_the_extra_is_named(results, monkeypatch):
    """What is missing is said with the line that installs it."""
    monkeypatch.setitem(sys.modules, "cascade_frames.reporting.drawing", None)
    with pytest.raises(cf.UsageError, match=r"cascade-frames\[report\]"):
        results.cascade.plot.funnel()


def test_the_suffix_is_the_plots_own(results):
    """Pictures of a table with a suffix are asked for with it."""
    renamed = results.add_suffix("_sms")
    assert "delivered 6" in renamed.cascade.plot.funnel(suffix="_sms").alt
    assert io.BytesIO(renamed.cascade.plot.channels(suffix="_sms").png())
    assert "6 delivered" in renamed.cascade.plot.timeline(suffix="_sms").alt
    assert pd.isna(results["channel"]).sum() == 2
