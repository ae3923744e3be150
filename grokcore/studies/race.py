"""The race: what groks addition soonest (chapter 11)."""

from grokcore.catalogue import CATALOGUE
from grokcore.filters import FixedNorm, GrokfastEMA, OrthoGrad
from grokcore.optimizers import Adam, Muon
from grokcore.studies.base import Study, seeds

__all__ = ["LEARNING_RATES", "RACE"]

#: The grid of the race.
LEARNING_RATES = (1e-3, 3e-3, 1e-2, 3e-2)

_RACE = CATALOGUE["slipping-p113"].replace(
    weight_decay=0.0,
    epochs=1_000,
    snapshots=0,
    stop_val_accuracy=0.95,
    epochs_after_stop=50,
)
_RACERS = {
    **{f"AdamW, decay {d}": _RACE.replace(weight_decay=float(d)) for d in range(4)},
    "Grokfast EMA, Adam": _RACE.replace(
        optimizer=Adam(weight_decay=0.005), filter=GrokfastEMA()
    ),
    "Grokfast EMA, AdamW, decay 1": _RACE.replace(
        weight_decay=1.0, filter=GrokfastEMA()
    ),
    "OrthoGrad": _RACE.replace(filter=OrthoGrad()),
    "StableMax": _RACE.replace(loss="stablemax"),
    "Muon, decay 1": _RACE.replace(optimizer=Muon(weight_decay=1.0)),
    "fixed norm": _RACE.replace(projection=FixedNorm()),
}

RACE = {
    "race": Study(
        question="What groks addition soonest, tuned over the same learning rates?",
        arms={
            f"{racer}, lr {lr:g}": seeds(experiment.replace(lr=lr))
            for racer, experiment in _RACERS.items()
            for lr in LEARNING_RATES
        },
        budget=1_000,
    ),
    "race-single": Study(
        question="And StableMax in single precision, for which it was made?",
        arms={
            f"StableMax, lr {lr:g}": seeds(
                _RACE.replace(loss="stablemax_float32", lr=lr)
            )
            for lr in LEARNING_RATES
        },
        budget=1_000,
    ),
}
