"""Thin lines that carry meaning: moments, the delay between them, reference levels."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from grokcore.show._axes import halo, settle, text_height, text_width
from grokcore.show._labels import Line, clearest_center
from grokcore.show._words import count, quantity
from grokcore.show.style import FAINT, INK, readable


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
        fontsize=11,
    )


def mark_delay(
    ax: Axes, start: float, end: float, unit: str, lines: Sequence[Line]
) -> None:
    """Draw the delay as an arrow from one moment to the other, halfway up.

    Its length is written over the arrow, out of the way of the lines, or beside it; in
    axes too narrow for both, the arrow speaks for itself.
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
    width = text_width(ax, text)
    if width < right - left:
        stands = height, height + 1.3 * text_height(ax)
        center = clearest_center(ax, lines, (left, right), width, stands)
        _write_delay(ax, text, center, height, (0, 3), "center", "bottom")
    elif right + width < 1:
        _write_delay(ax, text, right, height, (6, 0), "left", "center")


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


def mark_level(ax: Axes, label: str, height: float) -> None:
    """Draw a dotted horizontal line at a level and name it at its right end."""
    ax.axhline(height, color=FAINT, linewidth=1.2, linestyle=(0, (1, 1.6)), zorder=1)
    ax.annotate(
        label,
        (1, height),
        xycoords=("axes fraction", "data"),
        xytext=(-2, 3),
        textcoords="offset points",
        ha="right",
        va="bottom",
        color=FAINT,
        fontsize=11,
        path_effects=halo(),
    )
