"""How a training goes: statistics of a history (chapter 01)."""

from __future__ import annotations

import math

from grokcore.census.base import Specimen, statistic

_EPOCH, _SHARE, _LOSS = ",.0f", ".1%", ".2g"


def _epoch(value: float | None) -> float:
    return math.inf if value is None else value


@statistic("epoch with training accuracy 95%", _EPOCH)
def train_95(network: Specimen) -> float:
    """Return the first evaluation with so much; ``inf`` if there is none."""
    return _epoch(network.delay.train_epoch)


@statistic("epoch with validation accuracy 95%", _EPOCH)
def val_95(network: Specimen) -> float:
    """Return the first evaluation with so much; ``inf`` if there is none."""
    return _epoch(network.delay.val_epoch)


@statistic("grokking delay in epochs", _EPOCH)
def delay(network: Specimen) -> float:
    """Return the epochs from 95% training to 95% validation accuracy."""
    return val_95(network) - train_95(network)


@statistic("times as long to generalize as to memorize", ".1f")
def times_as_long(network: Specimen) -> float:
    """Return the epoch of 95% validation over that of 95% training accuracy."""
    return val_95(network) / train_95(network)


@statistic("epoch with validation accuracy 100%", _EPOCH)
def val_100(network: Specimen) -> float:
    """Return the first evaluation without a mistake; ``inf`` if there is none."""
    return _epoch(network.run.delay(1.0).val_epoch)


@statistic("lowest training accuracy once it was 100%", _SHARE)
def lowest_later(network: Specimen) -> float:
    """Return how deep the network slipped; 1 is not at all, ``nan`` not even there."""
    accuracy = network.history.train_accuracy
    learned = accuracy.index[accuracy == 1]
    return float(accuracy.loc[learned[0] :].min()) if len(learned) else math.nan


@statistic("training accuracy at the end", ".2%")
def train_accuracy(network: Specimen) -> float:
    """Return the last evaluation's."""
    return float(network.history.train_accuracy.iloc[-1])


@statistic("validation accuracy at the end", ".2%")
def val_accuracy(network: Specimen) -> float:
    """Return the last evaluation's."""
    return float(network.history.val_accuracy.iloc[-1])


@statistic("validation accuracy while it is memorized", _SHARE)
def plateau(network: Specimen) -> float:
    """Return validation accuracy at the first evaluation with 100% in training."""
    memorized = network.run.delay(1.0).train_epoch
    if memorized is None:
        return math.nan
    return float(network.history.val_accuracy.loc[memorized])


@statistic("training loss at the end", _LOSS)
def train_loss(network: Specimen) -> float:
    """Return the last evaluation's, in nats."""
    return float(network.history.train_loss.iloc[-1])


@statistic("validation loss at the end", _LOSS)
def val_loss(network: Specimen) -> float:
    """Return the last evaluation's, in nats."""
    return float(network.history.val_loss.iloc[-1])


@statistic("highest validation loss, in losses of an untrained network", ".2f")
def highest_val_loss(network: Specimen) -> float:
    """Return the highest validation loss over ln p, the loss of knowing nothing."""
    return float(network.history.val_loss.max()) / math.log(network.task.p)


@statistic("weight norm at its highest, over the untrained", ".2f")
def highest_norm(network: Specimen) -> float:
    """Return how many times as long as untrained the weights become."""
    norm = network.history.weight_norm
    return float(norm.max() / norm.iloc[0])


@statistic("weight norm at the end, over its highest", ".2f")
def norm_at_end(network: Specimen) -> float:
    """Return what is left of the weights' greatest length."""
    norm = network.history.weight_norm
    return float(norm.iloc[-1] / norm.max())


@statistic("epoch with the highest weight norm", _EPOCH)
def norm_peak(network: Specimen) -> float:
    """Return the evaluation at which the weights were longest."""
    return float(network.history.weight_norm.idxmax())
