"""The live recipes' networks by the hundred, as a table that ships.

A live network differs from processor to processor, so no chapter may say of *the*
network what only some have. A census says how many have it: one row a network (a weight
seed on a machine's rounding, :mod:`grokcore.rounding`), one column a statistic.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grokcore import storage
from grokcore.catalogue import CATALOGUE
from grokcore.census.base import STATISTICS, Specimen
from grokcore.experiments import Experiment
from grokcore.runs import RECORDED, Run

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FOLDER", "OWN", "POPULATIONS", "Population", "measure", "name_of", "table"]

#: Where the tables ship.
FOLDER = RECORDED / "census"

#: The name of the machine's own rounding in a table; others are "jitter 1", "AVX2", …
OWN = "own"


@dataclass(frozen=True)
class Population:
    """Which networks a census counts.

    Attributes:
        experiment: the recipe.
        seeds: of the weights; each is trained with each rounding.
        roundings: as :mod:`grokcore.rounding` numbers them; 0 is the machine's own.
    """

    experiment: Experiment
    seeds: range
    roundings: range

    def __len__(self) -> int:
        return len(self.seeds) * len(self.roundings)


#: By the recipe's name in the catalogue.
POPULATIONS = {
    "live-p113": Population(CATALOGUE["live-p113"], range(20), range(5)),
    "live-p59": Population(CATALOGUE["live-p59"], range(60), range(5)),
}


def table(name: str) -> pd.DataFrame:
    """Return the census of a recipe.

    Args:
        name: of the recipe, such as "live-p113".

    Returns:
        One row a network: seed; rounding ("own", "jitter 1", or a machine's name);
        keys, the key frequencies as a tuple; and a column for each of
        :data:`~grokcore.census.base.STATISTICS`. ``inf`` is "not within the run".

    Raises:
        ValueError: if there is no census of that name.

    >>> census = table("live-p59")
    >>> len(census) >= 300
    True
    >>> bool((census.val_accuracy > 0.99).all())
    True
    """
    import pandas as pd

    path = FOLDER / f"{name}.csv"
    if not path.exists():
        there = sorted(p.stem for p in FOLDER.glob("*.csv"))
        raise ValueError(f"there is no census of {name!r}; there are {there}")
    with storage.reading(path):
        frame = pd.read_csv(path, dtype={"keys": str}, keep_default_na=True)
        keys = frame["keys"].fillna("")
        frame["keys"] = [tuple(map(int, text.split())) for text in keys]
    # For pictures: gc.show.among(table, mine).
    frame.attrs["words"] = {s.name: s.words for s in STATISTICS.values()}
    frame.attrs["forms"] = {s.name: s.form for s in STATISTICS.values()}
    return frame


def provenance(name: str) -> dict[str, Any]:
    """Return where a census comes from: recipe, versions, machines, date."""
    return storage.read_json(FOLDER / f"{name}.json")


def name_of(experiment: Experiment) -> str | None:
    """Return the census that an experiment belongs to, whatever its seed.

    >>> name_of(CATALOGUE["live-p59"].replace(seed=7))
    'live-p59'
    """
    for name, population in POPULATIONS.items():
        if population.experiment.replace(seed=experiment.seed) == experiment:
            return name
    return None


def measure(run: Run, names: Iterable[str] | None = None) -> dict[str, float]:
    """Measure a network as the census did.

    Args:
        run: of a recipe that has a census.
        names: of the statistics; ``None`` is all of them.

    Raises:
        ValueError: if the recipe has no census, or there is no such statistic.
    """
    if name_of(run.experiment) is None:
        raise ValueError(
            f"{run.folder.name} is of no recipe that has a census; those are "
            f"{[*POPULATIONS]}, with any seed"
        )
    names = [*STATISTICS] if names is None else [*names]
    if unknown := [name for name in names if name not in STATISTICS]:
        raise ValueError(f"no statistics {unknown}; there are {[*STATISTICS]}")
    network = Specimen(run)
    return {name: float(STATISTICS[name].measure(network)) for name in names}
