"""Theories of grokking, each where it could fail (chapter 13)."""

from __future__ import annotations

from grokcore.experiments import Experiment, Start
from grokcore.models import EmbeddingMLPConfig
from grokcore.optimizers import AdamW
from grokcore.studies.base import Arm, Study, both_seeds
from grokcore.tasks import ModularTask

__all__ = ["THEORIES"]

# An MLP without biases: twice the weights are eight times the logits, exactly.
_MLP = Experiment(
    task=ModularTask("add", p=31, train_fraction=0.7),
    model=EmbeddingMLPConfig(width=64, mlp_width=128, biases="none"),
    optimizer=AdamW(lr=1e-2, weight_decay=1.0, eps=1e-4),
    epochs=2_000,
    eval_every=200,
)

# The squares of chapter 09, in pairs that begin with logits 0. No decay.
_SQUARES = Experiment(
    task=ModularTask("add", p=31, train_fraction=0.6),
    model=EmbeddingMLPConfig(
        width=None, mlp_width=128, activation="square", biases="none", paired=True
    ),
    optimizer=AdamW(lr=1e-3, weight_decay=0.0),
    loss="mse",
    epochs=4_000,
    stop_val_accuracy=0.95,
)

# Seed 0 was looked at while these were planned, so it is none of them.
_SEEDS = range(1, 4)


def _shown(fractions: tuple[float, ...], **changes: bool) -> dict[str, Arm]:
    return {
        f"{fraction:.0%}": both_seeds(
            _MLP.replace(train_fraction=fraction, **changes), _SEEDS
        )
        for fraction in fractions
    }


def _goes_on(fraction: float, decay: float) -> Arm:
    """Grokked on 80% of the table, and then shown fewer rows of it."""
    grokked = both_seeds(_MLP.replace(train_fraction=0.8), _SEEDS)
    return tuple(
        first.replace(
            train_fraction=fraction, weight_decay=decay, start_from=Start(first)
        )
        for first in grokked
    )


THEORIES = {
    "efficiency": Study(
        question="How long are the weights that a rule takes, and those of a memory?",
        arms={
            **{
                f"sums, {shown}": arm
                for shown, arm in _shown((0.1, 0.3, 0.5, 0.7, 0.8, 0.9)).items()
            },
            **{
                f"shuffled, {shown}": arm
                for shown, arm in _shown(
                    (0.1, 0.2, 0.3, 0.5, 0.7, 0.9), shuffled=True
                ).items()
            },
            "sums, 70%, no decay": both_seeds(_MLP.replace(weight_decay=0.0), _SEEDS),
        },
        budget=2_000,
    ),
    "ungrokking": Study(
        question="Does a network forget a rule when it is shown fewer examples?",
        arms={
            f"{fraction:.0%}, decay {decay:g}": _goes_on(fraction, decay)
            for decay, fractions in {
                1.0: (0.1, 0.2, 0.3, 0.4, 0.5, 0.6),
                0.5: (0.2, 0.3, 0.4),
                2.0: (0.2, 0.3, 0.4),
                0.0: (0.1,),
            }.items()
            for fraction in fractions
        },
        budget=2_000,
    ),
    "output-scale": Study(
        question="Does a larger output scale make a network grok later?",
        arms={
            f"scale {scale:g}, rate {rate:g}": both_seeds(
                _SQUARES.replace(output_scale=float(scale), lr=rate), _SEEDS
            )
            for rate in (1e-3, 1e-2)
            for scale in (1, 10, 100, 1_000)
        },
        budget=4_000,
    ),
}
