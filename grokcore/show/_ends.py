"""Names at the right ends of lines, one below the other where the lines meet."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from matplotlib.axes import Axes

from grokcore.show._axes import settle, text_height, text_width
from grokcore.show._labels import Line, label_pair, legend
from grokcore.show._spread import spread
from grokcore.show.style import readable

_LETTERS = 14
"""Letters in a row; a longer name takes two."""

_NARROW = 0.42
"""Names that take more of the width than this go into a legend."""


def name_lines(ax: Axes, lines: Sequence[Line]) -> None:
    """Name lines: one not at all, a pair beside the lines, others at their right ends.

    Call it when scales, limits and title are final. Where there is no room, a legend is
    drawn instead.
    """
    if len(lines) < 2:
        return
    settle(ax)
    if len(lines) == 2 and label_pair(ax, *lines):
        return
    names = ["\n".join(wrap(line.name, _LETTERS) or [""]) for line in lines]
    if max(text_width(ax, name) for name in names) > _NARROW:
        legend(ax, lines)
        return
    ends = [float(line.heights(ax)[-1]) for line in lines]
    sizes = [text_height(ax) * (1 + name.count("\n")) for name in names]
    places = spread(ends, sizes, -0.1, 1.1)
    for line, name, end, place in zip(lines, names, ends, places, strict=True):
        ax.plot(
            [1.005, 1.03],
            [end, place],
            transform=ax.transAxes,
            color=line.color,
            linewidth=1,
            clip_on=False,
        )
        ax.annotate(
            name,
            (1.04, place),
            xycoords="axes fraction",
            va="center",
            linespacing=1.0,
            color=readable(line.color),
        )
