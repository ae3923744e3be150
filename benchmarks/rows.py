"""The rows of the table. Each is measured in a process of its own."""

from __future__ import annotations

import importlib
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import NamedTuple

from benchmarks.findings import Finding


class Row(NamedTuple):
    """Where a row is measured: named, not imported, so that listing needs no torch."""

    module: str
    function: str
    about: str
    repeats: int


ROWS = {
    "floor": Row("steps", "against_floor", "a step over the reference floor", 15),
    "bridge": Row("steps", "against_bridge", "TransformerLens' step over ours", 11),
    "demo": Row("steps", "against_demo", "the same, validating every epoch", 11),
    "to-99": Row("races", "live", "to val 99%, live recipe, 3 seeds", 3),
    "to-99-fastest": Row("races", "fastest", "to val 99%, fastest recipe, 5 seeds", 5),
    "bfloat16": Row("steps", "bfloat16", "bfloat16 step over float32 step", 15),
    "blocks": Row("steps", "against_blocks", "two layers over plain blocks", 15),
    "mlp": Row("steps", "against_plain_mlp", "embedding MLP over the plain loop", 15),
    "page": Row("page", "against_scalars", "to val 99% in a page's worker", 5),
    "sizes": Row("steps", "over_sizes", "the same for three moduli", 11),
    "filter-ma": Row("filtering", "against_summing", "moving average, by deque", 15),
    "filter-ema": Row("filtering", "ema_in_a_step", "exponential average", 15),
    "live-run": Row("costs", "live_run", "share of evaluation, peak memory", 1),
    "grading": Row("grading", "against_running", "60 notebooks, graded and run", 60),
    "import": Row("costs", "importing", "import grokcore over import torch", 11),
}

#: Repeats of every row where a quick look is enough.
QUICK = 3


def measure(name: str, quick: bool = False) -> list[Finding]:
    """Measure one row in a fresh process, with a thread for each core."""
    repeats = min(QUICK, ROWS[name].repeats) if quick else ROWS[name].repeats
    with ProcessPoolExecutor(1, get_context("spawn")) as fresh:
        return fresh.submit(_measure_here, ROWS[name], repeats).result()


def _measure_here(row: Row, repeats: int) -> list[Finding]:
    import torch

    from grokcore.backend import devices

    torch.set_num_threads(devices.cores())
    module = importlib.import_module(f"benchmarks.{row.module}")
    return getattr(module, row.function)(repeats)
