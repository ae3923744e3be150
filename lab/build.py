"""Put the lab into one piece of HTML: ``python -m lab.build``.

Writes ``dist/lab/part.html``, which the book includes, and ``dist/lab.html``, a page
that works alone, from a folder, without a network.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path

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


def alone() -> str:
    """The lab as a page of its own."""
    return text("alone.html").replace("<!-- the lab -->", part())


def write(dist: Path = DIST) -> list[Path]:
    """Write both; return where they are."""
    written = []
    for name, html in (("lab/part.html", part()), ("lab.html", alone())):
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
