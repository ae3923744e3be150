"""Where the time of our step goes, operator by operator.

Look with care at element-wise operators that make 8 MB of new memory (``aten::mul``):
the profiler's own records break up the free blocks of the heap, so results land on
fresh pages, 3 ms of page faults each that no real step has.
"""

from __future__ import annotations

import torch
from torch.profiler import ProfilerActivity, profile

from benchmarks.ours import Ours
from benchmarks.recipes import LIVE
from grokcore.backend import devices

_STEPS = 30


def table() -> str:
    """Profile the live recipe's step; times are of all steps together."""
    torch.set_num_threads(devices.cores())
    ours = Ours(LIVE)
    for _ in range(_STEPS):
        ours.step()
    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        for _ in range(_STEPS):
            ours.step()
    return profiler.key_averages().table(
        sort_by="self_cpu_time_total", row_limit=25, max_name_column_width=45
    )
