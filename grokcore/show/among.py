"""One network among many: where the reader's own stands in its population."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from grokcore.show._axes import round_ticks
from grokcore.show._words import sentence
from grokcore.show.picture import Picture
from grokcore.show.style import FAINT, OKABE_ITO, PAPER, WIDTH, style

_ROW = 0.95
"""Inches a statistic takes."""

_LETTERS, _LINE = 48, 0.19
"""What fits into a line beside the reader's own value, and inches of one more line."""

_BINS = 48
"""Columns of dots across a row; dots of one column stand on each other."""

_MINE = OKABE_ITO["vermilion"]

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
    titles = [_title(words.get(name, name), population[name]) for name in mine]
    lines = sum(1 + title.count("\n") for title in titles)
    height = 0.15 + _ROW * len(mine) + _LINE * (lines - len(mine))
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    rows = figure.subplots(len(mine), squeeze=False)[:, 0]
    told = []
    for ax, title, (name, value) in zip(rows, titles, mine.items(), strict=True):
        values = np.asarray(population[name], dtype=float)
        write = _writer(forms.get(name))
        ax.set_title(title, fontweight="normal", pad=4)
        _draw(ax, values, float(value), write)
        note = f"{who}: {write(value) if math.isfinite(value) else 'not there'}"
        ax.set_title(note, loc="right", fontweight="normal", color=_MINE, pad=4)
        told.append(_told(words.get(name, name), values, float(value), write, who))
    return Picture(figure, " ".join(told), rows[0])


def _title(words: str, values: Sequence[float]) -> str:
    beyond = int((~np.isfinite(np.asarray(values, dtype=float))).sum())
    title = f"{words} ({beyond} not there)" if beyond else words
    lines = len(textwrap.wrap(title, _LETTERS))
    # Lines of about one length: no word stands alone in the last.
    widths = range(len(title) // max(lines, 1), _LETTERS + 1)
    fits = (w for w in widths if w and len(textwrap.wrap(title, w)) <= lines)
    return textwrap.fill(title, next(fits, _LETTERS))


def _draw(ax: Axes, values: np.ndarray, value: float, write: Tell) -> None:
    there = values[np.isfinite(values)]
    everything = np.append(there, value) if math.isfinite(value) else there
    low, high = (everything.min(), everything.max()) if len(everything) else (0, 1)
    room = 0.04 * (high - low) or 0.04 * abs(high) or 0.5
    ax.set_ylim(0, 1)
    ax.grid(False)
    ax.spines["left"].set_visible(False)
    ax.set_yticks([])
    whole = len(there) > 0 and bool((everything == everything.round()).all())
    places = round_ticks(ax, integer=whole).tick_values(low, high)
    # The first of those that are written alike; a value that all share stands alone.
    ticks = {write(x): x for x in ([low] if low == high else reversed(places))}
    ax.set_xticks([*ticks.values()], [*ticks])
    ax.set_xlim(low - room, high + room)
    heights = _stacked(everything, *ax.get_xlim())
    dots = {"markersize": 4, "alpha": 0.55, "markeredgewidth": 0}
    ax.plot(there, heights[: len(there)], "o", color=FAINT, **dots)
    if math.isfinite(value):
        look = {"markersize": 9, "markeredgecolor": PAPER, "zorder": 3}
        ax.plot(value, heights[-1], "D", color=_MINE, clip_on=False, **look)


def _stacked(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Heights that put dots in columns, so that the eye sees how many there are.

    In each column they stand in their order: the last of all hides none of the others.
    """
    column = ((values - low) / (high - low) * _BINS).astype(int)
    rank = np.zeros(len(values))
    for c in np.unique(column):
        here = np.flatnonzero(column == c)
        rank[here] = np.arange(len(here))
    step = min(0.11, 0.8 / max(rank.max(initial=0), 1))
    return 0.1 + step * rank


def _told(words: str, values: np.ndarray, value: float, write: Tell, who: str) -> str:
    there = values[np.isfinite(values)]
    beyond = len(values) - len(there)
    if not len(there):
        spread = "no network is there"
    elif there.min() == there.max():
        spread = f"{len(there)} networks, all at {write(there[0])}"
    else:
        spread = (
            f"{len(there)} networks from {write(there.min())} to {write(there.max())}, "
            f"the middle one at {write(float(np.median(there)))}"
        )
    if beyond and len(there):
        spread += f", {beyond} not there"
    if not math.isfinite(value):
        return sentence(f"{words}: {spread}; {who} is not there")
    below = int((there < value).sum())
    place = f"more than {below} of them" if below else "and none of them less"
    return sentence(f"{words}: {spread}; {who} has {write(value)}, {place}")


def _writer(form: str | None) -> Tell:
    tell = _digits if form is None else lambda value: format(value, form)
    return lambda value: tell(value).replace("-", "−")


def _digits(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
