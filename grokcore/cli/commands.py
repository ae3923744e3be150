"""The command line: train, list, show, sweep, reproduce, claims, speedrun, record."""

import re
import sys
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer
from torch import nn

from grokcore import recording
from grokcore.analysis.summary import summarize
from grokcore.catalogue import CATALOGUE
from grokcore.census import POPULATIONS
from grokcore.census.taking import take
from grokcore.claims import CLAIMS, check, missing, report, select
from grokcore.cli import _options
from grokcore.cli._errors import Errors
from grokcore.cli.speedrun import speedrun
from grokcore.experiments import Experiment
from grokcore.lens import read
from grokcore.runs import (
    Run,
    StoreError,
    TrainingDiverged,
    load,
    store,
    stored_runs,
)
from grokcore.studies import STUDIES
from grokcore.sweeps import processes
from grokcore.sweeps import sweep as run_sweep

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True,
    help="Train small networks until they grok, and look inside.",
    pretty_exceptions_show_locals=False,
)


@app.callback()
def on_any_console() -> None:
    for stream in (sys.stdout, sys.stderr):
        # Where there is no Σ, a question mark has to do.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


_FIELDS = {"allow_extra_args": True, "ignore_unknown_options": True}
_Name = Annotated[
    str, typer.Argument(help="A name of the catalogue (see: grokcore list).")
]


@app.command(context_settings=_FIELDS)
def train(context: typer.Context, name: _Name = "live-p113") -> None:
    """Train an experiment, or load what was trained before.

    Any field of it can be changed: grokcore train --p 97 --train-fraction 0.5
    --optimizer adam --lr 1e-3. Interrupted with Ctrl-C, the same command goes on.
    --start-from live-p59:embed+blocks begins with parts of another run's last weights.
    """
    with Errors():
        name, arguments = _options.split(name, context.args)
        fields = {f: _options.value(f, text) for f, text in _options.pairs(arguments)}
        experiment = recording.named(name).replace(**fields)
        _print_summary(experiment.run())


@app.command("list")
def list_runs() -> None:
    """List the catalogue, the recorded runs and the stored ones."""
    typer.echo("catalogue")
    for name, experiment in CATALOGUE.items():
        typer.echo(f"  {name:24} {experiment.task.formula}")
    typer.echo("recorded with the package")
    for folder in sorted(recording.RECORDED.glob("*/experiment.json")):
        typer.echo(f"  {folder.parent.name}")
    typer.echo("stored on this machine")
    for run in stored_runs():
        try:
            typer.echo(f"  {run.folder.name:40} {run.status:12} {run.delay()}")
        except StoreError as error:
            typer.echo(f"  {run.folder.name:40} {'damaged':12} {error}")


@app.command()
def show(
    what: Annotated[
        str,
        typer.Argument(
            help="A run, by its name or folder, or a model's .safetensors file."
        ),
    ],
    operation: Annotated[
        str | None,
        typer.Option(help="What the model was trained on; a run knows, else add."),
    ] = None,
    heads: Annotated[
        int | None, typer.Option(help="For a file with a TransformerBridge's names.")
    ] = None,
    activation: Annotated[
        str, typer.Option(help="Of the neurons in a file: relu or gelu.")
    ] = "relu",
    norm: Annotated[
        str | None, typer.Option(help="Of a file's layers: none, pre, post or stream.")
    ] = None,
    layout: Annotated[
        str | None,
        typer.Option(help="Of the equations that a file's model takes: a,b,113."),
    ] = None,
) -> None:
    """Show a run, when it grokked and what it learned, or a model of any origin."""
    with Errors():
        path = Path(what)
        if path.is_file() or (path.suffix and not path.is_dir()):
            given = {"heads": heads, "activation": activation, "norm": norm}
            given["layout"] = None if layout is None else _options.layout(layout)
            model, trained_on = _from_file(path, given)
            typer.echo(_read_as(model))
            typer.echo(str(summarize(model, operation or trained_on)))
        else:
            given = {"heads": heads, "norm": norm, "layout": layout}
            given["activation"] = None if activation == "relu" else activation
            if of_files := [f"--{name}" for name, value in given.items() if value]:
                raise ValueError(
                    f"there is no file {what}, and {' and '.join(of_files)} is for "
                    f"files; a run knows its own"
                )
            run = load(what)
            _print_summary(run)
            _print_model(run, operation)


