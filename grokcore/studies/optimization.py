"""Weight decay, optimizers and regularizers (chapter 07)."""

import math
from typing import Any

from grokcore.catalogue import CATALOGUE
from grokcore.experiments import Experiment
from grokcore.filters import FixedNorm
from grokcore.optimizers import SGD, Adam, AdamW
from grokcore.studies.base import Study, both_seeds, seeds

__all__ = ["DECAYS", "OPTIMIZATION"]

_MLP = CATALOGUE["mlp-p53"]

#: Weight decays at the learning rate of that recipe; 0 is the null.
DECAYS = (0.03, 0.1, 0.3, 1.0, 2.0, 5.0, 10.0)

#: Learning rates at which the law is put to the test, each with decays of its own, such
#: that rate times decay goes from 0.001 to 0.3.
_DECAYS_AT = {
    3e-3: (0.3, 1.0, 3.0, 10.0),
    1e-2: (0.1, 0.3, 1.0, 3.0, 10.0),
    3e-2: (0.03, 0.1, 0.3, 1.0, 3.0, 10.0),
    1e-1: (0.03, 0.1, 0.3, 1.0, 3.0),
}


def _waits(lr: float, decay: float) -> Experiment:
    """The recipe with both, for nine lifetimes of a weight, or 1,000 epochs if longer.

    What nobody pushes has shrunk to 1/e after 1 / (lr · decay) steps, its lifetime.
    """
    epochs = max(1_000, math.ceil(round(9 / (lr * decay), 3))) if decay else _MLP.epochs
    return _MLP.replace(lr=lr, weight_decay=decay, epochs=epochs)


def _at_one_clock(name: str, lr: float) -> Experiment:
    """An optimizer that takes a hundredth off each weight a step, whatever its rate.

    Momentum makes a step of SGD ten times as long, in the end.
    """
    decay = float(f"{0.01 / lr:.3g}")
    through = float(f"{decay / 10:.3g}")
    optimizer = {
        "SGD": SGD(lr, weight_decay=decay),
        "Nesterov": SGD(lr, momentum=0.9, nesterov=True, weight_decay=through),
        "AdamW": AdamW(lr, weight_decay=decay, betas=_MLP.optimizer.betas),
    }[name]
    return _MLP.replace(optimizer=optimizer, epochs=1_000)


def _coupled(l2: float, **changes: Any) -> Experiment:
    """The recipe with Adam, and decay that goes through it."""
    optimizer = Adam(_MLP.optimizer.lr, l2, betas=_MLP.optimizer.betas)
    return _MLP.replace(optimizer=optimizer, epochs=3_000, **changes)


OPTIMIZATION = {
    "mlp-decay": Study(
        question="How does the delay of O. Kitouni's MLP depend on weight decay?",
        arms={
            "weight decay 0": seeds(_MLP.replace(weight_decay=0.0)),
            **{
                f"weight decay {decay:g}": seeds(_waits(3e-2, decay), range(10))
                for decay in DECAYS
            },
        },
        budget=10_000,
    ),
    "mlp-law": Study(
        question="Does it depend on learning rate times weight decay alone?",
        arms={
            f"lr {lr:g}, decay {decay:g}": both_seeds(_waits(lr, decay), range(5))
            for lr, decays in _DECAYS_AT.items()
            for decay in decays
        },
        budget=10_000,
    ),
    "mlp-coupled": Study(
        question="What does L2 regularization that goes through Adam do?",
        arms={
            f"L2 {l2:g}": seeds(_coupled(l2)) for l2 in (1e-5, 1e-4, 1e-3, 1e-2, 1e-1)
        },
        budget=3_000,
    ),
    "mlp-optimizers": Study(
        question="At one clock, does it matter which optimizer, and which rate?",
        arms={
            f"{name}, lr {lr:g}": seeds(_at_one_clock(name, lr))
            for name in ("SGD", "Nesterov", "AdamW")
            for lr in (1e-3, 1e-2, 1e-1, 1.0, 10.0)
        }
        | {
            "SGD, lr 10, no decay": seeds(
                _at_one_clock("SGD", 10.0).replace(weight_decay=0.0)
            )
        },
        budget=1_000,
    ),
    "mlp-frozen": Study(
        question="Does it generalize with weights that are held at one length?",
        arms={
            f"{share:g}": seeds(
                _MLP.replace(
                    weight_decay=0.0, projection=FixedNorm(share), epochs=3_000
                )
            )
            for share in (1.0, 0.875, 0.75, 0.625, 0.5, 0.375)
        },
        budget=3_000,
    ),
    "mlp-frozen-rates": Study(
        question="Is it the length, or that a step turns a short network further?",
        arms={
            f"{share:g}, rate × {times:g}": seeds(
                _MLP.replace(
                    weight_decay=0.0,
                    projection=FixedNorm(share),
                    lr=times * _MLP.optimizer.lr,
                    epochs=3_000,
                )
            )
            for share, times in ((1.0, 2.0), (0.5, 0.5))
        },
        budget=3_000,
    ),
}
