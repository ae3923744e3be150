"""Every page of the built book, as a reader with a browser and no network has it."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
MEGABYTES = 3.0
FILE_NAME = re.compile(r"\S*\.(png|jpe?g|gif|svg|webp|pdf|html?|ipynb|py)", re.I)

# Lazy pictures load when they come near the screen: ask for all of them.
LOAD_PICTURES = """() => Promise.all([...document.images].map((image) => {
  image.loading = "eager";
  return image.decode().catch(() => {});
}))"""

PICTURES = """() => [...document.images].map((image) => ({
  name: image.outerHTML.slice(0, 120),
  alt: image.getAttribute("alt"),
  here: image.complete && image.naturalWidth > 0,
  lazy: image.loading === "lazy",
  below: image.getBoundingClientRect().top + scrollY > innerHeight,
  shown: image.checkVisibility(),
  wide: image.getBoundingClientRect().width,
}))"""

# What MathJax should have turned into a formula, and has not.
UNRENDERED = r"""() => {
  const found = [...document.querySelectorAll(".math, .math *")]
    .filter((e) => e.matches(".math") && !e.querySelector("mjx-container"));
  const errors = [...document.querySelectorAll("mjx-merror, [data-mjx-error]")];
  const walk = document.createTreeWalker(
    document.querySelector("#main-content, body"), NodeFilter.SHOW_TEXT);
  const raw = [];
  while (walk.nextNode()) {
    const text = walk.currentNode;
    if (text.parentElement.closest("pre, code, script, style, mjx-container")) continue;
    if (/\\[(\[]|\$[^\s$][^$]*\$/.test(text.data)) raw.push(text.data.trim());
  }
  return [...[...found, ...errors].map((e) => e.outerHTML.slice(0, 120)), ...raw];
}"""


def test_every_page_of_the_table_of_contents_is_built(book):
    toc = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    files = [yaml.safe_load(toc)["root"], *re.findall(r"- file: (\S+)", toc)]
    missing = [file for file in files if not (book / f"{file}.html").exists()]
    assert not missing, f"not in {book}: run `make book` first"


def test_nothing_is_asked_of_the_network(desktop):
    assert not desktop.strangers
    assert not desktop.failed


def test_the_console_says_no_error(desktop):
    assert not desktop.errors


def test_every_picture_is_there(desktop):
    desktop.page.evaluate(LOAD_PICTURES)
    missing = [p["name"] for p in desktop.page.evaluate(PICTURES) if not p["here"]]
    assert not missing


def test_every_picture_says_what_it_shows(desktop):
    for picture in desktop.page.evaluate(PICTURES):
        alt = (picture["alt"] or "").strip()
        assert alt, picture["name"]
        assert not FILE_NAME.fullmatch(alt), picture["name"]


def test_pictures_below_the_first_screen_are_lazy(phone):
    found = phone.page.evaluate(PICTURES)
    assert not [p["name"] for p in found if p["below"] and p["shown"] and not p["lazy"]]


def test_formulas_are_rendered(desktop):
    assert not desktop.page.evaluate(UNRENDERED)


def test_no_table_is_left_as_its_source(desktop):
    outputs = desktop.page.locator(".cell_output p").all_inner_texts()
    assert not [text for text in outputs if re.search(r"\|\s*(:?-|—)", text)]


def test_a_page_is_light(desktop, measured):
    """All that comes over the wire, compressed as servers of pages compress it.

    What does not shrink there has to be small by itself, for it is carried home on a
    stick: the page and its pictures also are within the limit as files.
    """
    wire, alone = 0, 0
    for request in desktop.requests:
        if request.url.startswith(desktop.base):
            wire += request.sizes()["responseBodySize"]
            if request.resource_type in ("document", "image"):
                alone += len(request.response().body())
    measured(
        f"{wire / 1e6:5.2f} MB over the wire, {alone / 1e6:5.2f} MB page and pictures "
        f"as files: {desktop.name}"
    )
    assert wire / 1e6 <= MEGABYTES
    assert alone / 1e6 <= MEGABYTES


def test_axe_finds_nothing(desktop):
    assert not desktop.axe()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_stands_out_from_its_ground(desktop, theme):
    desktop.theme(theme)
    assert not desktop.contrast()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_takes_the_systems_theme(desktop, theme):
    desktop.theme(theme)
    ground = desktop.page.evaluate("getComputedStyle(document.body).backgroundColor")
    brightness = sum(map(int, re.findall(r"\d+", ground)[:3])) / 3
    assert brightness > 200 if theme == "light" else brightness < 60


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_phone_does_not_scroll_sideways(phone, theme):
    phone.theme(theme)
    phone.unfold()
    width = phone.page.viewport_size["width"]
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= width
    assert max(p["wide"] for p in phone.page.evaluate(PICTURES)) <= width


def test_axe_finds_nothing_on_a_phone(phone):
    assert not phone.axe()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_stands_out_from_its_ground_on_a_phone(phone, theme):
    phone.theme(theme)
    assert not phone.contrast()


def test_first_paint_of_the_welcome_page(visit, server, measured):
    """Said, not judged: how fast this is depends on the machine."""
    welcome = visit(server, "book/welcome.html")
    paint = welcome.page.evaluate(
        "performance.getEntriesByName('first-contentful-paint')[0].startTime"
    )
    assert paint > 0
    measured(f"{paint:.0f} ms to the first paint of the welcome page")
