"""Whoever has no mouse reaches everything, sees where they are, and gets on."""

import pytest

CHAPTER = "chapters/03-circles-in-embedding-space.html"
# 1,280 pixels seen at 400 %: the sidebars hide behind buttons.
NARROW = {"width": 320, "height": 256}


def test_tab_reaches_everything_in_order_and_shows_where_it_is(desktop):
    wanted, stops = desktop.walk()
    assert [s["place"] for s in stops if s["place"] >= 0] == list(range(wanted))
    assert not [s["name"] for s in stops if s["place"] < 0 and not s["scrolls"]]
    assert not [s["name"] for s in stops if not s["seen"]]


def test_the_skip_link_leads_to_the_text(desktop):
    desktop.go(desktop.name)
    page = desktop.page
    page.keyboard.press("Tab")
    skip = page.locator("#pst-skip-link a")
    assert skip.evaluate("e => e === document.activeElement")
    box = skip.bounding_box()
    assert box["x"] >= 0 and box["y"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("!!document.activeElement.closest('main')")


def test_folds_open_and_close_with_enter(desktop):
    summaries = desktop.page.locator(".bd-article summary").all()
    for summary in summaries[:2] + summaries[-1:]:
        fold = "e => e.parentElement.open"
        summary.focus()
        before = summary.evaluate(fold)
        for now in (not before, before):
            summary.press("Enter")
            assert summary.evaluate(fold) == now


@pytest.fixture
def chapter(visit, server):
    return visit(server, CHAPTER)


def test_search_opens_and_closes(chapter):
    page = chapter.page
    opened = "document.querySelector('#pst-search-dialog').open"
    field = "document.activeElement.name === 'q'"
    page.keyboard.press("Control+k")
    assert page.evaluate(opened) and page.evaluate(field)
    page.keyboard.press("Escape")
    assert not page.evaluate(opened)
    button = page.locator("button.search-button-field")
    button.press("Enter")
    assert page.evaluate(opened) and page.evaluate(field)
    page.keyboard.press("Escape")
    assert not page.evaluate(opened)
    assert button.evaluate("e => e === document.activeElement")


@pytest.mark.parametrize("menu", ["launch", "download"])
def test_menus_open_and_close(chapter, menu):
    group = chapter.page.locator(f".dropdown-{menu}-buttons")
    button = group.locator("button.dropdown-toggle")
    items = group.locator(".dropdown-menu")
    button.press("Enter")
    assert items.is_visible()
    chapter.page.keyboard.press("ArrowDown")
    assert items.evaluate("e => e.contains(document.activeElement)")
    chapter.page.keyboard.press("Escape")
    assert not items.is_visible()
    assert button.evaluate("e => e === document.activeElement")


def test_the_theme_is_switched(chapter):
    theme = "document.documentElement.dataset.theme"
    button = chapter.page.locator(".theme-switch-button").first
    seen = set()
    for _ in range(3):
        button.press("Enter")
        seen.add(chapter.page.evaluate(theme))
    assert seen == {"light", "dark"}


def test_code_is_copied(chapter):
    button = chapter.page.locator("button.copybtn:visible").first
    button.press("Enter")
    chapter.page.wait_for_function(
        "e => e.dataset.tooltip === 'Copied!'", arg=button.element_handle()
    )


@pytest.mark.parametrize("side", ["primary", "secondary"])
def test_sidebars_of_a_narrow_window_open_and_close(chapter, side):
    page = chapter.page
    page.set_viewport_size(NARROW)
    button = page.locator(f".{side}-toggle")
    opened = f"document.querySelector('#pst-{side}-sidebar-modal').open"
    button.press("Enter")
    page.wait_for_function(opened)
    page.keyboard.press("Tab")
    inside = f"!!document.activeElement.closest('#pst-{side}-sidebar-modal')"
    assert page.evaluate(inside)
    page.keyboard.press("Escape")
    page.wait_for_function(f"!{opened}")
    assert button.evaluate("e => e === document.activeElement")


def test_a_narrow_window_is_walked_as_well(chapter):
    chapter.page.set_viewport_size(NARROW)
    wanted, stops = chapter.walk()
    assert [s["place"] for s in stops if s["place"] >= 0] == list(range(wanted))
    assert not [s["name"] for s in stops if not s["seen"]]
