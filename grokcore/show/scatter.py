"""Named points in a plane of two measures, such as clocks and pizzas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Annotation
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import Bbox

from grokcore.show._axes import axes_or_new, halo, root_figure, round_ticks, settle
from grokcore.show._labels import legend_below
from grokcore.show._words import number, sentence, signed
from grokcore.show.picture import Picture, titled
from grokcore.show.style import OKABE_ITO, SMALL, readable, style

_KINDS = (("o", "green"), ("s", "purple"), ("^", "vermilion"), ("D", "black"))
"""A shape and a color for each group."""

_SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))
"""Where a name may stand beside its point, from the best place to the worst."""


@style()
def scatter(
    points: Mapping[str, tuple[float, float]],
    *,
    groups: Mapping[str, str] | None = None,
    xlabel: str = "",
    ylabel: str = "",
    limits: tuple[tuple[float, float], tuple[float, float]] | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Picture:
    """Draw named points, groups of them by shape and color.

    Args:
        points: for each name its place, (x, y).
        groups: for a name the group it belongs to, at most four; named below the axes.
        xlabel: what x is, with its unit.
        ylabel: what y is, with its unit.
        limits: ends of the x-axis and of the y-axis; by default what the points need.
        title: written above the figure.
        ax: the axes to draw on; a new figure by default.

    Returns:
        A Picture whose alt text states the place of every point.

    Raises:
        ValueError: if there are no points, a place is not two finite numbers, a group
            has no point, some but not all points have one, or there are more than four.

    >>> print(scatter({"clock": (0.3, 0.85), "pizza": (0.99, 0.17)},
    ...               xlabel="symmetricity", ylabel="irrelevance").alt)
    Irrelevance against symmetricity: clock 0.85 at 0.3, pizza 0.17 at 0.99.
    """
    places = _checked(points)
    kinds = _kinds(list(points), groups or {})
    ax = axes_or_new(ax, height=4.2)
    for group, (shape, color) in kinds.items():
        mine = [i for i, name in enumerate(points) if _group(name, groups) == group]
        ax.plot(
            *places[mine].T,
            linestyle="",
            marker=shape,
            markersize=8,
            color=OKABE_ITO[color],
            label=group,
            clip_on=False,
            zorder=3,
        )
    _axes(ax, xlabel, ylabel, limits)
    if title:
        ax.set_title(title, pad=9)
    if len(kinds) > 1:
        legend_below(ax, list(kinds))
    colors = [kinds[_group(name, groups)][1] for name in points]
    _name_points(ax, list(points), places, [OKABE_ITO[color] for color in colors])
    alt = _alt(points, groups or {}, xlabel, ylabel)
    return titled(ax, alt, title, pad=None)


def _checked(points: Mapping[str, tuple[float, float]]) -> np.ndarray:
    if not points:
        raise ValueError("points is empty; give at least one name and place")
    for name, place in points.items():
        if np.shape(place) != (2,) or not np.isfinite(np.asarray(place, float)).all():
            raise ValueError(f"{name!r} is at {place!r}; give two finite numbers")
    return np.array(list(points.values()), dtype=float)


def _group(name: str, groups: Mapping[str, str] | None) -> str:
    return groups[name] if groups else ""


def _kinds(
    names: Sequence[str], groups: Mapping[str, str]
) -> dict[str, tuple[str, str]]:
    """The shape and color of each group, in the order in which they come."""
    if groups and set(groups) != set(names):
        raise ValueError(
            f"groups names {sorted(groups)}; it must name the points, {sorted(names)}"
        )
    distinct = list(dict.fromkeys(_group(name, groups) for name in names))
    if len(distinct) > len(_KINDS):
        raise ValueError(f"there are {len(distinct)} groups; at most {len(_KINDS)} fit")
    return dict(zip(distinct, _KINDS, strict=False))


def _axes(
    ax: Axes,
    xlabel: str,
    ylabel: str,
    limits: tuple[tuple[float, float], tuple[float, float]] | None,
) -> None:
    ax.margins(0.14)
    if limits is not None:
        ax.set(xlim=limits[0], ylim=limits[1])
    ax.grid(True, axis="both")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.xaxis.set_major_locator(round_ticks(ax))
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: signed(value)))


def _name_points(
    ax: Axes, names: Sequence[str], places: np.ndarray, colors: Sequence[str]
) -> None:
    """Write each name at the side of its point where it covers least.

    Names are placed one after the other; none may cover a point, a name that stands
    already, or leave the axes, as far as there is such a side.
    """
    settle(ax)
    pixel = root_figure(ax).dpi / 72
    dots = [_around(x, y, 6 * pixel) for x, y in ax.transData.transform(places)]
    taken = list(dots)
    room = ax.get_window_extent()
    for name, place, color in zip(names, places, colors, strict=True):
        text = ax.annotate(
            name,
            place,
            xytext=(0, 0),
            textcoords="offset points",
            fontsize=SMALL,
            color=readable(color),
            path_effects=halo(),
            annotation_clip=False,
            zorder=4,
        )
        costs = []
        for side in _SIDES:
            _put(text, side)
            box = text.get_window_extent()
            covered = sum(_overlap(box, other) for other in taken)
            costs.append(covered + box.width * box.height - _overlap(box, room))
        _put(text, _SIDES[int(np.argmin(np.round(costs)))])
        taken.append(text.get_window_extent())


def _put(text: Annotation, side: tuple[int, int]) -> None:
    x, y = side
    reach = 8 if 0 in side else 6
    text.set_position((reach * x, reach * y))
    text.set_horizontalalignment({1: "left", 0: "center", -1: "right"}[x])
    text.set_verticalalignment({1: "bottom", 0: "center", -1: "top"}[y])


def _around(x: float, y: float, reach: float) -> Bbox:
    return Bbox.from_extents(x - reach, y - reach, x + reach, y + reach)


def _overlap(one: Bbox, other: Bbox) -> float:
    both = Bbox.intersection(one, other)
    return 0.0 if both is None else both.width * both.height


def _alt(
    points: Mapping[str, tuple[float, float]],
    groups: Mapping[str, str],
    xlabel: str,
    ylabel: str,
) -> str:
    told = []
    for name, (x, y) in points.items():
        member = f" ({groups[name]})" if groups else ""
        told.append(f"{name}{member} {number(y)} at {number(x)}")
    return sentence(f"{ylabel or 'y'} against {xlabel or 'x'}: {', '.join(told)}")
