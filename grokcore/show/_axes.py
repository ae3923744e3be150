"""Axes as the course draws them: a log axis with room for zero, shares in percent."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from textwrap import fill

import matplotlib.patheffects as effects
import numpy as np
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.textpath import TextPath
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullFormatter
from matplotlib.transforms import Bbox

from grokcore.show._words import count, signed
from grokcore.show.style import PAPER, WIDTH


def axes_or_new(ax: Axes | None, height: float, width: float = WIDTH) -> Axes:
    """Return the axes to draw on: those given, or new ones of a size in inches.

    A new figure belongs to nobody but the caller. pyplot, which would keep it alive and
    show it a second time, is never involved.
    """
    if ax is not None:
        return ax
    return Figure(figsize=(width, height), layout="constrained").subplots()


def root_figure(ax: Axes) -> Figure:
    """Return the whole figure that the axes are part of, not a sub-figure."""
    return ax.figure.figure


def time_axis(ax: Axes, x: np.ndarray, unit: str) -> None:
    """Make the x-axis logarithmic, with a place of its own for 0.

    The first evaluation is of the untrained model, at epoch 0, which has no logarithm.
    Between 0 and the first positive value the axis is linear, beyond it logarithmic.
    """
    positive = x[x > 0]
    if positive.size:
        _log_from_zero(ax, x.min(), positive.min(), x.max())
    ax.set_xlabel(unit)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value)))
    ax.xaxis.set_minor_formatter(NullFormatter())


def _tick(value: float) -> str:
    """Whole numbers with commas; what is below 1, such as a frequency, as it is."""
    if 1e-4 <= value < 1:
        return f"{value:g}"
    return signed(value) if 0 < value < 1 else count(value)


def _log_from_zero(ax: Axes, start: float, first: float, last: float) -> None:
    if start > 0:
        ax.set_xscale("log")
    else:
        ax.set_xscale("symlog", linthresh=first, linscale=0.3)
        ax.axvspan(0, first, color="#F6F6F6", lw=0, zorder=-2)
    ax.set_xlim(start, last if last > start else None)
    ticks = decades(first, last, (1,))
    if len(ticks) < 2:
        ticks = decades(first, last, (1, 2, 5))
    ax.xaxis.set_major_locator(FixedLocator(([] if start > 0 else [0.0]) + ticks))
    ax.xaxis.set_minor_locator(FixedLocator(decades(first, last, range(1, 10))))


def percent_axis(ax: Axes) -> None:
    """Show shares of 1 as percentages, with all of 0 to 100% in view."""
    ax.set_ylim(-0.03, 1.04)
    ax.yaxis.set_major_locator(FixedLocator([0, 0.25, 0.5, 0.75, 1]))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0%}"))


def table_axes(ax: Axes, rows: int, columns: int, *, xlabel: str, ylabel: str) -> None:
    """Number the columns on top, as a table does, and let no grid cover the cells."""
    ax.grid(False)
    ax.spines[:].set_visible(False)
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    ax.tick_params(length=0, pad=3)
    for axis, size, name in ((ax.xaxis, columns, xlabel), (ax.yaxis, rows, ylabel)):
        stride = next(s for s in (1, 2, 5, 10, 20, 50, 100, 10**9) if size <= 8 * s)
        axis.set_major_locator(FixedLocator(range(0, size, stride)))
        name_axis(axis, name)


def name_axis(axis: Axis, name: str) -> None:
    """Write the label of an axis; a single letter is a variable, and looks like one."""
    axis.set_label_text(name)
    if len(name) == 1:
        axis.label.set(fontstyle="italic", fontfamily="DejaVu Serif")


def name_y_axis(ax: Axes, name: str) -> None:
    """Write along the y-axis what it is, in as many lines as its height asks for."""
    ax.set_ylabel(name)
    if name and _length(name) > points_box(ax).height:
        settle(ax)
        lines = math.ceil(_length(name) / points_box(ax).height)
        ax.set_ylabel(fill(name, math.ceil(len(name) / lines) + 2))


def round_ticks(ax: Axes, *, integer: bool = False) -> MaxNLocator:
    """Return a locator of round numbers along x, fewer in narrow axes."""
    bins = int(np.clip(points_box(ax).width // 50, 3, 7))
    return MaxNLocator(bins, integer=integer, steps=[1, 2, 5, 10])


def title_above(titles: Mapping[str, Axes]) -> None:
    """Write titles over axes, all as high as the text that stands there requires."""
    air = 7
    tops = []
    for ax in titles.values():
        settle(ax)
        top = ax.get_window_extent().y1
        texts = [text.get_window_extent().y1 for text in ax.texts]
        tops.append(max([0.0, *(y - top for y in texts)]) * 72 / root_figure(ax).dpi)
    for title, ax in titles.items():
        ax.set_title(title, pad=air + max(tops))


def settle(ax: Axes) -> None:
    """Lay the figure out as it is so far, for text that is placed by measure."""
    figure = root_figure(ax)
    if (engine := figure.get_layout_engine()) is not None:
        engine.execute(figure)


def halo() -> list[effects.AbstractPathEffect]:
    """A rim of paper around text, so that lines behind it do not cut its letters."""
    return [effects.withStroke(linewidth=3, foreground=PAPER)]


def text_width(ax: Axes, text: str) -> float:
    """How much of the width of the axes a text takes, with a little air."""
    return 1.08 * _length(text) / points_box(ax).width


def _length(text: str) -> float:
    """How long a line of text is, in points."""
    return TextPath((0, 0), text, size=rcParams["font.size"]).get_extents().width


def text_height(ax: Axes) -> float:
    """How much of the height of the axes a line of text takes."""
    return 1.2 * rcParams["font.size"] / points_box(ax).height


def points_box(ax: Axes) -> Bbox:
    """The box of the axes in points, the unit of font sizes."""
    per_pixel = 72 / root_figure(ax).dpi
    return Bbox(per_pixel * ax.get_window_extent().get_points())


def decades(first: float, last: float, factors: Iterable[int]) -> list[float]:
    """The values factor × 10ᵏ from first to last."""
    powers = 10.0 ** np.arange(np.floor(np.log10(first)), np.log10(last) + 1)
    values = np.outer(powers, tuple(factors)).ravel()
    return [float(v) for v in values if first <= v <= last]
