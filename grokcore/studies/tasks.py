"""What is learned: tables by their difficulty, and what a split gives away.

Those of chapter 02.
"""

from grokcore.catalogue import CATALOGUE
from grokcore.models import EmbeddingMLPConfig
from grokcore.optimizers import AdamW
from grokcore.studies.base import Study, both_seeds, seeds
from grokcore.tasks import OPERATIONS

__all__ = ["TASKS"]

#: The four functions of the port to Julia, in both readings where they differ.
_FUNCTIONS = {
    "addition": {"operation": "add"},
    "subtraction": {"operation": "subtract"},
    "subtraction, truncated": {"operation": "subtract", "reading": "truncated"},
    "asymmetric": {"operation": "asymmetric"},
    "asymmetric, truncated": {"operation": "asymmetric", "reading": "truncated"},
    "a³ + ab² + b": {"operation": "x3+xy2+y"},
    "a³ + ab² + b, 95%": {"operation": "x3+xy2+y", "train_fraction": 0.95},
}

_OWN = CATALOGUE["dropout-p97"]
# The same network, with what makes it generalize.
_DECAYING = _OWN.replace(
    dropout=0.0,
    optimizer=AdamW(lr=1e-3, weight_decay=1.0),
    epochs=1_000,
    max_steps=10_000,
)

# Small tables, on which each network is one of seconds.
_SMALL = CATALOGUE["live-p59"].replace(
    epochs=1_000, schedule="constant", stop_val_accuracy=0.95, snapshots=0
)
_APART = {
    "model": EmbeddingMLPConfig(width=128, mlp_width=256),
    "optimizer": AdamW(lr=1e-2, weight_decay=1.0, betas=(0.9, 0.98), eps=1e-4),
}
_EIGHT = [name for name in OPERATIONS if name != "multiply-nonzero"]
_TABLES = _SMALL.replace(p=47, train_fraction=0.6)

_MODELS = {"transformer": {}, "MLP": _APART}
_MIRRORS = {
    f"{model}, {operation}, {mirrors}": both_seeds(
        _SMALL.replace(
            operation=operation,
            mirrors=mirrors,
            epochs=1_500,
            eval_every=10,
            **changes,
        )
    )
    for model, changes in _MODELS.items()
    for operation in ("add", "multiply", "subtract")
    for mirrors in ("apart", "together")
}

TASKS = {
    "eight-operations": Study(
        question="Which of eight tables does a transformer learn sooner?",
        arms={name: seeds(_TABLES.replace(operation=name)) for name in _EIGHT},
        budget=1_000,
    ),
    "eight-operations-mlp": Study(
        question="Which does a network that keeps a and b apart?",
        arms={
            name: seeds(_TABLES.replace(operation=name, **_APART)) for name in _EIGHT
        },
        budget=1_000,
    ),
    "mirrors": Study(
        question="Does symmetry help where no mirror image gives an answer away?",
        arms=_MIRRORS,
        budget=1_500,
    ),
    "loss-positions": Study(
        question="What does a loss at every position cost?",
        arms={
            positions: seeds(
                _SMALL.replace(
                    p=31,
                    train_fraction=0.7,
                    token_format="a ∘ b =",
                    outputs="vocabulary",
                    loss_positions=positions,
                )
            )
            for positions in ("answer", "all")
        },
        budget=1_000,
    ),
    "logarithms": Study(
        question="On which circles does a network put numbers that it multiplies?",
        arms={
            name: seeds(
                CATALOGUE["live-p59"].replace(
                    operation=name, snapshots=2, snapshot_parameters=("embed.W_E",)
                )
            )
            for name in ("multiply", "add")
        },
        budget=600,
        weights="embedding",
    ),
    "functions": Study(
        question="Which of four functions is harder, for a network with weight decay?",
        arms={
            name: seeds(_DECAYING.replace(**changes))
            for name, changes in _FUNCTIONS.items()
        },
        budget=10_000,
    ),
    "functions-dropout": Study(
        question="The same in the port's own setting, as far as 20,000 steps go?",
        arms={
            name: seeds(_OWN.replace(**changes), [0])
            for name, changes in _FUNCTIONS.items()
            if name not in ("subtraction", "asymmetric")
        },
        budget=20_000,
    ),
}
