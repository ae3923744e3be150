"""Measured numbers over two settings, written into their cells."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from grokcore.show._arrays import unchecked
from grokcore.show._axes import axes_or_new, root_figure
from grokcore.show._maps import SEQUENTIAL
from grokcore.show._words import number, sentence
from grokcore.show.picture import Picture
from grokcore.show.style import FAINT, INK, OKABE_ITO, PAPER, style

_ROW = 0.44
"""Inches a row takes."""

_FRAME = OKABE_ITO["vermilion"]


@style()
def heat_map(
    values: ArrayLike,
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    xlabel: str,
    ylabel: str,
    unit: str = "",
    limit: tuple[float, float] | None = None,
    framed: ArrayLike | None = None,
    frame: str = "framed",
    title: str = "",
    ax: Axes | None = None,
) -> Picture:
    """Draw a number for each pair of settings, as a color and in figures.

    The darker, the larger, on a logarithmic scale. A cell where it did not happen
    within the run (infinite) is hatched and has a ">", one of which nothing can be said
    (NaN) a "?".

    Args:
        values: a table [R, C] of numbers of at least 0, infinite or NaN.
        rows: what each row is, from top to bottom.
        columns: what each column is.
        xlabel: what the columns differ in, with its unit.
        ylabel: what the rows differ in, with its unit.
        unit: what the numbers are, written above the figure and in the alt text.
        limit: the numbers of the lightest and the darkest color, both above 0, to
            compare tables; by default the smallest above 0 and the largest.
        framed: a table of booleans, the cells to draw a frame around.
        frame: what these cells are, for the alt text.
        title: written above the figure instead.
        ax: the axes to draw on; a new figure by default, as high as the rows need.

    Returns:
        A Picture whose alt text says how large the numbers are, row by row, and how
        large in the framed cells.

    Raises:
        ValueError: if shapes do not fit, a number is below 0, there is none above 0, or
            the limits are not in order.

    >>> print(heat_map([[40, 10], [np.inf, 20]], rows=["30%", "50%"],
    ...                columns=["8", "64"], xlabel="batch", ylabel="fraction",
    ...                unit="delay in epochs", framed=[[0, 1], [0, 0]]).alt)
    Table of delay in epochs, with fraction down and batch (8, 64) across. 30%: 40, \
10. 50%: not within the run, 20. Framed cells: 10.
    """
    table = _checked(values, rows, columns)
    inside = np.zeros(table.shape, bool) if framed is None else np.asarray(framed, bool)
    if inside.shape != table.shape:
        raise ValueError(
            f"framed has shape {list(inside.shape)}; the values have "
            f"{list(table.shape)}"
        )
    scale = LogNorm(*_ends(table, limit), clip=True)
    heading = title or sentence(unit).removesuffix(".")
    ax = axes_or_new(ax, height=0.85 + 0.3 * bool(heading) + _ROW * len(rows))
    ax.set(xlim=(0, len(columns)), ylim=(len(rows), 0))
    for (row, column), value in np.ndenumerate(table):
        _cell(ax, row, column, value, scale)
    _frames(ax, inside)
    _axes(ax, rows, columns, xlabel, ylabel)
    told = [f"table of {unit or 'numbers'}, with {ylabel} down and {xlabel} "]
    told[0] += f"({', '.join(columns)}) across."
    told += [
        f"{name}: {', '.join(map(_words, values))}."
        for name, values in zip(rows, table, strict=True)
    ]
    if inside.any():
        cells = ", ".join(map(_words, table[inside]))
        told.append(sentence(f"{frame} cells: {cells}"))
    alt = sentence(" ".join(told))
    if heading:
        ax.set_title(heading, pad=9)
    if title:
        alt = f"{title}: {alt}"
    return Picture(root_figure(ax), alt, ax)


def _checked(
    values: ArrayLike, rows: Sequence[str], columns: Sequence[str]
) -> np.ndarray:
    table = unchecked(values)
    if table.shape != (len(rows), len(columns)) or not table.size:
        raise ValueError(
            f"values have shape {list(table.shape)}; rows and columns name "
            f"[{len(rows)}, {len(columns)}]"
        )
    if (table < 0).any():
        raise ValueError(f"values go down to {np.nanmin(table):g}; none may be below 0")
    if not (np.isfinite(table) & (table > 0)).any():
        raise ValueError("values hold no number above 0")
    return table


def _ends(table: np.ndarray, limit: tuple[float, float] | None) -> tuple[float, float]:
    shown = table[np.isfinite(table) & (table > 0)]
    low, high = limit or (float(shown.min()), float(shown.max()))
    if not 0 < low <= high:
        raise ValueError(f"limit={limit!r} must be two numbers above 0, in order")
    return low, high if high > low else 2 * low


def _cell(ax: Axes, row: int, column: int, value: float, scale: LogNorm) -> None:
    place = {"xy": (column, row), "width": 1, "height": 1}
    text, ink = number(value), INK
    if np.isfinite(value):
        shade = float(scale(max(value, scale.vmin)))
        ax.add_patch(Rectangle(**place, facecolor=SEQUENTIAL(shade), edgecolor=PAPER))
        ink = PAPER if shade > 0.45 else INK
    else:
        text = ">" if np.isinf(value) else "?"
        hatch = "////" if np.isinf(value) else None
        look = {"facecolor": PAPER, "edgecolor": "#C8C8C8", "linewidth": 0.8}
        ax.add_patch(Rectangle(**place, hatch=hatch, **look))
    box = {"facecolor": PAPER, "edgecolor": "none", "pad": 1.5} if text == ">" else None
    center = (column + 0.5, row + 0.5)
    ax.text(*center, text, ha="center", va="center", color=ink, fontsize=11, bbox=box)


def _frames(ax: Axes, inside: np.ndarray) -> None:
    """Draw lines where a framed cell meets one that is not, or the edge."""
    padded = np.pad(inside, 1)
    look = {"color": _FRAME, "linewidth": 3, "solid_capstyle": "projecting"}
    for row, column in np.argwhere(inside):
        for down, right, x, y in (
            (-1, 0, (0, 1), (0, 0)),
            (1, 0, (0, 1), (1, 1)),
            (0, -1, (0, 0), (0, 1)),
            (0, 1, (1, 1), (0, 1)),
        ):
            if not padded[row + 1 + down, column + 1 + right]:
                xs, ys = [column + d for d in x], [row + d for d in y]
                ax.plot(xs, ys, clip_on=False, zorder=3, **look)


def _axes(
    ax: Axes, rows: Sequence[str], columns: Sequence[str], xlabel: str, ylabel: str
) -> None:
    ax.grid(False)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0, pad=5, colors=FAINT, labelcolor=INK)
    ax.set_xticks(np.arange(len(columns)) + 0.5, columns)
    ax.set_yticks(np.arange(len(rows)) + 0.5, rows)
    ax.set(xlabel=xlabel, ylabel=ylabel)


def _words(value: float) -> str:
    if np.isfinite(value):
        return number(value)
    return "not within the run" if np.isinf(value) else "unknown"
