"""The ledger: filtered by lists, linked to sections, whole without a script."""

import re
from urllib.parse import unquote, urldefrag

import pytest

PAGE = "book/claims.html"
ROWS = ".ledger .claim:visible"


@pytest.fixture
def ledger(visit, server):
    return visit(server, PAGE)


def ids(page):
    """Of the rows that can be seen."""
    return page.locator(ROWS).evaluate_all("all => all.map((row) => row.id)")


def said(page):
    return page.locator(".filters [role=status]").inner_text()


def test_all_rows_are_there_at_first(ledger):
    count = ledger.page.locator(".ledger .claim").count()
    assert len(ids(ledger.page)) == count > 0
    assert said(ledger.page) == f"{count} of {count} rows"
    assert not ledger.page.get_by_role("button", name="Show all").is_visible()


@pytest.mark.parametrize("name", ["source", "verdict", "chapter"])
def test_each_choice_shows_its_rows_and_no_other(ledger, name):
    page = ledger.page
    every, seen = ids(page), []
    choices = page.get_by_label(name, exact=True)
    for value in choices.locator("option").evaluate_all("o => o.map((x) => x.value)"):
        choices.select_option(value)
        shown = ids(page)
        attribute = f"all => all.map((row) => row.dataset.{name})"
        kinds = page.locator(ROWS).evaluate_all(attribute)
        assert not value or {*kinds} == {value}
        assert said(page) == f"{len(shown)} of {len(every)} rows"
        seen += shown if value else []
    assert sorted(seen) == sorted(every)


def test_choices_add_up_and_can_be_taken_back(ledger):
    page = ledger.page
    every = ids(page)
    page.get_by_label("chapter").select_option(index=1)
    chapter = ids(page)
    page.get_by_label("verdict").select_option("not reproduced")
    both = ids(page)
    assert {*both} < {*chapter} < {*every}
    button = page.get_by_role("button", name="Show all")
    button.press("Enter")
    assert ids(page) == every and not button.is_visible()
    assert page.evaluate("document.activeElement.name") == "source"


def test_sections_without_rows_are_left_out(ledger):
    page = ledger.page
    page.get_by_label("source").select_option(index=1)
    shown = page.locator("section section:visible")
    empty = shown.filter(has=page.locator(".ledger")).filter(
        has_not=page.locator(".claim:visible")
    )
    assert not empty.count()
    assert page.get_by_role("heading", name="Cite a row").is_visible()


def test_a_link_to_a_row_shows_it(ledger):
    page = ledger.page
    last = ids(page)[-1]
    page.get_by_label("source").select_option(index=1)
    assert last not in ids(page)
    page.evaluate("id => { location.hash = id; }", last)
    page.locator(f"id={last}").wait_for()
    assert last in ids(page)


def test_every_row_has_its_address_and_its_command(ledger):
    for row in ledger.page.locator(ROWS).all():
        name = row.get_attribute("id")
        link = row.locator(f'a[href="#{name}"]')
        assert f"claim-{link.inner_text()}" == name
        command = f"grokcore claims {link.inner_text()}"
        assert any(
            words in row.inner_text()
            for words in (f"{command} --anew", f"{command} (no network is trained)")
        )


def test_every_row_leads_to_a_section_of_a_chapter(ledger, book):
    links = ledger.page.locator(".ledger small a")
    targets = links.evaluate_all("all => all.map((a) => a.getAttribute('href'))")
    assert len(targets) == len(ids(ledger.page))
    for target in targets:
        name, section = urldefrag(target)
        path = (book / "book" / unquote(name)).resolve()
        assert re.search(rf'<section [^>]*id="{section}"', path.read_text("utf-8"))


def test_without_a_script_all_rows_are_there(browser, server):
    window = browser.new_context(java_script_enabled=False)
    page = window.new_page()
    page.goto(server + PAGE)
    rows = page.locator(".ledger .claim")
    assert len(ids(page)) == rows.count() > 0
    assert not page.locator(".filters").count()
    window.close()


@pytest.mark.parametrize("device", ["desktop", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_filtered_ledger_is_readable(visit, server, devices, device, theme):
    ledger = visit(server, PAGE, **devices[device])
    ledger.theme(theme)
    ledger.page.get_by_label("verdict").select_option("reproduced")
    assert not ledger.axe() and not ledger.contrast()
    assert ledger.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
