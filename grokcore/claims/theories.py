"""Rows of the ledger: what theories of grokking predict (chapter 13)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache, partial

import torch.nn.functional as F

from grokcore.analysis import efficiency, feature_machine
from grokcore.claims.histories import delays, each
from grokcore.claims.ledger import Claim, Setting
from grokcore.claims.values import Value, Within
from grokcore.runs import Run
from grokcore.studies import STUDIES
from grokcore.tasks import ModularTask

__all__ = ["THEORIES"]

_EFFICIENCY = STUDIES["efficiency"].arms
_UNGROKKING = STUDIES["ungrokking"].arms
_SCALES = STUDIES["output-scale"].arms
_SETTING = "an MLP modulo 31"


# -- efficiency --------------------------------------------------------------------


def _needed(run: Run, row: int = -1) -> float:
    """The norm that the network of a row of the history would need for margin 10."""
    history, p = run.history.iloc[row], run.experiment.task.p
    return float(efficiency.norm_needed(history.weight_norm, history.train_loss, p))


def _longer(one: Run, other: Run) -> Value:
    """Norm needed by one, over that of another."""
    return Value(_needed(one) / _needed(other))


def _last_accuracy(run: Run) -> Value:
    return Value(float(run.history.val_accuracy.iloc[-1]))


def _margin_grown(run: Run) -> Value:
    """Normalized margin at the end, over that when training was first perfect."""
    perfect = run.history.train_accuracy.to_numpy() == 1
    if not perfect.any():
        return Value(math.nan)
    return Value((_needed(run, int(perfect.argmax())) / _needed(run)) ** 3)


def _place(shown: Sequence[float], heights: Sequence[float], level: float) -> Value:
    """Where a line through points first rises to a level; a bound, if beyond its ends.

    >>> str(_place([0.1, 0.2], [0.0, 1.0], 0.25)), str(_place([0.1], [0.7], 0.5))
    ('0.125', '< 0.1')
    """
    if heights[0] >= level:
        return Value(shown[0], "<")
    for i, height in enumerate(heights[1:], 1):
        if height >= level:
            rise = (level - heights[i - 1]) / (height - heights[i - 1])
            return Value(shown[i - 1] + rise * (shown[i] - shown[i - 1]))
    return Value(shown[-1], ">")


def _kept(runs: Sequence[Run]) -> Value:
    """The share of the table at which half of the unseen answers are kept."""
    shown = [run.experiment.task.train_fraction for run in runs]
    return _place(shown, [_last_accuracy(run).number for run in runs], 0.5)


def _equal(lists: Sequence[Run], rule: Run) -> Value:
    """The share of the table at which a list needs the norm that a rule needs."""
    shown = [run.experiment.task.train_fraction for run in lists]
    return _place(shown, [*map(_needed, lists)], _needed(rule))


_FEWER = ("10%", "20%", "30%", "40%", "50%", "60%")
_LISTS = ("10%", "20%", "30%", "50%", "70%", "90%")


def _kept_and_equal(*arms: Sequence[Run]) -> list[Value]:
    count = len(_FEWER)
    found = []
    for runs in zip(*arms, strict=True):
        forgetting, lists, rule = runs[:count], runs[count:-1], runs[-1]
        found.append(_kept(forgetting).over(_equal(lists, rule)))
    return found


def _kept_at_two_decays(*arms: Sequence[Run]) -> list[Value]:
    half = len(arms) // 2
    return [
        _kept(runs[:half]).over(_kept(runs[half:])) for runs in zip(*arms, strict=True)
    ]


# -- a kernel machine --------------------------------------------------------------


@cache
def _machine(split_seed: int) -> list[tuple[float, float]]:
    """After each solve: validation accuracy, and how circulant the features are."""
    task = ModularTask("add", p=31, train_fraction=0.8, split_seed=split_seed)
    table = task.data()
    x = F.one_hot(table.operands, task.p).flatten(1).double()
    y = F.one_hot(table.targets, task.p).double()
    found = []
    for solve in feature_machine.solves(x, y, table.train, 16):
        right = solve.outputs.argmax(1) == table.targets
        block = solve.features[: task.p, task.p :]
        circulant = feature_machine.circulant_share(block, 1)
        found.append((float(right[table.val].double().mean()), circulant))
    return found


def _solves(found: list[tuple[float, float]]) -> Value:
    arrived = (i for i, (accuracy, _) in enumerate(found, 1) if accuracy >= 0.95)
    count = next(arrived, None)
    return Value(len(found), ">") if count is None else Value(count)


def _features_first(found: list[tuple[float, float]]) -> Value:
    # The first one has features of single inputs alone, so its share is NaN.
    return Value(max(share for accuracy, share in found[1:] if accuracy <= 0.1))


#: Splits, and not 0 to 2, with which this was planned.
_SPLITS = range(3, 6)


# -- the rows ----------------------------------------------------------------------

_claim = partial(Claim, chapter="13")
_NEEDED = "norm needed for a margin of 10"
_EFFICIENT, _FORGETS = "A rule and its price", "Ungrokking"
_LAZY, _MACHINE = "From lazy to rich", "Without gradients"


def _arms(*names: str) -> tuple:
    return tuple(_EFFICIENCY[name] for name in names)


def _left(shown: Sequence[str], decay: float) -> tuple:
    return tuple(_UNGROKKING[f"{share}, decay {decay:g}"] for share in shown)


THEORIES = (
    _claim(
        id="T.1a",
        source="T.1",
        section=_EFFICIENT,
        statement="The more is learned by heart, the longer weights it takes.",
        settings={
            _SETTING: Setting(_arms("shuffled, 90%", "shuffled, 10%"), each(_longer))
        },
        statistic=f"{_NEEDED}, answers shuffled, 90% of the table over 10%",
        verdict=Within(low=1.3, partly=Within(low=1.1)),
        form=",.2f",
        unit="×",
    ),
    _claim(
        id="T.1b",
        source="T.1",
        section=_EFFICIENT,
        statement="A rule does not take longer weights for more examples.",
        settings={_SETTING: Setting(_arms("sums, 90%", "sums, 70%"), each(_longer))},
        statistic=f"{_NEEDED}, sums, 90% of the table over 70%",
        verdict=Within(low=0.9, high=1.1, partly=Within(low=0.8, high=1.25)),
        form=",.2f",
        unit="×",
    ),
    _claim(
        id="T.1c",
        source="T.1",
        section=_FORGETS,
        statement="Shown too little, a network that has grokked forgets.",
        settings={_SETTING: Setting(_left(("10%",), 1.0), each(_last_accuracy))},
        statistic="validation accuracy after 2,000 epochs with 10% of the table",
        verdict=Within(high=0.1, partly=Within(high=0.5)),
        form=".1%",
    ),
    _claim(
        id="T.1d",
        source="T.1",
        section=_FORGETS,
        statement="Shown enough of the table, it keeps its rule.",
        settings={_SETTING: Setting(_left(("60%",), 1.0), each(_last_accuracy))},
        statistic="validation accuracy after 2,000 epochs with 60% of the table",
        verdict=Within(low=0.95, partly=Within(low=0.5)),
        form=".1%",
    ),
    _claim(
        id="T.1e",
        source="T.1",
        section=_FORGETS,
        statement="It forgets below the size of the data at which a list takes weights "
        "as long as the rule does.",
        settings={
            f"{_SETTING}, the rule on 90%": Setting(
                _left(_FEWER, 1.0)
                + _arms(*(f"shuffled, {share}" for share in _LISTS), "sums, 90%"),
                _kept_and_equal,
            ),
            # What a rule costs depends a little on how much of the table it is shown.
            f"{_SETTING}, the rule on 40%": Setting(
                _left(_FEWER, 1.0)
                + _arms(*(f"shuffled, {share}" for share in _LISTS))
                + _left(("40%",), 1.0),
                _kept_and_equal,
            ),
        },
        statistic="share of the table with which half is kept, over that at which both "
        "need the same norm",
        verdict=Within(low=0.8, high=1.25, partly=Within(low=2 / 3, high=1.5)),
        form=",.2f",
        unit="×",
    ),
    _claim(
        id="T.1f",
        source="T.1",
        section=_FORGETS,
        statement="Weight decay does not move the size below which it forgets.",
        settings={
            _SETTING: Setting(
                _left(("20%", "30%", "40%"), 2.0) + _left(("20%", "30%", "40%"), 0.5),
                _kept_at_two_decays,
            )
        },
        statistic="share of the table with which half is kept, weight decay 2 over 0.5",
        verdict=Within(low=0.9, high=1.1, partly=Within(low=0.8, high=1.25)),
        form=",.2f",
        unit="×",
    ),
    _claim(
        id="T.2a",
        source="T.2",
        section=_LAZY,
        statement="The larger the output scale, the longer the wait.",
        settings={
            f"learning rate {rate}": Setting(
                tuple(_SCALES[f"scale {s}, rate {rate}"] for s in (100, 1)),
                each(delays),
            )
            for rate in ("0.001", "0.01")
        },
        statistic="delay with output scale 100, over that with 1",
        verdict=Within(low=2, partly=Within(low=1.2)),
        form=",.1f",
        unit="×",
    ),
    _claim(
        id="T.3a",
        source="T.3",
        section=_MACHINE,
        statement="A kernel machine that learns features generalizes within 50 solves, "
        "without gradient descent.",
        settings={
            "modulo 31, 80% shown": Setting(
                (), lambda: [_solves(_machine(seed)) for seed in _SPLITS]
            )
        },
        statistic="solves until validation accuracy is 95%, of 16 at most",
        verdict=Within(high=50),
        unit="solves",
    ),
    _claim(
        id="T.3b",
        source="T.3",
        section=_MACHINE,
        statement="Its features become circulant before its accuracy shows it.",
        settings={
            "modulo 31, 80% shown": Setting(
                (), lambda: [_features_first(_machine(seed)) for seed in _SPLITS]
            )
        },
        statistic="circulant share of the features that two operands have in common, "
        "highest while validation accuracy is at most 10%",
        verdict=Within(low=0.5, partly=Within(low=0.25)),
        form=".0%",
    ),
    _claim(
        id="T.4a",
        source="T.4",
        section=_EFFICIENT,
        statement="When training is perfect, the normalized margin goes on growing, by "
        "half or more.",
        settings={
            words: Setting(_arms(name), each(_margin_grown))
            for words, name in {
                "weight decay 1": "sums, 70%",
                "no weight decay": "sums, 70%, no decay",
            }.items()
        },
        statistic="normalized margin after 2,000 epochs, over that at the first "
        "evaluation with perfect training",
        verdict=Within(low=1.5, partly=Within(low=1.1)),
        form=",.2f",
        unit="×",
    ),
)
