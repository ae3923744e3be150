"""A page at 400 %, and with the letters, words and lines as wide as a reader sets them.

WCAG 2.1: 1.4.10, 1.4.12 and, at 200 %, 1.4.4.
"""

import pytest

# 1,280 pixels at 400 %, and at 200 %.
WIDTHS = [320, 640]

# What may scroll by itself, for its meaning is in its layout: code, tables, formulas.
SCROLLERS = "pre, table, .math, dialog, .cell_output, :has(> table)"

# What is beyond the right edge and not within such a scroller.
BEYOND = """(scrollers) => [...document.querySelectorAll("body *")].filter((e) =>
    e.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    && e.getBoundingClientRect().right > innerWidth + 1
    && getComputedStyle(e).position !== "fixed"
    && !e.closest(scrollers) && !e.closest("[aria-hidden=true]"))
  .map((e) => e.outerHTML.slice(0, 150))"""

# The distances of WCAG 1.4.12, for all but formulas, which are no text.
SPACED = """
*:not(mjx-container *) {
  line-height: 1.5 !important;
  letter-spacing: 0.12em !important;
  word-spacing: 0.16em !important;
}
p, p.caption { margin-bottom: 2em !important; }
"""

# Boxes that hide what does not fit, and have text that does not.
CUT = """() => [...document.querySelectorAll("body *")].filter((e) => {
    const style = getComputedStyle(e);
    if (!/hidden|clip/.test(style.overflowX + style.overflowY)) return false;
    if (!e.checkVisibility({ visibilityProperty: true }) || !e.innerText?.trim())
      return false;
    if (e.clientWidth < 2 || e.clientHeight < 2 || style.clipPath !== "none")
      return false;  // for screen readers alone
    if (e.closest(".math")) return false;  // a drawing
    const hides = (overflow) => /hidden|clip/.test(overflow);
    return (hides(style.overflowY) && e.scrollHeight > e.clientHeight + 2)
      || (hides(style.overflowX) && e.scrollWidth > e.clientWidth + 2);
  }).map((e) => e.outerHTML.slice(0, 150))"""

SCROLLS = "document.documentElement.scrollWidth"


@pytest.fixture(autouse=True)
def width_afterwards(desktop):
    yield
    desktop.page.set_viewport_size({"width": 1280, "height": 900})


@pytest.mark.parametrize("width", WIDTHS)
def test_a_magnified_page_scrolls_in_one_direction(desktop, width):
    desktop.page.set_viewport_size({"width": width, "height": 256 * width // 320})
    desktop.unfold()
    assert desktop.page.evaluate(SCROLLS) <= width
    assert not desktop.page.evaluate(BEYOND, SCROLLERS)


@pytest.mark.parametrize("width", [320, 1280])
def test_text_that_a_reader_spaces_out_is_not_cut(desktop, width):
    desktop.page.set_viewport_size({"width": width, "height": 900})
    desktop.unfold()
    style = desktop.page.add_style_tag(content=SPACED)
    try:
        assert not desktop.page.evaluate(CUT)
        assert desktop.page.evaluate(SCROLLS) <= width
    finally:
        style.evaluate("e => e.remove()")
