"""Networks of a recipe by the hundred, as a table that ships.

A live network differs from processor to processor, so no chapter may say of *the*
network what only some have. A census says how many have it: one row a network (a weight
seed on a machine's rounding, :mod:`grokcore.backend.rounding`), one column a statistic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from grokcore.catalogue import CATALOGUE
from grokcore.census import gradients
from grokcore.census.base import STATISTICS, Specimen, Statistic
from grokcore.census.listening import Heard, listen
from grokcore.experiments import Experiment
from grokcore.runs import RECORDED, Run, files, run

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "FOLDER",
    "JITTER",
    "OWN",
    "POPULATIONS",
    "Population",
    "measure",
    "name_of",
    "provenance",
    "table",
]

#: Where the tables ship.
FOLDER = RECORDED / "census"

#: Roundings in a table: the machine's own; jitters, with their numbers; then there are
#: names of machines, such as "AVX2".
OWN, JITTER = "own", "jitter"


@dataclass(frozen=True)
class Population:
    """Which networks a census counts, and what of them.

    Attributes:
        experiment: the recipe.
        seeds: of the weights; each is trained with each rounding.
        roundings: as :mod:`grokcore.backend.rounding` numbers them; 0 is the
            machine's own.
        splits: seeds of the split into shown and unseen cells; ``None`` is the one of
            the recipe. Every seed is trained with every split.
        statistics: what is measured, by name: the columns of the table.
        train: what trains a network; takes an experiment, ``root`` and ``progress``.
        look: makes what the statistics measure of what ``train`` returns. It has
            ``labels``, texts that join the row.
    """

    experiment: Experiment
    seeds: range
    roundings: range
    splits: range | None = None
    statistics: Mapping[str, Statistic] = field(default_factory=lambda: STATISTICS)
    # By factories: a function that is a default would be taken for a method.
    train: Callable[..., Run | Heard] = field(default_factory=lambda: run)
    look: Callable[[Any], Any] = field(default_factory=lambda: Specimen)

    def experiments(self, seeds: range | None = None) -> list[Experiment]:
        """Return each seed with each split.

        Args:
            seeds: of the weights; those of the population by default.
        """
        each = [self.experiment]
        if self.splits is not None:
            each = [self.experiment.replace(split_seed=split) for split in self.splits]
        return [e.replace(seed=seed) for e in each for seed in seeds or self.seeds]


# The live recipe before its learning rate falls, and the same without weight decay:
# what a gradient sounds like that has seen all examples.
_WHOLE = CATALOGUE["live-p59"].replace(
    epochs=384, schedule="constant", snapshots=0, eval_every=10
)


def _listened(experiment: Experiment, statistics: Mapping[str, Statistic]):
    return Population(
        experiment,
        seeds=range(5),
        roundings=range(2),
        statistics=statistics,
        train=listen,
        look=gradients.Sound,
    )


# The MLP, with a weight decay at which it hardly waits: when it gets where.
_WHEN = {
    name: STATISTICS[name]
    for name in ("train_95", "val_95", "times_as_long", "val_accuracy")
}


def _crossed(name: str, each: int) -> Population:
    """Cross so many splits with as many seeds; when, and with which key frequencies."""
    return Population(
        CATALOGUE[name].replace(snapshots=0),
        seeds=range(each),
        roundings=range(1),
        splits=range(each),
        statistics=_WHEN,
    )


#: By name, which is the recipe's in the catalogue if it has one there.
POPULATIONS = {
    "live-p113": Population(CATALOGUE["live-p113"], range(20), range(5)),
    "live-p59": Population(CATALOGUE["live-p59"], range(60), range(5)),
    "grokfast-p59": _listened(CATALOGUE["grokfast-p59"], gradients.BATCHES),
    "all-examples-p59": _listened(_WHOLE, gradients.WHOLE),
    "no-decay-p59": _listened(_WHOLE.replace(weight_decay=0.0), gradients.WHOLE),
    "mlp-p53-decay-5": Population(
        CATALOGUE["mlp-p53"].replace(weight_decay=5.0, epochs=1_000),
        range(20),
        range(2),
        statistics=_WHEN,
    ),
    # Who picks the frequencies, the split or the start: each with each.
    "crossed-p59": _crossed("live-p59", 20),
    "crossed-p113": _crossed("live-p113", 8),
}


def table(name: str, *, machines: bool = False) -> pd.DataFrame:
    """Return the census of a recipe.

    Args:
        name: of the population, such as "live-p113".
        machines: also give the networks of other real machines, or of this one told to
            calculate otherwise: the few that show that a jitter is like them.

    Returns:
        One row a network: split, where it differs; seed; rounding ("own", "jitter 1",
        or a machine's name); keys, the key frequencies as a tuple, where the census
        looks at weights; and a column for each of its statistics. ``inf`` is "not
        within the run".

    Raises:
        ValueError: if there is no census of that name.

    >>> census = table("live-p59")
    >>> len(census)
    300
    >>> bool((census.val_accuracy > 0.99).all())
    True
    """
    import pandas as pd

    path = FOLDER / f"{name}.csv"
    if not path.exists():
        there = sorted(p.stem for p in FOLDER.glob("*.csv"))
        raise ValueError(f"there is no census of {name!r}; there are {there}")
    with files.reading(path):
        frame = pd.read_csv(path, dtype={"keys": str})
        if "keys" in frame:
            keys = frame["keys"].fillna("")
            frame["keys"] = [tuple(map(int, text.split())) for text in keys]
    if not machines:
        population = frame["rounding"].str.match(f"{OWN}$|{JITTER}")
        frame = frame[population].reset_index(drop=True)
    # For pictures: gc.show.among(table, mine).
    statistics = POPULATIONS[name].statistics.values()
    frame.attrs["words"] = {s.name: s.words for s in statistics}
    frame.attrs["forms"] = {s.name: s.form for s in statistics}
    return frame


def provenance(name: str) -> dict[str, Any]:
    """Return where a census comes from: recipe, versions, machines, date."""
    return files.read_json(FOLDER / f"{name}.json")


def name_of(experiment: Experiment) -> str | None:
    """Return the census that an experiment belongs to, whatever its seeds.

    >>> name_of(CATALOGUE["live-p59"].replace(seed=7))
    'live-p59'
    """
    for name, population in POPULATIONS.items():
        same = population.experiment.replace(seed=experiment.seed)
        if population.splits is not None:
            same = same.replace(split_seed=experiment.task.split_seed)
        if same == experiment:
            return name
    return None


def measure(
    network: Run | Heard, names: Iterable[str] | None = None
) -> dict[str, float]:
    """Measure a network as its census did.

    Args:
        network: of a recipe that has a census; one that was listened to, if the census
            listens.
        names: of the statistics; ``None`` is all of them.

    Raises:
        ValueError: if the recipe has no census, or there is no such statistic.
    """
    name = name_of(network.experiment)
    if name is None:
        raise ValueError(
            f"{network.experiment.name} is of no recipe that has a census; those are "
            f"{[*POPULATIONS]}, with any seed"
        )
    population = POPULATIONS[name]
    statistics = population.statistics
    names = [*statistics] if names is None else [*names]
    if unknown := [name for name in names if name not in statistics]:
        raise ValueError(f"no statistics {unknown}; there are {[*statistics]}")
    seen = population.look(network)
    return {name: float(statistics[name].measure(seen)) for name in names}
