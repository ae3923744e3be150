"""Numbers for named rows and columns: where in a network something is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedFormatter, FixedLocator
from numpy.typing import ArrayLike

from grokcore.show._arrays import numbers
from grokcore.show._maps import SEQUENTIAL, color_bar, color_scale
from grokcore.show._words import listed, number, sentence, signed
from grokcore.show.picture import Picture
from grokcore.show.style import INK, PAPER, RULE, TITLE, WIDTH, style

_ROW = 0.36
"""Inches a row."""


@style()
def matrix(
    tables: Mapping[str, ArrayLike],
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    limit: float | tuple[float, float] | None = None,
    xlabel: str = "",
    ylabel: str = "",
    unit: str = "",
    title: str = "",
) -> Picture:
    """Draw a number for each named row and column, as a color and written out.

    Args:
        tables: for each name a table [rows, columns], side by side on one color scale.
        rows: what the rows are, from above.
        columns: what the columns are, from the left.
        limit: the largest number on the color scale, or its lower and upper end; by
            default what the values need, and 0.
        xlabel: what the columns are together.
        ylabel: what the rows are together.
        unit: what the numbers are, written at the color bar.
        title: written above the figure.

    Returns:
        A Picture whose alt text says the numbers, row by row.

    Raises:
        ValueError: if there are no tables, one does not have the named rows and
            columns or holds what is not finite, or the limits are not in order.

    >>> picture = matrix(
    ...     {"trained": [[1.0, 0.0], [0.25, 0.0]]}, ["embedding", "key"], ["a", "b"],
    ...     unit="share moved",
    ... )
    >>> print(picture.alt)
    Share moved, for a and b. Trained: embedding 1 and 0, key 0.25 and 0.
    """
    if not tables:
        raise ValueError("tables is empty; give at least one name and table")
    checked = {
        name: numbers(repr(name), values, len(rows), len(columns))
        for name, values in tables.items()
    }
    scale = color_scale(np.stack(list(checked.values())), limit, centered=False)
    height = 1.0 + 0.3 * bool(title) + _ROW * len(rows)
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    axes = figure.subplots(1, len(checked), squeeze=False)[0]
    for ax, (name, table) in zip(axes, checked.items(), strict=True):
        image = ax.imshow(
            table, cmap=SEQUENTIAL, vmin=scale[0], vmax=scale[1], aspect="auto"
        )
        _name(ax, rows, columns)
        _write(ax, table, scale)
        ax.set_xlabel(xlabel)
        ax.set_title(name, pad=6)
    axes[0].set_ylabel(ylabel)
    for ax in axes[1:]:
        ax.tick_params(labelleft=False)
    color_bar(image, list(axes), unit)
    if title:
        figure.suptitle(title, x=0.01, ha="left", fontweight="bold", fontsize=TITLE)
    return Picture(figure, _alt(title, checked, rows, columns, unit), axes[0])


def _name(ax: Axes, rows: Sequence[str], columns: Sequence[str]) -> None:
    ax.grid(False)
    ax.spines[:].set(visible=True, edgecolor=RULE)
    ax.tick_params(length=0, pad=4, labelcolor=INK)
    for axis, names in ((ax.xaxis, columns), (ax.yaxis, rows)):
        axis.set_major_locator(FixedLocator(range(len(names))))
        axis.set_major_formatter(FixedFormatter(list(names)))


def _write(ax: Axes, table: np.ndarray, scale: tuple[float, float]) -> None:
    """Write each number into its cell, as dark or light as can be read there."""
    low, high = scale
    for (i, j), value in np.ndenumerate(table):
        dark = (value - low) / (high - low) > 0.55
        ax.text(
            j,
            i,
            signed(_rounded(value)),
            ha="center",
            va="center",
            color=PAPER if dark else INK,
        )


def _rounded(value: float) -> float:
    """A value with two decimals, or as it is where that would leave little of it."""
    return round(value, 2) if abs(value) < 10 else value


def _alt(
    title: str,
    tables: Mapping[str, np.ndarray],
    rows: Sequence[str],
    columns: Sequence[str],
    unit: str,
) -> str:
    what = f"{unit}, " * bool(unit) + f"for {listed(columns)}"
    told = [sentence(what)]
    for name, table in tables.items():
        lines = [
            f"{row} {listed([number(_rounded(float(v))) for v in line])}"
            for row, line in zip(rows, table, strict=True)
        ]
        told.append(sentence(f"{name}: {', '.join(lines)}"))
    alt = " ".join(told)
    return f"{title}: {alt}" if title else alt
