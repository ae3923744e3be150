"""Studies: experiments that answer one question together, each over several seeds.

Their runs ship with the package, most of them their histories alone, in
``recorded/studies``; a run that does not ship is looked for in the store.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from grokcore.catalogue import CATALOGUE
from grokcore.experiments import Experiment
from grokcore.filters import FixedNorm, Gain, GrokfastEMA, GrokfastMA, OrthoGrad
from grokcore.models import TransformerConfig
from grokcore.optimizers import Adam, AdamW, Muon
from grokcore.runs import Run, load
from grokcore.tasks import ModularTask

__all__ = ["LEARNING_RATES", "STUDIES", "Study"]


@dataclass(frozen=True)
class Study:
    """Arms to compare, and what they are compared for.

    Attributes:
        question: what it answers.
        arms: by name, an experiment a seed.
        budget: steps; what has not happened by then counts as "> budget".
        weights: what ships with the histories: "none"; "generalized", all weights of
            the last step with no mistake, and the progress measures; "embedding", that
            of all snapshots; "specimen", that and all weights of the end.
    """

    question: str
    arms: dict[str, tuple[Experiment, ...]]
    budget: int
    weights: Literal["none", "generalized", "embedding", "specimen"] = "none"

    @property
    def experiments(self) -> list[Experiment]:
        """Those of all arms, each once."""
        return list(dict.fromkeys(e for arm in self.arms.values() for e in arm))

    def runs(self) -> dict[str, list[Run]]:
        """Return the runs of each arm, in the order of its experiments.

        Raises:
            ~grokcore.runs.files.StoreError: if one is missing, or cannot be read.

        >>> runs = STUDIES["grokfast"].runs()
        >>> [len(arm) for arm in runs.values()]
        [3, 3, 3]
        """
        return {name: [load(e) for e in arm] for name, arm in self.arms.items()}


def _seeds(experiment: Experiment, seeds: Iterable[int] = range(3)) -> tuple:
    """One experiment a seed, of the weights alone."""
    return tuple(experiment.grid(seed=seeds))


# -- Grokfast in its own setting ----------------------------------------------------


def _both_seeds(experiment: Experiment, seeds: Iterable[int] = range(3)) -> tuple:
    """As published code has it: one seed for the weights, the split and the batches."""
    return tuple(experiment.replace(seed=s, split_seed=s) for s in seeds)


def _grokfast(**changes: Any) -> tuple:
    """An arm with the budget of the filters."""
    short = CATALOGUE["grokfast-none"].replace(epochs=400, eval_every=5)
    return _both_seeds(short.replace(**changes))


_EMA, _MA = CATALOGUE["grokfast-ema"].filter, CATALOGUE["grokfast-ma"].filter
_OWN_SETTING = {
    "no filter": _both_seeds(CATALOGUE["grokfast-none"]),
    "MA": _both_seeds(CATALOGUE["grokfast-ma"]),
    "EMA": _both_seeds(CATALOGUE["grokfast-ema"]),
}

# The small one, which chapter 11 listens to.
_HEARD = CATALOGUE["grokfast-p59"]

# -- Grokfast where its users took it ----------------------------------------------

# F. Chen et al.'s two-layer transformer for addition mod 97; their text names neither
# norm nor activation, which are Grokfast's here.
_ADDITION = Experiment(
    task=ModularTask(
        "add", p=97, train_fraction=0.5, split_seed=0, token_format="a ∘ b ="
    ),
    model=TransformerConfig(
        layers=2, norm="pre", activation="gelu", biases="blocks", init="pytorch"
    ),
    optimizer=AdamW(lr=1e-3, weight_decay=0.05),
    batch_size=256,
    epochs=1_000,  # of 19 steps
    max_steps=8_000,
    eval_every=3,
    stop_val_accuracy=0.95,
    epochs_after_stop=30,
)

# The recipe of the first networks of this course, which slips; see the catalogue.
_SLIPPING = CATALOGUE["slipping-p113"]
_LIVE_FILTERS = {"no filter": None, "EMA": GrokfastEMA(), "MA": GrokfastMA()}
_ON_LIVE = _SLIPPING.replace(snapshots=0, stop_val_accuracy=0.95, epochs_after_stop=100)

# -- the race ----------------------------------------------------------------------

#: The grid of the race.
LEARNING_RATES = (1e-3, 3e-3, 1e-2, 3e-2)

_RACE = _SLIPPING.replace(
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

# -- the network of the chapters ---------------------------------------------------

_LIVE, _SMALL = CATALOGUE["live-p113"], CATALOGUE["live-p59"]
_BARE = _LIVE.replace(snapshots=0)

#: Of 1,000 splits, the one whose training cells lean most to a frequency (chapter 04).
ORDERED = {1: 233, 7: 631, 13: 65, 20: 67, 26: 983, 29: 107}

#: Adam's eps in the study of slips, over eight decades.
EPSILONS = (1e-11, 1e-9, 1e-7, 1e-5, 1e-3)

# Long enough to have found its frequencies, and looked at a few times on the way.
_WIDTHS = _SMALL.replace(snapshots=12, snapshot_parameters=("embed.W_E",))

#: All studies by name.
STUDIES: dict[str, Study] = {
    "live": Study(
        question="What do the live recipe's networks look like inside?",
        arms={"live-p113": _seeds(_LIVE, range(5))},
        budget=900,
        weights="generalized",
    ),
    "fractions": Study(
        question="How does the delay depend on how much of the table is shown?",
        arms={
            # With less data it takes longer, so the rate begins to fall later.
            "20%": _seeds(_BARE.replace(train_fraction=0.2, epochs=2_000)),
            "30%": _seeds(_BARE),
            "50%": _seeds(_BARE.replace(train_fraction=0.5)),
        },
        budget=2_000,
    ),
    "decay": Study(
        question="What becomes of the network of the chapters without weight decay?",
        arms={
            "weight decay 0.9": _seeds(_BARE),
            "no weight decay": _seeds(_BARE.replace(weight_decay=0.0)),
        },
        budget=900,
    ),
    "slips": Study(
        question="What makes a network forget, for a while, what it had learned?",
        arms={
            # The live recipe's momentum, and Adam's usual one.
            **{
                f"momentum {beta}, eps {eps:.0e}": _seeds(
                    _BARE.replace(eps=eps, betas=(beta, 0.98))
                )
                for beta in (0.95, 0.9)
                for eps in EPSILONS
            },
            "live-p113": _seeds(_BARE),
            "slipping-p113": _seeds(_SLIPPING.replace(snapshots=0)),
        },
        budget=1_500,
    ),
    "circles": Study(
        question="When does the circle come, and for whom?",
        arms={"live-p59": _seeds(_SMALL.replace(snapshots=32), range(10))},
        budget=600,
        weights="specimen",
    ),
    "widths": Study(
        question="Is the final circle clearer at the start, the wider the network?",
        arms={
            **{
                f"width {width}": _seeds(_WIDTHS.replace(width=width), range(5))
                for width in (32, 64, 128, 256)
            },
            "width 256, half the rate": _seeds(_WIDTHS.replace(width=256, lr=5e-3)),
        },
        budget=600,
        weights="embedding",
    ),
    "ordered": Study(
        question="Can one order a key frequency by choosing the training cells?",
        arms={
            f"k = {k}, split {split}": _seeds(
                _SMALL.replace(
                    split_seed=split, snapshots=0, snapshot_parameters=("embed.W_E",)
                )
            )
            for k, split in ORDERED.items()
        },
        budget=600,
        weights="embedding",
    ),
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
            "Adam": _seeds(_HEARD.replace(filter=None, weight_decay=0.0)),
            "Adam with EMA": _seeds(_HEARD),
            "AdamW, decay 1": _seeds(
                _HEARD.replace(filter=None, optimizer=AdamW(lr=1e-3, weight_decay=1.0))
            ),
        },
        budget=2_500,
    ),
    "grokfast-addition": Study(
        question="Does Grokfast speed addition up, on top of AdamW?",
        arms={
            "AdamW": _both_seeds(_ADDITION),
            "AdamW with MA": _both_seeds(_ADDITION.replace(filter=_MA)),
            "AdamW with EMA": _both_seeds(_ADDITION.replace(filter=_EMA)),
        },
        budget=8_000,
    ),
    "grokfast-live": Study(
        question="What do the filters do to the recipe of these chapters?",
        arms={
            f"{name}, decay {decay:g}": _seeds(
                _ON_LIVE.replace(filter=filter, weight_decay=decay)
            )
            for decay in (0.0, 0.1, 1.0)
            for name, filter in _LIVE_FILTERS.items()
        },
        budget=1_500,
    ),
    "race": Study(
        question="What groks addition soonest, tuned over the same learning rates?",
        arms={
            f"{racer}, lr {lr:g}": _seeds(experiment.replace(lr=lr))
            for racer, experiment in _RACERS.items()
            for lr in LEARNING_RATES
        },
        budget=1_000,
    ),
}
