"""Train experiments in forked children, kill them at random moments, resume them.

Run as a script: ``kill_driver.py EXPERIMENTS STORES KILLS``. The experiments are JSON
files. Each one's run is made once without interruption, in ``STORES/NAME/whole``, and
then again and again with kill -9, in ``STORES/NAME/0``, ``1``, … until that many kills
have hit. Torch is loaded once, in the parent, which computes nothing: forking is safe.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

import torch

from grokcore import AdamW, Experiment
from grokcore.runs import run


def start(experiment: Experiment, store: Path) -> int:
    """Train in a child, with a resume point at every step; return its process id."""
    child = os.fork()
    if child:
        return child
    try:
        torch.set_num_threads(1)
        run(experiment, device="cpu", resume_every=0, root=store)
        os._exit(0)
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        os._exit(1)


def main(experiments: Path, stores: Path, kills: int) -> None:
    rng = random.Random(0)
    # The first optimizer of a process loads half of torch: once, not in each child.
    AdamW().build({"w": torch.nn.Parameter(torch.ones(1))})
    for path in sorted(experiments.glob("*.json")):
        experiment = Experiment.from_json(path.read_text(encoding="utf-8"))
        began = time.monotonic()
        _, status = os.waitpid(start(experiment, stores / path.stem / "whole"), 0)
        seconds = time.monotonic() - began
        assert status == 0
        hits = resumed = 0
        while hits < kills:
            store = stores / path.stem / str(resumed)
            finished = False
            while not finished:
                child = start(experiment, store)
                if hits < kills:
                    time.sleep(rng.uniform(0, 0.6 * seconds))
                    os.kill(child, signal.SIGKILL)
                _, status = os.waitpid(child, 0)
                killed = os.WIFSIGNALED(status)
                hits += killed
                finished = not killed
            assert status == 0
            resumed += 1
        print(path.stem, hits, resumed, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
