"""The command line of the classroom."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from tqdm.auto import tqdm

from classroom import sandbox
from classroom.masters import MASTERS
from classroom.sandbox import Limits

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__)

_DIST = Path("dist")


@app.callback(help=__doc__)
def on_any_console() -> None:
    """Write a question mark for what students write and a console does not have."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


@app.command()
def build(
    into: Annotated[Path, typer.Option(help="Where student/ and instructor/ go.")] = (
        _DIST
    ),
    check: Annotated[
        bool, typer.Option(help="Grade the solutions, and fail without full marks.")
    ] = True,
    contained: Annotated[
        bool, typer.Option(help="Grade them in a sandbox (Linux, bubblewrap).")
    ] = True,
) -> None:
    """Make student notebooks, solutions, autograders and rubrics from the masters."""
    from classroom.building import build as make

    for folder in ("student", "instructor"):
        shutil.rmtree(into / folder, ignore_errors=True)
    masters = sorted(MASTERS.glob("*.ipynb"))
    for master in tqdm(masters, desc="building", unit="notebook"):
        make(master, into)
    typer.echo(f"{len(masters)} notebooks for students: {into / 'student'}")
    typer.echo(f"solutions, autograders, rubrics: {into / 'instructor'}")
    if check:
        _check_solutions(into, contained)


def _check_solutions(into: Path, contained: bool) -> None:
    """Grade the solutions as if they had been handed in."""
    import tempfile

    from classroom.grading import grade_all

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "solutions"
        folder.mkdir()
        for solution in sorted((into / "instructor").glob("*/solution.ipynb")):
            shutil.copy(solution, folder / f"{solution.parent.name}.ipynb")
        graded = grade_all(
            folder, into / "instructor", Path(scratch), contained=_walls(contained)
        )
        poor = [g for g in graded if g.status != "graded" or g.score < g.possible]
    for grade in poor:
        messages = [m for answer in grade.answers.values() for m in answer.messages]
        typer.echo(
            f"error: the solution of {grade.submission} gets {grade.score:g} of "
            f"{grade.possible:g} points. {grade.reason} {' / '.join(messages)}",
            err=True,
        )
    if poor:
        raise typer.Exit(1)
    typer.echo("every solution gets full marks")


@app.command()
def grade(
    submissions: Annotated[Path, typer.Argument(help="A folder of notebooks.")],
    exercises: Annotated[
        str, typer.Option(help="Which exercises all of them answer.")
    ] = "",
    into: Annotated[
        Path | None, typer.Option(help="Where the table and the feedback go.")
    ] = None,
    instructor: Annotated[Path, typer.Option(help="What 'build' made.")] = (
        _DIST / "instructor"
    ),
    minutes: Annotated[float, typer.Option(help="For each submission.")] = 10,
    cell_seconds: Annotated[int, typer.Option(help="For each cell.")] = 120,
    memory: Annotated[float, typer.Option(help="GiB for each submission.")] = 4,
    jobs: Annotated[int, typer.Option(help="At a time; 0: one a core.")] = 0,
    contained: Annotated[
        bool,
        typer.Option(
            help="In a sandbox; --no-contained only on a machine to be thrown away."
        ),
    ] = True,
    again: Annotated[bool, typer.Option(help="What is graded already, too.")] = False,
) -> None:
    """Grade a folder of notebooks: grades.csv, and a page of feedback for each."""
    from classroom.grading import grade_all, handed_in

    into = into or Path("grades") / submissions.resolve().name
    limits = Limits(
        seconds=round(minutes * 60),
        cell_seconds=cell_seconds,
        memory=round(memory * 2**30),
    )
    try:
        notebooks, others = handed_in(submissions)
        grades = grade_all(
            submissions,
            instructor,
            into,
            exercises=exercises,
            limits=limits,
            jobs=jobs,
            contained=_walls(contained),
            again=again,
        )
        done = list(tqdm(grades, total=len(notebooks), desc="grading", unit="notebook"))
    except ValueError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from None
    for grade in done:
        if grade.reason:
            typer.echo(f"{grade.submission}: {grade.status}, {grade.reason}")
    if others:
        names = ", ".join(path.name for path in others)
        typer.echo(f"not graded, since they are no notebooks: {names}", err=True)
    counts = Counter(grade.status for grade in done)
    told = ", ".join(f"{count} {status}" for status, count in counts.items())
    typer.echo(f"{told}: {into / 'grades.csv'}")


def _walls(contained: bool) -> bool:
    """Refuse to go on without a sandbox, unless that is what was asked for."""
    if not contained:
        typer.echo(
            "warning: no sandbox. Submissions have the network and all your files; "
            "only time and memory are limited.",
            err=True,
        )
        return False
    if reason := sandbox.available():
        typer.echo(
            f"error: no sandbox here: {reason}. "
            f"On a machine that you can throw away: --no-contained.",
            err=True,
        )
        raise typer.Exit(2)
    return True


if __name__ == "__main__":
    app()
