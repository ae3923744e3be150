"""Grokfast in its own setting, and where its users took it (chapter 11)."""

from typing import Any

from grokcore.catalogue import CATALOGUE
from grokcore.experiments import Experiment
from grokcore.filters import Band, Gain, GrokfastEMA, GrokfastMA
from grokcore.optimizers import AdamW
from grokcore.studies.base import Arm, Study, both_seeds, seeds

__all__ = ["GROKFAST"]


def _grokfast(**changes: Any) -> Arm:
    """An arm with the budget of the filters."""
    short = CATALOGUE["grokfast-none"].replace(epochs=400, eval_every=5)
    return both_seeds(short.replace(**changes))


_EMA, _MA = CATALOGUE["grokfast-ema"].filter, CATALOGUE["grokfast-ma"].filter
_OWN_SETTING = {
    "no filter": both_seeds(CATALOGUE["grokfast-none"]),
    "MA": both_seeds(CATALOGUE["grokfast-ma"]),
    "EMA": both_seeds(CATALOGUE["grokfast-ema"]),
}

# The small one, which chapter 11 listens to.
_HEARD = CATALOGUE["grokfast-p59"]

# The slow or the fast part of its gradient alone, with and without enough decay.
_BASES = {
    "Adam, L2 .005": _HEARD.replace(filter=None),
    "AdamW, decay 1": _HEARD.replace(
        filter=None, optimizer=AdamW(lr=1e-3, weight_decay=1.0)
    ),
}
_PARTS = {"whole": None, "slow": Band("slow"), "fast": Band("fast")}


def _a_tenth(base: Experiment) -> Arm:
    """The slow part at a tenth of the rate, which is about what it has in the whole.

    Ten times the decay takes as much off the weights in a step, with AdamW.
    """
    rate, decay = base.optimizer.lr / 10, 10 * base.optimizer.weight_decay
    return seeds(base.replace(filter=Band("slow"), lr=rate, weight_decay=decay))


_ADDITION = CATALOGUE["addition-p97"].replace(stop_val_accuracy=0.95)

_LIVE_FILTERS = {"no filter": None, "EMA": GrokfastEMA(), "MA": GrokfastMA()}
_ON_LIVE = CATALOGUE["slipping-p113"].replace(
    snapshots=0, stop_val_accuracy=0.95, epochs_after_stop=100
)

GROKFAST = {
    "grokfast": Study(
        question="How many times sooner does Grokfast generalize in its own setting?",
        arms=_OWN_SETTING,
        budget=50_000,
    ),
    "grokfast-factorial": Study(
        question="How much of that is the filter, the decay, the learning rate?",
        arms={
            "no filter": _OWN_SETTING["no filter"],
            "no filter, decay .005": _grokfast(weight_decay=0.005),
            "no filter, decay .01": _grokfast(weight_decay=0.01),
            "gain 1 + 2, decay .005": _grokfast(filter=Gain(2.0), weight_decay=0.005),
            "gain 1 + 5, decay .01": _grokfast(filter=Gain(5.0), weight_decay=0.01),
            "EMA": _grokfast(filter=_EMA),
            "EMA, decay .005": _OWN_SETTING["EMA"],
            "MA": _grokfast(filter=_MA),
            "MA, decay .01": _OWN_SETTING["MA"],
            "learning rate × 3": _grokfast(lr=3e-3),
            "learning rate × 6": _grokfast(lr=6e-3),
            "AdamW, decay 1": _grokfast(optimizer=AdamW(lr=1e-3, weight_decay=1.0)),
        },
        budget=4_000,
    ),
    "grokfast-small": Study(
        question="With the filter or with decay: what gets there, at p = 59?",
        arms={
            "Adam": seeds(_HEARD.replace(filter=None, weight_decay=0.0)),
            "Adam with EMA": seeds(_HEARD),
            "AdamW, decay 1": seeds(
                _HEARD.replace(filter=None, optimizer=AdamW(lr=1e-3, weight_decay=1.0))
            ),
        },
        budget=2_500,
    ),
    "grokfast-parts": Study(
        question="Which part of the gradient makes a network generalize?",
        arms={
            f"{part}, {name}": seeds(base.replace(filter=kept))
            for name, base in _BASES.items()
            for part, kept in _PARTS.items()
        }
        | {
            "slow, Adam, lr .0001, L2 .05": _a_tenth(_BASES["Adam, L2 .005"]),
            "slow, AdamW, lr .0001, decay 10": _a_tenth(_BASES["AdamW, decay 1"]),
        },
        budget=2_500,
    ),
    "grokfast-addition": Study(
        question="Does Grokfast speed addition up, on top of AdamW?",
        arms={
            "AdamW": both_seeds(_ADDITION),
            "AdamW with MA": both_seeds(_ADDITION.replace(filter=_MA)),
            "AdamW with EMA": both_seeds(_ADDITION.replace(filter=_EMA)),
        },
        budget=8_000,
    ),
    "grokfast-live": Study(
        question="What do the filters do to the recipe of these chapters?",
        arms={
            f"{name}, decay {decay:g}": seeds(
                _ON_LIVE.replace(filter=filter, weight_decay=decay)
            )
            for decay in (0.0, 0.1, 1.0)
            for name, filter in _LIVE_FILTERS.items()
        },
        budget=1_500,
    ),
}
