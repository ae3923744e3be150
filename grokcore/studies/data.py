"""How much data, and how large a batch (chapter 08)."""

from grokcore.catalogue import CATALOGUE
from grokcore.experiments import Experiment
from grokcore.models import EmbeddingMLPConfig, TransformerConfig
from grokcore.optimizers import AdamW
from grokcore.studies.base import Study, both_seeds
from grokcore.tasks import ModularTask

__all__ = ["BATCHES", "DATA", "FRACTIONS", "SHARES", "band_arm"]

_ADDITION = CATALOGUE["addition-p97"]

#: The training fractions of the band's study, and its batch sizes.
FRACTIONS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
BATCHES = (10, 20, 40, 80, 160, 512)

#: The fractions of the small MLP's study, closer together where it is about to fail.
SHARES = (0.24, 0.26, 0.28, 0.3, 0.32, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8)

# Small, so that 108 of them can be trained; with layer norm, as in Power et al. (2022),
# without which batches of ten rows do not learn. Decay 1 and the betas are theirs, the
# rate is the largest with which the smallest batch learned in a pilot.
_BAND = Experiment(
    task=ModularTask("add", p=59, train_fraction=0.5),
    model=TransformerConfig(width=64, heads=2, norm="pre"),
    optimizer=AdamW(lr=4e-4, weight_decay=1.0),
    epochs=15_000,
    max_steps=15_000,
    eval_train="all",
    stop_val_accuracy=0.95,
)


def band_arm(fraction: float, batch_size: int) -> str:
    """Name an arm of the band's study.

    >>> band_arm(0.3, 10)
    '30%, batch 10'
    """
    return f"{fraction:.0%}, batch {batch_size}"


def _looked_at(experiment: Experiment) -> Experiment:
    """The same, evaluated about every 25 steps, but at the ends of epochs."""
    return experiment.replace(eval_every=max(1, round(25 / experiment.steps_per_epoch)))


def _cell(fraction: float, batch_size: int | None, lr: float = 4e-4) -> Experiment:
    changes = {"train_fraction": fraction, "batch_size": batch_size, "lr": lr}
    return _looked_at(_BAND.replace(**changes))


# From a batch of 40 up, at half of the table: the rate as it is, times the square root
# of how many times larger the batch is, or times that. AdamW's decay takes the product
# of rate and decay off a weight, so the last rule has a control that keeps the product.
_ROWS = 1_740


def _rates(batch_size: int | None) -> dict[str, tuple[Experiment, ...]]:
    times = (batch_size or _ROWS) / 40
    rules = {
        "lr as it is": (0.0, 0.0),
        "lr × √": (0.5, 0.0),
        "lr × ratio": (1.0, 0.0),
        "lr × ratio, decay ÷ ratio": (1.0, -1.0),
    }
    name = f"batch {batch_size}" if batch_size else "all rows"
    return {
        f"{name}, {rule}": both_seeds(
            _cell(0.5, batch_size, round(4e-4 * times**up, 6)).replace(
                weight_decay=round(times**down, 6)
            )
        )
        for rule, (up, down) in rules.items()
    }


# The small MLP that readers train themselves, in a second or two.
_SMALL = Experiment(
    task=ModularTask("add", p=59, train_fraction=0.5),
    model=EmbeddingMLPConfig(),
    optimizer=AdamW(lr=1e-2, weight_decay=1.0),
    epochs=6_000,
    stop_val_accuracy=0.95,
)


DATA = {
    "addition-fractions": Study(
        question="How does the delay of F. Chen et al.'s network depend on the data?",
        arms={
            f"{fraction:.0%}": both_seeds(_ADDITION.replace(train_fraction=fraction))
            for fraction in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
        },
        budget=8_000,
    ),
    "band": Study(
        question="Where is the delay short, over training rows and batch size?",
        arms={
            band_arm(fraction, batch_size): both_seeds(_cell(fraction, batch_size))
            for fraction in FRACTIONS
            for batch_size in BATCHES
        },
        budget=15_000,
    ),
    "band-rates": Study(
        question="Does a larger batch want a higher learning rate?",
        arms={
            "batch 40": both_seeds(_cell(0.5, 40)),
            **_rates(160),
            **_rates(512),
            **_rates(None),
        },
        budget=15_000,
    ),
    "mlp-fractions": Study(
        question="How steeply does the delay rise towards the critical fraction?",
        arms={
            f"{fraction:.0%}": both_seeds(
                _SMALL.replace(train_fraction=fraction), range(5)
            )
            for fraction in SHARES
        },
        budget=6_000,
    ),
}
