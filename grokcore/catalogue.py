"""The recipes: experiments with a name, as in ``grokcore train nanda-p113``."""

from grokcore.experiments import Experiment
from grokcore.filters import GrokfastEMA, GrokfastMA
from grokcore.models import EmbeddingMLPConfig, TransformerConfig
from grokcore.optimizers import Adam, AdamW
from grokcore.tasks import ModularTask

__all__ = ["CATALOGUE"]

# The first recipe of this course. It slips, where and how deep hangs on rounding; what
# was recorded with it keeps it.
_SLIPPING = Experiment(
    task=ModularTask("add", p=113, train_fraction=0.3, split_seed=598),
    model=TransformerConfig(layers=1, width=128, heads=4),
    optimizer=AdamW(lr=1e-2, weight_decay=1.0),
    epochs=1_500,
    snapshots=64,
)

# Adam slips where it divides by a root of nearly 0: eps is what it adds to that. A
# longer momentum damps what is left, and a falling rate lets the end come to rest.
_LIVE = _SLIPPING.replace(
    optimizer=AdamW(lr=1e-2, weight_decay=0.9, betas=(0.95, 0.98), eps=7e-5),
    epochs=900,
    schedule="linear",
    fall_from=0.85,
)

# Lee et al. (2024), arXiv:2405.20233, as their code has it, without a filter.
_GROKFAST = Experiment(
    task=ModularTask(
        "multiply-nonzero",
        p=97,
        train_fraction=0.5,
        split_seed=0,
        token_format="a ∘ b =",
    ),
    model=TransformerConfig(
        layers=2,
        norm="stream",
        activation="gelu",
        biases="blocks",
        outputs="vocabulary",
        init="pytorch",
    ),
    optimizer=Adam(lr=1e-3, weight_decay=0.0),
    loss="cross_entropy_float32",
    batch_size=512,
    warmup=10,
    epochs=5_000,  # of 10 steps
    eval_every=10,
    stop_val_accuracy=0.95,
    epochs_after_stop=100,
)

#: Experiments by name; :meth:`~grokcore.experiments.Experiment.replace` changes one.
CATALOGUE: dict[str, Experiment] = {
    # The recipe of the chapters: the whole story in less than a minute on a laptop.
    "live-p113": _LIVE,
    "live-p59": _LIVE.replace(p=59, train_fraction=0.5, weight_decay=0.8, epochs=600),
    # What that looked like before it was calm, and what the races are run with.
    "slipping-p113": _SLIPPING,
    # The fastest recipe known here that stays generalized, for the speed tables.
    "fast-p113": _SLIPPING.replace(
        lr=7e-3,
        weight_decay=3.0,
        precision="bfloat16",
        epochs=600,
        eval_every=10,
        stop_val_accuracy=0.99,
        epochs_after_stop=200,
        snapshots=0,
    ),
    # The record of the speedrun: no attention at all, and a third of the rows a step.
    "speedrun-mlp": _SLIPPING.replace(
        model=EmbeddingMLPConfig(width=256, mlp_width=128),
        optimizer=AdamW(lr=3e-2, weight_decay=2.0, betas=(0.8, 0.98)),
        loss="cross_entropy_float32",
        precision="bfloat16",
        batch_size=1_277,
        epochs=250,
        eval_every=5,
        stop_val_accuracy=0.99,
        epochs_after_stop=70,
        snapshots=0,
    ),
    # O. Kitouni's blog post (2022), "Simple grokking", with the weight decay of its
    # first picture, and with a loss in double precision.
    "mlp-p53": Experiment(
        task=ModularTask("add", p=53, train_fraction=0.6),
        model=EmbeddingMLPConfig(width=128, mlp_width=128),
        optimizer=AdamW(lr=3e-2, weight_decay=0.03, betas=(0.9, 0.999)),
        epochs=10_000,
        stop_val_accuracy=0.99,
        epochs_after_stop=200,
    ),
    # Nanda et al. (2023), arXiv:2301.05217, their demo's sizes and optimizer.
    "nanda-p113": _SLIPPING.replace(
        lr=1e-3,
        epochs=18_000,
        seed=999,
        biases="none",
        eval_every=50,
        snapshots=(10, 20, 50, 100, *range(0, 18_001, 180)),
    ),
    # Grokfast in its own setting: no filter, and the two that its paper compares.
    "grokfast-none": _GROKFAST,
    "grokfast-ma": _GROKFAST.replace(
        filter=GrokfastMA(window=100, lamb=5.0),
        weight_decay=0.01,
        epochs=400,
        eval_every=5,
    ),
    "grokfast-ema": _GROKFAST.replace(
        filter=GrokfastEMA(alpha=0.98, lamb=2.0),
        weight_decay=0.005,
        epochs=400,
        eval_every=5,
    ),
    # A small relative of that last one, to be listened to (chapter 11).
    "grokfast-p59": _GROKFAST.replace(
        p=59,
        filter=GrokfastEMA(alpha=0.98, lamb=2.0),
        weight_decay=0.005,
        epochs=625,
        eval_every=5,
        epochs_after_stop=10,
    ),
    # F. Chen et al.'s two-layer transformer for addition; their text names neither norm
    # nor activation, which are Grokfast's here.
    "addition-p97": _GROKFAST.replace(
        operation="add",
        norm="pre",
        outputs="numbers",
        optimizer=AdamW(lr=1e-3, weight_decay=0.05),
        loss="cross_entropy",
        batch_size=256,
        warmup=0,
        epochs=1_000,  # of 19 steps
        max_steps=8_000,
        eval_every=3,
        stop_val_accuracy=0.99,
        epochs_after_stop=30,
    ),
    # The port of these experiments to Julia: no weight decay, by its library's default.
    "dropout-p97": _GROKFAST.replace(
        operation="add",
        norm="pre",
        dropout=0.1,
        optimizer=AdamW(lr=3e-4, weight_decay=0.0, betas=(0.9, 0.999)),
        loss="cross_entropy",
        warmup=0,
        epochs=2_000,  # of 10 steps
        max_steps=20_000,
        eval_every=10,
        stop_val_accuracy=0.99,
        epochs_after_stop=0,
    ),
}
