"""The slides of each chapter: axe finds nothing, and a keyboard is enough."""

import pytest

from classroom.slides import decks

CHAPTERS = sorted(decks.CHAPTERS.glob("*.ipynb"))
SLIDE = "Reveal.getSlides().indexOf(Reveal.getCurrentSlide())"
OPERABLE = "a[href], button, summary, input, [tabindex='0']"
# This slide and the next have their formulas and their size of words, and what could be
# reached on the one before has gone: it fades a little longer than its slide does.
QUIET = f"""() => {{
  const now = Reveal.getCurrentSlide();
  const left = now.previousElementSibling?.querySelectorAll({OPERABLE!r}) ?? [];
  return [now, now.nextElementSibling].every((s) => !s || s.dataset.prepared)
    && ![...left].some((e) => e.checkVisibility({{ visibilityProperty: true }}));
}}"""


@pytest.fixture(scope="session")
def folder(tmp_path_factory, book):
    """All decks, from the chapters as the book executed them."""
    into = tmp_path_factory.mktemp("decks")
    decks.assets(into)
    built = book.parent / "jupyter_execute" / "chapters"
    for path in CHAPTERS:
        page = decks.deck(decks.executed(path, built, trusting=True))
        (into / f"{path.stem}.html").write_text(page, encoding="utf-8")
    return into


@pytest.fixture(params=CHAPTERS, ids=lambda path: path.stem)
def deck(request, visit, folder):
    """Open a deck, as it is shown or otherwise."""

    def open_deck(how=""):
        opened = visit(f"{folder.as_uri()}/", f"{request.param.stem}.html{how}")
        opened.page.wait_for_function(
            "Reveal.isReady() && Reveal.getCurrentSlide().dataset.prepared"
        )
        return opened

    return open_deck


@pytest.mark.parametrize("how", ["", "?print-pdf"])
def test_axe_finds_nothing(deck, how):
    opened = deck(how)
    if how:  # all slides, a page each
        opened.page.wait_for_function(
            "Reveal.getSlides().every((slide) => slide.dataset.prepared)"
        )
    assert not opened.axe()
    assert not opened.contrast()


def test_a_keyboard_turns_the_pages_and_reaches_what_is_on_them(deck):
    opened = deck()
    page = opened.page
    slides = page.evaluate("Reveal.getTotalSlides()")
    seen = [page.evaluate(SLIDE)]
    ended = "Reveal.isLastSlide() && !Reveal.availableFragments().next"
    while not page.evaluate(ended):
        page.keyboard.press("ArrowRight")
        if page.evaluate(SLIDE) == seen[-1]:
            continue  # something more on the same slide
        seen.append(page.evaluate(SLIDE))
        page.wait_for_function(QUIET)
        there = f"!!Reveal.getCurrentSlide().querySelector({OPERABLE!r})"
        if page.evaluate(there):
            wanted, stops = opened.walk()
            places = [stop["place"] for stop in stops if stop["place"] >= 0]
            assert sorted(places) == list(range(wanted))
            assert not [stop["name"] for stop in stops if not stop["seen"]]
            page.evaluate("document.activeElement.blur()")
    assert seen == list(range(slides))
    page.keyboard.press("Home")
    assert page.evaluate(SLIDE) == 0


def test_a_letter_is_no_command(deck):
    opened = deck()
    for key in "npfbovs.?":
        opened.page.keyboard.press(key)
    assert opened.page.evaluate(SLIDE) == 0
    assert not opened.page.evaluate("Reveal.isPaused() || Reveal.isOverview()")
    assert not opened.page.evaluate("Reveal.isOverlayOpen()")
    assert not opened.page.evaluate("document.fullscreenElement")
