"""When runs memorize and when they generalize: a row a recipe, a dot a seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter

from grokcore.show._axes import (
    axes_or_new,
    decades,
    halo,
    points_box,
    settle,
    text_width,
)
from grokcore.show._words import count, percent, quantity, sentence
from grokcore.show.picture import Picture, titled
from grokcore.show.style import DOTTED, FAINT, PAPER, TRAIN, VALIDATION, readable, style

_ROW = 0.31
"""Inches from one row to the next."""


class Delay(Protocol):
    """What is drawn of a run: :class:`grokcore.analysis.delay.GrokkingDelay` has it."""

    threshold: float
    train_step: int | None
    val_step: int | None


@style()
def arrivals(
    delays: Mapping[str, Mapping[str, Sequence[Delay]]],
    *,
    budget: float,
    xlabel: str = "step",
    title: str = "",
    ax: Axes | None = None,
) -> Picture:
    """Draw for each recipe when its runs memorized (blue) and generalized (orange).

    A run that did not get there within the budget has an open triangle at the right
    edge. The number behind a row is the median of when its runs generalized; where
    some did and others did not, how many did stands beside it.

    Args:
        delays: for each group its recipes, for each recipe the delays of its runs, one
            a seed.
        budget: steps that each run was given; what came later counts as not reached.
        xlabel: what the axis counts.
        title: written above the figure.
        ax: the axes to draw on; a new figure by default, as high as the rows need.

    Returns:
        A Picture whose alt text says for each recipe when its runs memorized and
        generalized.

    Raises:
        ValueError: if a group or recipe is empty, nothing was reached by anyone, or the
            delays are not all of one threshold.

    >>> from grokcore.analysis.delay import GrokkingDelay
    >>> soon = GrokkingDelay(0.95, 100, 700, 10, 70, 1500, 150, 2)
    >>> never = GrokkingDelay(0.95, 200, None, 20, None, 1500, 150, None)
    >>> print(arrivals({"filter": {"on": [soon, never]}}, budget=1500).alt)
    Filter: on memorized at step 100 to 200, generalized at step 700 (1 of 2 within \
1,500 steps).
    """
    if not delays or not all(g and all(g.values()) for g in delays.values()):
        raise ValueError("delays must have groups of recipes, each with runs")
    threshold = _one_threshold(delays)
    steps = {
        group: {name: _steps(runs, budget) for name, runs in recipes.items()}
        for group, recipes in delays.items()
    }
    everything = np.concatenate(
        [column for recipes in steps.values() for pair in recipes.values()
         for column in pair]
    )  # fmt: skip
    if not np.isfinite(everything).any():
        raise ValueError(f"no run memorized or generalized within {budget:,} steps")
    rows = sum(1 + len(recipes) for recipes in steps.values())
    ax = axes_or_new(ax, height=0.95 + _ROW * rows)
    first = np.nanmin(everything[everything > 0])
    _step_axis(ax, first, budget, xlabel)
    _draw(ax, steps, budget)
    _words(ax, steps, first, budget, threshold)
    alt = " ".join(_told(*item, budget, xlabel) for item in steps.items())
    return titled(ax, alt, title, pad=24)


def _steps(runs: Sequence[Delay], budget: float) -> tuple[np.ndarray, np.ndarray]:
    """When each run memorized and generalized; NaN if it did not within the budget."""
    columns = np.array([(r.train_step, r.val_step) for r in runs], dtype=float).T
    columns[columns > budget] = np.nan
    return columns[0], columns[1]


def _step_axis(ax: Axes, first: float, budget: float, xlabel: str) -> None:
    ax.set_xscale("log")
    ax.set_xlim(first / 1.25, 1.4 * budget)
    ax.axvline(budget, color=FAINT, linewidth=0.8, linestyle=DOTTED, zorder=0)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: count(value)))
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.grid(True, axis="x")
    ax.grid(False, axis="y")
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.tick_params(length=0)
    ax.set_xlabel(f"{xlabel} (log scale)")


def _draw(
    ax: Axes,
    steps: Mapping[str, Mapping[str, tuple[np.ndarray, np.ndarray]]],
    budget: float,
) -> None:
    row, places, names = 0, [], []
    for recipes in steps.values():
        for name, (train, val) in recipes.items():
            row += 1
            places.append(row)
            names.append(name)
            ends = [np.nanmedian(np.nan_to_num(c, nan=budget)) for c in (train, val)]
            ax.plot(ends, [row, row], color=FAINT, linewidth=0.9, zorder=1)
            if (same := train == val).any():  # a rim, or the diamond would hide the dot
                heights = _heights(row, len(train))[same]
                ax.plot(train[same], heights, "o", markersize=9.5, color=TRAIN)
            _dots(ax, train, row, "o", TRAIN, 1.1 * budget)
            _dots(ax, val, row, "D", VALIDATION, 1.25 * budget)
            ax.annotate(
                _behind(val, budget),
                (1.01, row),
                xycoords=("axes fraction", "data"),
                va="center",
                annotation_clip=False,
            )
        row += 1
    ax.set_yticks(places, names)
    ax.set_ylim(row - 0.4, -0.6)


def _one_threshold(delays: Mapping[str, Mapping[str, Sequence[Delay]]]) -> str:
    """The accuracy that all of them are about, written in percent."""
    recipes = (runs for group in delays.values() for runs in group.values())
    found = {delay.threshold for runs in recipes for delay in runs}
    if len(found) > 1:
        raise ValueError(f"delays have thresholds {sorted(found)}; they must have one")
    return percent(found.pop())


def _words(
    ax: Axes, groups: Mapping[str, Mapping], first: float, budget: float, threshold: str
) -> None:
    """Write the groups' names, the legend and the ticks, as there is room for them.

    The names of the rows take their room first: what is left is known only then.
    """
    settle(ax)
    box = ax.get_window_extent()
    names = [label.get_window_extent().x0 for label in ax.get_yticklabels()]
    left = (min(names) - box.x0) / box.width  # of the axes
    row = 0
    for group, recipes in groups.items():
        ax.annotate(
            group,
            (left, row),
            xycoords=("axes fraction", "data"),
            va="center",
            fontweight="bold",
            path_effects=halo(),
            annotation_clip=False,
        )
        row += 1 + len(recipes)
    for marker, color, text in (
        ("●", TRAIN, f"train {threshold}"),
        ("◆", VALIDATION, f"validation {threshold}"),
        ("▷", FAINT, "not reached"),
    ):
        ax.annotate(
            f"{marker} {text}",
            (left, 1),
            xycoords="axes fraction",
            xytext=(0, 6),
            textcoords="offset points",
            color=readable(color),
        )
        left += text_width(ax, f"{marker} {text}") + 18 / points_box(ax).width
    ax.annotate(
        "median",
        (1.01, 1),
        xycoords="axes fraction",
        xytext=(0, 6),
        textcoords="offset points",
        color=readable(VALIDATION),
        annotation_clip=False,
    )
    room = np.log10(2) / np.log10(1.75 * budget / first)  # of the axes, from 5 to 10
    factors = (1, 2, 5) if room > 1.1 * text_width(ax, count(budget)) else (1,)
    ticks = decades(first / 1.25, budget, factors)
    ax.xaxis.set_major_locator(FixedLocator(ticks))


def _heights(row: int, count: int) -> np.ndarray:
    return row + np.linspace(-0.22, 0.22, count) * (count > 1)


def _dots(
    ax: Axes, values: np.ndarray, row: int, marker: str, color: str, never: float
) -> None:
    """Dots one below the other, so that equal values stay several.

    Those that did not get there stand at ``never``, as triangles.
    """
    heights = _heights(row, len(values))
    rim = 1.0 if len(values) <= 5 else 0.3  # of many close dots rims would hide all
    reached = np.isfinite(values)
    look = {"linestyle": "", "markeredgewidth": rim, "clip_on": False, "zorder": 3}
    if reached.any():  # matplotlib takes markers of nothing to stand at the corner
        ax.plot(
            values[reached],
            heights[reached],
            marker=marker,
            markersize=6 if marker == "o" else 5.5,
            color=color,
            markeredgecolor=PAPER,
            **look,
        )
    if not reached.all():
        ax.plot(
            np.full((~reached).sum(), never),
            heights[~reached],
            marker=">",
            markersize=5.5,
            color=PAPER,
            markeredgecolor=color,
            **look,
        )


def _behind(val: np.ndarray, budget: float) -> str:
    reached = np.isfinite(val)
    middle = np.median(np.where(reached, val, np.inf))
    told = count(middle) if np.isfinite(middle) else f"> {count(budget)}"
    if reached.all() or not reached.any():
        return told
    return f"{told} ({reached.sum()} of {len(val)})"


def _told(
    group: str,
    recipes: Mapping[str, tuple[np.ndarray, np.ndarray]],
    budget: float,
    unit: str,
) -> str:
    told = []
    for name, (train, val) in recipes.items():
        told.append(
            f"{name} {_range('memorized', train, unit)}, "
            f"{_range('generalized', val, unit)} ({np.isfinite(val).sum()} of "
            f"{len(val)} within {quantity(budget, unit)})"
        )
    return sentence(f"{group}: {'; '.join(told)}")


def _range(what: str, values: np.ndarray, unit: str) -> str:
    reached = values[np.isfinite(values)]
    if not reached.size:
        return f"never {what}"
    low, high = count(reached.min()), count(reached.max())
    return f"{what} at {unit} {low}" + (f" to {high}" if low != high else "")
