"""Run a program where it can do no harm: bubblewrap, and a guard that counts.

Inside there is no network, nothing of this machine but programs and libraries, which
cannot be changed, and a scratch folder of limited size that is gone afterwards.
Outside, a guard watches the time, the memory and the number of all processes together,
and ends them when they pass a limit. What the program has to say comes through a pipe,
and no more of it is read than was asked for: it can write to no file of this machine.

This contains a program. It does not make what the program says true.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

__all__ = ["CALLED_OFF", "Limits", "Outcome", "available", "run"]

#: Why a program was ended that somebody called off.
CALLED_OFF = "it was called off"

#: How often the guard looks, in seconds.
_LOOK = 0.2

#: How much is read of what a program writes to its error stream, in bytes.
_SAID = 10_000

# What programs need of a Debian, a Fedora or an Arch.
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
_SETTINGS = ("/etc/alternatives", "/etc/fonts", "/etc/hosts", "/etc/ld.so.cache")


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Attributes:
        seconds: by the clock, for everything.
        cell_seconds: for each cell; one that takes longer is interrupted.
        memory: bytes, for all processes together; what they share counts for each. One
            alone has three quarters of that, and an error when it asks for more.
        disk: bytes it may write; they are kept in memory, beside the others.
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
        output: what it wrote, at most one byte more than it was allowed to.
        said: what it wrote to its error stream, cut off if it is long.
    """

    seconds: float
    stopped: str
    status: int | None
    output: bytes
    said: str


def available() -> str:
    """Return "" if a sandbox can be made here, else why not, and what can be done.

    >>> isinstance(available(), str)
    True
    """
    if shutil.which("bwrap") is None:
        return "bubblewrap (bwrap) is not installed. On Debian: apt install bubblewrap"
    tried = subprocess.run(
        [*_walls([], 2**20), "true"], capture_output=True, text=True, check=False
    )
    if tried.returncode == 0:
        return ""
    return (
        f"bubblewrap is installed, and may not make namespaces: "
        f"{tried.stderr.strip()}. In Docker, start the container with "
        f"--security-opt seccomp=unconfined, or --privileged; on Ubuntu 24.04 allow "
        f"bwrap in AppArmor, or set kernel.apparmor_restrict_unprivileged_userns=0"
    )


def run(
    command: list[str],
    *,
    readable: list[Path],
    most: int,
    limits: Limits,
    contained: bool = True,
    environment: dict[str, str] | None = None,
    called_off: threading.Event | None = None,
) -> Outcome:
    """Run a program, and end it when it passes a limit.

    Args:
        command: the program and its arguments.
        readable: files and folders it may read, under their own names.
        most: how many bytes of its output are read.
        limits: what it may use.
        contained: behind walls. Without, only the guard is left: the program has the
            network, and all files.
        environment: variables, besides a few that every program gets.
        called_off: ends the program when somebody sets it.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        # Behind the walls /tmp is a file system of its own.
        home = "/tmp" if contained else scratch
        walls = [*_walls(readable, limits.disk), "--chdir", home] if contained else []
        process = subprocess.Popen(
            [*walls, *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            cwd=None if contained else scratch,
            env=_environment(home) | (environment or {}),
            start_new_session=True,
        )
        output = _Reader(process.stdout, most + 1)
        said = _Reader(process.stderr, _SAID)
        began = time.monotonic()
        stopped = _guard(process, limits, began, contained, called_off)
        seconds = time.monotonic() - began
        status = None if stopped else process.returncode
        text = said.text().decode(errors="replace").strip()
        return Outcome(seconds, stopped, status, output.text(), text)


class _Reader:
    """Reads the beginning of a pipe while somebody writes to it."""

    def __init__(self, pipe: IO[bytes], most: int) -> None:
        self.pipe, self.most = pipe, most
        self.parts: list[bytes] = []
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        left = self.most
        with self.pipe:  # who goes on writing after that is told that nobody reads
            while left and (part := self.pipe.read(min(left, 2**16))):
                self.parts.append(part)
                left -= len(part)

    def text(self) -> bytes:
        """Return what was read, once the writer is gone."""
        self.thread.join(timeout=10)  # without walls, its children may live on
        return b"".join(self.parts)


def _walls(readable: list[Path], disk: int) -> list[str]:
    """The command that the program is put behind."""
    command = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session"]
    # Otter talks to its kernel by the name of its host.
    command += ["--hostname", "localhost", "--cap-drop", "ALL"]
    command += ["--proc", "/proc", "--dev", "/dev"]
    for folder in ("/dev/shm", "/tmp"):
        command += ["--size", str(disk), "--tmpfs", folder]
    # Else root could change the kernel's settings, and fill a /dev without limits.
    command += ["--remount-ro", "/proc", "--remount-ro", "/dev"]
    for path in (*_SYSTEM, *_SETTINGS, sys.prefix, sys.base_prefix):
        command += ["--ro-bind-try", path, path]
    for path in readable:
        command += ["--ro-bind", str(path), str(path)]
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


def _guard(
    process: subprocess.Popen,
    limits: Limits,
    began: float,
    contained: bool,
    called_off: threading.Event | None,
) -> str:
    """Wait for the end; return why it had to be forced, or ""."""
    family = psutil.Process(process.pid)
    while True:
        try:
            process.wait(_LOOK)
        except subprocess.TimeoutExpired:
            reason = _excess(family, limits, time.monotonic() - began)
            if called_off is not None and called_off.is_set():
                reason = CALLED_OFF
            if reason:
                others = [] if contained else _members(family)
                process.kill()  # behind walls, the others die with it
                for other in others:
                    with suppress(psutil.Error):
                        other.kill()
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
    if count > limits.processes:
        return f"it had more than {limits.processes} processes"
    if memory > limits.memory:
        return f"it took more memory than {limits.memory / 2**30:g} GiB"
    return ""


def _members(family: psutil.Process) -> list[psutil.Process]:
    try:
        return [family, *family.children(recursive=True)]
    except psutil.Error:
        return []
