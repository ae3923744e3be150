"""Find a Chromium for ``make test-browser``, or install Debian's where that is allowed.

    python tools/chromium.py

Says where the browser is. Playwright could download one of its own; the system's is a
package like any other, and the tests need no more.
"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

WHAT_TO_DO = """error: no Chromium, and no way to install it from here.
Install it, then call `make test-browser` again:
  Debian:        sudo apt-get install chromium
  macOS:         brew install --cask chromium
  anywhere else: install Google Chrome, or .venv/bin/playwright install chromium
A browser in an unusual place is named by CHROMIUM=/path/to/chromium."""


def find() -> str | None:
    """Return the browser's path: the one named by CHROMIUM, the system's, or None."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return found or _playwrights_own()


def install() -> None:
    """Install Debian's package; do nothing where this is not allowed."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    if not (root and shutil.which("apt-get")):
        return
    print("installing chromium with apt-get (a minute, once)", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in ("update", "install --yes --no-install-recommends chromium"):
        call = ["apt-get", "--quiet=2", *command.split()]
        if subprocess.run(call, env=quiet, stdout=subprocess.DEVNULL).returncode:
            return


def main() -> None:
    """Say where the browser is, and install it first if need be."""
    if find() is None and not os.environ.get("CHROMIUM"):
        install()
    browser = find()
    if browser is None and (named := os.environ.get("CHROMIUM")):
        sys.exit(
            f"error: CHROMIUM={named} is no program that can be run; name another, or "
            f"unset it to look for the system's"
        )
    if browser is None:
        sys.exit(WHAT_TO_DO)
    print(f"browser: {browser}")


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return shutil.which(playwright.chromium.executable_path)


if __name__ == "__main__":
    main()
