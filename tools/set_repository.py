"""Set the repository's address everywhere it has to be spelled out.

``_config.yml`` holds the address. The set-up cell of each notebook has to repeat it
(Colab sees nothing but the notebook), and so do a few files of metadata; this script
changes them all:

    python tools/set_repository.py https://github.com/you/your-fork
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def address(config: str) -> str:
    """Return the repository's address that the text of ``_config.yml`` gives."""
    found = re.search(r"^repository:\n(?:[ #].*\n)*?\s+url:\s*(\S+)$", config, re.M)
    if found is None:
        raise SystemExit("_config.yml: no 'url:' under 'repository:'")
    return found.group(1)


def replace(new: str) -> list[Path]:
    """Write ``new`` for the old address in every tracked text file."""
    old = address((ROOT / "_config.yml").read_text(encoding="utf-8"))
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    changed = []
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        try:
            text = path.read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue
        # Not where the old address is only the beginning of a longer name.
        mended = re.sub(re.escape(old) + r"(?![\w-])", new, text)
        if mended != text:
            path.write_text(mended, encoding="utf-8")
            changed.append(path.relative_to(ROOT))
    return changed


def main() -> None:
    """Read the new address from the command line and set it."""
    if len(sys.argv) != 2 or not re.fullmatch(
        r"https://[\w.-]+(/[\w.-]+){2,}", sys.argv[1].removesuffix("/")
    ):
        given = " ".join(sys.argv[1:]) or "nothing"
        raise SystemExit(
            f"error: {given!r} is no such address; "
            f"make repository URL=https://github.com/owner/name"
        )
    changed = replace(sys.argv[1].removesuffix("/"))
    for path in changed:
        print(f"changed {path}")
    if not changed:
        print("nothing to change: that is the address already")


if __name__ == "__main__":
    main()
