"""Runs that ship with the package: made small, and compared with a new training."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import torch

from grokcore.analysis.delay import GrokkingDelay
from grokcore.catalogue import CATALOGUE
from grokcore.experiments import Experiment
from grokcore.runs import (
    RECORDED,
    SHIPPED,
    Run,
    files,
    inside,
    load,
    run,
    store,
    stored,
)
from grokcore.runs.files import StoreError
from grokcore.runs.measured import (
    NORMS_FILE,
    PROGRESS_FILE,
    measurable,
    measure,
    measure_norms,
)
from grokcore.studies import STUDIES, Study

__all__ = [
    "Reproduction",
    "compare",
    "named",
    "record",
    "record_study",
    "reproduce",
    "ship",
    "strays",
]


def record(
    name: str,
    *,
    whole: Iterable[int],
    parameters: tuple[str, ...] = ("embed.W_E",),
    into: Path = RECORDED,
) -> Run:
    """Copy a finished run of the catalogue into the package, thinned out.

    Weights are stored in float16. The history and the provenance stay as they are.
    Where the task has key directions, progress is measured on all snapshots, before
    most of their weights are left out.

    Args:
        name: of the experiment in the catalogue.
        whole: steps whose weights are kept whole.
        parameters: what is kept of all other snapshots.
        into: the folder of recorded runs.

    Raises:
        ValueError: if the store has no finished run of it, or not those snapshots.
    """
    source = named(name).stored()
    if source is None or source.status != "finished":
        raise ValueError(f"{name!r} is not trained yet: grokcore train {name}")
    whole = {*whole, source.snapshots[-1]}
    measured = measurable(source.experiment.task)
    return ship(source, into / name, whole, parameters, measured=measured)


def ship(
    source: Run,
    target: Path,
    whole: Iterable[int] = (),
    parameters: tuple[str, ...] = (),
    *,
    measured: bool = False,
) -> Run:
    """Copy a run into a folder, thinned out; without options its history alone.

    Args:
        source: the run.
        target: the folder, which is deleted first if it is there.
        whole: steps whose weights are kept whole.
        parameters: what is kept of all other snapshots.
        measured: keep what :func:`grokcore.runs.measured.measure` finds on all
            snapshots.

    Raises:
        ValueError: if the run has no snapshots at those steps.
    """
    whole = set(whole)
    if missing := whole - set(source.snapshots):
        raise ValueError(f"no snapshots at {missing}; there are {source.snapshots}")
    shutil.rmtree(target, ignore_errors=True)
    for step in source.snapshots if parameters else sorted(whole):
        weights = source.weights(step)
        kept = weights if step in whole else {n: weights[n] for n in parameters}
        files.write_tensors(
            target / "snapshots" / f"{step}.safetensors",
            {n: t.to(torch.float16) for n, t in kept.items()},
        )
    if measured:
        files.write_table(target / PROGRESS_FILE, measure(source))
    target.mkdir(parents=True, exist_ok=True)
    # A thousand of these ship: packed, and without spaces, they take two thirds of the
    # room.
    table = files.read_table(source.folder / "history.npz")
    files.write_table(target / "history.npz", table, packed=True)
    described = files.read_json(source.folder / "experiment.json")
    provenance = described["provenance"]
    # One machine that was never cut short stands in the provenance already.
    if len(provenance.get("machines", ())) == 1 and not provenance.get("resumed_at"):
        described["provenance"] = {
            name: value
            for name, value in provenance.items()
            if name not in ("machines", "resumed_at")
        }
    files.write_json(target / "experiment.json", described, indent=None)
    return Run(target)


def record_study(study: Study, into: Path = SHIPPED) -> list[Experiment]:
    """Copy what the store has of a study's runs into the package.

    Their histories, and the weights that the study says.

    Args:
        study: of :data:`grokcore.studies.STUDIES`.
        into: the folder of the studies' runs.

    Returns:
        Experiments that are not trained to their end yet.

    Raises:
        ValueError: if a run never generalized whose generalized weights should ship,
            or does so no more in float16.
    """
    unfinished = []
    for experiment in study.experiments:
        source, target = stored(experiment), into / experiment.name
        if source is None or source.status == "interrupted":
            unfinished.append(experiment)
        else:
            _SHIP[study.weights](source, target)
    return unfinished


def _norms(source: Run, target: Path) -> None:
    ship(source, target)
    files.write_table(target / NORMS_FILE, measure_norms(source), packed=True)


def _generalized(source: Run, target: Path) -> None:
    shipped = ship(source, target, {source.last_generalized()}, measured=True)
    shipped.last_generalized()  # in float16, too


def _embedding(source: Run, target: Path) -> None:
    ship(source, target, parameters=("embed.W_E",))


def _specimen(source: Run, target: Path) -> None:
    ship(source, target, {source.snapshots[-1]}, parameters=("embed.W_E",))


def _inside(source: Run, target: Path) -> None:
    inside.keep(inside.measure(source), ship(source, target))


#: How a run of a study is shipped, by what the study says of its weights.
_SHIP: dict[str, Callable[[Run, Path], object]] = {
    "none": ship,
    "norms": _norms,
    "generalized": _generalized,
    "embedding": _embedding,
    "specimen": _specimen,
    "inside": _inside,
}


def strays(recorded: Path = RECORDED) -> list[str]:
    """Say which recorded runs belong to no experiment of today, and why.

    A run is found by its description. Where the catalogue or a study has changed since
    it was recorded, it is still there, and found no more.

    >>> strays()
    []
    """
    studies = recorded / SHIPPED.name
    expected = {recorded / name: e for name, e in CATALOGUE.items()}
    for study in STUDIES.values():
        expected |= {studies / e.name: e for e in study.experiments}
    found = [*recorded.glob("*/experiment.json"), *studies.glob("*/experiment.json")]
    return [
        f"{folder.relative_to(recorded.parent)} {wrong}"
        for folder in sorted(path.parent for path in found)
        if (wrong := _wrong(folder, expected.get(folder)))
    ]


def _wrong(folder: Path, expected: Experiment | None) -> str | None:
    if expected is None:
        return "belongs to no experiment of the catalogue or of a study"
    try:
        described = Run(folder).experiment
    except StoreError as error:
        return f"cannot be read: {error}"
    same = described == expected
    return None if same else "describes another experiment than the catalogue's"


@dataclass(frozen=True)
class Reproduction:
    """By how much two runs of one experiment differ.

    Attributes:
        val_accuracy: largest difference over the evaluations, in [0, 1].
        delays: when each run reached 95%, recorded first.
        final_losses: validation loss at the end in nats, recorded first.
        weights: largest difference of a final weight, over the largest weight; both
            rounded to float16, as weights are recorded. None where a run ships its
            history alone.
        identical: whether the histories agree in every bit.
    """

    val_accuracy: float
    delays: tuple[GrokkingDelay, GrokkingDelay]
    final_losses: tuple[float, float]
    weights: float | None
    identical: bool

    def __str__(self) -> str:
        recorded, again = self.delays
        if self.identical:
            verdict = "Every number of the history is the same, to the last bit."
        else:
            verdict = (
                "The histories differ: rounding differs between machines, thread "
                "counts and versions, and training amplifies it."
            )
        weights = (
            "final weights cannot be compared: its history alone was recorded"
            if self.weights is None
            else f"final weights differ by at most {self.weights:.2%} of the largest "
            f"(in float16, as recorded)"
        )
        return "\n".join(
            [
                f"recorded:          {recorded}; final loss {self.final_losses[0]:.2g}",
                f"trained again:     {again}; final loss {self.final_losses[1]:.2g}",
                f"validation accuracy differs by at most {self.val_accuracy:.2%}",
                weights,
                verdict,
            ]
        )


def compare(recorded: Run, again: Run) -> Reproduction:
    """Compare two finished runs of one experiment.

    Raises:
        ValueError: if they are not of one experiment.
    """
    if recorded.experiment != again.experiment:
        raise ValueError(f"{recorded} and {again} are of different experiments")
    a, b = recorded.history, again.history
    return Reproduction(
        val_accuracy=float((a.val_accuracy - b.val_accuracy).abs().max()),
        delays=(recorded.delay(), again.delay()),
        final_losses=(a.val_loss.iloc[-1], b.val_loss.iloc[-1]),
        weights=_apart(recorded, again) if recorded.snapshots else None,
        identical=a.equals(b),
    )


def _apart(recorded: Run, again: Run) -> float:
    # As recorded: rounding alone is no difference.
    old, new = (
        {name: w.half().float() for name, w in run.weights(run.snapshots[-1]).items()}
        for run in (recorded, again)
    )
    largest = max(tensor.abs().max().item() for tensor in old.values())
    differences = ((old[name] - new[name]).abs().max().item() for name in old)
    return max(differences) / largest


def reproduce(name: str, *, progress: bool | None = None) -> Reproduction:
    """Train a recorded run again, from nothing, and compare.

    Cut short, it goes on where it was when called again.

    Raises:
        ValueError: if no run of that name ships or is stored.
    """
    recorded = load(name)
    again = run(recorded.experiment, progress=progress, root=store() / "reproduced")
    result = compare(recorded, again)
    shutil.rmtree(again.folder)
    return result


def named(name: str) -> Experiment:
    """Return an experiment of the catalogue.

    Raises:
        ValueError: if it has none of that name.
    """
    if name not in CATALOGUE:
        raise ValueError(f"no experiment {name!r}; there are {sorted(CATALOGUE)}")
    return CATALOGUE[name]
