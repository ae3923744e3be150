"""Put the built book into one zip for a class.

    python tools/zip_book.py

Writes ``dist/grokking-book.zip``: a folder that opens in any browser, from a disk or a
USB stick, without a network. The same book gives the same bytes.
"""

import re
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HTML = ROOT / "_build" / "html"
ZIP = ROOT / "dist" / "grokking-book.zip"
FOLDER = "grokking-book"

# What no page asks for: maps for debuggers, reports of the build, and MathJax's other
# bundles. Pages load one bundle by name; its parts lie in folders, and stay.
BUNDLE = re.compile(r"_static/mathjax/[^/]+\.js")
UNREAD = re.compile(r".*\.map|reports/.*|\.buildinfo|objects\.inv")


def kept(html: Path) -> list[Path]:
    """Return the files of a built book that a reader may need, in order."""
    pages = [path for path in html.rglob("*.html") if "_static" not in path.parts]
    named = set()
    for page in pages:
        named |= set(BUNDLE.findall(page.read_text(encoding="utf-8")))
    files = []
    for path in sorted(filter(Path.is_file, html.rglob("*"))):
        name = path.relative_to(html).as_posix()
        bundle = BUNDLE.fullmatch(name) and name not in named
        if not bundle and not UNREAD.fullmatch(name):
            files.append(path)
    return files


def write(html: Path = HTML, into: Path = ZIP) -> Path:
    """Zip the built book; return where it is."""
    into.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in kept(html):
            name = f"{FOLDER}/{path.relative_to(html).as_posix()}"
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return into


if __name__ == "__main__":
    if not (HTML / "index.html").exists():
        sys.exit("error: no book yet; run 'make book' first")
    print(f"The same in one file, to hand out:\n  {write()}")
