"""Put the lab into one piece of HTML: ``python -m lab.build``.

Writes what the book includes, the lab as ``dist/lab/part.html`` and a recorded run as
``dist/lab/recorded.html``, and both as ``dist/lab.html``, a page that works alone, from
a folder, without a network.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path

from lab import recording

__all__ = ["alone", "part"]

HERE = Path(__file__).parent
DIST = HERE.parent / "dist"


def text(name: str) -> str:
    """A file of this folder."""
    return (HERE / name).read_text(encoding="utf-8")


def part() -> str:
    """The lab as HTML that may stand in any page: style, elements, scripts, kernel."""
    choices = json.loads(text("presets.json"))
    inlined = {
        "BYTES": base64.b64encode((HERE / "kernel.wasm").read_bytes()).decode(),
        "WORKER": text("kernel.js") + text("worker.js"),
        "PRESETS": choices["presets"],
        "USUAL": choices["usual"],
    }
    constants = "".join(f"const {k} = {_script(v)};\n" for k, v in inlined.items())
    code = "".join(map(text, ("choices.js", "pictures.js", "page.js")))
    # In a block of its own: the names are not the page's.
    return (
        f"<style>\n{text('page.css')}</style>\n{text('page.html')}"
        f"<script>\n{{\n{constants}{code}}}\n</script>\n"
    )


def alone(lab: str, recorded: str) -> str:
    """A page around the two."""
    page = text("alone.html").replace("<!-- the lab -->", lab)
    return page.replace("<!-- the recorded run -->", recorded)


def write(dist: Path = DIST) -> list[Path]:
    """Write all three; return where they are."""
    lab, recorded = part(), recording.flipbook().html
    pages = {
        "lab/part.html": lab,
        "lab/recorded.html": recorded,
        "lab.html": alone(lab, recorded),
    }
    written = []
    for name, html in pages.items():
        path = dist / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(html, encoding="utf-8")
        written.append(path)
    return written


def _script(value: object) -> str:
    """A value as JavaScript that may stand within a script element."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


if __name__ == "__main__":
    for path in write():
        print(f"{path}: {path.stat().st_size / 1000:.0f} kB")
