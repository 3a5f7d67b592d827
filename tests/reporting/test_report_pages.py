"""The report as a page, as text and as an Excel file."""

import html
import re
import sys
import zipfile

import pandas as pd
import pytest
from hypothesis import given, settings

import cascade_frames as cf
from tests.notebook.contrast import FAINT
from tests.support.browser import CHROMIUM, open_chromium

from .made_up import result_tables, table_of

EVIL = "<script>document.title='caught'</script>"
QUOTED = "\"'><img src=x onerror=\"document.title='caught'\">"


def results_of(count=40):
    """A tracked table in whose columns and values there is markup, formulas and units."""
    rows = [
        {
            "city": ["Київ", EVIL, "=1+1", QUOTED, None, "{{m^2}}", "**a** _b_"][at % 7],
            "age": 20 + at % 3,
            "outcome": "rejected" if at % 10 == 3 else "accepted",
            "reason": "phone_invalid" if at % 10 == 3 else None,
            "sent_at": at,
            "delivery": ["delivered", "delivered", "undeliverable", EVIL][at % 4],
            "channel": ["sms", "viber", EVIL][at % 3],
            "parts": 1,
            "cost": 0.5,
            "currency": ["UAH", QUOTED][at % 11 == 0],
            "delivered_at": at + 2,
        }
        for at in range(count)
    ]
    table = table_of(rows).rename(columns={"age": f"{EVIL}{{{{m}}}}"})
    table.attrs = {"campaign": EVIL, "gateway": "sandbox"}
    return table


@pytest.fixture(scope="module")
def report():
    table = results_of()
    return table.cascade.report(["city", f"{EVIL}{{{{m}}}}"])


def test_nothing_in_the_table_becomes_markup(report):
    """Values, headings, channels, currencies, words and the campaign are escaped."""
    page = report.to_html()
    assert "<script" not in page
    assert "<img" not in page
    assert page.count("&lt;script&gt;") > 5
    assert "<em>" not in page
    assert "<strong>" not in page


def test_the_page_says_where_it_went(report):
    """A send to the sandbox is told as one."""
    assert "sent to the sandbox" in report.to_html()
    assert "sent to the sandbox" in repr(report)


def test_tables_name_their_rows_and_columns(report):
    """Each heading says whether it is of a row or of a column."""
    page = report._repr_html_()
    headings = re.findall(r"<th\b[^>]*>", page)
    assert headings
    assert [one for one in headings if "scope=" not in one and "gt_stub" not in one] == []
    assert 'scope="col"' in page


def test_without_the_extra_there_are_plain_tables(report, monkeypatch):
    """Where Great Tables and matplotlib are missing the page has the same numbers, and says how."""
    whole = report._repr_html_()
    monkeypatch.setitem(sys.modules, "cascade_frames.reporting.fine_tables", None)
    monkeypatch.setitem(sys.modules, "cascade_frames.reporting.drawing", None)
    plain = report._repr_html_()
    assert "<svg" not in plain
    assert "cascade-frames[report]" in plain
    assert "<script" not in plain
    assert "<img" not in plain
    assert cells_of(plain) <= cells_of(whole) | {""}


def cells_of(page):
    """What stands in the cells of its tables."""
    return {html.unescape(one) for one in re.findall(r"<t[dh][^>]*>([^<]*)</t[dh]>", page)}


def test_the_text_is_for_terminals(report):
    """The plain form has the same numbers, and no phone."""
    text = repr(report)
    assert "Funnel" in text
    assert "rows" in text
    assert len(text.splitlines()) < 60


@settings(max_examples=5)
@given(result_tables())
def test_any_table_has_a_page_and_a_text(made):
    """Odd tables and empty ones can be shown."""
    table, suffix = made
    report = table.cascade.report(["city", "age"], suffix=suffix)
    assert report.to_html().startswith("<!doctype html>")
    assert repr(report).startswith("Report")


