"""Landscape, norms and numerics (chapter 10)."""

from grokcore.catalogue import CATALOGUE
from grokcore.experiments import Experiment
from grokcore.filters import FixedNorm
from grokcore.models import EmbeddingMLPConfig
from grokcore.optimizers import AdamW
from grokcore.studies.base import Arm, Study, both_seeds
from grokcore.tasks import ModularTask

__all__ = ["LENGTHS", "NUMERICS", "PACE", "held"]

# Prieto et al.'s network, smaller: one-hot numbers, two hidden layers, no biases. All
# weights twice as long make each logit eight times as large, and nothing else.
_NETWORK = Experiment(
    task=ModularTask("add", p=31, train_fraction=0.8),
    model=EmbeddingMLPConfig(width=None, mlp_width=48, layers=2, biases="none"),
    optimizer=AdamW(lr=1e-2, weight_decay=1.0, eps=1e-4),
    epochs=1_500,
    schedule="linear",
    eval_every=20,
)

#: Steps after which those that did not grok have the training loss of those that did.
_NO_DECAY_STEPS = (123, 119, 125)
_NO_RULE_STEPS = (459, 441, 458)


def _ended(experiment: Experiment, steps: tuple[int, ...]) -> Arm:
    """Both seeds, each for steps of its own."""
    arm = both_seeds(experiment.replace(schedule="constant"))
    return tuple(e.replace(max_steps=n) for e, n in zip(arm, steps, strict=True))


#: Lengths at which weights are held, as multiples of the initial one.
LENGTHS = (1, 4, 6, 8)

#: Learning rate, where the weights have their initial length.
PACE = 1e-2


def held(length: float, pace: float = PACE) -> Experiment:
    """The network, its weights held at a length, each step as long beside them.

    Where weights are ``length`` times as long, so is the learning rate. What is left to
    differ are the logits, by the third power.
    """
    return _NETWORK.replace(
        lr=pace * length,
        weight_decay=0.0,
        eps=1e-8,
        projection=FixedNorm(share=float(length)),
        schedule="constant",
        epochs=3_000,
        eval_every=10,
        stop_val_accuracy=0.95,
    )


# Adam's second beta and its eps are those of Prieto et al.'s code.
_PRECISE = _NETWORK.replace(
    optimizer=AdamW(lr=1e-2, weight_decay=0.0, betas=(0.9, 0.999), eps=1e-25),
    epochs=60_000,
    schedule="constant",
    eval_every=2_000,
    stop_val_accuracy=0.95,
)

_WATCHED = {"eval_every": 10, "snapshots": tuple(range(0, 601, 10))}

NUMERICS = {
    "landscapes": Study(
        question="Is the loss rougher around a network that has grokked?",
        arms={
            "grokked": both_seeds(_NETWORK),
            "no decay": _ended(_NETWORK.replace(weight_decay=0.0), _NO_DECAY_STEPS),
            "no rule": _ended(
                _NETWORK.replace(weight_decay=0.5, shuffled=True), _NO_RULE_STEPS
            ),
        },
        budget=1_500,
        weights="specimen",
    ),
    "held": Study(
        question="Does a network grok whose weights are held at one length?",
        arms={f"length × {n}": both_seeds(held(n)) for n in LENGTHS}
        | {"length × 4, a third of the pace": both_seeds(held(4, PACE / 3))},
        budget=3_000,
    ),
    "attention-norms": Study(
        question="Do attention weights grow when validation improves?",
        arms={
            "calm": both_seeds(CATALOGUE["live-p59"].replace(**_WATCHED)),
            "slipping": both_seeds(
                CATALOGUE["slipping-p113"].replace(
                    p=59, train_fraction=0.5, epochs=600, **_WATCHED
                )
            ),
            # A tenth of the rate, as published.
            "slow": both_seeds(
                CATALOGUE["nanda-p113"].replace(
                    p=59,
                    train_fraction=0.5,
                    epochs=6_000,
                    eval_every=50,
                    snapshots=tuple(range(0, 6_001, 50)),
                )
            ),
        },
        budget=6_000,
        weights="norms",
    ),
    "precision": Study(
        question="Without decay, is it rounding that keeps a network from grokking?",
        arms={
            loss: both_seeds(_PRECISE.replace(loss=loss))
            for loss in (
                "stablemax",
                "stablemax_float32",
                "cross_entropy",
                "cross_entropy_float32",
            )
        }
        # As long as in a figure of Prieto et al.
        | {
            f"{loss}, longer": both_seeds(
                _PRECISE.replace(loss=loss, epochs=100_000, eval_every=4_000)
            )
            for loss in ("stablemax", "stablemax_float32")
        },
        budget=100_000,
    ),
}
