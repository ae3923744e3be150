"""Names at the right ends of lines, one below the other where the lines meet."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from matplotlib.axes import Axes
from matplotlib.path import Path
from matplotlib.transforms import Bbox

from grokcore.show._axes import settle, text_height, text_width
from grokcore.show._labels import Line, label_pair, legend
from grokcore.show._spread import spread
from grokcore.show.style import DOTTED, readable

_LETTERS = 14
"""Letters in a row; a longer name takes two."""

_SHIFTS = (0, 0.5, -0.5, 0.8, -0.8)
"""How far above or below the end of its line a name may stand, in heights of it."""

_NARROW = 0.42
"""Names that take more of the width than this go into a legend."""


def name_lines(ax: Axes, lines: Sequence[Line]) -> None:
    """Name lines: one not at all, a pair beside the lines, others at their right ends.

    Call it when scales, limits and title are final. The names of lines that go on to
    the right edge stand behind it, one below the other. That of a line which ends
    before stands where it ends, if nothing else does. Where there is no room at all, a
    legend is drawn.
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
    sizes = [text_height(ax) * (1 + name.count("\n")) for name in names]
    widths = [text_width(ax, name) for name in names]
    inside = _at_their_ends(ax, lines, widths, sizes)
    behind = [i for i in range(len(lines)) if i not in inside]
    ends = [line.points(ax)[-1] for line in lines]
    heights = [float(ends[i][1]) for i in behind]
    places = spread(heights, [sizes[i] for i in behind], -0.1, 1.1)
    for i, box in inside.items():
        _write(ax, lines[i], names[i], box.x0, (box.y0 + box.y1) / 2)
    for i, place in zip(behind, places, strict=True):
        x, y = ends[i] + (0.005, 0)
        leads = {"transform": ax.transAxes, "color": lines[i].color, "clip_on": False}
        if x < 1:
            ax.plot([x, 1.005], [y, y], linewidth=0.7, linestyle=DOTTED, **leads)
        ax.plot([1.005, 1.03], [y, place], linewidth=1, **leads)
        _write(ax, lines[i], names[i], 1.04, place)


def _at_their_ends(
    ax: Axes, lines: Sequence[Line], widths: Sequence[float], sizes: Sequence[float]
) -> dict[int, Bbox]:
    """The boxes, in fractions of the axes, of names with room where their line ends."""
    paths = [Path(line.points(ax)) for line in lines]
    # The names of others may need a thin line that leads on from where theirs end.
    leads = [Path([path.vertices[-1], (1, path.vertices[-1][1])]) for path in paths]
    found: dict[int, Bbox] = {}

    def free(box: Bbox, own: int) -> bool:
        inside = box.x1 < 1 and box.y0 >= 0 and box.y1 <= 1
        others = [*paths, *leads[:own], *leads[own + 1 :]]
        alone = not any(map(box.overlaps, found.values()))
        return (
            inside and alone and not any(p.intersects_bbox(box, False) for p in others)
        )

    for i, (path, width, size) in enumerate(zip(paths, widths, sizes, strict=True)):
        x, y = path.vertices[-1] + (0.015, 0)
        places = (y + shift * size for shift in _SHIFTS)
        boxes = (Bbox.from_bounds(x, at - size / 2, width, size) for at in places)
        if box := next((box for box in boxes if free(box, i)), None):
            found[i] = box
    return found


def _write(ax: Axes, line: Line, name: str, x: float, y: float) -> None:
    ax.annotate(
        name,
        (x, y),
        xycoords="axes fraction",
        va="center",
        linespacing=1.0,
        color=readable(line.color),
    )
