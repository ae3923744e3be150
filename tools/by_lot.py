"""Run two chapters with a weight seed and a rounding that follow from a commit.

    python tools/by_lot.py COMMIT

Nobody can tune what a chapter claims to a network that is drawn by the hash of the
commit which claims it. One of the chapters on p = 113 is drawn, and the one on p = 59,
each with its side rooms.
If this ever fails, the claim is at fault: see "What to claim" in CONTRIBUTING.md.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LARGE, SMALL = ("01", "04", "05", "06"), "03"

#: Weight seeds of the census are below, so that those drawn are new to it.
FIRST_SEED = 1_000


@dataclass(frozen=True)
class Lot:
    """What a commit draws.

    Attributes:
        chapters: their numbers.
        seed: of the weights.
        rounding: as grokcore/backend/rounding.py numbers them.
    """

    chapters: tuple[str, str]
    seed: int
    rounding: int


def draw(commit: str) -> Lot:
    """Draw from a commit's name.

    >>> draw("0" * 40) == draw("0" * 40) != draw("1" * 40)
    True
    """
    digest = hashlib.sha256(commit.encode()).digest()
    large = LARGE[digest[0] % len(LARGE)]
    seed = FIRST_SEED + int.from_bytes(digest[1:4])
    return Lot((large, SMALL), seed, 1 + int.from_bytes(digest[4:7]))


def notebooks_of(lot: Lot) -> list[str]:
    """Return the chapters that were drawn, with their side rooms.

    >>> [Path(p).stem[:3] for p in notebooks_of(Lot(("04", "03"), 1_000, 1))]
    ['04-', '04b', '03-', '03b']
    """
    found = [sorted(ROOT.glob(f"chapters/{n}*.ipynb")) for n in lot.chapters]
    return [str(path) for paths in found for path in paths]


def main(commit: str) -> int:
    """Run the notebooks; return their exit status."""
    lot = draw(commit)
    print(f"by lot: weight seed {lot.seed}, rounding {lot.rounding}", flush=True)
    notebooks = notebooks_of(lot)
    with tempfile.TemporaryDirectory() as store:
        environment = {"OMP_NUM_THREADS": "1"} | os.environ  # a process for each core
        environment |= {
            "GROKCORE_SEED": str(lot.seed),
            "GROKCORE_ROUNDING": str(lot.rounding),
            "GROKCORE_STORE": store,
        }
        options = ["--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=900"]
        options += ["-n", "auto", "--dist", "loadfile"]
        command = [sys.executable, "-m", "pytest", *options, *notebooks]
        return subprocess.run(command, cwd=ROOT, env=environment).returncode


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1]:
        sys.exit(
            "usage: python tools/by_lot.py COMMIT, or any text to draw from; "
            "without git: make lot COMMIT=text"
        )
    sys.exit(main(sys.argv[1]))