def test_the_page_is_written(report, tmp_path):
    """The file is the page that is returned; a place that cannot be written is named."""
    page = report.to_html(tmp_path / "a.html")
    assert (tmp_path / "a.html").read_text("utf-8").count("<table") == page.count("<table")
    with pytest.raises(cf.UsageError, match="cannot be written"):
        report.to_html(tmp_path / "none" / "a.html")


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium")
@pytest.mark.timeout(300)
def test_the_page_asks_nobody_and_is_readable(report, tmp_path):
    """In Chromium the page makes no request, runs nothing, and is readable, dark and narrow too."""
    report.to_html(tmp_path / "a.html")
    with open_chromium() as browser:
        for theme, width in (("light", 1200), ("dark", 1200), ("dark", 400)):
            page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=theme)
            asked, said = [], []
            page.on("request", lambda request, asked=asked: asked.append(request.url))
            page.on("console", lambda message, said=said: said.append(message.text))
            page.goto((tmp_path / "a.html").as_uri())
            assert [url for url in asked if not url.startswith("file:")] == []
            assert said == []
            assert page.title() != "caught"
            assert page.locator("img, script").count() == 0
            assert page.locator("svg[role=img]").count() == 3
            for folded in page.locator("details").all():
                folded.evaluate("one => one.open = true")
            assert page.locator("body").evaluate(FAINT) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            page.close()


def test_the_excel_file_has_every_table(report, tmp_path):
    """Each table is a sheet that reads back with the same numbers."""
    report.to_excel(tmp_path / "a.xlsx")
    sheets = pd.read_excel(tmp_path / "a.xlsx", sheet_name=None, engine="calamine")
    names = ["summary", "funnel", "fell_out", "channels", "costs", "savings", "timeline"]
    assert list(sheets)[:9] == [*names, "failures", "estimate"]
    assert len(sheets) == 11
    for name in ("funnel", "channels", "costs", "savings"):
        pd.testing.assert_frame_equal(
            sheets[name].select_dtypes("number"),
            report.to_frame(name).select_dtypes("number"),
            check_dtype=False,
        )
    city = sheets["by city"]
    assert city["rows"].sum() == 40
    assert set(city["city"]) >= {EVIL, "=1+1", "(missing)"}
    line = sheets["timeline"]
    local = report.timeline["start"].dt.tz_localize(None)
    assert line["start, UTC"].tolist() == local.tolist()


def test_no_cell_of_the_excel_file_is_a_formula(report, tmp_path):
    """Values that begin with = are texts, and names of sheets are such as Excel takes."""
    report.to_excel(tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        assert all(b"<f>" not in book.read(name) for name in sheets)
        named = re.findall(r'<sheet name="([^"]*)"', book.read("xl/workbook.xml").decode())
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in named)


def test_long_and_alike_names_get_sheets_of_their_own(tmp_path):
    """Columns whose names differ late, or in capitals, do not overwrite each other."""
    long = "a" * 40
    table = table_of([{"age": 1, "outcome": "accepted"}])
    table[f"{long}1"] = table[f"{long}2"] = table["X"] = table["x"] = 1
    table.cascade.report([f"{long}1", f"{long}2", "X", "x"]).to_excel(tmp_path / "a.xlsx")
    sheets = pd.read_excel(tmp_path / "a.xlsx", sheet_name=None, engine="calamine")
    assert len(sheets) == 13


def test_another_suffix_than_excels_is_refused(report, tmp_path):
    """A report is no CSV file."""
    with pytest.raises(cf.MappingError, match=r"\.xlsx"):
        report.to_excel(tmp_path / "a.csv")
    with pytest.raises(cf.MappingError, match="cannot be written"):
        report.to_excel(tmp_path / "none" / "a.xlsx")


def test_a_suffix_of_the_trackings_alone_serves():
    """A table whose tracking alone has a suffix is reported with it."""
    table = results_of(8)
    new = {name: f"{name}_2" for name in table.columns[5:]}
    renamed = table.rename(columns=new)
    assert renamed.cascade.report(suffix="_2").funnel.equals(table.cascade.report().funnel)


def test_the_lift_is_of_the_same_results():
    """The report's lift compares its own rows with its control group."""
    pytest.importorskip("statsmodels", reason="pip install 'cascade-frames[report]'")
    rows = [{"outcome": "accepted", "age": at} for at in range(40)]
    rows += [{"outcome": "skipped", "reason": "control_group", "age": at} for at in range(20)]
    table = table_of(rows).assign(converted=[at % 4 == 0 for at in range(60)])
    lift = table.cascade.report().lift("converted")
    assert (lift.treated, lift.control) == (40, 20)
    assert lift.treated_converted == 10
    renamed = table.add_suffix("_a").rename(columns={"converted_a": "converted"})
    assert renamed.cascade.report(suffix="_a").lift("converted").control_converted == 5
