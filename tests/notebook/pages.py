"""Finding and pressing what is in a panel, as a person would."""

import re

import ipywidgets as widgets


def all_of(panel):
    """Every widget of a panel."""
    children = getattr(panel, "children", ())
    return [panel, *(widget for child in children for widget in all_of(child))]


def find(panel, kind, words=""):
    """The only widget of that kind whose label begins so."""
    found = [
        widget
        for widget in all_of(panel)
        if isinstance(widget, kind) and widget.description.startswith(words)
    ]
    assert len(found) == 1, [widget.description for widget in found]
    return found[0]


def button(panel, words):
    """The button that says so."""
    return find(panel, widgets.Button, words)


def text(panel):
    """All that a panel says, without its tags."""
    html = " ".join(widget.value for widget in all_of(panel) if isinstance(widget, widgets.HTML))
    return re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL)


def alerts(panel):
    """What went wrong, in words."""
    html = " ".join(widget.value for widget in all_of(panel) if isinstance(widget, widgets.HTML))
    return re.findall(r'role="alert"[^>]*>([^<]*)<', html)
