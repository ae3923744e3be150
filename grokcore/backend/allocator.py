"""How a process keeps its memory."""

import ctypes
import sys
from functools import cache

__all__ = ["keep_freed_memory"]


@cache
def keep_freed_memory() -> None:
    """Ask glibc not to hand large freed blocks back to the system.

    A step frees and takes the same few blocks of 8 MB again; getting them anew from the
    kernel, page by page, took a sixth of the step.
    """
    if sys.platform != "linux":
        return
    m_trim_threshold, m_mmap_threshold = -1, -3  # from malloc.h
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(m_mmap_threshold, 32 * 2**20)  # the most that glibc takes
        mallopt(m_trim_threshold, 2**30)
