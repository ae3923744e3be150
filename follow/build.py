"""Put "follow one sum" into one piece of HTML: ``python -m follow.build``.

Writes what the book includes: the page as ``dist/follow/part.html``, a table of its
moments, a recorded sum; and all of it as ``dist/follow.html``, a page that works alone,
from a folder, without a network.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from follow import recording
from follow.moments import MOMENTS, keys, moment, shown
from inpage import assembling

__all__ = ["USUAL", "alone", "moments_table", "part"]

HERE = Path(__file__).parent
DIST = HERE.parent / "dist"

#: What is shown first: a sum that was never shown, nor with its numbers swapped.
USUAL = {
    "a": 47,
    "b": 85,
    "moment": len(MOMENTS) - 1,
    "waves": len(keys()) + 1,
    "cut": [],
}


def part() -> str:
    """The page as HTML that may stand in any other."""
    moments = [moment(name) for name in MOMENTS]
    constants = {
        "BYTES": assembling.base64_of((HERE / "network.wasm").read_bytes()),
        "MOMENTS": [m.facts() | {"weights": m.packed()} for m in moments],
        "SHOWN": assembling.base64_of(np.packbits(shown().numpy()).tobytes()),
        "KEYS": keys(),
        "USUAL": USUAL,
        "TOUR": json.loads(assembling.text(HERE, "tour.json")),
    }
    scripts = ("state", "network", "cuts", "pictures", "words", "page")
    return assembling.part(HERE, constants, [f"{name}.js" for name in scripts])


def moments_table() -> str:
    """What the network can do at each moment."""
    rows = "".join(
        f'<tr><th scope="row">{m.name}, epoch {m.epoch:,}</th>'
        f"<td>{m.right(shown()):.1%}</td><td>{m.right(~shown()):.1%}</td>"
        f"<td>{m.explained:.1%}</td></tr>\n"
        for m in map(moment, MOMENTS)
    )
    names = ("Moment", "Shown", "Others", "Six waves")
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    return (
        f'<div class="follow-scroll"><table class="inpage-table">'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody></table></div>\n"
    )


def alone(pieces: dict[str, str]) -> str:
    """A page around all pieces."""
    main = assembling.text(HERE, "alone.html")
    for name, html in pieces.items():
        main = main.replace(f"<!-- {name} -->", html)
    return assembling.alone("Follow one sum", main)


def write(dist: Path = DIST) -> list[Path]:
    """Write all of them; return where they are."""
    pieces = {
        "part": part(),
        "moments": moments_table(),
        "recorded": recording.flipbook().html,
    }
    pages = {f"follow/{name}.html": html for name, html in pieces.items()}
    return assembling.write(pages | {"follow.html": alone(pieces)}, dist)


if __name__ == "__main__":
    for path in write():
        print(f"{path}: {path.stat().st_size / 1000:.0f} kB")
