"""The command ``grokcore``."""

from grokcore.cli.commands import app

__all__ = ["app"]
