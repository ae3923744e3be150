"""What becomes of the built pages: mended, zipped, opened in a browser."""

import runpy
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).parents[2]
FINISH = runpy.run_path(str(ROOT / "book" / "_ext" / "finish.py"))
ZIP = runpy.run_path(str(ROOT / "tools" / "zip_book.py"))
CHROMIUM = runpy.run_path(str(ROOT / "tools" / "chromium.py"))

THEBE = '<script>const THEBE_JS_URL = "https://x.org/t.js"; const a = ".b"</script>'
PAGE = f"""<head>
<script defer src="../_static/scripts/fontawesome.js?digest=55"></script>
<link rel="stylesheet" type="text/css" href="../_static/sphinx-thebe.css?v=4f" />
<script src="../_static/doctools.js?v=9a"></script>
{THEBE}
<script async="async" src="../_static/sphinx-thebe.js?v=c1"></script>
{THEBE}
<script defer="defer" src="../_static/mathjax/tex-chtml.js?v=20"></script>
</head>
<dl class="py class">
<dt class="sig">f(
<dl>
<dd><em>a</em>,</dd>
<dd><em>b</em>,</dd>
</dl>
)</dt>
<dd><dl class="simple">
<dt>word</dt>
<dd>meaning</dd>
</dl></dd>
</dl>
<div role="list"><div role="doc-biblioentry">Power et al.</div></div>
"""


def test_a_mended_page_asks_for_nothing_it_does_not_need():
    page = FINISH["mend"](PAGE)
    assert "thebe" not in page.lower() and "fontawesome.js" not in page
    assert "doctools.js" in page and "tex-chtml.js" in page
    assert page.count("<script") == page.count("</script>") == 2


def test_only_terms_and_definitions_are_definition_lists():
    page = FINISH["mend"](PAGE)
    assert "<dl>" not in page
    assert page.count("<dl") == page.count("</dl>") == 2
    assert page.count("<dd") == page.count("</dd>") == 2
    assert "<span><em>a</em>,</span>\n<span><em>b</em>,</span>" in page
    assert 'role="list"><div role="listitem"' in page


def test_what_follows_a_formula_stays_on_its_line():
    formula = r'<span class="math notranslate nohighlight">\(x &lt; 3\)</span>'
    page = FINISH["mend"](f"<p>For {formula}, not for {formula} alone.</p>")
    held = f'<span class="one-line">{formula},</span>'
    assert page == f"<p>For {held} not for {formula} alone.</p>"
    assert FINISH["mend"](page) == page


TABLE = """<table><thead>
<tr class="row-odd"><th class="head"><p></p></th>
<th class="head"><p></p></th>
</tr>
</thead>
<tbody><tr><td><p><strong>To read</strong></p></td><td><p>25 <strong>minutes</strong>
</p></td></tr></tbody></table>
<table><thead><tr><th></th><th>epochs</th></tr></thead>
<tbody><tr><td><p>see <strong>below</strong></p></td></tr></tbody></table>"""


def test_a_table_has_headers_where_they_say_something():
    page = FINISH["mend"](TABLE)
    assert page.count("<thead>") == page.count("</thead>") == 1
    assert "<tr><td></td><th>epochs</th></tr>" in page
    assert page.count("<th ") == 1
    assert '<th scope="row"><p><strong>To read</strong></p></th>' in page
    assert FINISH["mend"](page) == page


def test_the_arrow_beside_a_chapter_has_a_name():
    arrow = '<span class="toctree-toggle"></span></summary><ul></ul></details></li>'
    link = '<a class="reference internal" href="03.html">3. Circles</a>'
    for item, details in (
        ('<li class="toctree-l1 has-children">', "<details>"),
        ('<li class="toctree-l1 current active has-children">', '<details open="">'),
    ):
        page = FINISH["mend"](f"{item}{link}{details}<summary>{arrow}")
        assert f'{details}<summary aria-label="Side rooms of 3. Circles">' in page
        assert FINISH["mend"](page) == page


def test_the_sidebar_is_a_landmark_and_tips_are_the_browsers_own():
    sidebar = '<div id="pst-primary-sidebar" class="bd-sidebar">'
    button = '<button data-bs-toggle="tooltip" data-bs-title="Color mode">'
    page = FINISH["mend"](sidebar + button)
    assert 'role="region" aria-label="Book"' in page
    assert '<button title="Color mode">' in page
    assert FINISH["mend"](page) == page


def test_mending_twice_is_mending_once():
    once = FINISH["mend"](PAGE)
    assert FINISH["mend"](once) == once


def test_the_first_page_leads_on(tmp_path):
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "welcome.html").write_text(PAGE, encoding="utf-8")
    config = SimpleNamespace(
        language="en",
        html_title="A title",
        project="a project",
        root_doc="book/welcome",
        html_favicon="book/_static/icon.svg",
    )
    builder = SimpleNamespace(format="html")
    app = SimpleNamespace(outdir=tmp_path, config=config, builder=builder)
    FINISH["finish"](app, None)
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert 'content="0; url=book/welcome.html"' in index
    assert 'lang="en"' in index and "<title>A title</title>" in index
    assert 'href="_static/icon.svg"' in index
    welcome = (tmp_path / "book" / "welcome.html").read_text(encoding="utf-8")
    assert welcome == FINISH["mend"](PAGE)


def test_a_failed_build_is_left_alone(tmp_path):
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    builder = SimpleNamespace(format="html")
    app = SimpleNamespace(outdir=tmp_path, builder=builder)
    FINISH["finish"](app, ValueError("no"))
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == PAGE


def test_the_zip_holds_what_readers_need_and_is_the_same_every_time(tmp_path):
    html = tmp_path / "html"
    kept = [
        "_static/mathjax/output/fonts/a.woff",
        "_static/mathjax/tex-chtml.js",
        "_static/theme.css",
        "book/welcome.html",
        "index.html",
    ]
    left = [
        "_static/mathjax/tex-svg.js",
        "_static/theme.css.map",
        "reports/chapter.err.log",
    ]
    for name in kept + left:
        path = html / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PAGE if name.endswith(".html") else name, encoding="utf-8")
    first = ZIP["write"](html, tmp_path / "dist" / "one.zip")
    second = ZIP["write"](html, tmp_path / "dist" / "two.zip")
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        assert archive.namelist() == [f"grokking-book/{name}" for name in kept]
        archive.extractall(tmp_path / "out")
    page = tmp_path / "out" / "grokking-book" / "book" / "welcome.html"
    assert page.read_text(encoding="utf-8") == PAGE


def test_a_browser_that_is_named_is_taken(monkeypatch, capsys):
    monkeypatch.setenv("CHROMIUM", sys.executable)
    CHROMIUM["main"]()
    assert sys.executable in capsys.readouterr().out


def test_a_browser_that_is_named_and_not_there_is_named_again(monkeypatch):
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    with pytest.raises(SystemExit, match="CHROMIUM=/nowhere/chromium is no program"):
        CHROMIUM["main"]()


def test_without_a_browser_it_says_what_to_install(monkeypatch):
    monkeypatch.delenv("CHROMIUM", raising=False)
    for name in ("find", "install"):
        monkeypatch.setitem(CHROMIUM["main"].__globals__, name, lambda: None)
    with pytest.raises(SystemExit, match="apt-get install chromium"):
        CHROMIUM["main"]()
