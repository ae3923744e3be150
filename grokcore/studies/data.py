"""How much data, and how large a batch (chapter 08)."""

from grokcore.catalogue import CATALOGUE
from grokcore.studies.base import Study, both_seeds

__all__ = ["DATA"]

_ADDITION = CATALOGUE["addition-p97"]

DATA = {
    "addition-fractions": Study(
        question="How does the delay of F. Chen et al.'s network depend on the data?",
        arms={
            f"{fraction:.0%}": both_seeds(_ADDITION.replace(train_fraction=fraction))
            for fraction in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
        },
        budget=8_000,
    ),
}
