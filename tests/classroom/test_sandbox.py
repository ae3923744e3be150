"""The sandbox, and the reader of what comes out of it."""

import json
import os
import socket
import sys
import threading
from pathlib import Path

import pytest

from classroom import results, sandbox
from classroom.sandbox import Limits

MISSING = sandbox.available()
LIMITS = Limits(seconds=60, memory=2**29, disk=2**22, processes=8)
POINTS = {"q1": 2.0, "q2": 3.0}

walls = pytest.mark.skipif(bool(MISSING), reason=f"no sandbox here: {MISSING}")
both_ways = pytest.mark.parametrize(
    "contained", [False, pytest.param(True, marks=walls)], ids=["open", "contained"]
)


def run(code, *arguments, most=1_000, **options):
    command = [sys.executable, "-S", "-c", code, *map(str, arguments)]
    options = {"readable": [], "limits": LIMITS} | options
    return sandbox.run(command, most=most, **options)


@both_ways
def test_a_program_is_heard(contained):
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    done = run(code, contained=contained)
    assert (done.output, done.said, done.status, done.stopped) == (
        b"out\n",
        "err",
        3,
        "",
    )


@both_ways
def test_no_more_is_read_than_was_asked_for(contained):
    code = "import sys\nwhile True: print('x' * 1000); print('y', file=sys.stderr)"
    done = run(code, most=5_000, contained=contained)  # its pipe breaks, and so does it
    assert len(done.output) == 5_001 and len(done.said) <= 10_000
    assert done.status != 0 and not done.stopped


@both_ways
@pytest.mark.parametrize(
    ("code", "limits", "reason"),
    [
        ("import time; time.sleep(600)", {"seconds": 1}, "longer than 1 seconds"),
        (
            "import os, time\n"
            "for _ in range(20): os.fork() or time.sleep(600)\n"
            "time.sleep(600)",
            {"processes": 8},
            "more than 8 processes",
        ),
        (
            "import time; x = b'x' * 2**27; time.sleep(600)",
            {"memory": 2**26},
            "more memory than 0.0625 GiB",
        ),
    ],
    ids=["time", "processes", "memory"],
)
def test_whoever_passes_a_limit_is_ended(code, limits, reason, contained):
    limits = Limits(**{"seconds": 60, "memory": 2**29, "processes": 24} | limits)
    done = run(code, limits=limits, contained=contained)
    assert reason in done.stopped
    assert done.status is None


@walls
def test_children_do_not_outlive_the_program():
    started = (
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(600)"
    )
    done = run(started)
    assert done.status == 0 and done.seconds < 60  # its pipe is closed, so it is gone


