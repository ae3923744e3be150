"""Reading a history: one column as a curve, and the facts a figure states about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

UNITS = ("epoch", "step")


class History(Protocol):
    """What a run leaves: named columns of equal length, one row per evaluation.

    A pandas ``DataFrame`` is one, and so is a ``dict`` of arrays.
    """

    def keys(self) -> Iterable[str]: ...

    def __getitem__(self, column: str, /) -> ArrayLike: ...


@dataclass(frozen=True)
class Curve:
    """One column of a history over epochs or steps, where it was measured."""

    x: np.ndarray
    y: np.ndarray

    def first_reach(self, threshold: float) -> float | None:
        """Where the curve is first at or above the threshold; None if it never is."""
        reached = np.flatnonzero(self.y >= threshold)
        return float(self.x[reached[0]]) if reached.size else None

    def low_after(self, threshold: float) -> int | None:
        """The row of the lowest value since the threshold was first reached, if it was.

        >>> Curve(np.arange(4), np.array([0.0, 1.0, 0.2, 0.9])).low_after(0.95)
        2
        """
        reached = np.flatnonzero(self.y >= threshold)
        if not reached.size:
            return None
        return int(reached[0] + self.y[reached[0] :].argmin())

    def rise(self) -> tuple[int, int]:
        """The rows between which the curve rises most, as a ratio: the low, the high.

        In a curve that never rises they are the same row.

        >>> Curve(np.arange(4), np.array([4.7, 0.1, 3.0, 0.0])).rise()
        (1, 2)
        """
        floor = np.maximum(np.minimum.accumulate(self.y), 1e-30)  # 0 has no ratio
        high = int((self.y / floor).argmax())
        return int(self.y[: high + 1].argmin()), high

    @property
    def end(self) -> tuple[float, float]:
        """The last point."""
        return float(self.x[-1]), float(self.y[-1])


def read(history: History, column: str, unit: str = "epoch") -> Curve:
    """Take one column of a history as a curve; rows not measured (NaN) are left out.

    >>> curve = read({"epoch": [0, 10, 20], "val_loss": [4.8, float("nan"), 0.1]},
    ...              "val_loss")
    >>> curve.end
    (20.0, 0.1)
    """
    choose("x", unit, UNITS)
    for name in (unit, column):
        columns = list(history.keys())
        if name not in columns:
            have = ", ".join(map(str, columns))
            raise ValueError(f"the history has no column {name!r}; it has: {have}")
    x = np.asarray(history[unit], dtype=float)
    y = np.asarray(history[column], dtype=float)
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError(
            f"columns must be flat and equally long; {unit!r} has shape {x.shape} "
            f"and {column!r} has shape {y.shape}"
        )
    measured = np.isfinite(x) & np.isfinite(y)
    if not measured.any():
        raise ValueError(f"column {column!r} of the history holds no finite value")
    x, y = x[measured], y[measured]
    if (np.diff(x) < 0).any():
        raise ValueError(f"column {unit!r} of the history must not decrease")
    return Curve(x, y)


def choose(name: str, value: str, allowed: Iterable[str]) -> None:
    """Refuse a value that is not one of those allowed, naming both."""
    allowed = tuple(allowed)
    if value not in allowed:
        options = ", ".join(map(repr, allowed))
        raise ValueError(f"{name}={value!r} is not known; choose one of {options}")
