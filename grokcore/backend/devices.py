"""Where the computing happens, and what that place can do."""

import os
import platform
from pathlib import Path

import torch

__all__ = ["choose", "cores", "describe", "has_fast_bfloat16", "processor"]


def choose(device: str | None = None) -> torch.device:
    """Return the device asked for, or the best there is: cuda, mps, cpu.

    Raises:
        ValueError: if the device asked for is not there.

    >>> choose("cpu")
    device(type='cpu')
    """
    available = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    there = [name for name, works in available.items() if works]
    if device is None:
        return torch.device(there[0])
    if device.partition(":")[0] not in there:
        raise ValueError(f"device {device!r} is not here; available: {there}")
    return torch.device(device)


def describe(device: torch.device) -> str:
    """Return the name of the hardware, for a run's provenance."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"{platform.machine()} {device.type}, {cores()} cores"


def processor() -> str:
    """Return the name of the CPU's model, as far as the system tells."""
    cpuinfo = Path("/proc/cpuinfo")
    for line in cpuinfo.read_text().splitlines() if cpuinfo.exists() else ():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def has_fast_bfloat16(device: torch.device) -> bool:
    """Whether matrix products in bfloat16 are quicker than in float32 there."""
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    if device.type != "cpu":
        return False
    flags = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(getattr(torch.cpu, flag, lambda: False)() for flag in flags)