@walls
def test_what_is_readable_cannot_be_written(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").write_text("as it was")
    (tmp_path / "other").write_text("secret")
    code = """
import os, sys
folder = sys.argv[1]
print(open(folder + "/mine/file").read(), os.listdir(folder))
for act in (lambda: open(folder + "/mine/file", "w"), lambda: os.rmdir(folder),
            lambda: os.remove(folder + "/mine/file"), lambda: os.mkdir("/new")):
    try:
        act()
        print("done")
    except OSError:
        pass
"""
    done = run(code, tmp_path, readable=[tmp_path / "mine"])
    assert done.output.decode() == "as it was ['mine']\n"
    assert (tmp_path / "mine" / "file").read_text() == "as it was"


@walls
@pytest.mark.parametrize("folder", ["/tmp", "/dev/shm"])
def test_the_disk_is_small_and_gone_afterwards(folder):
    code = """
import sys
for n in range(100):
    try:
        open(f"{sys.argv[1]}/filled-{n}", "wb").write(bytes(2**20))
    except OSError as error:
        print(n, error.strerror)
        break
"""
    done = run(code, folder)
    assert done.output.endswith(b" No space left on device\n")
    assert int(done.output.split()[0]) <= 4
    assert not Path(folder, "filled-0").exists()


@walls
def test_nothing_else_can_be_written():
    code = """
import os
for folder, _, files in os.walk("/"):
    for path in [folder, *(f"{folder}/{name}" for name in files)]:
        own = path.startswith(("/tmp", "/dev/shm", "/dev/pts", "/proc/"))
        if not own and os.path.isdir(path) and os.access(path, os.W_OK):
            print(path)
        if path.startswith("/proc/sys/") and os.access(path, os.W_OK):
            print(path)
for special in ("/dev/null", "/dev/urandom"):
    open(special, "r+b", buffering=0).close()
"""
    assert run(code).output == b""


@walls
def test_who_called_it_off_does_not_wait():
    called_off = threading.Event()
    threading.Timer(1, called_off.set).start()
    done = run("import time; time.sleep(600)", called_off=called_off)
    assert (done.stopped, done.status) == (sandbox.CALLED_OFF, None)
    assert done.seconds < 60


@walls
def test_there_is_no_network_and_no_environment(monkeypatch):
    monkeypatch.setenv("GROKCORE_SECRET", "42")
    code = """
import os, socket, sys
for address in [("127.0.0.1", int(sys.argv[1])), ("1.1.1.1", 53)]:
    try:
        socket.create_connection(address, timeout=2)
        print("connected to", address)
    except OSError:
        pass
print("GROKCORE_SECRET" in os.environ)
"""
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = run(code, server.getsockname()[1])
    assert done.output == b"False\n"


def test_readers_leave_nothing_open():
    before = len(os.listdir("/proc/self/fd")), threading.active_count()
    run("print('x' * 10_000)", contained=False)
    assert (len(os.listdir("/proc/self/fd")), threading.active_count()) == before


# -- reports -----------------------------------------------------------------------


def report(**answers):
    return {
        "answers": {"q1": {"score": 1.0, "possible": 2.0, "messages": []} | answers}
    }


def test_a_report_is_read():
    text = json.dumps(report(messages=["no"]) | {"trouble": ""}).encode()
    answer = results.read(text, POINTS).answers["q1"]
    assert (answer.score, answer.possible, answer.messages) == (1.0, 2.0, ["no"])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no result was left"),
        (b"\x80\x04]\x94.", "is not one"),  # a pickle
        (b"[" * 100_000, "is not one"),
        (b" " * 200_001, "longer than 200,000 bytes"),
        (report(score=float("nan")), "is not one"),
        (report(score=float("inf")), "is not one"),
        (report(score=-1.0), "is not one"),
        (report(score="2"), "is not one"),
        (report(score=True), "is not one"),
        (report(score=3.0), "gives 3 of 2 for q1, which is worth 2"),
        (report(score=100.0, possible=100.0), "100 of 100 for q1, which is worth 2"),
        (report(messages=["x" * 5_000]), "is not one"),
        (report(messages=["x"] * 21), "is not one"),
        (report(messages="full marks"), "is not one"),
        (report(extra=1), "is not one"),
        (report() | {"score": 5}, "is not one"),
        ({"answers": {"q9": report()["answers"]["q1"]}}, "'q9' that is not one"),
        ({"answers": [1]}, "is not one"),
        ([], "is not one"),
        (report() | {"trouble": "\ud800"}, "is not one"),
    ],
)
def test_a_report_of_another_shape_is_refused(content, said):
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    with pytest.raises(results.Unreadable) as refused:
        results.read(text, POINTS)
    assert said in str(refused.value)
    assert len(str(refused.value)) < 300


def test_the_advice_fits_what_is_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "apt install bubblewrap" in sandbox.available()
    refused = tmp_path / "bwrap"
    refused.write_text(
        "#!/bin/sh\necho 'bwrap: No permissions to make one' >&2\nexit 1\n"
    )
    refused.chmod(0o755)
    told = sandbox.available()
    assert "No permissions to make one" in told and "namespaces" in told
    assert "AppArmor" in told and "apt install" not in told
