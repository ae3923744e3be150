"""Something measured for each number 0 … p−1, such as an attention score: a wave."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import ArrayLike

from grokcore.analysis import fourier
from grokcore.show._arrays import numbers
from grokcore.show._axes import axes_or_new, name_axis, round_ticks
from grokcore.show._ends import name_lines
from grokcore.show._history import Curve, choose
from grokcore.show._labels import Line
from grokcore.show._words import number, percent, sentence, signed
from grokcore.show.picture import Picture, titled
from grokcore.show.style import (
    DASHES,
    DOTTED,
    INK,
    NEUTRAL,
    OKABE_ITO,
    SOLID,
    TITLE,
    WIDTH,
    style,
)

Waves = Mapping[str, np.ndarray]

_COLORS = ("green", "vermilion", "purple", "black", "sky")


@style()
def waves(
    waves: Mapping[str, ArrayLike],
    *,
    fit: Mapping[str, ArrayLike] | None = None,
    xlabel: str = "b",
    ylabel: str = "attention score",
    limits: tuple[float, float] | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Picture:
    """Draw values against the numbers 0 … p−1, one wave or several.

    Waves of high frequency cover each other. In a figure of its own each has therefore
    a row, all on one scale; on given axes they share these.

    Args:
        waves: for each name a value per number, [p], all of one length.
        fit: for some of the names what was fitted to them, [p]: a thin dotted line.
        xlabel: what the numbers are.
        ylabel: what the values are, with their unit.
        limits: lower and upper end of the y-axis, to compare several figures.
        title: written above the figure.
        ax: the axes to draw all waves on; a new figure by default.

    Returns:
        A Picture whose alt text says of each wave its range, its strongest frequency
        and how much of its variance that and the fit explain.

    Raises:
        ValueError: if there is no wave, values are not finite, not [p] or not equally
            long, or a fit has a name that no wave has.

    >>> import numpy as np
    >>> print(waves({"head 0": np.cos(2 * np.pi * 3 * np.arange(113) / 113)}).alt)
    Attention score against b, 0 to 112. Head 0: from -1 to 1, strongest frequency 3 \
with 100% of its variance.
    """
    drawn, fits = _checked(waves, fit or {})
    (p,) = {len(y) for y in drawn.values()}
    names = {"xlabel": xlabel, "ylabel": ylabel, "limits": limits}
    if ax is None and len(drawn) > 1:
        ax = _rows(drawn, fits, title, **names)
    else:
        ax = axes_or_new(ax, height=3.6)
        _together(ax, drawn, fits, title, **names)
    told = [f"{ylabel} against {xlabel}, 0 to {p - 1}"]
    told += [_told(name, y, fits.get(name)) for name, y in drawn.items()]
    alt = " ".join(map(sentence, told))
    return titled(ax, alt, title, pad=None)


def _rows(drawn: Waves, fits: Waves, title: str, *, ylabel: str, **names: Any) -> Axes:
    """Draw each wave in a row of a new figure; return the first row."""
    height = 0.7 + 1.3 * len(drawn) + 0.3 * bool(title)
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    rows = figure.subplots(len(drawn), sharex=True, sharey=True)
    for ax, (name, y) in zip(rows, drawn.items(), strict=True):
        line = Line(name, Curve(np.arange(len(y)), y), NEUTRAL, SOLID)
        _plot(ax, line, fits)
        _wave_axes(ax, len(y), ylabel="", **names)
        ax.set_title(name, pad=3)
        ax.label_outer()
    figure.supylabel(ylabel, fontsize=12)
    if title:
        figure.suptitle(title, x=0.01, ha="left", fontweight="bold", fontsize=TITLE)
    return rows[0]


def _together(ax: Axes, drawn: Waves, fits: Waves, title: str, **names: Any) -> None:
    lines = [
        Line(name, Curve(np.arange(len(y)), y), OKABE_ITO[color], dashes)
        for (name, y), color, dashes in zip(
            drawn.items(), cycle(_COLORS), cycle(DASHES), strict=False
        )
    ]
    for line in lines:
        _plot(ax, line, fits)
    _wave_axes(ax, len(lines[0].curve.x), **names)
    if title:
        ax.set_title(title, pad=9)
    name_lines(ax, lines)


def _plot(ax: Axes, line: Line, fits: Waves) -> None:
    line.plot(ax)
    if line.name in fits:
        ax.plot(fits[line.name], color=INK, linewidth=1.2, linestyle=DOTTED)


def _checked(
    waves: Mapping[str, ArrayLike], fit: Mapping[str, ArrayLike]
) -> tuple[Waves, Waves]:
    if not waves:
        raise ValueError("waves is empty; give at least one name and wave")
    drawn = {name: numbers(repr(name), y, "p") for name, y in waves.items()}
    lengths = {len(y) for y in drawn.values()}
    if len(lengths) > 1 or lengths == {1}:
        raise ValueError(
            f"waves have {sorted(lengths)} values; all must have as many, 2 or more"
        )
    for name in fit:
        choose("fit", name, drawn)
    (p,) = lengths
    return drawn, {
        name: numbers(f"the fit of {name!r}", y, p) for name, y in fit.items()
    }


def _wave_axes(
    ax: Axes,
    p: int,
    *,
    xlabel: str,
    ylabel: str,
    limits: tuple[float, float] | None,
) -> None:
    ax.set_xlim(0, p - 1)
    ax.margins(y=0.12)
    if limits is not None:
        ax.set_ylim(limits)
    name_axis(ax.xaxis, xlabel)
    ax.set_ylabel(ylabel)
    ax.xaxis.set_major_locator(round_ticks(ax, integer=True))
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: signed(value)))


def _told(name: str, y: np.ndarray, fitted: np.ndarray | None) -> str:
    told = f"{name}: from {number(y.min())} to {number(y.max())}"
    power = fourier.spectrum(torch.from_numpy(y))
    if np.ptp(y) == 0:
        return f"{told}, the same everywhere"
    share = min(1.0, float(power.max() / power.sum()))
    told += (
        f", strongest frequency {int(power.argmax()) + 1} with {percent(share)} of its "
        "variance"
    )
    if fitted is not None:
        explained = 1 - ((y - fitted) ** 2).sum() / ((y - y.mean()) ** 2).sum()
        told += f"; the dotted fit explains {percent(explained)}"
    return told
