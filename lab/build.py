"""Put the lab into one piece of HTML: ``python -m lab.build``.

Writes what the book includes, the lab as ``dist/lab/part.html`` and a recorded run as
``dist/lab/recorded.html``, and both as ``dist/lab.html``, a page that works alone, from
a folder, without a network.
"""

from __future__ import annotations

import json
from pathlib import Path

from inpage import assembling
from lab import recording

__all__ = ["alone", "part"]

HERE = Path(__file__).parent
DIST = HERE.parent / "dist"


def text(name: str) -> str:
    """A file of this folder."""
    return assembling.text(HERE, name)


def part() -> str:
    """The lab as HTML that may stand in any page: style, elements, scripts, kernel."""
    choices = json.loads(text("presets.json"))
    constants = {
        "BYTES": assembling.base64_of((HERE / "kernel.wasm").read_bytes()),
        "WORKER": text("kernel.js") + text("worker.js"),
        "PRESETS": choices["presets"],
        "USUAL": choices["usual"],
    }
    scripts = ("choices.js", "pictures.js", "page.js")
    return assembling.part(HERE, constants, scripts)


def alone(lab: str, recorded: str) -> str:
    """A page around the two."""
    main = text("alone.html").replace("<!-- the lab -->", lab)
    main = main.replace("<!-- the recorded run -->", recorded)
    return assembling.alone("The lab: a network groks in this page", main)


def write(dist: Path = DIST) -> list[Path]:
    """Write all three; return where they are."""
    lab, recorded = part(), recording.flipbook().html
    pages = {
        "lab/part.html": lab,
        "lab/recorded.html": recorded,
        "lab.html": alone(lab, recorded),
    }
    return assembling.write(pages, dist)


if __name__ == "__main__":
    for path in write():
        print(f"{path}: {path.stat().st_size / 1000:.0f} kB")