@app.command(context_settings=_FIELDS)
def sweep(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(help="A name of the catalogue, or of a study.")
    ] = "live-p113",
    workers: Annotated[int, typer.Option(min=1, help="Processes side by side.")] = 1,
) -> None:
    """Train a grid: grokcore sweep --train-fraction .2,.3,.4 --seed 0,1,2.

    Or a whole study: grokcore sweep band --workers 2.
    """
    with Errors():
        name, arguments = _options.split(name, context.args)
        axes = {
            field: [_options.value(field, part) for part in _options.parts(text)]
            for field, text in _options.pairs(arguments)
        }
        if name in STUDIES and axes:
            raise ValueError(
                f"{name!r} is a study, whose experiments are fixed: leave out "
                f"{[*axes]}, or sweep over an experiment of the catalogue"
            )
        grid = (
            STUDIES[name].experiments
            if name in STUDIES
            else recording.named(name).grid(**axes)
        )
        if workers == 1:
            runs = run_sweep(grid)
        else:
            with processes(workers) as pool:
                runs = run_sweep(grid, pool)
        for run in runs:
            fields = run.experiment.fields()
            fields |= {
                part: getattr(getattr(run.experiment, part), "kind", None)
                for part in _options.KINDS
            }
            changed = {f: fields[f] for f, values in axes.items() if len(values) > 1}
            typer.echo(f"{changed or run.experiment.name}: {run.delay()}")
        for experiment, error in runs.failures.items():
            typer.echo(f"failed: {experiment.name}: {error}", err=True)
        raise typer.Exit(1 if runs.failures else 0)


@app.command()
def reproduce(
    name: Annotated[str, typer.Argument(help="The name of a recorded run.")],
) -> None:
    """Train a recorded run again and say by how much the two differ."""
    with Errors():
        typer.echo(str(recording.reproduce(name)))


@app.command()
def claims(
    ids: Annotated[
        list[str] | None, typer.Argument(help="Rows, such as L.1 or S0.2a, else all.")
    ] = None,
    train: Annotated[
        bool, typer.Option("--train", help="Train the runs that are missing first.")
    ] = False,
    anew: Annotated[
        bool,
        typer.Option("--anew", help="Train all their runs here, and judge by these."),
    ] = False,
) -> None:
    """Print what the literature claims, and what our runs say back.

    With --anew nothing that ships is used. What this machine has trained before it does
    not train again; with another GROKCORE_STORE it does.
    """
    with Errors():
        rows, root = select(CLAIMS, ids or ()), store() if anew else None
        if train or anew:
            _train_all(missing((e for claim in rows for e in claim.experiments), root))
        results = []
        for claim in rows:
            results.append(check(claim, root))
            typer.echo(report.block(results[-1]))
        typer.echo(report.summary(results))
        for problem in (problems := report.problems(results) + recording.strays()):
            typer.echo(problem, err=True)
        raise typer.Exit(1 if problems else 0)


app.command(context_settings=_FIELDS)(speedrun)


@app.command()
def record(
    name: Annotated[
        str, typer.Argument(help="A name of the catalogue, or of a study.")
    ],
    whole: Annotated[
        str, typer.Option(help="Steps whose weights ship whole, with commas.")
    ] = "",
    into: Annotated[
        Path, typer.Option(help="The folder of recorded runs.")
    ] = recording.RECORDED,
    workers: Annotated[
        int, typer.Option(min=1, help="Of a census: processes side by side.")
    ] = 1,
    seeds: Annotated[
        int | None, typer.Option(min=1, help="Of a census: the first so many, not all.")
    ] = None,
    machine: Annotated[
        str,
        typer.Option(help="Of a census: what to call a machine that rounds its way."),
    ] = "",
) -> None:
    """Copy a trained run of the catalogue into the package (for maintainers).

    Or those of a study, as far as they are trained, with the weights that it ships. Or
    take a census, training what the store does not have.
    """
    with Errors():
        if name in POPULATIONS:
            if whole:
                raise ValueError(f"--whole is for runs, and {name} is a census")
            _take_census(name, workers, seeds, machine, into / "census")
            return
        if workers != 1 or seeds is not None or machine:
            raise ValueError(
                f"--workers, --seeds and --machine are for a census, and {name} is "
                f"none; there are: {', '.join(POPULATIONS)}"
            )
        if name in STUDIES:
            if whole:
                raise ValueError(f"--whole is for runs, and {name} is a study")
            unfinished = recording.record_study(STUDIES[name], into / "studies")
            for experiment in unfinished:
                typer.echo(f"not trained yet: {experiment.name}", err=True)
            if unfinished:
                train = f"gc.sweep(STUDIES[{name!r}].experiments)"
                typer.echo(f"{train} of grokcore.studies trains them", err=True)
            raise typer.Exit(1 if unfinished else 0)
        if not re.fullmatch(r"[\d_,\s]*", whole):
            raise ValueError(f"--whole has {whole!r}; allowed: steps such as 0,200")
        steps = [int(step) for step in whole.split(",") if step.strip()]
        _print_summary(recording.record(name, whole=steps, into=into))


