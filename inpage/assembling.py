"""Put a page that calculates into one piece of HTML, which asks for nothing."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

__all__ = ["HERE", "alone", "base64_of", "part", "text", "write"]

HERE = Path(__file__).parent


def text(folder: Path, name: str) -> str:
    """A file of a folder."""
    return (folder / name).read_text(encoding="utf-8")


def base64_of(data: bytes) -> str:
    """Bytes as letters, which a script can hold."""
    return base64.b64encode(data).decode()


def part(folder: Path, constants: Mapping[str, object], scripts: Sequence[str]) -> str:
    """HTML that may stand in any page: style, elements, scripts.

    Args:
        folder: where ``page.html``, ``page.css`` and the scripts are.
        constants: what the scripts know by these names.
        scripts: names of files, in their order; ``canvas.js`` comes before them.
    """
    style = text(HERE, "page.css") + text(folder, "page.css")
    known = "".join(f"const {k} = {_script(v)};\n" for k, v in constants.items())
    code = text(HERE, "canvas.js") + "".join(text(folder, name) for name in scripts)
    # In a block of its own: the names are not the page's.
    return (
        f"<style>\n{style}</style>\n{text(folder, 'page.html')}"
        f"<script>\n{{\n{known}{code}}}\n</script>\n"
    )


def alone(title: str, main: str) -> str:
    """A page of its own, light or dark as the system is."""
    page = text(HERE, "alone.html").replace("<!-- title -->", title)
    return page.replace("<!-- main -->", main)


def write(pages: Mapping[str, str], dist: Path) -> list[Path]:
    """Write pages into a folder; return where they are."""
    for name, html in pages.items():
        path = dist / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(html, encoding="utf-8")
    return [dist / name for name in pages]


def _script(value: object) -> str:
    """A value as JavaScript that may stand within a script element."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
