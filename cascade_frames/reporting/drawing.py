"""Bars and steps as figures: door to matplotlib.

Figures are made of its objects alone, never with pyplot, so any thread may draw. What is written
in them takes the colour of the text around it in a page, light or dark; the other colours are Okabe
and Ito's, which people tell apart whatever colours they see.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any, Final

import matplotlib.dates as mdates
import numpy as np
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont
from matplotlib.ft2font import FT2Font
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

if TYPE_CHECKING:
    from datetime import tzinfo

    import numpy.typing as npt
    from matplotlib.axes import Axes

_INK: Final = "#1c2024"
_BLUE: Final = "#0072b2"
_ORANGE: Final = "#d55e00"
_GREY: Final = "#80868b"
_STYLES: Final = ((_ORANGE, "--"), (_BLUE, "-"))
_FONT: Final = "DejaVu Sans"  # comes with matplotlib; it has Latin, Greek and Cyrillic
_SIZE: Final = 10.0
_SMALL: Final = 8.5
_INCHES: Final = 7.2
_PIXELS: Final = round(_INCHES * 96)
_PLAIN_ROW: Final = 0.36
_NOTED_ROW: Final = 0.56


class Picture(Figure):
    """A matplotlib figure that shows itself in a notebook; `savefig` writes it to a file.

    Attributes:
        alt: what it shows, in words.
    """

    def __init__(self, height: float, alt: str) -> None:
        super().__init__(
            figsize=(_INCHES, height), dpi=100, facecolor="white", layout="constrained"
        )
        self.alt = alt

    def __repr__(self) -> str:
        """What it shows."""
        return f"<Picture: {self.alt}>"

    def svg(self) -> str:
        """The picture as an element of a page."""
        target = io.StringIO()
        self.savefig(target, format="svg", facecolor="none", metadata={"Date": None})
        return _as_element(target.getvalue(), self.alt)

    def png(self) -> bytes:
        """The picture as a file, on white."""
        target = io.BytesIO()
        self.savefig(target, format="png", dpi=144)
        return target.getvalue()

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        return {"text/html": self.svg(), "image/png": self.png(), "text/plain": repr(self)}


def draw_bars(
    alt: str,
    unit: str,
    names: Sequence[str],
    lengths: Sequence[float],
    labels: Sequence[str],
    rests: Sequence[float] = (),
    notes: Sequence[str] = (),
) -> Picture:
    """Lying bars, the first on top.

    Args:
        alt: what the picture shows.
        unit: what the axis counts.
        names, lengths: of the bars, one at least.
        labels: what stands at the right of each.
        rests: what each lacks of the one before, drawn beside it in grey.
        notes: what stands beneath each.
    """
    picture = Picture(0.75 + (_NOTED_ROW if notes else _PLAIN_ROW) * len(names), alt)
    axes = _axes(picture)
    places = range(len(names))
    axes.barh(places, lengths, height=0.5, color=_BLUE)
    if rests:
        axes.barh(places, rests, left=lengths, height=0.5, color=_GREY, alpha=0.3)
    axes.set_yticks(places, [_drawable(name) for name in names])
    for told in axes.get_yticklabels():
        told.set(parse_math=False, color=_INK, fontsize=_SIZE, fontfamily=_FONT)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(names) - (0.2 if notes else 0.5), -0.5)
    axes.set_xlim(0, max(*lengths, 1))
    axes.set_xlabel(unit, color=_INK, fontsize=_SIZE, fontfamily=_FONT)
    _count_along(axes.xaxis)
    for at, label in enumerate(labels):
        across = axes.get_yaxis_transform()
        _write(axes, 1.02, at, label, _SIZE, va="center_baseline", transform=across)
    for at, note in enumerate(notes):
        _write(axes, 0, at + 0.3, note, _SMALL, va="top")
    return picture


def draw_steps(
    alt: str,
    unit: str,
    edges: npt.NDArray[np.datetime64],
    lines: Mapping[str, npt.NDArray[np.int64]],
    zone: tzinfo,
) -> Picture:
    """Counts per interval of time, as steps; the last line is filled.

    Args:
        alt: what the picture shows.
        unit: what the upright axis counts.
        edges: of the N intervals: N + 1 moments, in UTC without a zone.
        lines: one or two lines of N counts, by name.
        zone: in which times are told.
    """
    picture = Picture(2.6, alt)
    axes = _axes(picture)
    for (name, counts), (colour, style) in zip(lines.items(), _STYLES, strict=False):
        heights = np.append(counts, counts[-1])
        axes.step(edges, heights, where="post", color=colour, ls=style, lw=1.8, label=name)
    axes.fill_between(edges, heights, step="post", color=colour, alpha=0.18, lw=0)
    axes.set_ylim(bottom=0)
    axes.margins(x=0.01)
    axes.grid(axis="y", color=_GREY, alpha=0.3, lw=0.6)
    axes.set_xlabel(_drawable(f"time, {zone}"), color=_INK, fontsize=_SIZE, fontfamily=_FONT)
    axes.set_ylabel(unit, color=_INK, fontsize=_SIZE, fontfamily=_FONT)
    _count_along(axes.yaxis)
    _tell_time(axes, zone)
    look: dict[str, Any] = {
        "frameon": False,
        "labelcolor": _INK,
        "loc": "lower right",
        "bbox_to_anchor": (1, 1),
    }
    axes.legend(ncols=len(lines), prop={"family": _FONT, "size": _SIZE}, **look)
    return picture


def draw_words(words: str) -> Picture:
    """What stands where there is nothing to draw."""
    picture = Picture(0.5, words)
    axes = _axes(picture)
    axes.set_axis_off()
    _write(axes, 0, 0.5, words, _SIZE, va="center")
    return picture


def _axes(picture: Picture) -> Axes:
    axes = picture.add_subplot(facecolor="none")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set(color=_GREY, linewidth=0.8)
    axes.tick_params(colors=_GREY, labelcolor=_INK, labelsize=_SMALL, labelfontfamily=_FONT)
    return axes


def _count_along(axis: Any) -> None:  # noqa: ANN401 - either axis
    axis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    axis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))


def _tell_time(axes: Axes, zone: tzinfo) -> None:
    where: Any = mdates.AutoDateLocator
    how: Any = mdates.ConciseDateFormatter
    locator = where(tz=zone)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(how(locator, tz=zone))
    axes.xaxis.get_offset_text().set(color=_INK, fontsize=_SMALL, fontfamily=_FONT)


def _write(axes: Axes, x: float, y: float, words: str, size: float, **how: Any) -> None:  # noqa: ANN401 - matplotlib's
    look: dict[str, Any] = {
        "color": _INK,
        "fontsize": size,
        "fontfamily": _FONT,
        "parse_math": False,
    }
    axes.text(x, y, _drawable(words), **look, **how)


def _drawable(text: str) -> str:
    """The text in letters that the font has."""
    letters = _letters()
    return "".join(one if one.isprintable() and ord(one) in letters else "□" for one in text)


@cache
def _letters() -> frozenset[int]:
    return frozenset(FT2Font(findfont(FontProperties(family=_FONT))).get_charmap())


def _as_element(svg: str, alt: str) -> str:
    """An SVG document as an element: no prolog, no rules for the whole page, the page's ink."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<(metadata|style)\b.*?</\1>", "", svg, flags=re.DOTALL)
    box = re.findall(r'viewBox="[^"]*"', svg)[0]
    start = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'{box} role="img" aria-label="{escape(alt)}" style="width:{_PIXELS}px;max-width:100%;'
        'min-width:26em;height:auto;stroke-linejoin:round;stroke-linecap:butt">'
    )
    return (start + svg[svg.index(">") + 1 :]).replace(_INK, "currentColor").strip()
