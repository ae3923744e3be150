"""Arrays as drawing functions want them: numbers of the right shape, and finite."""

from __future__ import annotations

from typing import Any

import numpy as np


def numbers(name: str, values: Any, *shape: int | str) -> np.ndarray:
    """Return values as an array of float64, or refuse them by name.

    Args:
        name: what the caller calls the values.
        values: numbers, as a list, an array or a tensor on any device.
        shape: an axis each: its length, or a letter for any length. The same letter
            twice asks for equal lengths.

    Raises:
        ValueError: if the shape is another, there is no value, or one is not finite.

    >>> numbers("wave", [1, 2, 3], "p")
    array([1., 2., 3.])
    >>> numbers("table", [[1, 2]], "p", "p")
    Traceback (most recent call last):
    ValueError: table has shape [1, 2]; it must be [p, p], and not empty
    """
    array = unchecked(values)
    lengths: dict[int | str, int] = {}
    fits = array.ndim == len(shape) and array.size > 0
    if not fits or any(
        lengths.setdefault(axis, axis if isinstance(axis, int) else length) != length
        for axis, length in zip(shape, array.shape, strict=True)
    ):
        raise ValueError(
            f"{name} has shape {list(array.shape)}; it must be "
            f"[{', '.join(map(str, shape))}], and not empty"
        )
    if not np.isfinite(array).all():
        place = np.argwhere(~np.isfinite(array))[0].tolist()
        raise ValueError(
            f"{name} holds {array[tuple(place)]} at {place}; every value must be finite"
        )
    return array


def unchecked(values: Any) -> np.ndarray:
    """Return values as an array of float64, whatever they hold."""
    if hasattr(values, "detach"):  # a tensor, perhaps on a device, perhaps bfloat16
        values = values.detach().cpu().double().numpy()
    return np.asarray(values, dtype=float)


def whole(name: str, values: Any, low: int, high: int) -> list[int]:
    """Return whole numbers, each from low to high, or refuse them by name.

    >>> whole("keys", (5, 2), 1, 6)
    [5, 2]
    >>> whole("keys", (7,), 1, 6)
    Traceback (most recent call last):
    ValueError: keys=[7] must be different whole numbers from 1 to 6
    """
    listed = [int(value) for value in values]
    if len(set(listed)) < len(listed) or not all(low <= v <= high for v in listed):
        raise ValueError(
            f"{name}={listed} must be different whole numbers from {low} to {high}"
        )
    return listed
