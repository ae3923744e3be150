"""What went wrong, told on the command line."""

import typer

from grokcore.runs import StoreError, TrainingDiverged

__all__ = ["Errors"]


class Errors:
    """Print what the library says went wrong, without a traceback."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        if isinstance(error, ValueError | StoreError | TrainingDiverged):
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(2 if isinstance(error, ValueError) else 1)
        if isinstance(error, KeyboardInterrupt):
            typer.echo(f"\n{error}", err=True)
            raise typer.Exit(130)
