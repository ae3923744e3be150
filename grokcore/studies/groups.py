"""Beyond sums: tables of groups, and tables that were (chapter 14)."""

from __future__ import annotations

from grokcore.experiments import Experiment
from grokcore.models import EmbeddingMLPConfig
from grokcore.optimizers import AdamW
from grokcore.studies.base import Study, seeds
from grokcore.tasks import GroupTask

__all__ = ["GROUPS", "KINDS"]

# Half of the products in S5 are shown. A weight decay of 3 lets an MLP find the rule
# within seconds; with 1 it takes many times as long.
_S5 = Experiment(
    task=GroupTask("S5", train_fraction=0.5),
    model=EmbeddingMLPConfig(width=256, mlp_width=128),
    optimizer=AdamW(lr=1e-2, weight_decay=3.0, eps=1e-4),
    loss="cross_entropy_float32",
    epochs=1_000,
    eval_every=10,
)
# When it is looked inside: often while it learns.
_LOOKS = (0, 100, *range(150, 601, 50), 700, 800, 1_000)
_UNTIL_IT_HAS_IT = _S5.replace(stop_val_accuracy=0.99)

#: Other groups of 120 elements, from the plainest on.
KINDS = ("C120", "D60", "S4 x C5", "A5 x C2", "S5")

GROUPS = {
    "groups": Study(
        question="Does a network learn the group S5, and by irreps or by cosets?",
        arms={
            "S5": seeds(_S5.replace(snapshots=_LOOKS), range(10, 15)),
            # As the chapter trains it, a little longer.
            "S5, five more": seeds(_S5.replace(epochs=1_200), range(5)),
        },
        budget=1_200,
        weights="inside",
    ),
    "group-controls": Study(
        question="Is it the group that is learned, or any table of that kind?",
        arms={
            "new names": seeds(
                _UNTIL_IT_HAS_IT.replace(scramble="names"), range(10, 13)
            ),
            "another Latin square": seeds(
                _S5.replace(scramble="square"), range(10, 13)
            ),
            "answers dealt anew": seeds(_S5.replace(scramble="answers"), range(10, 13)),
        },
        budget=1_000,
    ),
    "group-kinds": Study(
        question="Which groups of 120 elements are learned soonest?",
        arms={
            name: seeds(_UNTIL_IT_HAS_IT.replace(group=name), range(10, 13))
            for name in KINDS
        },
        budget=1_000,
    ),
}
