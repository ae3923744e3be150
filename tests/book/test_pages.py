"""The book's pages, and what has to be said in more than one place."""

import re
import runpy
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def public_modules() -> set[str]:
    """Return the dotted names of grokcore's modules that readers may import."""
    names = set()
    for path in (ROOT / "grokcore").rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if parts[-1] == "__init__":
            parts = parts[:-1]
        if not any(part.startswith("_") for part in parts) and "recorded" not in parts:
            names.add(".".join(parts))
    return names


def test_every_public_module_is_on_the_api_page():
    listed = re.findall(r"^\.\. automodule:: (\S+)$", text("book/api.md"), re.M)
    assert sorted(listed) == sorted(set(listed)), "a module is listed twice"
    missing, gone = public_modules() - {*listed}, {*listed} - public_modules()
    assert not missing, "public, but not in book/api.md"
    assert not gone, "in book/api.md, but not in grokcore"


def test_every_page_of_the_table_of_contents_exists():
    toc = text("_toc.yml")
    files = [yaml.safe_load(toc)["root"], *re.findall(r"- file: (\S+)", toc)]
    for file in files:
        assert any((ROOT / f"{file}{end}").exists() for end in (".md", ".ipynb")), file


def test_the_repository_is_the_same_everywhere():
    address = yaml.safe_load(text("_config.yml"))["repository"]["url"]
    assert yaml.safe_load(text("CITATION.cff"))["repository-code"] == address
    project = tomllib.loads(text("pyproject.toml"))["project"]
    assert project["urls"]["Repository"] == address
    assert f"git+{address}" in text("tools/setup_cell.txt")
    assert f"git clone {address}" in text("book/how-to-use.md")
    script = runpy.run_path(str(ROOT / "tools" / "set_repository.py"))
    assert script["address"](text("_config.yml")) == address


def test_the_version_is_the_same_everywhere():
    version = tomllib.loads(text("pyproject.toml"))["project"]["version"]
    assert yaml.safe_load(text("CITATION.cff"))["version"] == version
    assert f'"version {version}, ledger, row' in text("CITATION.cff").replace("\n", " ")
    page = text("book/claims.md")
    assert f"version {version}, ledger, row" in page
    assert f"version = {{{version}}}" in page


def test_the_set_up_cell_pins_nothing():
    cell = text("tools/setup_cell.txt")
    (install,) = re.findall(r"%pip install (.*)", cell)
    assert not re.search(r"[=<>~]=|--upgrade|-U\b|--force|torch|numpy", install)
    assert cell.index("import grokcore") < cell.index("%pip")


def test_the_contrasts_of_figures_are_what_the_page_says():
    style = runpy.run_path(str(ROOT / "grokcore" / "show" / "style.py"))

    def contrast(color):
        channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [
            c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4
            for c in channels
        ]
        weights = (0.2126, 0.7152, 0.0722)
        light = sum(w * c for w, c in zip(weights, linear, strict=True))
        return 1.05 / (light + 0.05)

    palette = {name: contrast(color) for name, color in style["OKABE_ITO"].items()}
    page = text("book/accessibility.md")
    assert f"The orange of validation has {palette.pop('orange'):.1f} : 1" in page
    assert "two more colors of the figures less than 3 : 1" in page
    assert sum(ratio < 3 for ratio in palette.values()) == 2


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_links_within_the_repository_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text(page)):
        if not re.match(r"https?:|mailto:", target):
            assert (ROOT / target).exists(), target


def test_references_say_where_to_find_them():
    entries = re.split(r"^@", text("book/references.bib"), flags=re.M)[1:]
    keys = [re.match(r"\w+\{([^,]+),", entry).group(1) for entry in entries]
    assert len(keys) == len(set(keys))
    for key, entry in zip(keys, entries, strict=True):
        # An arXiv number becomes a link by itself; a blog post may have moved.
        place = r"^\s*((eprint|doi|url)\s*=\s*\{\S+\}|howpublished\s*=\s*\{Blog post)"
        assert re.search(place, entry, re.M), key


def test_make_alone_lists_the_targets():
    listed = subprocess.run(
        ["make"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for target in ("book", "test", "test-browser", "seeds", "bench", "lint", "clean"):
        assert re.search(rf"^  {target} +\S", listed, re.M), target


def test_continuous_integration_calls_the_two_commands_and_draws_and_looks():
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111, "not executable"
    called = re.findall(r"^make ([\w-]+)", script.read_text(encoding="utf-8"), re.M)
    assert called == ["test", "lot", "book", "test-browser"]
