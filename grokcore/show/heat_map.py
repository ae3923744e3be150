"""Numbers for named rows and columns, as colors and written into their cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from grokcore.show._arrays import unchecked
from grokcore.show._axes import root_figure
from grokcore.show._maps import SEQUENTIAL, color_scale
from grokcore.show._words import number, sentence, signed
from grokcore.show.picture import Picture
from grokcore.show.style import FAINT, INK, OKABE_ITO, PAPER, TITLE, WIDTH, style

_ROW = 0.44
"""Inches a row takes."""

_FRAME = OKABE_ITO["vermilion"]


@style()
def heat_map(
    values: ArrayLike | Mapping[str, ArrayLike],
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    xlabel: str,
    ylabel: str,
    unit: str = "",
    scale: Literal["log", "linear"] = "log",
    limit: tuple[float, float] | None = None,
    framed: ArrayLike | None = None,
    frame: str = "framed",
    title: str = "",
    ax: Axes | None = None,
) -> Picture:
    """Draw a number for each row and column, as a color and in figures.

    The darker, the larger. A cell where it did not happen within the run (infinite) is
    hatched and has a ">", one of which nothing can be said (NaN) a "?".

    Args:
        values: a table [R, C] of numbers, infinite or NaN; or several by their names,
            side by side on one scale.
        rows: what each row is, from top to bottom.
        columns: what each column is.
        xlabel: what the columns differ in, with its unit.
        ylabel: what the rows differ in, with its unit; empty where their names say it.
        unit: what the numbers are, written above the figure and in the alt text.
        scale: whether equal steps of color are equal ratios ("log", for numbers of at
            least 0) or equal differences ("linear", written with two decimals).
        limit: the numbers of the lightest and the darkest color, to compare figures;
            by default what the values need.
        framed: a table of booleans [R, C], the cells to draw a frame around.
        frame: what these cells are, for the alt text.
        title: written above the figure instead of the unit.
        ax: the axes to draw a single table on; a new figure by default, as high as the
            rows need.

    Returns:
        A Picture whose alt text says how large the numbers are, row by row, and how
        large in the framed cells.

    Raises:
        ValueError: if shapes do not fit, nothing in a table is finite, there are axes
            and several tables, the limits are not in order, or on a logarithmic scale a
            number is below 0 or none above 0.

    >>> print(heat_map([[40, 10], [np.inf, 20]], rows=["30%", "50%"],
    ...                columns=["8", "64"], xlabel="batch", ylabel="fraction",
    ...                unit="delay in epochs", framed=[[0, 1], [0, 0]]).alt)
    Table of delay in epochs, with fraction down and batch (8, 64) across. 30%: 40, \
