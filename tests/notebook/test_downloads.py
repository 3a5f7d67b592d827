"""Rows as a file and as a link to it."""

import base64
import re
from pathlib import Path

import pandas as pd
import pytest

from cascade_frames.errors import MappingError
from cascade_frames.notebook import downloads
from cascade_frames.notebook.downloads import save_rows


def test_the_link_has_the_file_itself():
    """What is downloaded is what was written, letter by letter, and no formula is in it."""
    rows = pd.DataFrame({"phone": ["+380209000001"], "name": ["=1+1"], "=city": ["Львів, <b>"]})
    html = save_rows(rows, "rows.csv")
    data = re.search(r'download="rows.csv" href="data:text/csv;base64,([\w+/=]+)"', html)[1]
    written = base64.b64decode(data)
    assert Path("rows.csv").read_bytes() == written
    assert written.decode() == "phone,name,'=city\n+380209000001,'=1+1,\"Львів, <b>\"\n"
    assert "Saved 1 row as" in html


def test_a_large_file_is_no_link(monkeypatch):
    """A page is not choked with a file it cannot hold; the file is there all the same."""
    monkeypatch.setattr(downloads, "MOST_BYTES", 10)
    html = save_rows(pd.DataFrame({"name": ["a" * 20]}), "rows.csv")
    assert "base64" not in html
    assert "where the kernel runs" in html
    assert len(pd.read_csv("rows.csv")) == 1


def test_a_place_that_cannot_be_written_is_an_error():
    """Nothing is said to be saved that is not."""
    with pytest.raises(MappingError, match="cannot be written"):
        save_rows(pd.DataFrame({"name": ["a"]}), "nowhere/rows.csv")
