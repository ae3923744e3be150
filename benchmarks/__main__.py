"""``python -m benchmarks [ROW …]``: measure, print, save."""

from typing import Annotated

import typer

from benchmarks import machine, report
from benchmarks.rows import ROWS, measure


def main(
    rows: Annotated[
        list[str] | None, typer.Argument(metavar="[ROW]…", help="Rows; all if none.")
    ] = None,
    show_list: Annotated[
        bool, typer.Option("--list", help="List the rows and measure nothing.")
    ] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Fewer repeats, to see that all works.")
    ] = False,
    profile: Annotated[
        bool, typer.Option("--profile", help="Print a profile of our step instead.")
    ] = False,
    readme: Annotated[
        bool, typer.Option("--readme", help="Write the saved table into README.md.")
    ] = False,
) -> None:
    """Measure how fast the course trains, against peers and against plain products.

    A full measurement (no ROW, not quick) is saved as benchmarks/results.json.
    """
    if show_list:
        for name, row in ROWS.items():
            print(f"{name:14} {row.about}")
    elif profile:
        from benchmarks import profiling

        print(profiling.table())
    elif readme:
        report.write_readme()
    else:
        _measure(_chosen(rows), quick, save=not rows and not quick)


def _chosen(rows: list[str] | None) -> list[str]:
    if unknown := [row for row in rows or () if row not in ROWS]:
        raise typer.BadParameter(f"no row {unknown}; there are {list(ROWS)}")
    return rows or list(ROWS)


def _measure(rows: list[str], quick: bool, save: bool) -> None:
    print(machine.sentence(machine.describe()), end="\n\n", flush=True)
    findings = []
    for row in rows:
        for finding in measure(row, quick):
            findings.append(finding)
            print(report.as_text(finding), flush=True)
    if save:
        report.save(findings)
        print(f"\nsaved: {report.RESULTS}; `--readme` writes it into README.md")


if __name__ == "__main__":
    typer.run(main)