10. 50%: not within the run, 20. Framed cells: 10.
    """
    tables = dict(values) if isinstance(values, Mapping) else {"": values}
    tables = {name: _checked(name, t, rows, columns) for name, t in tables.items()}
    norm = _norm(tables, scale, limit)
    inside = _inside(framed, (len(rows), len(columns)))
    heading = title or sentence(unit).removesuffix(".")
    panels = _panels(ax, len(tables), 0.85 + 0.3 * bool(heading) + _ROW * len(rows))
    for panel, (name, table) in zip(panels, tables.items(), strict=True):
        panel.set(xlim=(0, len(columns)), ylim=(len(rows), 0))
        for (row, column), value in np.ndenumerate(table):
            _cell(panel, row, column, value, norm, _written(value, scale))
        _frames(panel, inside)
        _axes(panel, rows, columns, xlabel)
        if name:
            panel.set_title(name, pad=6)
    panels[0].set_ylabel(ylabel)
    for panel in panels[1:]:
        panel.tick_params(labelleft=False)
    if heading and not any(tables):
        panels[0].set_title(heading, pad=9)
    elif heading:
        root_figure(panels[0]).suptitle(
            heading, x=0.01, ha="left", fontweight="bold", fontsize=TITLE
        )
    told = f"table{'s' * (len(tables) > 1)} of {unit or 'numbers'}, with "
    told += f"{ylabel} down and " * bool(ylabel)
    told += f"{xlabel} ({', '.join(columns)}) across."
    for name, table in tables.items():
        told += f" {sentence(name)}" * bool(name)
        told += _lines(rows, table, scale)
        if inside.any():
            cells = ", ".join(_words(value, scale) for value in table[inside])
            told += " " + sentence(f"{frame} cells: {cells}")
    alt = sentence(told)
    return Picture(
        root_figure(panels[0]), f"{title}: {alt}" if title else alt, panels[0]
    )


def _panels(ax: Axes | None, count: int, height: float) -> list[Axes]:
    if ax is None:
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        return list(figure.subplots(1, count, squeeze=False)[0])
    if count > 1:
        raise ValueError(f"ax takes one table, not {count}; leave ax out")
    return [ax]


def _checked(
    name: str, values: ArrayLike, rows: Sequence[str], columns: Sequence[str]
) -> np.ndarray:
    table = unchecked(values)
    if table.shape != (len(rows), len(columns)) or not table.size:
        raise ValueError(
            f"{repr(name) if name else 'values'} has shape {list(table.shape)}; rows "
            f"and columns name [{len(rows)}, {len(columns)}]"
        )
    return table


def _norm(
    tables: Mapping[str, np.ndarray], scale: str, limit: tuple[float, float] | None
) -> Normalize:
    """From numbers to shares of the darkest color."""
    if scale not in ("log", "linear"):
        raise ValueError(f"scale={scale!r} must be 'log' or 'linear'")
    if not tables:
        raise ValueError("values is empty; give at least one table")
    drawn = np.stack(list(tables.values()))
    if scale == "log" and (drawn < 0).any():
        raise ValueError(
            f"values go down to {np.nanmin(drawn):g}; on a logarithmic scale none may "
            "be below 0: take scale='linear'"
        )
    shown = drawn[np.isfinite(drawn) & ((drawn > 0) | (scale == "linear"))]
    if not shown.size:
        kind = "above 0" if scale == "log" else "that is finite"
        raise ValueError(f"values hold no number {kind}")
    if scale == "linear":
        return Normalize(*color_scale(shown, limit, centered=False), clip=True)
    low, high = limit or (float(shown.min()), float(shown.max()))
    if not 0 < low <= high:
        raise ValueError(f"limit={limit!r} must be two numbers above 0, in order")
    return LogNorm(low, high if high > low else 2 * low, clip=True)


def _inside(framed: ArrayLike | None, shape: tuple[int, int]) -> np.ndarray:
    inside = np.zeros(shape, bool) if framed is None else np.asarray(framed, bool)
    if inside.shape != shape:
        raise ValueError(
            f"framed has shape {list(inside.shape)}; the values have {list(shape)}"
        )
    return inside


def _cell(
    ax: Axes, row: int, column: int, value: float, norm: Normalize, text: str
) -> None:
    place = {"xy": (column, row), "width": 1, "height": 1}
    ink = INK
    if np.isfinite(value):
        shade = float(norm(max(value, norm.vmin)))
        ax.add_patch(Rectangle(**place, facecolor=SEQUENTIAL(shade), edgecolor=PAPER))
        ink = PAPER if shade > 0.45 else INK
    else:
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


def _axes(ax: Axes, rows: Sequence[str], columns: Sequence[str], xlabel: str) -> None:
    ax.grid(False)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0, pad=5, colors=FAINT, labelcolor=INK)
    ax.set_xticks(np.arange(len(columns)) + 0.5, columns)
    ax.set_yticks(np.arange(len(rows)) + 0.5, rows)
    ax.set_xlabel(xlabel)


def _lines(rows: Sequence[str], table: np.ndarray, scale: str) -> str:
    return "".join(
        f" {name}: {', '.join(_words(value, scale) for value in line)}."
        for name, line in zip(rows, table, strict=True)
    )


def _rounded(value: float, scale: str) -> float:
    """Where differences count, two decimals, unless that left little of the number."""
    return round(value, 2) if scale == "linear" and abs(value) < 10 else value


def _written(value: float, scale: str) -> str:
    if np.isfinite(value):
        return signed(_rounded(float(value), scale))
    return ">" if np.isinf(value) else "?"


def _words(value: float, scale: str) -> str:
    if np.isfinite(value):
        return number(_rounded(float(value), scale))
    return "not within the run" if np.isinf(value) else "unknown"
