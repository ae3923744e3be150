"""Any measures over time or size, as lines with their names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter
from numpy.typing import ArrayLike

from grokcore.show import _words
from grokcore.show._arrays import unchecked
from grokcore.show._axes import (
    axes_or_new,
    name_y_axis,
    percent_axis,
    round_ticks,
    time_axis,
    title_above,
)
from grokcore.show._ends import name_lines
from grokcore.show._history import Curve, choose
from grokcore.show._labels import Line
from grokcore.show._marks import mark_level, name_moments, shade_spans
from grokcore.show._sentences import course_sentence
from grokcore.show._words import listed, number, signed
from grokcore.show.picture import Picture, titled
from grokcore.show.style import (
    DASHED,
    DASHES,
    OKABE_ITO,
    SOLID,
    TRAIN,
    VALIDATION,
    style,
)

STYLES = {"train": TRAIN, "validation": VALIDATION, **OKABE_ITO}
"""Colors by name. Blue stands for training and orange for validation, always."""

_KINDS = {"train": SOLID, "validation": DASHED}
_CYCLE = ("green", "purple", "black", "vermilion", "sky")


@style()
def lines(
    series: Mapping[str, Any],
    *,
    x: ArrayLike | None = None,
    xlabel: str = "epoch",
    ylabel: str = "",
    log_x: bool = False,
    log_y: bool = False,
    percent: bool = False,
    limits: tuple[float, float] | None = None,
    styles: Mapping[str, str] | None = None,
    marks: Mapping[str, float] | None = None,
    references: Mapping[str, float] | None = None,
    spans: Mapping[str, tuple[float, float]] | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Picture:
    """Draw one or several measures as lines, each with its name at the line.

    Args:
        series: for each name a line: a pair (x, y) of flat arrays, or only y where
            ``x`` gives the places of all. Rows not measured (NaN) are left out.
        x: where the lines of ``series`` without places of their own were measured.
        xlabel: what x is; alt text says "epoch 580" with it.
        ylabel: what y is, with its unit.
        log_x: a logarithmic x-axis, with a place of its own for 0.
        log_y: a logarithmic y-axis.
        percent: y are shares of 1, drawn as percentages.
        limits: lower and upper end of the y-axis, the same for all frames of a
            Flipbook.
        styles: for a name ``"train"`` (blue, solid), ``"validation"`` (orange, dashed)
            or a color of ``OKABE_ITO``; other lines take green, purple, black, …
        marks: named moments, thin vertical lines.
        references: named levels, dotted horizontal lines.
        spans: named phases, each from a start to an end, shaded and named on top.
        title: written above the figure.
        ax: the axes to draw on; a new figure by default.

    Returns:
        A Picture whose alt text says of each line where it starts, turns and ends, and
        what is marked.

    Raises:
        ValueError: if there is no line, a line has no finite value, x and y differ in
            length, x falls, y ≤ 0 is to go on a log axis, or a style or its name is
            unknown.

    >>> print(lines({"loss": ([0, 10, 100], [4.7, 9.0, 0.01])}, log_y=True,
    ...             marks={"memorized": 10}).alt)
    Loss starts at 4.7 at epoch 0, peaks at 9 at epoch 10 and ends at 0.01 at epoch \
