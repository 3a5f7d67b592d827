"""A small table as HTML."""

import pandas as pd

from cascade_frames.notebook.tables import table_html


def test_every_value_is_escaped():
    """Names and cells are text, whatever they hold."""
    html = table_html(pd.DataFrame({"<i>": ["<script>", None]}))
    assert "<script>" not in html
    assert "<i>" not in html
    assert "None" not in html
