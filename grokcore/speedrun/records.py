"""The record table: entries that were the fastest when they were made.

It is a file of the package, written by ``grokcore speedrun <name> --record <idea>``.
"""

from __future__ import annotations

import json
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from grokcore.backend import devices
from grokcore.catalogue import CATALOGUE
from grokcore.experiments import Experiment
from grokcore.runs import RECORDED, files
from grokcore.speedrun.racing import Lap, Result
from grokcore.speedrun.report import as_json
from grokcore.speedrun.rules import RULES, Rules, Verdict

__all__ = ["MORE", "RECORDS", "Record", "add", "current", "read"]

#: The file that ships with the package.
RECORDS = RECORDED / "speedrun.json"

#: Further seeds that a record shows. Whoever changes a recipe a little draws other
#: seeds, and may go on until they are lucky; further ones would tell.
MORE = 5


@dataclass(frozen=True)
class Record:
    """A row of the table.

    Attributes:
        name: of the experiment in the catalogue.
        idea: what is new about it, in a line.
        date: when it was timed, as in 2026-11-25.
        machine: where: processor, cores, threads, system, python, torch.
        result: what the race found.
    """

    name: str
    idea: str
    date: str
    machine: dict[str, Any]
    result: Result


def read(path: Path = RECORDS, rules: Rules = RULES) -> list[Record]:
    """Return the records, the oldest first.

    Raises:
        ~grokcore.runs.files.StoreError: if the file is not there or not such a table.
    """
    content = files.read_json(path)
    with files.reading(path):
        return [
            Record(
                row["name"],
                row["idea"],
                row["date"],
                row["machine"],
                Result(
                    Experiment.from_json(json.dumps(row["entry"])),
                    rules,
                    tuple(map(_lap, row["laps"])),
                    tuple(map(_lap, row["more"])),
                ),
            )
            for row in content["records"]
        ]


def _lap(row: dict[str, Any]) -> Lap:
    return Lap(**row | {"verdict": Verdict(**row["verdict"])})


def current(path: Path = RECORDS) -> str:
    """Return the name of the record that stands.

    >>> current() in CATALOGUE
    True
    """
    return min(read(path), key=lambda record: record.result.reference_steps).name


def add(name: str, idea: str, result: Result, path: Path = RECORDS) -> None:
    """Write a result into the table, in the place of an older one of that name.

    Raises:
        ValueError: if it is not the catalogue's entry of that name, or does not
            qualify, or came without an idea or without :data:`MORE` further seeds.
    """
    if CATALOGUE.get(name) != result.entry:
        raise ValueError(
            f"a record is an experiment of the catalogue as it stands there, and "
            f"this is not its {name!r}"
        )
    if not result.qualifies:
        raise ValueError(f"{name!r} does not qualify: no record")
    if len(result.more) < MORE:
        raise ValueError(
            f"a record shows {MORE} further seeds, not {len(result.more)}: seeds that "
            f"follow from a recipe can be lucky; run it with --more {MORE}"
        )
    if not idea.strip():
        raise ValueError("a record needs its idea in a line, not an empty one")
    rows = files.read_json(path)["records"] if path.exists() else []
    row = {
        "name": name,
        "idea": idea,
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": _machine(result.rules),
        "entry": json.loads(result.entry.to_json()),
        **as_json(result),
    }
    places = {old["name"]: i for i, old in enumerate(rows)}
    if name in places:
        rows[places[name]] = row
    else:
        rows.append(row)
    files.write_json(path, {"records": rows})


def _machine(rules: Rules) -> dict[str, Any]:
    return {
        "processor": devices.processor(),
        "cores": devices.cores(),
        "threads": rules.threads,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "torch": torch.__version__,
    }
