"""One network among many: where the reader's own stands in its population."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from grokcore.show._axes import round_ticks
from grokcore.show._words import sentence
from grokcore.show.picture import Picture
from grokcore.show.style import FAINT, INK, OKABE_ITO, PAPER, WIDTH, style

_ROW = 0.95
"""Inches a statistic takes."""

_BINS = 48
"""Columns of dots across a row; dots of one column stand on each other."""

Tell = Callable[[float], str]


@style()
def among(
    population: Mapping[str, Sequence[float]],
    mine: Mapping[str, float],
    *,
    words: Mapping[str, str] | None = None,
    forms: Mapping[str, str] | None = None,
    who: str = "yours",
) -> Picture:
    """Draw networks as dots along an axis, one row a statistic, and one of them large.

    Values that are not finite, such as the epoch of what did not happen, are counted
    behind the row.

    Args:
        population: for each statistic its value for each network.
        mine: for some or all of them, the value of the network to be found among them;
            the rows are drawn in this order.
        words: what a statistic is, with its unit, where its name does not say it. By
            default those of a census table, which come along in its ``attrs``.
        forms: format specifications, such as ".0%"; by default likewise, or three
            digits.
        who: what the large dot is called.

    Returns:
        A Picture whose alt text states, for each statistic, the range and the median of
        the population, and where the network stands in it.

    Raises:
        ValueError: if ``mine`` is empty or has a statistic that the population has not.

    >>> print(among({"delay": [100, 200, 300, 400]}, {"delay": 250}).alt)
    Delay: 4 networks from 100 to 400, the middle one at 250; yours has 250, more than
    2 of them.
    """
    if not mine:
        raise ValueError("mine is empty; give at least one statistic to draw")
    if unknown := [name for name in mine if name not in population]:
        raise ValueError(f"the population has no {unknown}; it has {[*population]}")
    along = getattr(population, "attrs", {})
    words = along.get("words", {}) if words is None else words
    forms = along.get("forms", {}) if forms is None else forms
    figure = Figure(figsize=(WIDTH, 0.15 + _ROW * len(mine)), layout="constrained")
    rows = figure.subplots(len(mine), squeeze=False)[:, 0]
    told = []
    for ax, (name, value) in zip(rows, mine.items(), strict=True):
        values = np.asarray(population[name], dtype=float)
        write = _writer(forms.get(name))
        _draw(ax, values, float(value), words.get(name, name), write, who)
        told.append(_told(words.get(name, name), values, float(value), write, who))
    return Picture(figure, " ".join(told), rows[0])


def _draw(
    ax: Axes, values: np.ndarray, value: float, words: str, write: Tell, who: str
) -> None:
    there = values[np.isfinite(values)]
    everything = np.append(there, value) if math.isfinite(value) else there
    low, high = (everything.min(), everything.max()) if len(everything) else (0, 1)
    room = 0.04 * (high - low) or 0.04 * abs(high) or 0.5
    ax.set_xlim(low - room, high + room)
    ax.set_ylim(0, 1)
    ax.grid(False)
    ax.spines["left"].set_visible(False)
    ax.set_yticks([])
    whole = len(there) > 0 and bool((everything == everything.round()).all())
    ax.xaxis.set_major_locator(round_ticks(ax, integer=whole))
    ax.xaxis.set_major_formatter(lambda x, _: write(x).replace("-", "−"))
    ax.set_title(words, fontweight="normal", pad=4)
    x, y = _stacked(there, *ax.get_xlim())
    ax.plot(x, y, "o", markersize=4, color=FAINT, alpha=0.55, markeredgewidth=0)
    if math.isfinite(value):
        color = OKABE_ITO["vermilion"]
        look = {"markersize": 9, "markeredgecolor": PAPER, "zorder": 3}
        ax.plot(value, 0.1, "D", color=color, clip_on=False, **look)
    beyond = len(values) - len(there)
    notes = [f"{who}: {write(value) if math.isfinite(value) else 'not there'}"]
    notes += [f"{beyond} not there"] if beyond else []
    ax.set_title(" · ".join(notes), loc="right", fontweight="normal", color=INK, pad=4)


def _stacked(values: np.ndarray, low: float, high: float) -> tuple:
    """Dots in columns, so that the eye sees how many there are."""
    if not len(values):
        return values, values
    column = ((values - low) / (high - low) * _BINS).astype(int)
    rank = np.zeros(len(values))
    for c in np.unique(column):
        here = np.flatnonzero(column == c)
        rank[here[np.argsort(values[here])]] = np.arange(len(here))
    step = min(0.11, 0.8 / max(rank.max(), 1))
    return values, 0.1 + step * rank


def _told(words: str, values: np.ndarray, value: float, write: Tell, who: str) -> str:
    there = values[np.isfinite(values)]
    beyond = len(values) - len(there)
    if len(there):
        spread = (
            f"{len(there)} networks from {write(there.min())} to {write(there.max())}, "
            f"the middle one at {write(float(np.median(there)))}"
        )
    else:
        spread = "no network is there"
    if beyond and len(there):
        spread += f", {beyond} not there"
    if not math.isfinite(value):
        return sentence(f"{words}: {spread}; {who} is not there")
    below = int((there < value).sum())
    return sentence(
        f"{words}: {spread}; {who} has {write(value)}, more than {below} of them"
    )


def _writer(form: str | None) -> Tell:
    return _digits if form is None else lambda value: format(value, form)


def _digits(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
