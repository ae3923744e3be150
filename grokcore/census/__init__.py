"""The census: what holds of a live network, whatever machine trained it.

>>> from grokcore import census
>>> population = census.table("live-p59")
>>> bool((population.val_95 > population.train_95).all())
True
"""

from grokcore.census import (  # noqa: F401 (they fill the registry)
    circles,
    course,
    frequencies,
    proof,
    waves,
)
from grokcore.census.base import STATISTICS, Specimen, Statistic, statistic
from grokcore.census.populations import (
    OWN,
    POPULATIONS,
    Population,
    measure,
    name_of,
    provenance,
    table,
)

__all__ = [
    "OWN",
    "POPULATIONS",
    "STATISTICS",
    "Population",
    "Specimen",
    "Statistic",
    "measure",
    "name_of",
    "provenance",
    "statistic",
    "table",
]
