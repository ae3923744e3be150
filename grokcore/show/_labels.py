"""Names beside lines: two lines are named where they leave the most room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox
from numpy.lib.stride_tricks import sliding_window_view

from grokcore.show._axes import halo, text_height, text_width
from grokcore.show._history import Curve
from grokcore.show.style import readable

_GRID = np.linspace(0, 1, 240)

_FEW = 12
"""A line of so few points has a dot at each: between them nothing was measured."""

_BEYOND = 0.04
"""How much flatter a line must run for its name to stand outside of the pair."""


@dataclass(frozen=True)
class Line:
    """A curve as it is drawn."""

    name: str
    curve: Curve
    color: str
    dashes: Any

    def plot(self, ax: Axes) -> None:
        ax.plot(
            self.curve.x,
            self.curve.y,
            color=self.color,
            linestyle=self.dashes,
            marker="." if 3 <= self.curve.x.size <= _FEW else "",
            label=self.name,
        )

    def points(self, ax: Axes) -> np.ndarray:
        """Its points in fractions of the axes, [n, 2], none above or below them."""
        to_fraction = ax.transScale + ax.transLimits
        points = to_fraction.transform(np.column_stack([self.curve.x, self.curve.y]))
        points[:, 1] = np.clip(points[:, 1], 0, 1)
        return points[np.isfinite(points).all(axis=1)]

    def heights(self, ax: Axes) -> np.ndarray:
        """How high the line runs, in fractions of the axes, at even places across."""
        return np.interp(_GRID, *self.points(ax).T)


def free_centers(
    ax: Axes,
    lines: Sequence[Line],
    span: tuple[float, float],
    width: float,
    heights: tuple[float, float],
) -> np.ndarray:
    """Where a text of this width can be centered within the span, off all lines.

    All in fractions of the axes, from left to right; ``heights`` are those between
    which the text stands.
    """
    size = max(1, round(_GRID.size * width))
    centers = sliding_window_view(_GRID, size).mean(axis=1)
    free = abs(centers - sum(span) / 2) <= (span[1] - span[0] - width) / 2
    for line in lines:
        passes = sliding_window_view(line.heights(ax), size)
        free &= (passes.max(axis=1) < heights[0]) | (passes.min(axis=1) > heights[1])
    return centers[free]


def label_pair(ax: Axes, one: Line, other: Line, taken: Bbox | None = None) -> bool:
    """Write the name of each line beside it, where the lines part and it runs flattest.

    Call it when scales and limits are final. ``taken``, in fractions of the axes, is
    where something else is written. Returns whether there was such a place for both; if
    not, nothing is written.
    """
    longest = max(text_width(ax, line.name) for line in (one, other))
    size = round(_GRID.size * min(longest, 0.9))
    a = sliding_window_view(one.heights(ax), size)
    b = sliding_window_view(other.heights(ax), size)
    letter = text_height(ax)
    places = [_place(a, b, letter, taken), _place(b, a, letter, taken)]
    if None in places:
        return False
    for line, mine, (start, above) in zip((one, other), (a, b), places, strict=True):
        height = mine[start].max() if above else mine[start].min()
        _write(ax, line, _GRID[start : start + size].mean(), height, above=above)
    return True


def _place(
    mine: np.ndarray, others: np.ndarray, letter: float, taken: Bbox | None
) -> tuple[int, bool] | None:
    """The window in which to write, and whether to write above the line or below it.

    Rows of ``mine`` and ``others`` are the heights of the two lines in each window,
    ``letter`` is the height of the text. Between the lines there must be room for both
    names; beyond them a name must stay inside the axes. Nowhere may it touch what is
    ``taken``.
    """
    best = None
    for above in (True, False):
        up, they = (mine, others) if above else (-mine, -others)
        edge = 1 if above else 0
        between = they.min(axis=1) - up.max(axis=1) > 2.4 * letter
        apart = (up - they).min(axis=1) > 0.03
        beyond = apart & (edge - up.max(axis=1) > 1.5 * letter)
        rise = np.ptp(mine, axis=1) + np.where(between, 0, _BEYOND)
        rise[~(between | beyond)] = np.inf
        if taken is not None:
            low = mine.max(axis=1) if above else mine.min(axis=1) - 1.5 * letter
            rise[_touches(low, 1.5 * letter, taken)] = np.inf
        flattest = np.flatnonzero(rise <= rise.min() + 0.01)
        start = int(flattest[flattest.size // 2])
        if np.isfinite(rise[start]) and (best is None or rise[start] < best[0]):
            best = rise[start], start, above
    return best and best[1:]


def _touches(low: np.ndarray, height: float, taken: Bbox) -> np.ndarray:
    """Whether a name would touch what is taken, for each window it may stand in.

    ``low`` is where it begins upwards; from there it takes ``height``.
    """
    left, right = _GRID[: low.size], _GRID[-low.size :]
    across = (right > taken.x0) & (left < taken.x1)
    return across & (low < taken.y1) & (low + height > taken.y0)


def legend(ax: Axes, lines: Sequence[Line]) -> None:
    """Name the lines in a legend; below narrow axes, where it would cover the lines."""
    if max(text_width(ax, line.name) for line in lines) < 0.3:
        ax.legend(loc="best", handlelength=1.6)
    else:
        legend_below(ax, [line.name for line in lines])


def legend_below(ax: Axes, names: Sequence[str]) -> None:
    """Explain lines or markers in a legend below the axes, in as few rows as fit."""
    width = sum(text_width(ax, name + "nnnn") for name in names)
    ax.legend(
        loc="upper center",
        bbox_to_anchor=(0.5, 0),
        borderaxespad=3.4,
        ncols=len(names) if width < 1 else 2,
        handlelength=1.5,
        handletextpad=0.5,
        columnspacing=1.0,
    )


def _write(ax: Axes, line: Line, x: float, y: float, *, above: bool) -> None:
    ax.annotate(
        line.name,
        (x, y),
        xycoords="axes fraction",
        xytext=(0, 4 if above else -5),
        textcoords="offset points",
        ha="center",
        va="bottom" if above else "top",
        color=readable(line.color),
        path_effects=halo(),
    )
