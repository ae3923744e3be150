"""Something measured for each number 0 … p−1, such as an attention score: a wave."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import ArrayLike

from grokcore.analysis import fourier
from grokcore.show._arrays import numbers
from grokcore.show._axes import axes_or_new, name_axis, root_figure, round_ticks
from grokcore.show._ends import name_lines
from grokcore.show._history import Curve, choose
from grokcore.show._labels import Line
from grokcore.show._words import number, percent, sentence, signed
from grokcore.show.picture import Picture
from grokcore.show.style import DASHES, INK, OKABE_ITO, style

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
    """Draw one or several rows of values against the numbers 0 … p−1.

    Args:
        waves: for each name a value per number, [p], all of one length.
        fit: for some of the names what was fitted to them, [p]: a thin dotted line.
        xlabel: what the numbers are.
        ylabel: what the values are, with their unit.
        limits: lower and upper end of the y-axis, to compare several figures.
        title: written above the figure.
        ax: the axes to draw on; a new figure by default.

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
    ax = axes_or_new(ax, height=3.6)
    p = len(next(iter(drawn.values())))
    lines = [
        Line(
            name,
            Curve(np.arange(p), y),
            OKABE_ITO[_COLORS[i % len(_COLORS)]],
            DASHES[i % len(DASHES)],
        )
        for i, (name, y) in enumerate(drawn.items())
    ]
    for line in lines:
        line.plot(ax)
        if line.name in fits:
            ax.plot(fits[line.name], color=INK, linewidth=1.2, linestyle=(0, (1, 1.4)))
    _wave_axes(ax, p, xlabel, ylabel, limits)
    told = [f"{ylabel} against {xlabel}, 0 to {p - 1}"]
    told += [_told(name, y, fits.get(name)) for name, y in drawn.items()]
    alt = " ".join(map(sentence, told))
    if title:
        ax.set_title(title, pad=9)
        alt = f"{title}: {alt}"
    name_lines(ax, lines)
    return Picture(root_figure(ax), alt, ax)


def _checked(
    waves: Mapping[str, ArrayLike], fit: Mapping[str, ArrayLike]
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
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
