"""Rows about what a run and an import cost."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from statistics import median

from benchmarks.findings import Finding, Target
from benchmarks.timing import seconds_of

_BYTES_A_UNIT = 1 if sys.platform == "darwin" else 1024


def live_run(_repeats: int) -> list[Finding]:
    """Run the live recipe once, store and all, and look at what it used."""
    import grokcore
    from benchmarks.recipes import LIVE

    with tempfile.TemporaryDirectory() as store:
        os.environ["GROKCORE_STORE"] = store
        run = grokcore.run(LIVE, progress=False, device="cpu")
        spent = run.provenance
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _BYTES_A_UNIT
    names = ("seconds", "seconds_evaluating", "seconds_writing")
    share = (spent["seconds_evaluating"] + spent["seconds_writing"]) / spent["seconds"]
    return [
        Finding(
            "live-run",
            "evaluation and snapshots, share of a live run",
            Target("≤", 6, "%"),
            100 * share,
            {name: spent[name] for name in names},
            f"{LIVE.epochs:,} epochs in a fresh store",
        ),
        Finding(
            "live-run",
            "peak memory of a live run",
            Target("≤", 1, "GB"),
            peak / 1e9,
            note="resident, the whole process",
        ),
    ]


def importing(repeats: int) -> list[Finding]:
    torch, ours = _Import("torch"), _Import("grokcore")
    torch(), ours()
    seconds = [(seconds_of(torch), seconds_of(ours)) for _ in range(repeats)]
    return [
        Finding(
            "import",
            "import grokcore over import torch",
            Target("≤", 0.3, "s"),
            median(b - a for a, b in seconds),
            {
                "torch_s": median(a for a, _ in seconds),
                "grokcore_s": median(b for _, b in seconds),
            },
            "whole processes, files cached; median of differences",
        )
    ]


class _Import:
    def __init__(self, module: str) -> None:
        self.command = [sys.executable, "-c", f"import {module}"]

    def __call__(self) -> None:
        subprocess.run(self.command, check=True)
