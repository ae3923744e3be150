"""The grokking delay: how long after memorizing a network generalizes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["GrokkingDelay", "deepest_fall", "grokking_delay"]


@dataclass(frozen=True)
class GrokkingDelay:
    """When each accuracy was first *evaluated* at or above a threshold.

    ``None`` means "not within the run". ``resolution`` is the distance in epochs to the
    evaluation before the one that counts for validation: the delay is known to that.

    >>> delay = GrokkingDelay(0.95, 100, 700, 100, 700, 1500, 1500, resolution=20)
    >>> delay.epochs
    600
    >>> print(delay)
    95% train at epoch 100, validation at epoch 700
    """

    threshold: float
    train_step: int | None
    val_step: int | None
    train_epoch: float | None
    val_epoch: float | None
    last_step: int
    last_epoch: float
    resolution: float | None

    @property
    def steps(self) -> int | None:
        """Steps from training to validation; ``None`` if either never got there."""
        if self.train_step is None or self.val_step is None:
            return None
        return self.val_step - self.train_step

    @property
    def epochs(self) -> float | None:
        """Epochs from training to validation; ``None`` if either never got there."""
        if self.train_epoch is None or self.val_epoch is None:
            return None
        return self.val_epoch - self.train_epoch

    def __str__(self) -> str:
        def epoch(value: float | None) -> str:
            return f"> {self.last_epoch:,g}" if value is None else f"{value:,g}"

        return (
            f"{self.threshold:.0%} train at epoch {epoch(self.train_epoch)}, "
            f"validation at epoch {epoch(self.val_epoch)}"
        )


def grokking_delay(
    history: Mapping[str, Any], threshold: float = 0.95
) -> GrokkingDelay:
    """Read the grokking delay off a history.

    Args:
        history: columns step, epoch, train_accuracy and val_accuracy, one entry an
            evaluation: a DataFrame or a mapping of sequences.
        threshold: accuracy that counts as learned, in (0, 1].

    Raises:
        ValueError: if the threshold is not in (0, 1].

    >>> history = {
    ...     "step": [0, 10, 20, 30],
    ...     "epoch": [0, 10, 20, 30],
    ...     "train_accuracy": [0.0, 1.0, 1.0, 1.0],
    ...     "val_accuracy": [0.0, 0.1, 0.5, 0.97],
    ... }
    >>> delay = grokking_delay(history)
    >>> delay.train_epoch, delay.val_epoch, delay.epochs
    (10, 30, 20)
    >>> print(grokking_delay(history, threshold=0.99))
    99% train at epoch 10, validation at epoch > 30
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold={threshold} is not in (0, 1]")
    step, epoch = (_numbers(history[name]) for name in ("step", "epoch"))
    train, val = (
        _first(np.asarray(history[name]) >= threshold)
        for name in ("train_accuracy", "val_accuracy")
    )
    return GrokkingDelay(
        threshold=threshold,
        train_step=None if train is None else step[train],
        val_step=None if val is None else step[val],
        train_epoch=None if train is None else epoch[train],
        val_epoch=None if val is None else epoch[val],
        last_step=step[-1],
        last_epoch=epoch[-1],
        resolution=epoch[val] - epoch[val - 1] if val else None,
    )


def _first(reached: np.ndarray) -> int | None:
    return int(reached.argmax()) if reached.any() else None


def _numbers(column: Any) -> list[float]:
    """Plain numbers, whole ones as int."""
    return [int(x) if x == int(x) else float(x) for x in np.asarray(column)]


def deepest_fall(accuracy: ArrayLike) -> float:
    """Return how far a curve falls below its best so far, at most.

    Args:
        accuracy: in the order of time.

    Raises:
        ValueError: if there is none.

    >>> deepest_fall([0.1, 0.5, 0.25, 0.75, 0.625])
    0.25
    """
    accuracy = np.asarray(accuracy, dtype=float)
    if accuracy.ndim != 1 or not len(accuracy):
        raise ValueError(f"accuracy has shape {accuracy.shape}; expected [n], n >= 1")
    return float((np.maximum.accumulate(accuracy) - accuracy).max())
