"""What readers do with the book: search it, go dark, open it from a folder."""

import pytest

CHAPTER = "chapters/11-speeding-it-up.html"


@pytest.fixture(params=["server", "folder"])
def base(request, book):
    """Where the book is opened: on a server, or by a double click on its page."""
    if request.param == "folder":
        return f"{book.as_uri()}/"
    return request.getfixturevalue("server")


@pytest.mark.parametrize("name", ["index.html", "book/welcome.html", CHAPTER])
def test_it_opens_from_a_folder(visit, book, name):
    opened = visit(f"{book.as_uri()}/", name)
    assert not opened.strangers
    assert not opened.failed
    assert not opened.errors
    assert opened.page.locator("article h1").first.is_visible()
    if opened.page.locator(".math").count():
        assert opened.page.locator("mjx-container").count()


def test_the_first_page_leads_to_the_welcome_page(visit, base):
    opened = visit(base, "index.html")
    opened.page.wait_for_url("**/book/welcome.html")


def test_search_finds_what_is_searched(visit, base):
    opened = visit(base, "book/welcome.html")
    opened.page.keyboard.press("Control+k")
    opened.page.locator("dialog input[name=q]").fill("Grokfast")
    opened.page.keyboard.press("Enter")
    opened.page.wait_for_url("**/search.html?q=Grokfast*")
    results = opened.page.locator("#search-results li a")
    results.first.wait_for()
    # They come one after the other.
    opened.page.locator(f"#search-results li a[href*='{CHAPTER}']").first.wait_for()
    results.first.click()
    opened.settle()
    assert "Grokfast" in opened.page.locator("#main-content").inner_text()
    assert not opened.strangers


def test_the_button_switches_the_theme_and_the_next_page_keeps_it(visit, base):
    opened = visit(base, "book/welcome.html")
    theme = "document.documentElement.dataset.theme"
    seen = set()
    for _ in range(3):  # the system's, light, dark
        opened.page.locator(".theme-switch-button").first.click()
        seen.add(opened.page.evaluate(theme))
    assert seen == {"light", "dark"}
    while opened.page.evaluate(theme) != "dark":
        opened.page.locator(".theme-switch-button").first.click()
    opened.go("book/glossary.html")
    assert opened.page.evaluate(theme) == "dark"
