"""The command line: ``python -m classroom.slides``, which ``make slides`` calls."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from tqdm.auto import tqdm

from classroom.slides import decks
from classroom.slides.cells import plan


def main(
    chapters: Annotated[
        list[Path] | None, typer.Argument(help="Some only; by default, all.")
    ] = None,
    into: Annotated[Path, typer.Option(help="Where the decks go.")] = Path(
        "dist/slides"
    ),
    as_built: Annotated[
        bool,
        typer.Option(
            help="Take the book's executed chapters even if the library is newer."
        ),
    ] = False,
) -> None:
    """Make a deck of slides for each chapter that has cells tagged for one."""
    decks.assets(into)
    paths = chapters or sorted(decks.CHAPTERS.glob("*.ipynb"))
    made = []
    for path in tqdm(paths, desc="slides", unit="chapter"):
        notebook = decks.executed(path, trusting=as_built)
        if plan(notebook):
            made.append(into / f"{path.stem}.html")
            made[-1].write_text(decks.deck(notebook), encoding="utf-8")
        else:
            typer.echo(f"{path.name}: no cell is tagged for a slide", err=True)
    typer.echo("Open a deck in a browser; no network is needed:")
    for path in made:
        typer.echo(f"  {path.resolve()}")


if __name__ == "__main__":
    typer.run(main)
