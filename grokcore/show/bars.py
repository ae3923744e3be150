"""Groups of bars with their values: what removing a part of a network does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from grokcore.show import _words
from grokcore.show._arrays import numbers
from grokcore.show._axes import axes_or_new, decades, halo, round_ticks
from grokcore.show._history import choose
from grokcore.show._words import number, sentence, signed
from grokcore.show.picture import Picture, titled
from grokcore.show.style import INK, OKABE_ITO, PAPER, readable, style

_COLORS = tuple(
    OKABE_ITO[name] for name in ("green", "vermilion", "purple", "black", "sky")
)

_ROW = 0.29
"""Inches from one bar to the next."""

Table = dict[str, dict[str, float]]
Singles = dict[tuple[str, str], np.ndarray]


@style()
def bars(
    values: Mapping[str, Mapping[str, float]],
    *,
    percent: bool = False,
    log: bool = False,
    spread: Mapping[str, Mapping[str, Sequence[float]]] | None = None,
    xlabel: str = "",
    limits: tuple[float, float] | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Picture:
    """Draw groups of horizontal bars, each with its name before and its value behind.

    With dots about the bars, the values stand in a column of their own, in the colors
    of the bars: behind a dot a number would seem to be the dot's.

    Args:
        values: for each group a value per series, such as ``{"embedding": {"intact": 1,
            "key frequencies removed": 0.01}}``. Groups may differ in their series; one
            series has one color in all of them.
        percent: values are shares of 1, drawn as percentages.
        log: a logarithmic axis, on which all values must be above 0.
        spread: for some of the bars the single values behind, such as those of several
            seeds, drawn as dots.
        xlabel: what the values are, with their unit.
        limits: both ends of the axis; by default what the values need, from 0 where the
            axis has one, and to 100% of shares.
        title: written above the figure.
        ax: the axes to draw on; a new figure by default, as high as the bars need.

    Returns:
        A Picture whose alt text states every value, and the range of the dots.

    Raises:
        ValueError: if a group or all of ``values`` is empty, a value is not finite, is
            0 or less on a log axis, or ``spread`` names a bar that is not there.

    >>> print(bars({"embedding": {"intact": 1.0, "keys removed": 0.009}}, percent=True,
    ...            spread={"embedding": {"keys removed": [0.008, 0.01]}}).alt)
    Embedding: intact 100%, keys removed 0.9% (2 values from 0.8% to 1%).
    """
    table = _checked(values)
    singles = _singles(table, spread or {})
    everything = [value for group in table.values() for value in group.values()]
    everything = np.concatenate([everything, *singles.values()])
    if log and everything.min() <= 0:
        raise ValueError(
            f"values go down to {everything.min():g}; a logarithmic axis has no place "
            "for 0 or less"
        )
    rows = sum(1 + len(group) for group in table.values())
    ax = axes_or_new(ax, height=0.7 + _ROW * rows)
    low, high = limits or _ends(everything, log=log, percent=percent)
    _value_axis(ax, low, high, xlabel, log=log, percent=percent)
    tell = _words.percent if percent else number
    _draw(ax, table, singles, low if log else 0.0, tell)
    alt = " ".join(_told(name, group, singles, tell) for name, group in table.items())
    return titled(ax, alt, title, pad=6)


def _checked(values: Mapping[str, Mapping[str, float]]) -> Table:
    if not values or not all(values.values()):
        raise ValueError(f"values={dict(values)} must have groups, each with bars")
    table = {
        name: {series: float(value) for series, value in group.items()}
        for name, group in values.items()
    }
    for name, group in table.items():
        for series, value in group.items():
            if not np.isfinite(value):
                raise ValueError(
                    f"{series!r} of {name!r} is {value}; it must be finite"
                )
    return table


def _singles(
    table: Table, spread: Mapping[str, Mapping[str, Sequence[float]]]
) -> Singles:
    singles = {}
    for name, group in spread.items():
        choose("spread", name, table)
        for series, values in group.items():
            choose(f"spread[{name!r}]", series, table[name])
            singles[name, series] = numbers(f"spread of {series!r}", values, "n")
    return singles


def _ends(values: np.ndarray, *, log: bool, percent: bool) -> tuple[float, float]:
    if log:
        return 10 ** np.floor(np.log10(values.min()) - 0.2), float(values.max())
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    return low, 1.0 if percent else high or 1.0


def _value_axis(
    ax: Axes, low: float, high: float, xlabel: str, *, log: bool, percent: bool
) -> None:
    ax.grid(True, axis="x")
    ax.grid(False, axis="y")
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.tick_params(axis="x", length=0)
    ax.tick_params(axis="y", pad=6)  # a dot at 0 touches no name
    ax.set_xlabel(xlabel)
    if log:
        ax.set_xscale("log")
        ticks = decades(low, high, (1,))
        ax.xaxis.set_major_locator(FixedLocator(ticks[:: -(-len(ticks) // 6)]))
        ax.xaxis.set_minor_locator(NullLocator())
    elif percent:
        ax.xaxis.set_major_locator(FixedLocator([0, 0.25, 0.5, 0.75, 1]))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0%}"))
    else:
        ax.xaxis.set_major_locator(round_ticks(ax))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: signed(value)))
    ax.set_xlim(low, high)


def _draw(
    ax: Axes,
    table: Table,
    singles: Singles,
    start: float,
    tell: Callable[[float], str],
) -> None:
    """Draw row after row: the name of a group, then its bars."""
    all_series = list(dict.fromkeys(s for group in table.values() for s in group))
    row, places = 0, []
    for name, group in table.items():
        ax.annotate(
            name,
            (0, row),
            xycoords=("axes fraction", "data"),
            va="center",
            fontweight="bold",
            path_effects=halo(),
        )
        for series, value in group.items():
            row += 1
            places.append(row)
            color = _COLORS[all_series.index(series) % len(_COLORS)]
            ax.barh(row, value - start, left=start, height=0.72, color=color)
            dots = singles.get((name, series), np.empty(0))
            if dots.size:  # matplotlib takes markers of nothing to stand at the corner
                _dot(ax, dots, row)
            ax.annotate(
                tell(value).replace("-", "−"),
                (1.02 if singles else max(value, start), row),
                xycoords=("axes fraction" if singles else "data", "data"),
                xytext=(5, 0),
                textcoords="offset points",
                va="center",
                color=readable(color) if singles else INK,
                annotation_clip=False,
                path_effects=halo(),
            )
        row += 1
    ax.set_yticks(places, [series for group in table.values() for series in group])
    ax.set_ylim(row - 0.4, -0.6)


def _dot(ax: Axes, values: np.ndarray, row: int) -> None:
    """Dots one below the other, so that equal values stay several."""
    ax.plot(
        values,
        row + np.linspace(-0.2, 0.2, len(values)),
        linestyle="",
        marker="o",
        markersize=4.5,
        color=PAPER,
        markeredgecolor=INK,
        markeredgewidth=0.9,
        clip_on=False,
        zorder=3,
    )


def _told(
    name: str,
    group: Mapping[str, float],
    singles: Singles,
    tell: Callable[[float], str],
) -> str:
    told = []
    for series, value in group.items():
        dots = singles.get((name, series), np.empty(0))
        behind = (
            f" ({len(dots)} values from {tell(dots.min())} to {tell(dots.max())})"
            if dots.size
            else ""
        )
        told.append(f"{series} {tell(value)}{behind}")
    return sentence(f"{name}: {', '.join(told)}")
