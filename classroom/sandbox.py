"""Run a program where it can do no harm: bubblewrap, and a guard that counts.

Inside there is no network, nothing of this machine but programs and libraries, which
cannot be changed, and a scratch folder of limited size that is gone afterwards.
Outside, a guard watches the time, the memory and the number of all processes together,
and ends them when they pass a limit.

This contains a program. It does not make what the program says true.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

__all__ = ["Limits", "Outcome", "available", "run"]

#: How often the guard looks, in seconds.
_LOOK = 0.2

# What programs need of a Debian, a Fedora or an Arch.
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
_SETTINGS = ("/etc/alternatives", "/etc/fonts", "/etc/hosts", "/etc/ld.so.cache")


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Attributes:
        seconds: by the clock, for everything.
        cell_seconds: for each cell; one that takes longer is interrupted.
        memory: bytes, for all processes together and for each alone.
        disk: bytes it may write.
        processes: at one time, threads not counted.
    """

    seconds: int = 600
    cell_seconds: int = 120
    memory: int = 4 * 2**30
    disk: int = 512 * 2**20
    processes: int = 32


@dataclass(frozen=True)
class Outcome:
    """How a program ended.

    Attributes:
        seconds: how long it ran.
        stopped: why the guard ended it, or "".
        status: its exit status; None if the guard ended it.
        said: the end of what it wrote to its error stream.
    """

    seconds: float
    stopped: str
    status: int | None
    said: str


def available() -> str:
    """Return "" if a sandbox can be made here, else why not.

    >>> isinstance(available(), str)
    True
    """
    if shutil.which("bwrap") is None:
        return "bubblewrap (bwrap) is not installed"
    tried = subprocess.run(
        [*_walls({}, 2**20), "true"], capture_output=True, text=True, check=False
    )
    return "" if tried.returncode == 0 else f"bwrap fails: {tried.stderr.strip()}"


def run(
    command: list[str],
    *,
    readable: list[Path],
    writable: Path,
    limits: Limits,
    contained: bool = True,
    environment: dict[str, str] | None = None,
) -> Outcome:
    """Run a program, and end it when it passes a limit.

    Args:
        command: the program and its arguments.
        readable: files and folders it may read, under their own names.
        writable: a folder that it may write to, under its own name.
        limits: what it may use.
        contained: behind walls. Without, only the guard is left: the program has the
            network, and all files.
        environment: variables, besides a few that every program gets.
    """
    with tempfile.TemporaryDirectory() as scratch, tempfile.TemporaryFile() as said:
        # Behind the walls /tmp is a file system of its own.
        home = "/tmp" if contained else scratch
        prefix = []
        if contained:
            bound = dict.fromkeys(readable, "--ro-bind") | {writable: "--bind"}
            prefix = [*_walls(bound, limits.disk), "--chdir", home]
        process = subprocess.Popen(
            [*prefix, *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
            cwd=None if contained else scratch,
            env=_environment(home) | (environment or {}),
            start_new_session=True,
        )
        began = time.monotonic()
        stopped = _guard(process, limits, began)
        seconds = time.monotonic() - began
        size = said.seek(0, os.SEEK_END)
        said.seek(max(0, size - 2_000))
        text = said.read().decode(errors="replace").strip()
    status = None if stopped else process.returncode
    return Outcome(seconds, stopped, status, text)


def _walls(bound: dict[Path, str], disk: int) -> list[str]:
    """The command that the program is put behind."""
    command = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session"]
    # Otter talks to its kernel by the name of its host.
    command += ["--hostname", "localhost", "--cap-drop", "ALL"]
    command += ["--proc", "/proc", "--dev", "/dev"]
    for folder in ("/dev/shm", "/tmp"):
        command += ["--size", str(disk), "--tmpfs", folder]
    for path in (*_SYSTEM, *_SETTINGS, sys.prefix, sys.base_prefix):
        command += ["--ro-bind-try", path, path]
    for path, how in bound.items():
        command += [how, str(path), str(path)]
    return [*command, "--remount-ro", "/"]


def _environment(home: str) -> dict[str, str]:
    """Nothing of this machine's environment but where programs are."""
    return {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "HOME": home,
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "MPLCONFIGDIR": f"{home}/matplotlib",
        "IPYTHONDIR": f"{home}/ipython",
        "JUPYTER_RUNTIME_DIR": f"{home}/jupyter",
        "GROKCORE_STORE": f"{home}/runs",
        "GROKCORE_PROGRESS": "0",
    }


def _guard(process: subprocess.Popen, limits: Limits, began: float) -> str:
    """Wait for the end; return why it had to be forced, or ""."""
    family = psutil.Process(process.pid)
    while True:
        try:
            process.wait(_LOOK)
        except subprocess.TimeoutExpired:
            reason = _excess(family, limits, time.monotonic() - began)
            if reason:
                _end(family)
                process.wait()
                return reason
        else:
            return ""


def _excess(family: psutil.Process, limits: Limits, seconds: float) -> str:
    """Which limit is passed, or ""."""
    if seconds > limits.seconds:
        return f"it took longer than {limits.seconds} seconds"
    memory = count = 0
    for member in _members(family):
        try:
            memory += member.memory_info().rss
            count += 1
        except psutil.Error:
            continue
    if memory > limits.memory:
        return f"it took more memory than {limits.memory / 2**30:g} GiB"
    if count > limits.processes:
        return f"it had more than {limits.processes} processes"
    return ""


def _members(family: psutil.Process) -> list[psutil.Process]:
    try:
        return [family, *family.children(recursive=True)]
    except psutil.Error:
        return []


def _end(family: psutil.Process) -> None:
    """Kill all. Behind walls, the others die with the first."""
    for member in _members(family):
        try:
            member.kill()
        except psutil.Error:
            continue
