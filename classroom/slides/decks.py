"""Make a deck: the chapter executed, its slides as HTML, and what a browser needs."""

from __future__ import annotations

import os
import re
import shutil
from importlib.util import find_spec
from pathlib import Path

import nbformat
import yaml
from nbformat import NotebookNode, v4

from classroom.slides.cells import Slide, plan

__all__ = ["BUILT", "CHAPTERS", "assets", "deck", "executed"]

_ROOT = Path(__file__).parents[2]
_HERE = Path(__file__).parent

#: The chapters.
CHAPTERS = _ROOT / "chapters"
#: Where the book leaves its executed chapters.
BUILT = _ROOT / "_build" / "jupyter_execute" / "chapters"


def executed(
    chapter: Path, built: Path = BUILT, trusting: bool = False
) -> NotebookNode:
    """Return a chapter with its outputs.

    The book's executed copy will do if its code is the chapter's, and no file of the
    library is newer; tags may differ. Otherwise the chapter is executed. Runs that are
    in the store are not trained again.

    Args:
        chapter: the notebook.
        built: where executed copies are.
        trusting: take a copy with the same code even if the library is newer.
    """
    notebook = nbformat.read(chapter, as_version=4)
    copy = built / chapter.name
    if copy.exists() and (trusting or _newest() < copy.stat().st_mtime):
        outputs = nbformat.read(copy, as_version=4).cells
        if _code(outputs) == _code(notebook.cells):
            for cell, ran in zip(notebook.cells, outputs, strict=True):
                if cell.cell_type == "code":
                    cell.outputs = ran.outputs
            return notebook
    from nbclient import NotebookClient

    os.environ["GROKCORE_PROGRESS"] = "0"  # no bar on a slide
    where = {"metadata": {"path": str(chapter.parent)}}
    return NotebookClient(notebook, timeout=900, resources=where).execute()


def _newest() -> float:
    """When the library was last changed."""
    files = (_ROOT / "grokcore").rglob("*")
    return max(f.stat().st_mtime for f in files if "__pycache__" not in f.parts)


def _code(cells: list[NotebookNode]) -> list[str]:
    """The code of all cells, with a gap for each that has none."""
    return [cell.source if cell.cell_type == "code" else "" for cell in cells]


def deck(notebook: NotebookNode) -> str:
    """Return the page of HTML that shows the slides of an executed chapter.

    It loads ``assets`` from beside it, and nothing from anywhere else.
    """
    from nbconvert import HTMLExporter

    slides = plan(notebook)
    cells = [cell for slide in slides for cell in _cells(slide)]
    book = yaml.safe_load((_ROOT / "_config.yml").read_text(encoding="utf-8"))
    about = {
        "title": slides[0].heading,
        "book": book["title"],
        "author": book["author"],
    }
    exporter = HTMLExporter(
        template_name="template",
        extra_template_basedirs=[str(_HERE)],
        exclude_anchor_links=True,
    )
    metadata = {"language_info": {"name": "python"}}
    flat = v4.new_notebook(cells=cells, metadata=metadata)
    page, _ = exporter.from_notebook_node(flat, {"deck": about})
    # A column without a name has no header; pandas writes an empty one.
    return re.sub(r"<th>\s*</th>", "<td></td>", page)


def _cells(slide: Slide) -> list[NotebookNode]:
    """The cells of a slide: heading, then words, then figures, and what opens what.

    A click brings on fragments in the order of the chapter, wherever they stand.
    """
    cells = [_cell("heading", f"{'#' if slide.title else '##'} {slide.heading}")]
    clicks = 0
    words, figures = [], []
    for part in slide.parts:
        column = words if part.kind == "text" else figures
        is_code = part.kind == "code" or part.outputs
        source = part.source if is_code else _links(part.source)
        cell = _cell(part.kind, source, part.outputs if is_code else None)
        if part.fragment:
            cell.metadata.deck["click"] = clicks
            clicks += 1
        if height := _height(part.outputs):
            cell.metadata.deck["height"] = height
        column.append(cell)
    columns = {name: c for name, c in (("words", words), ("figures", figures)) if c}
    for name, column in columns.items():
        column[0].metadata.deck["column"] = name
        column[-1].metadata.deck["column_ends"] = True
        cells += column
    look = "title" if slide.title else " ".join(columns)
    cells[0].metadata.deck["slide"] = look
    cells[-1].metadata.deck |= {"slide_ends": True, "credit": slide.title}
    return cells


def _cell(
    kind: str, source: str, outputs: list[NotebookNode] | None = None
) -> NotebookNode:
    """A cell of the deck's own notebook."""
    if outputs is None:
        cell = v4.new_markdown_cell(source)
    else:
        cell = v4.new_code_cell(source, outputs=outputs)
    cell.metadata["deck"] = NotebookNode(kind=kind)
    return cell


def _height(outputs: list[NotebookNode]) -> int:
    """The height of the first picture, in its own pixels: its share of a slide."""
    for output in outputs:
        image = re.search(r'<img [^>]*height="(\d+)"', _html(output))
        if image:
            return int(image[1])
    return 0


def _html(output: NotebookNode) -> str:
    return "".join(output.get("data", {}).get("text/html", ""))


def _links(source: str) -> str:
    """Let links to chapters lead to their decks, and others in the book nowhere."""
    source = re.sub(r"\]\(([\w-]+)\.ipynb(#[\w-]+)?\)", r"](\1.html)", source)
    return re.sub(r"\[([^\]]+)\]\(\.\./[^)]+\)", r"\1", source)


def assets(into: Path) -> None:
    """Copy what all decks share: reveal.js, MathJax, and our style.

    Args:
        into: the folder of the decks.
    """
    folder = into / "assets"
    folder.mkdir(parents=True, exist_ok=True)
    reveal = _package("sphinx_revealjs") / "_static" / "revealjs"
    mathjax = _package("sphinx-mathjax-offline") / "static" / "mathjax"
    for source in (
        reveal / "dist" / "reset.css",
        reveal / "dist" / "reveal.css",
        reveal / "dist" / "reveal.js",
        mathjax / "tex-svg.js",
        _HERE / "template" / "deck.css",
        _HERE / "template" / "deck.js",
    ):
        shutil.copy(source, folder / source.name)
    shutil.copy(reveal / "LICENSE", folder / "reveal.LICENSE")


def _package(name: str) -> Path:
    """The folder of a package, which is not imported."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{name} is not installed: run 'make setup'")
    return Path(spec.origin).parent
