"""Take a census: train what is missing, measure, and write the table."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from grokcore.backend import rounding
from grokcore.census.listening import Heard
from grokcore.census.populations import (
    FOLDER,
    JITTER,
    OWN,
    POPULATIONS,
    Population,
    measure,
)
from grokcore.experiments import Experiment
from grokcore.progress_bar import progress_bar
from grokcore.runs import Run, files, store

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["take"]

#: Provenance that differs from network to network.
_OF_ONE_RUN = (
    "seconds",
    "seconds_evaluating",
    "seconds_writing",
    "rounding",
    "resumed_at",
)


def take(
    name: str,
    executor: Executor | None = None,
    *,
    seeds: range | None = None,
    machine: str = "",
    into: Path = FOLDER,
    progress: bool | None = None,
) -> pd.DataFrame:
    """Train, measure and write down the networks of a census.

    Networks that the store has are loaded, so a call that was cut short goes on, and a
    new statistic costs no training. Each network is trained with one thread. Rows of
    other networks stay in the table, unless the recipe has changed.

    Args:
        name: of a population.
        executor: trains several networks side by side; its processes share the store.
        seeds: of the weights, if not all of the population's.
        machine: another machine's name, or how this one was told to calculate, such as
            "AVX2": each seed is then trained once, as the machine rounds, and the rows
            join the table under that name.
        into: the folder of the tables.
        progress: show a bar; ``None`` shows it in terminals and live kernels.

    Raises:
        ValueError: if there is no population of that name.
    """
    import pandas as pd

    if name not in POPULATIONS:
        raise ValueError(f"no population {name!r}; there are {[*POPULATIONS]}")
    population = POPULATIONS[name]
    roundings = [0] if machine else population.roundings
    jobs = [
        (name, experiment, number, machine)
        for number in roundings
        for experiment in population.experiments(seeds)
    ]
    rows = []
    with progress_bar(show=progress, total=len(jobs), desc=name, unit="run") as bar:
        for row in _rows(jobs, executor):
            rows.append(row)
            bar.update()
    provenance = rows[0].pop("provenance")
    for row in rows[1:]:
        row.pop("provenance")
    found = pd.DataFrame(rows)
    labels = [column for column in found if column not in population.statistics]
    path = into / f"{name}.csv"
    described = into / f"{name}.json"
    same = described.exists() and (
        files.read_json(described)["experiment"] == population.experiment.key
    )
    which = [c for c in ("rounding", "split", "seed") if c in found]
    if path.exists() and same:
        # Of two rows of one network the new one stays.
        found = pd.concat([pd.read_csv(path, dtype={"keys": str}), found])
        found = found.drop_duplicates(which, keep="last")
    found = found.sort_values(which, key=_in_order, kind="stable")
    found = found[[*labels, *population.statistics]]
    text = found.to_csv(index=False, float_format="%.6g", lineterminator="\n")
    files.write_text(path, text)
    _write_provenance(described, population.experiment, provenance, machine, same)
    return found.reset_index(drop=True)


def _in_order(column: pd.Series) -> pd.Series:
    """The machine's own rounding first, then jitters, then machines."""
    if column.name != "rounding":
        return column
    return column.map(lambda text: (text != OWN, not text.startswith(JITTER), text))


def _rows(jobs: list[tuple], executor: Executor | None) -> Iterator[dict]:
    if executor is None:
        yield from (_row(*job) for job in jobs)
        return
    for future in as_completed([executor.submit(_row, *job) for job in jobs]):
        yield future.result()


def _row(name: str, experiment: Experiment, number: int, machine: str) -> dict:
    """Train one network, or load it, and measure it."""
    population = POPULATIONS[name]
    threads = torch.get_num_threads()
    if not machine:
        torch.set_num_threads(1)
    try:
        with rounding.use(number):
            # What a machine is called is known to nobody else: a store of its own.
            root = store() / machine.replace(" ", "-") if machine else None
            found = population.train(experiment, progress=False, root=root)
            label = machine or (f"{JITTER} {number}" if number else OWN)
            return _measured(population, found, label)
    finally:
        torch.set_num_threads(threads)


def _measured(population: Population, found: Run | Heard, label: str) -> dict:
    first = {"seed": found.experiment.seed, "rounding": label}
    if population.splits is not None:
        first = {"split": found.experiment.task.split_seed} | first
    first |= population.look(found).labels
    where = {k: v for k, v in found.provenance.items() if k not in _OF_ONE_RUN}
    return {**first, **measure(found), "provenance": where}


def _write_provenance(
    path: Path, experiment: Experiment, provenance: dict, machine: str, same: bool
) -> None:
    content = files.read_json(path) if same else {}
    content["experiment"] = experiment.key
    content.setdefault("machines", {})[machine or OWN] = provenance
    files.write_json(path, content)
