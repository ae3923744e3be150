"""Waves that add up: why several frequencies single out one answer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import ArrayLike

from grokcore.show._arrays import numbers
from grokcore.show._axes import axes_or_new, halo, round_ticks
from grokcore.show._words import listed, number, signed
from grokcore.show.picture import Picture, titled
from grokcore.show.style import FAINT, INK, NEUTRAL, OKABE_ITO, RULE, readable, style

_RIVAL = OKABE_ITO["vermilion"]
_ARROW = "<|-|>,head_width=0.18,head_length=0.4"


@style()
def interference(
    curve: ArrayLike,
    *,
    parts: ArrayLike | None = None,
    names: Sequence[str] = (),
    limit: float | tuple[float, float] | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Picture:
    """Draw the logit of c over its distance from the answer, and what it is made of.

    The answer, at distance 0, is in the middle. The gap between it and the highest
    other point, the best rival, is the margin of the model.

    Args:
        curve: the logit for c = answer + d mod p, for d = 0 … p−1, [p], such as a row
            of ``grokcore.analysis.logits.interference``.
        parts: the single waves that add up to it, [K, p], drawn thin.
        names: what the parts are, such as ``["k = 14", "k = 35"]``; for the alt text.
        limit: how far the y-axis reaches up and down, or its lower and upper end, the
            same for all frames of a Flipbook; by default what the curve needs.
        title: written above the figure.
        ax: the axes to draw on; a new figure by default.

    Returns:
        A Picture whose alt text states the answer's logit, the best rival with its
        distance, and the gap.

    Raises:
        ValueError: if values are not finite, the curve has fewer than 3, the parts are
            not [K, p], or there are not as many names as parts.

    >>> import numpy as np
    >>> wave = np.cos(2 * np.pi * 2 * np.arange(7) / 7)
    >>> print(interference(wave, parts=[wave], names=["k = 2"]).alt)
    Logit over the distance from the answer, −3 to 3, the sum of k = 2. Answer \
1, best rival 0.623 at distance ±3, a gap of 0.377.
    """
    y = numbers("curve", curve, "p")
    p = len(y)
    if p < 3:
        raise ValueError(f"curve has {p} values; it must have at least 3")
    waves = np.empty((0, p)) if parts is None else numbers("parts", parts, "K", p)
    if len(names) not in (0, len(waves)):
        raise ValueError(f"names={list(names)} must be as many as parts, {len(waves)}")
    d = np.arange(p) - (p - 1) // 2  # the answer in the middle
    rival, tied = _best_rival(y)
    ax = axes_or_new(ax, height=3.9)
    for wave in waves:
        ax.plot(d, wave[d % p], color=FAINT, linewidth=1.0, alpha=0.55, zorder=1.5)
    ax.plot(d, y[d % p], color=INK, linewidth=2.2, zorder=3)
    _axes(ax, d, [y, *waves], limit)
    if title:
        ax.set_title(title, pad=9)
    _mark(ax, 0, y[0], "answer", NEUTRAL)
    _mark(ax, rival, y[rival % p], "best rival", _RIVAL)
    _write_gap(ax, y[0], y[rival % p])
    alt = _alt(y, d, names, rival, tied=tied)
    return titled(ax, alt, title, pad=None)


def _best_rival(y: np.ndarray) -> tuple[int, bool]:
    """The distance of the highest point but the answer, and whether −d is as high.

    Sums of cosines are even in d: of the two, the one after the answer is taken.
    """
    half = len(y) // 2
    after, before = y[1 : half + 1], y[::-1][: (len(y) - 1) // 2]
    rounding = 1e-9 * np.ptp(y)
    if before.max() > after.max() + rounding:
        return -1 - int(before.argmax()), False
    rival = int((after >= after.max() - rounding).argmax()) + 1
    return rival, bool(abs(y[-rival] - y[rival]) <= rounding and 2 * rival != len(y))


def _axes(
    ax: Axes,
    d: np.ndarray,
    drawn: Sequence[np.ndarray],
    limit: float | tuple[float, float] | None,
) -> None:
    ax.set_xlim(d[0], d[-1])
    if limit is None:
        ax.margins(y=0.15)
    else:
        ax.set_ylim(*(limit if isinstance(limit, tuple) else (-limit, limit)))
    ax.set(xlabel="distance from the answer, c − (a + b) mod p", ylabel="logit")
    ax.axvline(0, color=RULE, linewidth=0.8, zorder=0.5)
    ax.xaxis.set_major_locator(round_ticks(ax, integer=True))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: signed(value)))
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: signed(value)))


def _mark(ax: Axes, d: int, height: float, name: str, color: str) -> None:
    """A dot with its name, and a line from it to the right edge at its height."""
    right = ax.get_xlim()[1]
    ax.plot([d, right], [height] * 2, color=color, linewidth=1, zorder=2)
    ax.plot(d, height, marker="o", markersize=8, color=color, zorder=4)
    leftward = d == 0 or d > 0.55 * right
    ax.annotate(
        name,
        (d, height),
        xytext=(-8 if leftward else 8, 5),
        textcoords="offset points",
        ha="right" if leftward else "left",
        va="bottom",
        color=readable(color),
        path_effects=halo(),
        zorder=5,
    )


def _write_gap(ax: Axes, answer: float, rival: float) -> None:
    """An arrow in the right margin from the rival's height to the answer's."""
    across = {"xycoords": ("axes fraction", "data"), "annotation_clip": False}
    tiny = abs(answer - rival) < 0.05 * abs(np.subtract(*ax.get_ylim()))
    heads = "|-|,widthA=0.2,widthB=0.2" if tiny else _ARROW
    ax.annotate(
        "",
        (1.025, answer),
        xytext=(1.025, rival),
        arrowprops={
            "arrowstyle": heads,
            "color": INK,
            "linewidth": 1.1,
            "shrinkA": 0,
            "shrinkB": 0,
        },
        **across,
    )
    ax.annotate(
        f"gap\n{signed(answer - rival)}",
        (1.05, (answer + rival) / 2),
        va="center",
        linespacing=1.1,
        **across,
    )


def _alt(
    y: np.ndarray, d: np.ndarray, names: Sequence[str], rival: int, *, tied: bool
) -> str:
    made_of = f", the sum of {listed(names)}" if names else ""
    where = f"±{abs(rival)}" if tied else signed(rival)
    return (
        f"Logit over the distance from the answer, {signed(d[0])} to {signed(d[-1])}"
        f"{made_of}. Answer {number(y[0])}, best rival {number(y[rival])} at distance "
        f"{where}, a gap of {number(y[0] - y[rival])}."
    )
