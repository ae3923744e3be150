"""Optimizers, decay and dropout on the network of F. Chen et al. (chapter 07)."""

from typing import Any

from grokcore.catalogue import CATALOGUE
from grokcore.optimizers import SGD, Adam, AdamW
from grokcore.studies.base import Arm, Study, both_seeds

__all__ = ["FRACTIONS", "OPTIMIZERS", "RATES"]

#: Shares of the table at which F. Chen et al. are put to the test.
FRACTIONS = (0.3, 0.5, 0.6, 0.8)

#: The same for every optimizer.
RATES = (1e-3, 1e-2, 1e-1, 1.0)

_ADDITION = CATALOGUE["addition-p97"].replace(epochs_after_stop=0)

# F. Chen et al. give no betas; these are those of all runs here.
_OPTIMIZERS = {
    "SGD": SGD(lr=1e-3),
    "Nesterov": SGD(lr=1e-3, momentum=0.9, nesterov=True),
    "Adam": Adam(lr=1e-3),
    "AdamW": AdamW(lr=1e-3, weight_decay=0.05),
}


def _fractions(**changes: Any) -> dict[float, Arm]:
    """An arm a fraction."""
    return {
        fraction: both_seeds(_ADDITION.replace(train_fraction=fraction, **changes))
        for fraction in FRACTIONS
    }


# AdamW's runs go on for a while after they stop: they are those of chapter 08, too.
_AT_FRACTIONS = {
    "AdamW": _fractions(epochs_after_stop=CATALOGUE["addition-p97"].epochs_after_stop),
    **{
        name: _fractions(optimizer=optimizer)
        for name, optimizer in _OPTIMIZERS.items()
        if name != "AdamW"
    },
    "Adam, dropout": _fractions(optimizer=Adam(lr=1e-3), dropout=0.1),
}


def _at_rate(name: str, lr: float) -> Arm:
    """Half of the table, at a rate of the grid."""
    if lr == _OPTIMIZERS[name].lr:
        return _AT_FRACTIONS[name][0.5]
    # Adam does not even memorize at these: a quarter of the steps tells.
    hopeless = isinstance(_OPTIMIZERS[name], Adam | AdamW) and lr >= 0.1
    steps = {"max_steps": 2_000} if hopeless else {}
    optimizer = {"optimizer": _OPTIMIZERS[name], "lr": lr}
    return both_seeds(_ADDITION.replace(train_fraction=0.5, **optimizer, **steps))


OPTIMIZERS = {
    "optimizer-fractions": Study(
        question="How far does F. Chen et al.'s network come with each optimizer?",
        arms={
            f"{name}, {fraction:.0%}": arm
            for name, arms in _AT_FRACTIONS.items()
            for fraction, arm in arms.items()
        },
        budget=8_000,
    ),
    "optimizer-rates": Study(
        question="And if each may choose its learning rate from the same grid?",
        arms={
            f"{name}, lr {lr:g}": _at_rate(name, lr)
            for name in _OPTIMIZERS
            for lr in RATES
        },
        budget=8_000,
    ),
}
