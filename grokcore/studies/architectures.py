"""Other architectures, and digits (chapter 09)."""

from grokcore.catalogue import CATALOGUE
from grokcore.experiments import Experiment
from grokcore.models import EmbeddingMLPConfig, ImageMLPConfig, LSTMConfig
from grokcore.optimizers import AdamW
from grokcore.studies.base import Arm, Study, both_seeds, seeds
from grokcore.tasks import DigitsTask, ModularTask

__all__ = ["ARCHITECTURES", "CURES", "SCALES"]

# F. Chen et al.'s setting, with the sizes they give: two hidden layers of 512.
_ADDITION = CATALOGUE["addition-p97"].replace(max_steps=None)
# At 1,500 epochs an MLP is still below chance, and at 1,000 an LSTM at a third.
_LONG = _ADDITION.replace(epochs=4_000)

# Small ones of each kind. Weight decay 1 and an eps of 1e-4 let them generalize within
# seconds and without slips; a falling rate lets them end without mistakes.
_SMALL = Experiment(
    task=ModularTask("add", p=31, train_fraction=0.7),
    model=EmbeddingMLPConfig(width=64, layers=2, mlp_width=128),
    optimizer=AdamW(lr=1e-2, weight_decay=1.0, betas=(0.9, 0.98), eps=1e-4),
    epochs=900,
    schedule="linear",
    eval_every=10,
)
_TRANSFORMER = CATALOGUE["live-p59"].replace(
    p=31, train_fraction=0.7, width=64, snapshots=0, eval_every=10
)

# Squares over one-hot numbers: no weight decay, no biases, squared error.
_SQUARES = Experiment(
    task=ModularTask("add", p=31, train_fraction=0.6),
    model=EmbeddingMLPConfig(
        width=None, mlp_width=256, activation="square", biases="none"
    ),
    optimizer=AdamW(lr=1e-2, weight_decay=0.0),
    loss="mse",
    epochs=4_000,
)

_LOSSES = {"cross-entropy": "cross_entropy", "squared error": "mse"}

#: What its initial weights are multiplied with.
SCALES = (0.25, 0.5, 0.7, 1.0, 1.4, 2.0, 3.0)

# Omnigrok's digits, with 5,000 images instead of 60,000; and with thirty times its
# weight decay, which takes seconds.
_DIGITS = Experiment(
    task=DigitsTask(),
    model=ImageMLPConfig(),
    optimizer=AdamW(lr=1e-3, weight_decay=0.01, betas=(0.9, 0.999)),
    loss="mse",
    init_scale=8.0,
    batch_size=200,
    epochs=10_000,  # of 5 steps
)
_QUICK = _DIGITS.replace(weight_decay=0.3, epochs=1_000)

#: What may take the delay away, each alone.
CURES = {
    "cross-entropy": {"loss": "cross_entropy"},
    "weights × 1": {"init_scale": 1.0},
    "rotation": {"augmentation": "rotation"},
    "blur": {"augmentation": "blur"},
    "rotation and blur": {"augmentation": "rotation and blur"},
}


def _cured(experiment: Experiment, **change) -> Arm:
    """Until validation accuracy is 80%, and a little on."""
    return both_seeds(
        experiment.replace(stop_val_accuracy=0.8, epochs_after_stop=100, **change)
    )


ARCHITECTURES = {
    "architectures": Study(
        question="Do an MLP and an LSTM grok in F. Chen et al.'s setting?",
        arms={
            "transformer": both_seeds(_ADDITION),
            "MLP": both_seeds(
                _LONG.replace(model=EmbeddingMLPConfig(layers=2, mlp_width=512))
            ),
            "LSTM": both_seeds(
                _LONG.replace(model=LSTMConfig(layers=2, hidden_width=512))
            ),
        },
        budget=76_000,
    ),
    "small-architectures": Study(
        question="Do a transformer, an MLP and an LSTM add by the same waves?",
        arms={
            "transformer": both_seeds(_TRANSFORMER),
            "MLP": both_seeds(_SMALL),
            "LSTM": both_seeds(
                _SMALL.replace(model=LSTMConfig(width=64, hidden_width=64))
            ),
        },
        budget=900,
        weights="specimen",
    ),
    "speedrun-inside": Study(
        question="By which waves does the record of the speedrun add?",
        arms={"record": seeds(CATALOGUE["speedrun-mlp"])},
        budget=750,
        weights="specimen",
    ),
    "squares": Study(
        question="Does a network of squares find the solution that is known?",
        arms={
            "decay 1": both_seeds(_SQUARES.replace(weight_decay=1.0)),
            "weights × 1": both_seeds(_SQUARES, range(5)),
        },
        budget=4_000,
        weights="specimen",
    ),
    "squares-scales": Study(
        question="Without weight decay, what do larger initial weights do?",
        arms={
            f"weights × {scale:g}": both_seeds(
                _SQUARES.replace(init_scale=scale), range(5)
            )
            for scale in SCALES
            if scale != 1.0
        },
        budget=4_000,
    ),
    "frequencies": Study(
        question="Is it the loss, or the missing embedding, that keeps all of them?",
        arms={
            "one-hot, cross-entropy": both_seeds(
                _SQUARES.replace(weight_decay=1.0, loss="cross_entropy"), range(5)
            ),
            "an embedding, squared error": both_seeds(
                _SMALL.replace(loss="mse"), range(5)
            ),
        },
        budget=4_000,
        weights="embedding",
    ),
    # With "frequencies", "small-architectures" and "squares": each kind of layers, with
    # and without an embedding, with each loss.
    "frequencies-exchanged": Study(
        question="Or is it squares for ReLUs, and one layer for two?",
        arms={
            f"{name}, {loss}": both_seeds(
                base.replace(loss=_LOSSES[loss], snapshots=2), range(5)
            )
            for name, base in {
                "one-hot, two layers of ReLUs": _SMALL.replace(width=None),
                "an embedding, squares": _SQUARES.replace(width=64, weight_decay=1.0),
            }.items()
            for loss in _LOSSES
        },
        budget=4_000,
        weights="embedding",
    ),
    "digits": Study(
        question="Does an MLP grok 1,000 images of digits, and what takes that away?",
        arms={"squared error, weights × 8": both_seeds(_DIGITS)}
        | {name: _cured(_DIGITS, **change) for name, change in CURES.items()},
        budget=50_000,
    ),
    "digits-quick": Study(
        question="The same with thirty times the weight decay?",
        arms={"squared error, weights × 8": both_seeds(_QUICK, range(5))}
        | {name: _cured(_QUICK, **change) for name, change in CURES.items()},
        budget=5_000,
    ),
}