def _take_census(
    name: str, workers: int, seeds: int | None, machine: str, into: Path
) -> None:
    chosen = None if seeds is None else range(seeds)
    options = {"seeds": chosen, "machine": machine, "into": into}
    if workers == 1:
        found = take(name, **options)
    else:
        with processes(workers) as pool:
            found = take(name, pool, **options)
    typer.echo(f"{name}: {len(found)} networks")
    for statistic in POPULATIONS[name].statistics.values():
        low, middle, high = found[statistic.name].quantile([0, 0.5, 1], "nearest")
        spread = " / ".join(map(statistic.tell, (low, middle, high)))
        typer.echo(f"  {statistic.words}: {spread}")


# -- output ------------------------------------------------------------------------


def _train_all(experiments: dict[str, Experiment]) -> None:
    """Train one after the other; one that diverges is a result as well."""
    for i, (name, experiment) in enumerate(experiments.items(), start=1):
        typer.echo(f"training {i} of {len(experiments)}: {name}", err=True)
        with suppress(TrainingDiverged):
            experiment.run()


def _from_file(path: Path, given: dict[str, Any]) -> tuple[nn.Module, str]:
    """A model and what it was trained on; a snapshot's run knows, else it is add."""
    folder = path.parent.parent
    ours = path.parent.name == "snapshots" and path.stem.isdecimal()
    if ours and (folder / "experiment.json").exists():
        run = Run(folder)
        return run.at(int(path.stem)), _operation(run)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        model = read(path, **given)
    for warning in said:
        typer.echo(f"note: {warning.message}", err=True)
    return model, "add"


def _operation(run: Run) -> str:
    """What a run's model computes; refuses what is no operation modulo p."""
    task = run.experiment.task
    if task.kind != "modular":
        raise ValueError(
            f"{run.folder.name} answers {task.formula}; a summary is made of what "
            f"answers a table modulo p"
        )
    return task.operation


def _read_as(model: nn.Module) -> str:
    """What was assumed of a model from a file, and how to say otherwise."""
    letters = iter("abcdefgh")
    layout = ",".join(next(letters) if t is None else str(t) for t in model.layout)
    config = model.config
    if not hasattr(config, "norm"):
        return f"read as: --layout {layout}"
    return (
        f"read as: --norm {config.norm} --activation {config.activation} "
        f"--layout {layout}"
    )


def _print_summary(run: Run) -> None:
    last = run.history.iloc[-1]
    where = run.provenance
    typer.echo(f"{run.experiment.task.formula}, {run.status} at step {last.step:,.0f}")
    if start := run.experiment.start_from:
        parts = "all weights" if start.parts is None else ", ".join(start.parts)
        typer.echo(f"  began with {parts} of {start.experiment.name}")
    typer.echo(f"  {run.delay()}")
    typer.echo(
        f"  at the end: train loss {last.train_loss:.3g}, validation loss "
        f"{last.val_loss:.3g}, validation accuracy {last.val_accuracy:.2%}"
    )
    typer.echo(
        f"  {where['seconds']:.0f} s on {where['device']}, {where['threads']} threads, "
        f"torch {where['torch']}, {where['date']}"
    )
    typer.echo(f"  {run.folder}")


def _print_model(run: Run, operation: str | None) -> None:
    """What a run learned, as far as the weights it kept can tell."""
    task = run.experiment.task
    try:
        known = _operation(run)
        if task.reading != "modular":
            raise ValueError(f"reading {task.reading!r} leaves no table mod {task.p}")
        summary = summarize(run.model, operation or known)
    except ValueError as error:
        if operation:
            raise
        typer.echo(f"no summary of its model: {error}")
    else:
        typer.echo(f"at step {run.snapshots[-1]:,}, {summary}")
