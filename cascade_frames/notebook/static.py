"""A static output: plain HTML and text in a cell, replaced as things change. Door to IPython.

It is what a reopened notebook, an export without network and a page on the web show.
"""

from __future__ import annotations

import uuid

from IPython.display import display


class StaticOutput:
    """One output of the current cell.

    Attributes:
        name: of the class of its HTML; what is live on the page hides it by that.
    """

    def __init__(self) -> None:
        self.name = f"cascade-{uuid.uuid4().hex[:12]}"
        self._shown = False
        self._above = ("", "")

    def take_place(self) -> None:
        """Be in the current cell from now on, with nothing to read yet; twice is harmless."""
        if not self._shown:
            self.show("", "")

    def keep(self, html: str, text: str) -> None:
        """Show this, and keep it above whatever is shown later."""
        self._above = (html, f"{text}\n\n")
        self.show("", "")

    def show(self, html: str, text: str) -> None:
        """Show this from now on, from any thread; the first call decides on the cell."""
        above_html, above_text = self._above
        shown = f'<div class="{self.name}">{above_html}{html}</div>'
        bundle = {
            "text/html": f"<style>{self._without_error}</style>{shown}",
            "text/plain": f"{above_text}{text}",
        }
        display(bundle, raw=True, display_id=self.name, update=self._shown)  # type: ignore[no-untyped-call]
        self._shown = True

    @property
    def _without_error(self) -> str:
        """Hide what JupyterLab writes for a panel whose kernel is gone: text, and no element."""
        error = ".jp-OutputArea-output.jupyter-widgets:not(:has(*))"
        return f".jp-OutputArea:has(.{self.name}) {error}{{display:none}}"

    @property
    def hidden(self) -> str:
        """HTML that hides this output while it is on the page."""
        return f"<style>.{self.name}{{display:none}}</style>"
