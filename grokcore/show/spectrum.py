"""Which frequencies an embedding is made of: their shares of power."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from grokcore.show._arrays import numbers, whole
from grokcore.show._axes import (
    axes_or_new,
    halo,
    points_box,
    settle,
    text_width,
)
from grokcore.show._spread import spread
from grokcore.show._words import listed, percent, sentence
from grokcore.show.picture import Picture, titled
from grokcore.show.style import FAINT, NEUTRAL, readable, style

_OTHER = "#9A9A9A"
_UNTRAINED = "untrained"


@style()
def spectrum(
    power: ArrayLike,
    keys: Iterable[int] = (),
    *,
    null: ArrayLike | None = None,
    limit: float | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Picture:
    """Draw the share of the power that each frequency carries, key frequencies named.

    Args:
        power: power of the frequencies 1 … F, [F], as from
            ``grokcore.analysis.fourier.spectrum``; it is divided by its sum.
        keys: the key frequencies: drawn in green, each with its number.
        null: the same [F] of an untrained model, drawn as a gray line.
        limit: the share at the top of the axis, the same for all frames of a Flipbook;
            by default what the bars need.
        title: written above the figure.
        ax: the axes to draw on; a new figure by default.

    Returns:
        A Picture whose alt text states the share of the key frequencies and the
        largest one.

    Raises:
        ValueError: if power is not [F] of finite numbers that are 0 or more, not all 0,
            or a key is not one of 1 … F.

    >>> print(spectrum([1, 0.5, 8, 0.5], keys=[3], null=[1, 1, 1, 1]).alt)
    Share of power of 4 frequencies. The key frequency 3 carries 80%, the others at \
most 10% each. Untrained, it carries 25%, and no frequency more than 25%.
    """
    shares = _shares("power", power, "F")
    count = len(shares)
    keys = sorted(whole("keys", keys, 1, count))
    reference = None if null is None else _shares("null", null, count)
    ax = axes_or_new(ax, height=3.6)
    k = np.arange(1, count + 1)
    is_key = np.isin(k, keys)
    colors = np.where(is_key, NEUTRAL, _OTHER)
    ax.bar(k, shares, width=0.78, color=list(colors), linewidth=0)
    tallest = max(shares.max(), 0 if reference is None else reference.max())
    _share_axes(ax, count, 1.16 * tallest if limit is None else limit)
    if reference is not None:
        _draw_reference(ax, reference, shares)
    _name_keys(ax, keys, shares)
    alt = _alt(shares, keys, reference)
    return titled(ax, alt, title)


def _shares(name: str, power: ArrayLike, length: int | str) -> np.ndarray:
    array = numbers(name, power, length)
    if array.min() < 0 or array.sum() == 0:
        raise ValueError(
            f"{name} ranges from {array.min():g} to {array.max():g}; it must be 0 or "
            "more, and somewhere above 0"
        )
    return array / array.sum()


def _share_axes(ax: Axes, count: int, top: float) -> None:
    if not top > 0:
        raise ValueError(f"limit={top!r} must be above 0")
    ax.set_xlim(0.3, count + 0.7)
    ax.set_ylim(0, top)
    ax.set(xlabel="frequency k", ylabel="share of power")
    ax.xaxis.set_major_locator(MaxNLocator(7, integer=True, steps=[1, 2, 5, 10]))
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g}%"))


def _draw_reference(ax: Axes, reference: np.ndarray, shares: np.ndarray) -> None:
    """A line of steps over the bars, named where the bars leave the most room."""
    edges = np.arange(len(reference) + 1) + 0.5
    ax.stairs(reference, edges, baseline=None, color=FAINT, linewidth=1.4)
    settle(ax)
    size = min(len(shares), round(len(shares) * text_width(ax, _UNTRAINED)) + 1)
    highest = sliding_window_view(np.maximum(shares, reference), size).max(axis=1)
    start = len(highest) - 1 - int(highest[::-1].argmin())  # the rightmost of equals
    ax.annotate(
        _UNTRAINED,
        (start + 1 + (size - 1) / 2, highest[start]),
        xytext=(0, 3),
        textcoords="offset points",
        ha="center",
        va="bottom",
        color=FAINT,
        path_effects=halo(),
        zorder=2.5,
    )


def _name_keys(ax: Axes, keys: list[int], shares: np.ndarray) -> None:
    """Write the number of each key frequency over its bar, beside those next to it."""
    settle(ax)
    (left, right), (_, top) = ax.get_xlim(), ax.get_ylim()
    letter = (right - left) * 8.2 / points_box(ax).width
    widths = [letter * (len(str(key)) + 0.4) for key in keys]
    for key, x, width in zip(
        keys, spread(keys, widths, left, right), widths, strict=True
    ):
        under = np.arange(1, len(shares) + 1)
        near = abs(under - x) < width / 2 + 0.3
        height = min(shares[near | (under == key)].max(), top)
        ax.annotate(
            str(key),
            (x, height),
            xytext=(0, 2),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontweight="bold",
            color=readable(NEUTRAL),
            path_effects=halo(),
            annotation_clip=False,
        )


def _alt(shares: np.ndarray, keys: list[int], reference: np.ndarray | None) -> str:
    told = [f"Share of power of {len(shares)} frequencies."]
    at = np.array(keys, dtype=int) - 1
    others = np.delete(shares, at)
    rest = f", the others at most {percent(others.max())} each" if others.size else ""
    if keys:
        what = "key frequency" if len(keys) == 1 else "key frequencies"
        verb = "carries" if len(keys) == 1 else "carry"
        named = listed([str(key) for key in keys])
        told.append(
            sentence(f"the {what} {named} {verb} {percent(shares[at].sum())}{rest}")
        )
    else:
        largest = int(shares.argmax())
        told.append(
            f"The largest is {percent(shares[largest])} at frequency {largest + 1}."
        )
    if reference is not None:
        they = ""
        if keys:
            pronoun = "it carries" if len(keys) == 1 else "they carry"
            they = f"{pronoun} {percent(reference[at].sum())}, and "
        told.append(
            f"Untrained, {they}no frequency more than {percent(reference.max())}."
        )
    return " ".join(told)
