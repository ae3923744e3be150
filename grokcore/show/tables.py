"""Numbers over a table of two operands: attention, activations, 2-D spectra."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from numpy.typing import ArrayLike

from grokcore.show._arrays import numbers
from grokcore.show._axes import axes_or_new, table_axes
from grokcore.show._maps import DIVERGING, SEQUENTIAL, color_bar, color_scale
from grokcore.show._words import number, sentence
from grokcore.show.picture import Picture, titled
from grokcore.show.style import RULE, TITLE, WIDTH, style

Limit = float | tuple[float, float] | None


@style()
def table_map(
    values: ArrayLike,
    *,
    limit: Limit = None,
    centered: bool = False,
    xlabel: str = "b",
    ylabel: str = "a",
    unit: str = "",
    title: str = "",
    ax: Axes | None = None,
) -> Picture:
    """Draw a number for each pair of operands as a color.

    Args:
        values: a table [rows, columns], a row for each a and a column for each b.
        limit: the largest number on the color scale, or its lower and upper end, to
            compare several tables; by default what the values need, and 0.
        centered: whether the scale is to reach as far below 0 as above. Then gray is 0,
            darker is less and lighter is more.
        xlabel: what the columns are.
        ylabel: what the rows are.
        unit: what the numbers are, written at the color bar.
        title: written above the figure.
        ax: the axes to draw on; a new figure by default.

    Returns:
        A Picture whose alt text states the range and the mean of the values.

    Raises:
        ValueError: if the values are not a table of finite numbers, or the limits are
            not in order.

    >>> print(table_map([[0.0, 0.5], [1.0, 0.5]], unit="attention to a").alt)
    Table of 2 by 2 cells, attention to a: from 0 to 1, mean 0.5.
    """
    table = numbers("values", values, "rows", "columns")
    scale = color_scale(table, limit, centered=centered)
    ax = axes_or_new(ax, height=5.4)
    image = _draw(ax, table, scale, centered=centered, xlabel=xlabel, ylabel=ylabel)
    color_bar(image, ax, unit)
    rows, columns = table.shape
    alt = sentence(f"table of {rows} by {columns} cells{_range(table, unit)}")
    return titled(ax, alt, title)


@style()
def table_maps(
    tables: Mapping[str, ArrayLike],
    columns: int = 2,
    *,
    limit: Limit = None,
    centered: bool = False,
    xlabel: str = "b",
    ylabel: str = "a",
    unit: str = "",
    title: str = "",
) -> Picture:
    """Draw several tables on one color scale, each under its name.

    Args:
        tables: for each name a table [rows, columns], all of one shape, such as the
            attention patterns of the heads.
        columns: tables in a row, at least 1.
        limit, centered, xlabel, ylabel, unit: as for ``table_map``.
        title: written above the figure.

    Returns:
        A Picture whose alt text states the range and the mean of each table.

    Raises:
        ValueError: as for ``table_map``, and if there are no tables, ``columns`` is
            below 1, or shapes differ.

    >>> print(table_maps({"head 0": [[0, 1]], "head 1": [[1, 3]]}, unit="score").alt)
    2 tables of 1 by 2 cells, score. Head 0: from 0 to 1, mean 0.5. Head 1: from 1 to \
3, mean 2.
    """
    if not tables:
        raise ValueError("tables is empty; give at least one name and table")
    if columns < 1:
        raise ValueError(f"columns={columns!r} must be at least 1")
    checked = {
        name: numbers(repr(name), values, "rows", "columns")
        for name, values in tables.items()
    }
    shapes = {table.shape for table in checked.values()}
    if len(shapes) > 1:
        raise ValueError(f"tables differ in shape: {sorted(shapes)}")
    everything = np.stack(list(checked.values()))
    scale = color_scale(everything, limit, centered=centered)
    columns = min(columns, len(checked))
    rows = -(-len(checked) // columns)
    height, width = everything.shape[1:]
    cell = (WIDTH - 1.75) / columns  # the rest is for labels and the color bar
    size = (WIDTH, 0.7 + bool(title) * 0.3 + rows * (0.4 + cell * height / width))
    figure = Figure(figsize=size, layout="compressed")
    axes = figure.subplots(rows, columns, squeeze=False)
    for ax, (name, table) in zip(axes.flat, checked.items(), strict=False):
        image = _draw(ax, table, scale, centered=centered, xlabel=xlabel, ylabel=ylabel)
        ax.set_title(name, pad=6)
        ax.label_outer()
    for ax in axes.flat[len(checked) :]:
        ax.set_visible(False)
    color_bar(image, list(axes.flat), unit)
    if title:
        figure.suptitle(title, x=0.01, ha="left", fontweight="bold", fontsize=TITLE)
    return Picture(figure, _alt(title, checked, unit), axes.flat[0])


def _draw(
    ax: Axes,
    table: np.ndarray,
    scale: tuple[float, float],
    *,
    centered: bool,
    xlabel: str,
    ylabel: str,
) -> AxesImage:
    image = ax.imshow(
        table,
        cmap=DIVERGING if centered else SEQUENTIAL,
        vmin=scale[0],
        vmax=scale[1],
    )
    table_axes(ax, *table.shape, xlabel=xlabel, ylabel=ylabel)
    ax.spines[:].set(visible=True, edgecolor=RULE)
    return image


def _range(table: np.ndarray, unit: str) -> str:
    low, high, mean = (
        number(float(v)) for v in (table.min(), table.max(), table.mean())
    )
    return f"{', ' * bool(unit)}{unit}: from {low} to {high}, mean {mean}"


def _alt(title: str, tables: Mapping[str, np.ndarray], unit: str) -> str:
    rows, columns = next(iter(tables.values())).shape
    what = f"{len(tables)} table" + "s" * (len(tables) > 1)
    told = [f"{what} of {rows} by {columns} cells{', ' * bool(unit)}{unit}."]
    told += [sentence(f"{name}{_range(table, '')}") for name, table in tables.items()]
    alt = " ".join(told)
    return f"{title}: {alt}" if title else alt
