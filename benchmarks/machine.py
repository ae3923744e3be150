"""Where and with what the table was measured."""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

_PACKAGES = ("grokcore", "torch", "numpy", "transformer_lens")


def describe() -> dict[str, object]:
    import torch  # not for those who only ask what there is to measure

    from grokcore.backend import devices

    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "processor": _processor(),
        "cores": devices.cores(),
        "threads": devices.cores(),
        "vector_units": torch.backends.cpu.get_cpu_capability(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{package: version(package) for package in _PACKAGES},
    }


def sentence(machine: dict[str, object]) -> str:
    return (
        f"{machine['vector_units']} was measured on {machine['date']}: "
        f"{machine['processor']}, {machine['threads']} threads, {machine['system']}, "
        f"Python {machine['python']}, torch {machine['torch']}, "
        f"TransformerLens {machine['transformer_lens']}."
    )


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
