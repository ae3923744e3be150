"""The network of the chapters, and what becomes of it (chapters 01, 03, 04, 06)."""

from grokcore.catalogue import CATALOGUE
from grokcore.studies.base import Study, seeds

__all__ = ["LIVE", "ORDERED"]

_LIVE, _SMALL = CATALOGUE["live-p113"], CATALOGUE["live-p59"]
_BARE = _LIVE.replace(snapshots=0)

#: Of 1,000 splits, the one whose training cells lean most to a frequency (chapter 04).
ORDERED = {1: 233, 7: 631, 13: 65, 20: 67, 26: 983, 29: 107}

#: Adam's eps in the study of slips, over eight decades.
EPSILONS = (1e-11, 1e-9, 1e-7, 1e-5, 1e-3)

# Long enough to have found its frequencies, and looked at a few times on the way.
_WIDTHS = _SMALL.replace(snapshots=12, snapshot_parameters=("embed.W_E",))

# Every moment of the recipe's own once a circle may be there, a few of those before.
_MOMENTS = (0, 2, 4, 8, 13, 20, 30, 46, 57, 71, 88, 109, 135, 167, 207, 256, 316, 392)
_MOMENTS += (485, 600)

LIVE = {
    "live": Study(
        question="What do the live recipe's networks look like inside?",
        arms={"live-p113": seeds(_LIVE, range(5))},
        budget=900,
        weights="generalized",
    ),
    "fractions": Study(
        question="How does the delay depend on how much of the table is shown?",
        arms={
            # With less data it takes longer, so the rate begins to fall later.
            "20%": seeds(_BARE.replace(train_fraction=0.2, epochs=2_000)),
            "30%": seeds(_BARE),
            "50%": seeds(_BARE.replace(train_fraction=0.5)),
        },
        budget=2_000,
    ),
    "decay": Study(
        question="What becomes of the network of the chapters without weight decay?",
        arms={
            "weight decay 0.9": seeds(_BARE),
            "no weight decay": seeds(_BARE.replace(weight_decay=0.0)),
        },
        budget=900,
    ),
    "slips": Study(
        question="What makes a network forget, for a while, what it had learned?",
        arms={
            # The live recipe's momentum, and Adam's usual one.
            **{
                f"momentum {beta}, eps {eps:.0e}": seeds(
                    _BARE.replace(eps=eps, betas=(beta, 0.98))
                )
                for beta in (0.95, 0.9)
                for eps in EPSILONS
            },
            "live-p113": seeds(_BARE),
            "slipping-p113": seeds(CATALOGUE["slipping-p113"].replace(snapshots=0)),
        },
        budget=1_500,
    ),
    "circles": Study(
        question="When does the circle come, and for whom?",
        arms={"live-p59": seeds(_SMALL.replace(snapshots=_MOMENTS), range(10))},
        budget=600,
        weights="specimen",
    ),
    "widths": Study(
        question="Is the final circle clearer at the start, the wider the network?",
        arms={
            **{
                f"width {width}": seeds(_WIDTHS.replace(width=width), range(5))
                for width in (32, 64, 128, 256)
            },
            "width 256, half the rate": seeds(_WIDTHS.replace(width=256, lr=5e-3)),
        },
        budget=600,
        weights="embedding",
    ),
    "ordered": Study(
        question="Can one order a key frequency by choosing the training cells?",
        arms={
            f"k = {k}, split {split}": seeds(
                _SMALL.replace(
                    split_seed=split, snapshots=0, snapshot_parameters=("embed.W_E",)
                )
            )
            for k, split in ORDERED.items()
        },
        budget=600,
        weights="embedding",
    ),
}
