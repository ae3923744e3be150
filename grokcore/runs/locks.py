"""One process at a time trains a run: a lock that says who holds it."""

from __future__ import annotations

import json
import logging
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from grokcore.runs.files import StoreError

__all__ = ["lock"]

#: Seconds between two words about a wait.
PATIENCE = 60.0

#: What a system says of a lock that somebody else holds.
_HELD = (BlockingIOError, PermissionError)

_log = logging.getLogger("grokcore")


@contextmanager
def lock(folder: Path) -> Iterator[None]:
    """Wait until no other process trains the run of a folder.

    The wait is told once a minute, with who is waited for. On a drive that cannot lock
    files, such as some network drives, the run goes on without a lock, with a warning.

    Raises:
        StoreError: if nothing can be written or locked there.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        locks = _can_lock(folder.parent)
    except OSError as error:
        raise StoreError(
            f"cannot write to {folder.parent}: {error}. Point GROKCORE_STORE to a "
            f"folder that can be written."
        ) from error
    if not locks:
        _log.warning(
            "%s cannot lock files: let no two processes train %s at a time",
            folder.parent,
            folder.name,
        )
        yield
        return
    ours = FileLock(folder.with_name(f".{folder.name}.lock"))
    holder = folder.with_name(f".{folder.name}.holder")
    try:
        _wait_for(ours, folder, holder)
    except OSError as error:
        raise StoreError(
            f"cannot lock {ours.lock_file}: {error}. If nothing trains there, delete "
            f"it; or point GROKCORE_STORE to a folder of your own."
        ) from error
    try:
        with suppress(OSError):
            holder.write_text(json.dumps(_here()), encoding="utf-8")
        yield
    finally:
        with suppress(OSError):
            holder.unlink(missing_ok=True)
        ours.release()


def _wait_for(ours: FileLock, folder: Path, holder: Path) -> None:
    patience = 0.0
    while True:
        try:
            ours.acquire(timeout=patience)
            return
        except Timeout:
            patience = PATIENCE
            _log.warning(
                "another process is training %s; waiting for it%s. If it is gone, stop "
                "this one, delete %s and call again",
                folder.name,
                _told(holder),
                ours.lock_file,
            )


def _can_lock(folder: Path) -> bool:
    """Try it on a file of our own."""
    try:
        import fcntl
    except ImportError:  # Windows, where the system does it for all drives
        return True
    with tempfile.TemporaryFile(dir=folder) as file:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except _HELD:
            return True
        except (OSError, NotImplementedError):
            return False
    return True


def _here() -> dict[str, str | int]:
    return {
        "process": os.getpid(),
        "host": socket.gethostname(),
        "since": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    }


def _told(holder: Path) -> str:
    """Who holds the lock, as far as it was written down."""
    try:
        who = json.loads(holder.read_text(encoding="utf-8"))
        return f" (process {who['process']} on {who['host']}, since {who['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return ""
