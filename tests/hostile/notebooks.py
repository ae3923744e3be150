# What notebooks do to the one who grades them: each cell stands between an answer to
# ``first`` and one to ``second``, in a notebook of its own. Its title gives it a name,
# and says how many of the five points it gets and what is said of it. HERE, ROOT, PORT
# and FORGED are set before. What has no end has none in the sandbox alone: nothing here
# is run without one.

# %% loops | 5 | code cell 3 (import time) took longer than
import time

while True:
    time.sleep(0.1)

# %% loops in a test | 2 | the test of q2 took longer than
import time


class Endless:
    def __eq__(self, other):
        while True:
            time.sleep(0.1)


second = Endless()

# %% exits | 5 |
import sys

sys.exit()

# %% exits in IPython | 5 |
import time

exit()
time.sleep(2)

# %% exits at once | 5 | code cell 3 (import os) ended the program
import os

os._exit(0)

# %% exits in a test | 2 | the test of q2 ended the program
import os


class Last:
    def __eq__(self, other):
        os._exit(0)


second = Last()

# %% prints | 5 | code cell 3 (while True:) took longer than
while True:
    print("x" * 100_000)

# %% hoards | 5 | code cell 3 (hoard = []) wanted more memory than there is
hoard = []
while True:
    hoard.append(b"x" * 2**25)

# %% hoards in many | 0 | it took more memory than
import os
import time

for _ in range(6):
    if os.fork() == 0:
        hoard = b"x" * (180 * 2**20)
        time.sleep(600)
time.sleep(600)

# %% multiplies | 0 | more than 12 processes
import subprocess
import time

# Small ones: many, before they are large together.
for _ in range(100):
    subprocess.Popen(["sleep", "600"])
time.sleep(600)

# %% fills the disk | 0 | left no results
from itertools import count
from pathlib import Path

for n in count():
    Path(f"/tmp/{n}").write_bytes(bytes(2**20))

# %% fills another disk | 5 |
from itertools import count
from pathlib import Path

written = 0
try:
    for n in count():
        written += Path(f"/dev/{n}").write_bytes(bytes(2**20))
except OSError:
    pass
first = 1 + written

# %% changes the kernel | 5 |
from pathlib import Path

changed = []
for place in Path("/proc/sys").rglob("*"):
    try:
        if place.is_file():
            place.open("r+b").close()
            changed.append(place)
    except OSError:
        pass
first = changed or 1

# %% forgets and leaves | 3 |
get_ipython().run_line_magic("reset", "-f")
import os

os.chdir("/dev/shm")

# %% deletes | 0 | did not come to an end
import shutil

try:
    shutil.rmtree("/")
except OSError:
    pass
for place in ["/tmp", "/dev/shm", "/root", HERE, f"{ROOT}/classroom", f"{ROOT}/tests"]:
    shutil.rmtree(place, ignore_errors=True)

# %% spies | 5 |
import os
import socket
import sys
from pathlib import Path

seen = []
for address in [("127.0.0.1", PORT), ("1.1.1.1", 53)]:
    try:
        socket.create_connection(address, timeout=1).close()
        seen += [address] if address[1] == 53 else []  # the other one will tell
    except OSError:
        pass
for place in [f"{HERE}/beside.txt", f"{HERE}/submissions/good.ipynb", "/etc/passwd"]:
    if os.path.exists(place):
        seen.append(place)
for folder in [ROOT, f"{ROOT}/tests", "/root", "/home", "/var", "/sys"]:
    if os.path.exists(folder) and any(
        path.is_file() for path in Path(folder).iterdir()
    ):
        seen.append(folder)
for folder in ["/", "/usr/bin", "/etc", f"{ROOT}/classroom", sys.prefix]:
    try:
        Path(folder, "written").write_text("here")
        seen.append(f"{folder} is open")
    except OSError:
        pass
if "GROKCORE_SECRET" in Path("/proc/1/environ").read_text() + str(os.environ):
    seen.append("the environment")
if len([name for name in os.listdir("/proc") if name.isdigit()]) > 12:
    seen.append("other processes")
assert "second ==" in Path("tests/q2.py").read_text()  # that it can do
first = seen or 1

# %% forges | 0 | the result gives 100 of 100 for q1
import os
import signal
from pathlib import Path

for pipe in Path(f"/proc/{os.getppid()}/fd").iterdir():
    try:
        if "pipe" in os.readlink(pipe):
            os.write(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK), FORGED)
    except OSError:
        pass
os.kill(os.getppid(), signal.SIGKILL)

# %% forges at length | 0 | the result is longer than
import os
import signal
from pathlib import Path

for pipe in Path(f"/proc/{os.getppid()}/fd").iterdir():
    try:
        while "pipe" in os.readlink(pipe):
            os.write(os.open(pipe, os.O_WRONLY), FORGED * 100)
    except OSError:
        pass
os.kill(os.getppid(), signal.SIGKILL)
