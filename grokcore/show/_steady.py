"""Frames that hold still: the same axes at the same place in every figure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from grokcore.show.style import style


def hold_still(figures: Sequence[Figure]) -> None:
    """Freeze the layout of figures so that their axes do not jump from one to the next.

    An automatic layout gives each figure the room that its own labels need. Here all
    get the smallest of these places, in which every label fits. Figures that differ in
    their number of axes are left alone.
    """
    if len({len(figure.axes) for figure in figures}) != 1:
        return
    if all(figure.get_layout_engine() is None for figure in figures):
        return
    with style():
        for figure in figures:
            figure.draw_without_rendering()
            figure.set_layout_engine("none")
    boxes = np.array(
        [[ax.get_position(original=True).extents for ax in f.axes] for f in figures]
    )
    lower, upper = boxes[..., :2].max(axis=0), boxes[..., 2:].min(axis=0)
    for figure in figures:
        for ax, corners in zip(
            figure.axes, np.concatenate([lower, upper], axis=1), strict=True
        ):
            ax.set_position(Bbox.from_extents(corners))
