"""Run the chapters as on Colab: its old widgets and IPython, the wheel, nothing else.

    python tools/colab.py [--python PYTHON] [--torch VERSION] [NOTEBOOK …]

Makes a virtual environment with what Colab has (``tools/colab.txt``), installs the
wheel there the way the notebooks' first cell does, refuses if that changes the version
of anything that was there before, and runs the notebooks with nbval.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".venv-colab"
PYTHON = FOLDER / "bin" / "python"
THERE = ROOT / "tools" / "colab.txt"

# Not Colab's, but what runs the notebooks.
RUNNER = ["nbval==0.11.0", "pytest>=8.2"]


def run(*command: object) -> str:
    """Run a command, and stop if it fails."""
    done = subprocess.run([*map(str, command)], stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"{done.stdout}\nfailed: {' '.join(map(str, command))}")
    return done.stdout


def pip(*arguments: object) -> str:
    """Call pip in the environment."""
    return run(PYTHON, "-m", "pip", "--disable-pip-version-check", *arguments)


def versions() -> dict[str, str]:
    """Return what is installed, by name."""
    lines = pip("list", "--format=freeze").splitlines()
    return dict(line.split("==", 1) for line in lines if "==" in line)


def pinned(package: str) -> str:
    """Return the version that the course is tested with."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    (pin,) = [line for line in lines if line.startswith(f"{package}==")]
    return pin.partition("==")[2]


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--python", default=sys.executable, help="which one; here: %(default)s"
    )
    parser.add_argument(
        "--torch", default=pinned("torch"), help="its version; here: %(default)s"
    )
    parser.add_argument("notebooks", nargs="*", metavar="NOTEBOOK", help="all, if none")
    return parser.parse_args()


def main(python: str, torch: str, notebooks: list[str]) -> int:
    """Make the environment, install, compare, run."""
    print("installing what Colab has (minutes)", flush=True)
    run(python, "-m", "venv", "--clear", FOLDER)
    pip("install", "--quiet", "-r", THERE, f"torch=={torch}", *RUNNER)
    before = versions()

    wheels = FOLDER / "wheel"
    pip("wheel", "--quiet", "--no-deps", "--wheel-dir", wheels, ROOT)
    (wheel,) = wheels.glob("grokcore-*.whl")
    pip("install", "--quiet", f"grokcore[lens] @ {wheel.as_uri()}")
    after = versions()

    changed = {n: (v, after.get(n)) for n, v in before.items() if after.get(n) != v}
    if changed:
        print("the first cell would change what Colab has:", changed, file=sys.stderr)
        return 1
    added = sorted(set(after) - set(before))
    print(run(PYTHON, "-VV").strip(), f"with torch {after['torch']}")
    print(f"unchanged: all {len(before)} packages; added: {', '.join(added)}")

    chosen = notebooks or sorted(map(str, (ROOT / "chapters").glob("*.ipynb")))
    command = [PYTHON, "-m", "pytest", "--nbval-lax", "--nbval-current-env"]
    command += ["--nbval-cell-timeout=900", "-p", "no:cacheprovider"]
    # Away from the repository: what is imported has to be what was installed.
    command += ["--rootdir", FOLDER, "-c", os.devnull, *map(os.path.abspath, chosen)]
    environment = {**os.environ, "GROKCORE_PROGRESS": "0"}
    return subprocess.run(command, cwd=FOLDER, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main(**vars(arguments())))
