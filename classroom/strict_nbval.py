"""A pytest plugin: what nbval lets pass, or waits for, fails at once.

nbval looks at what a cell prints. A magic that does not exist prints but a line, so the
cell would pass, with the rest of it never run; and a kernel that died prints nothing,
so nbval would wait until the cell's time is up. Both are in the kernel's reply.
"""

from __future__ import annotations

import time
from queue import Empty

import pytest

__all__ = ["await_reply", "pytest_configure"]

#: Seconds between two looks at whether the kernel is alive.
_PAUSE = 1.0


def pytest_configure(config: pytest.Config) -> None:
    """Take the place of nbval's own wait, if notebooks are run."""
    if config.getoption("nbval", False) or config.getoption("nbval_lax", False):
        from nbval.kernel import RunningKernel

        RunningKernel.await_reply = await_reply


def await_reply(kernel, msg_id: str, timeout: float | None = None) -> None:
    """Wait for a kernel's reply to a cell.

    Args:
        kernel: nbval's ``RunningKernel``.
        msg_id: of the request.
        timeout: seconds.

    Raises:
        queue.Empty: if there is none in time.
        RuntimeError: if the kernel died, or the cell calls a magic that is not there.
    """
    end = time.monotonic() + (timeout if timeout is not None else float("inf"))
    while True:
        try:
            reply = kernel.get_message(stream="shell", timeout=_PAUSE)
        except Empty:
            if not kernel.is_alive():
                raise RuntimeError("the kernel died while this cell ran") from None
            if time.monotonic() >= end:
                raise
            continue
        if reply["parent_header"].get("msg_id") != msg_id:
            continue
        content = reply["content"]
        if content["status"] == "aborted":
            raise RuntimeError("the kernel refused to run this cell")
        if content.get("ename") == "UsageError":
            raise RuntimeError(f"this cell did not run to its end: {content['evalue']}")
        return
