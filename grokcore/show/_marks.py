"""Thin lines that carry meaning: moments, the delay between them, reference levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox

from grokcore.show._axes import halo, settle, text_height, text_width
from grokcore.show._labels import Line, free_centers
from grokcore.show._spread import spread
from grokcore.show._words import count, quantity
from grokcore.show.style import DOTTED, FAINT, INK, SMALL, readable

_SHADES = ("#F4F4F4", "#E9E9E9")
_ROW = 15
"""Points from one row of text above the axes to the next."""

_START, _END = -0.08, 1.08
"""Between what fractions of the x-axis text above the axes may stand."""


def mark_moment(ax: Axes, at: float, color: str, *, side: str) -> None:
    """Draw a vertical line through a moment and write its time above the axes.

    ``side`` says to which side of the line the number grows, so that the numbers of two
    moments close together do not collide.
    """
    ax.axvline(at, color=color, linewidth=1, alpha=0.8, zorder=1)
    ax.annotate(
        count(at),
        (at, 1),
        xycoords=("data", "axes fraction"),
        xytext=(-1 if side == "left" else 1, 3),
        textcoords="offset points",
        ha="right" if side == "left" else "left",
        va="bottom",
        color=readable(color),
        fontsize=SMALL,
    )


def mark_delay(
    ax: Axes, start: float, end: float, unit: str, lines: Sequence[Line]
) -> Bbox:
    """Draw the delay as an arrow from one moment to the other, halfway up.

    Its length is written over the arrow, out of the way of the lines, or beside it;
    where there is room for neither, the arrow speaks for itself. Returns what arrow and
    text take, in fractions of the axes.
    """
    height = 0.5
    ax.annotate(
        "",
        (end, height),
        xytext=(start, height),
        xycoords=("data", "axes fraction"),
        arrowprops={
            "arrowstyle": "<|-|>,head_width=0.18,head_length=0.4",
            "color": INK,
            "linewidth": 1.1,
            "shrinkA": 0,
            "shrinkB": 0,
        },
    )
    settle(ax)
    text = f"delay {quantity(end - start, unit)}"
    to_fraction = ax.transScale + ax.transLimits
    left, right = (to_fraction.transform((at, 1))[0] for at in (start, end))
    width, letter = text_width(ax, text), text_height(ax)
    if width < right - left:
        stands = height, height + 1.3 * letter
        middle = (left + right) / 2
        free = free_centers(ax, lines, (left, right), width, stands)
        center = float(min(free, key=lambda place: abs(place - middle), default=middle))
        _write_delay(ax, text, center, height, (0, 3), "center", "bottom")
        return Bbox([[left, height], [right, stands[1]]])
    low, high = height - letter / 2, height + letter / 2
    if right + width < 1:
        _write_delay(ax, text, right, height, (6, 0), "left", "center")
        right += 1.2 * width
    elif (free := free_centers(ax, lines, (0, left), 1.1 * width, (low, high))).size:
        _write_delay(ax, text, float(free[-1]), height, (0, 0), "center", "center")
        left = float(free[-1]) - width / 2
    return Bbox([[left, low], [right, high]])


def _write_delay(
    ax: Axes,
    text: str,
    x: float,
    y: float,
    offset: tuple[float, float],
    align: str,
    rise: str,
) -> None:
    ax.annotate(
        text,
        (x, y),
        xycoords="axes fraction",
        xytext=offset,
        textcoords="offset points",
        ha=align,
        va=rise,
        path_effects=halo(),
    )


def mark_level(ax: Axes, label: str, height: float, lines: Sequence[Line]) -> None:
    """Draw a dotted horizontal line at a level and name it, best near its right end.

    Call it when scales and limits are final. The name goes as far to the left as it
    must for no line to cross it, and below the level if above it there is no place.
    """
    ax.axhline(height, color=FAINT, linewidth=1.2, linestyle=DOTTED, zorder=1)
    settle(ax)
    level = float((ax.transScale + ax.transLimits).transform((1, height))[1])
    small = SMALL / rcParams["font.size"]
    width, letter = small * text_width(ax, label), 1.2 * small * text_height(ax)
    for above in (True, False):
        stands = (level, level + letter) if above else (level - letter, level)
        free = free_centers(ax, lines, (0, 1), width, stands)
        if free.size and stands[0] > 0 and stands[1] < 1:
            right = free[-1] + width / 2
            break
    else:
        above, right = True, 1.0
    ax.annotate(
        label,
        (right, height),
        xycoords=("axes fraction", "data"),
        xytext=(-2, 3 if above else -3),
        textcoords="offset points",
        ha="right",
        va="bottom" if above else "top",
        color=FAINT,
        fontsize=SMALL,
        path_effects=halo(),
    )


def name_moments(ax: Axes, moments: Mapping[str, float], row: int) -> None:
    """Draw a thin vertical line at each moment and write its name above the axes.

    Call it when scales and limits are final. ``row`` says how many rows of text stand
    there already. Names that would collide move apart, at need into a row of their own.
    """
    for at in moments.values():
        ax.axvline(at, color=INK, linewidth=1, alpha=0.8, zorder=1)
    _write_above(ax, list(moments), _across(ax, list(moments.values())), row)


def shade_spans(ax: Axes, spans: Mapping[str, tuple[float, float]]) -> int:
    """Shade spans of x, lighter and darker in turn, and write the name of each on top.

    Call it when scales and limits are final. Returns the number of rows written.
    """
    left, right = ax.get_xlim()
    for i, (name, (start, end)) in enumerate(spans.items()):
        if not start <= end:
            raise ValueError(f"spans[{name!r}] ends at {end:g}, before {start:g}")
        ax.axvspan(start, end, color=_SHADES[i % 2], linewidth=0, zorder=-3)
    ax.set_xlim(left, right)
    edges = [np.clip(span, left, right) for span in spans.values()]
    middles = [_across(ax, span).mean() for span in edges]
    return _write_above(ax, list(spans), middles, 0)


def _across(ax: Axes, places: Sequence[float]) -> np.ndarray:
    """Places on the x-axis in fractions of its length."""
    to_fraction = ax.transScale + ax.transLimits
    return to_fraction.transform([[x, 1.0] for x in places] or np.empty((0, 2)))[:, 0]


def _write_above(
    ax: Axes, names: Sequence[str], places: Sequence[float], row: int
) -> int:
    """Write names over the axes, each near its place, none touching the next.

    They take one row if it has room for all, otherwise two in turn.
    """
    if not names:
        return 0
    settle(ax)
    widths = [
        text_width(ax, name + "n") * SMALL / rcParams["font.size"] for name in names
    ]
    rows = 1 if sum(widths) < _END - _START else 2
    for i in range(rows):
        mine = slice(i, None, rows)
        spots = spread(places[mine], widths[mine], _START, _END)
        for name, spot in zip(names[mine], spots, strict=True):
            ax.annotate(
                name,
                (spot, 1),
                xycoords="axes fraction",
                xytext=(0, 3 + _ROW * (row + i)),
                textcoords="offset points",
                ha="center",
                va="bottom",
                fontsize=SMALL,
            )
    return rows
