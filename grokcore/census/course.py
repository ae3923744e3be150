"""How a training goes: statistics of a history (chapter 01)."""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor

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


@statistic("training loss before the delay, over that after it", ",.0f")
def loss_fall(network: Specimen) -> float:
    """Return the loss at 95% training accuracy over that at 95% validation accuracy."""
    loss, delay = network.history.train_loss, network.delay
    last = loss.index[-1] if delay.val_epoch is None else delay.val_epoch
    first = loss.index[-1] if delay.train_epoch is None else delay.train_epoch
    return float(loss.loc[first] / loss.loc[last])


@statistic("highest validation loss, in losses of an untrained network", ".2f")
def highest_val_loss(network: Specimen) -> float:
    """Return the highest validation loss over ln p, the loss of knowing nothing."""
    return float(network.history.val_loss.max()) / math.log(network.task.p)


@statistic("epoch with the highest weight norm", _EPOCH)
def norm_peak(network: Specimen) -> float:
    """Return the evaluation at which the weights were longest."""
    return float(network.history.weight_norm.idxmax())


@statistic("weight norm at the end, over that at validation accuracy 95%", ".2f")
def norm_later(network: Specimen) -> float:
    """Return what is left of the weights' length at generalization."""
    norm, arrived = network.history.weight_norm, network.delay.val_epoch
    return float(norm.iloc[-1] / (norm.iloc[-1] if arrived is None else norm[arrived]))


# -- the table cell by cell, when it has just been memorized -------------------------


@lru_cache(maxsize=1)  # several statistics in turn ask the same network
def _memorized(network: Specimen) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The answers at the first kept moment with 100% in training, and three masks.

    All are [P * P]: the answers, which of them are right, the validation cells whose
    mirror image (b, a) was trained on, and those of which neither was.
    """
    run, p = network.run, network.task.p
    memorized = run.delay(1.0).train_step or 0
    kept = [step for step in run.snapshots if step >= memorized]
    model = run.at(kept[0]) if kept else network.model
    with torch.no_grad():
        answers = model(network.table.tokens).argmax(-1)
    shown = network.in_training.view(p, p)
    mirrored, unseen = ~shown & shown.T, ~shown & ~shown.T
    right = answers == network.table.targets
    return answers, right, mirrored.flatten(), unseen.flatten()


@statistic("mirror images right, when just memorized", _SHARE)
def mirrored_right(network: Specimen) -> float:
    """Return it for the first kept moment with 100% training accuracy."""
    _, right, mirrored, _ = _memorized(network)
    return float(right[mirrored].double().mean())


@statistic("unseen cells right, when just memorized", ".2%")
def unseen_right(network: Specimen) -> float:
    """Return it for the same moment: neither (a, b) nor (b, a) was trained on."""
    _, right, _, unseen = _memorized(network)
    return float(right[unseen].double().mean())


@statistic("mirror images among the validation cells right then", _SHARE)
def mirrored_part(network: Specimen) -> float:
    """Return it for the same moment; chance has what mirror images are of all cells."""
    _, right, mirrored, unseen = _memorized(network)
    among = int((right & (mirrored | unseen)).sum())
    return int((right & mirrored).sum()) / among if among else 0.0


@statistic("wrong answers that were shown with both numbers", _SHARE)
def shown_with_both(network: Specimen) -> float:
    """Return their share for the same moment.

    An answer was shown with a number if a training cell with that number, in either
    place, has it. The right answer to an unseen cell was shown with neither.
    """
    answers, right, _, unseen = _memorized(network)
    wrong = unseen & ~right
    a, b = network.table.operands[wrong].T
    shown, said = _shown(network), answers[wrong]
    both = shown[a, said] & shown[b, said]
    return float(both.double().mean()) if len(both) else 0.0


def _shown(network: Specimen) -> Tensor:
    """[P, P] for each number and answer, whether a training cell has both."""
    table, p = network.table, network.task.p
    shown = torch.zeros(p, p, dtype=torch.bool)
    operands, targets = table.operands[table.train], table.targets[table.train]
    shown[operands, targets[:, None]] = True
    return shown
