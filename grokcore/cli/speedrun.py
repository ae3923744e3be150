"""``grokcore speedrun``: race an entry against the clock."""

import json
from pathlib import Path
from typing import Annotated

import typer

from grokcore import recording
from grokcore.cli import _options
from grokcore.cli._errors import Errors
from grokcore.speedrun import RECORDS, RULES, race, records, report

__all__ = ["speedrun"]


def speedrun(
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(help="A name of the catalogue; without one, the record."),
    ] = "",
    more: Annotated[
        int, typer.Option(min=0, help="Train so many more seeds, which do not count.")
    ] = 0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result as JSON, and only that.")
    ] = False,
    record: Annotated[
        str | None,
        typer.Option(
            metavar="IDEA", help="Add it to the record table (for maintainers)."
        ),
    ] = None,
    into: Annotated[Path, typer.Option(help="The record table.")] = RECORDS,
) -> None:
    """Race an entry: addition mod 113 from nothing to 99%, and there to stay.

    Any field of it but the task's can be changed: grokcore speedrun --lr 2e-2. It is
    trained with seeds that follow from its own hash; the exit status is 1 if it fails
    with one of them. Nothing is loaded from the store or left in it.
    """
    with Errors():
        arguments = context.args
        if not name or name.startswith("--"):
            arguments = [name, *arguments] if name else arguments
            name = records.current(into)
        fields = {f: _options.value(f, text) for f, text in _options.pairs(arguments)}
        entry = recording.named(name).replace(**fields)
        told = (lambda text: None) if as_json else typer.echo
        RULES.check(entry)
        told(f"{name}: {report.head(entry, RULES)}")
        result = race(
            entry, rules=RULES, more=more, told=lambda lap: told(report.of_lap(lap))
        )
        told(report.of_result(result))
        if as_json:
            typer.echo(json.dumps(report.as_json(result)))
        if record is not None:
            records.add(name, record, result, into)
        raise typer.Exit(0 if result.qualifies else 1)