100. Thin vertical line: memorized at epoch 10.
    """
    drawn = _drawn(series, x, styles or {}, positive=log_y)
    ax = axes_or_new(ax, height=3.9)
    for line in drawn:
        line.plot(ax)
    _measure_axis(ax, ylabel, limits, log=log_y, percent=percent)
    _place_axis(ax, drawn, xlabel, log=log_x)
    for name, level in (references or {}).items():
        mark_level(ax, name, level, drawn)
    alt = _alt(drawn, xlabel, marks, references, spans, percent=percent)
    ax.set_title(title)
    name_lines(ax, drawn)
    rows = shade_spans(ax, spans or {})
    name_moments(ax, marks or {}, rows)
    if title:
        title_above({title: ax})
    return titled(ax, alt, title, pad=None)


def _drawn(
    series: Mapping[str, Any],
    x: ArrayLike | None,
    styles: Mapping[str, str],
    *,
    positive: bool,
) -> list[Line]:
    if not series:
        raise ValueError("series is empty; give at least one name and line")
    for name in styles:
        choose("styles", name, series)
    roles = [styles.get(name) for name in series]
    for name, role in styles.items():
        choose(f"styles[{name!r}]", role, STYLES)
    free = cycle(_CYCLE)
    drawn = []
    for (name, values), role, dashes in zip(
        series.items(), roles, _dashes(roles), strict=True
    ):
        curve = _curve(name, values, x)
        if positive and curve.y.min() <= 0:
            raise ValueError(
                f"{name!r} goes down to {curve.y.min():g}; a logarithmic axis has no "
                "place for 0 or less"
            )
        drawn.append(Line(name, curve, STYLES[role or next(free)], dashes))
    return drawn


def _dashes(roles: Sequence[str | None]) -> list[Any]:
    """Solid for training, dashed for validation, what is used least for the others."""
    chosen = [
        _KINDS.get(role) if role not in roles[:i] else None
        for i, role in enumerate(roles)
    ]
    used = Counter(kind for kind in chosen if kind is not None)
    for i, kind in enumerate(chosen):
        if kind is None:
            chosen[i] = min(DASHES, key=lambda dashes: used[dashes])
            used[chosen[i]] += 1
    return chosen


def _curve(name: str, values: Any, x: ArrayLike | None) -> Curve:
    if isinstance(values, tuple):
        places, heights = map(unchecked, values)
    elif x is None:
        raise ValueError(f"{name!r} has no places; give a pair (x, y), or x for all")
    else:
        places, heights = unchecked(x), unchecked(values)
    if places.ndim != 1 or places.shape != heights.shape:
        raise ValueError(
            f"x and y must be flat and equally long; {name!r} has shapes "
            f"{list(places.shape)} and {list(heights.shape)}"
        )
    measured = np.isfinite(places) & np.isfinite(heights)
    if not measured.any():
        raise ValueError(f"{name!r} holds no finite value")
    places, heights = places[measured], heights[measured]
    if (np.diff(places) < 0).any():
        raise ValueError(f"x of {name!r} must not decrease")
    return Curve(places, heights)


def _measure_axis(
    ax: Axes,
    ylabel: str,
    limits: tuple[float, float] | None,
    *,
    log: bool,
    percent: bool,
) -> None:
    ax.margins(y=0.07)
    if percent:
        percent_axis(ax)
    if log:
        ax.set_yscale("log")
        ylabel = f"{ylabel} (log scale)" if ylabel else "log scale"
    if limits is not None:
        ax.set_ylim(limits)
    if not (log or percent):
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: signed(value)))
    name_y_axis(ax, ylabel)


def _place_axis(ax: Axes, drawn: list[Line], xlabel: str, *, log: bool) -> None:
    places = np.concatenate([line.curve.x for line in drawn])
    if log:
        time_axis(ax, places, xlabel)
        return
    ax.set_xlabel(xlabel)
    if places.max() > places.min():
        ax.set_xlim(places.min(), places.max())
    ax.xaxis.set_major_locator(round_ticks(ax))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: signed(value)))


def _alt(
    drawn: list[Line],
    xlabel: str,
    marks: Mapping[str, float] | None,
    references: Mapping[str, float] | None,
    spans: Mapping[str, tuple[float, float]] | None,
    *,
    percent: bool,
) -> str:
    tell = _words.percent if percent else number
    told = [course_sentence(line.name, line.curve, xlabel, tell) for line in drawn]
    if spans:
        phases = [
            f"{name} from {number(a)} to {number(b)}" for name, (a, b) in spans.items()
        ]
        told.append(f"Shaded: {listed(phases)}.")
    if marks:
        moments = [f"{name} at {xlabel} {number(at)}" for name, at in marks.items()]
        told.append(f"Thin vertical line{'s' * (len(marks) > 1)}: {listed(moments)}.")
    for name, level in (references or {}).items():
        told.append(f"A dotted line marks {name} at {tell(level)}.")
    return " ".join(told)
