"""Predictions are made in the page: by mouse, keyboard, touch, and without a script."""

import pytest

CHAPTER = "chapters/01-memorize-then-generalize.html"
WRITTEN = "<summary>What each answer would mean</summary>"

# What a reader sees and hears of the first prediction of a page.
STATE = """() => {
  const box = document.querySelector(".answers").parentElement;
  const radios = [...box.querySelectorAll("[type=radio]")];
  const shown = (e) => e.checkVisibility();
  return {
    chosen: radios.findIndex((radio) => radio.checked),
    focused: radios.indexOf(document.activeElement),
    answers: radios.map((radio) => radio.labels[0].textContent.trim()),
    looks: radios.map((radio) => {
      const { color, fontWeight, backgroundColor } =
        getComputedStyle(radio.labels[0]);
      return [color, fontWeight, backgroundColor, radio.labels[0].className].join();
    }),
    meanings: [...box.querySelectorAll(".meaning")].filter(shown)
      .map((meaning) => meaning.textContent.trim()),
    described: radios.map((radio) => document.getElementById(
      radio.getAttribute("aria-describedby"))?.textContent.trim() ?? ""),
    said: box.querySelector("[role=status]").textContent,
    clear: shown(box.querySelector("button")),
    kept: Object.entries(localStorage).filter(([key]) => key.startsWith("grokking: ")),
  };
}"""


class Prediction:
    """The first prediction of a page."""

    def __init__(self, visit):
        self.visit, self.page = visit, visit.page
        self.group = visit.page.get_by_role("radiogroup").first
        self.radios = self.group.get_by_role("radio")

    @property
    def state(self):
        return self.page.evaluate(STATE)


@pytest.fixture
def prediction(visit, server):
    """That of the first chapter, in a window that remembers nothing."""
    return Prediction(visit(server, CHAPTER))


def assert_open(state):
    """No answer is chosen, and none stands out."""
    assert state["chosen"] == -1 and not state["clear"] and not state["kept"]
    assert not state["meanings"] and not any(state["described"])
    assert len({*state["looks"]}) == 1


def test_it_is_a_group_of_radio_buttons_with_the_question_as_its_name(prediction):
    assert prediction.radios.count() == len(prediction.state["answers"]) >= 2
    label = prediction.group.get_attribute("aria-labelledby")
    question = prediction.page.locator(f"id={label}").inner_text()
    assert question.startswith("Predict. ")
    for answer in prediction.state["answers"]:
        assert prediction.group.get_by_role("radio", name=answer).count() == 1


def test_before_the_reader_commits_nothing_is_marked_and_nothing_is_said(prediction):
    assert_open(prediction.state)
    assert "Choose one" in prediction.state["said"]
    assert not prediction.page.get_by_text("What each answer would mean").count()


def test_a_click_commits_and_then_each_answer_says_what_it_means(prediction):
    prediction.group.locator("label").nth(1).click()
    state = prediction.state
    assert state["chosen"] == 1 and state["clear"]
    assert len(state["meanings"]) == len(state["answers"])
    assert state["described"] == state["meanings"]
    assert "kept in this browser" in state["said"]


def test_an_answer_may_be_changed_and_is_kept(prediction):
    prediction.radios.nth(1).click()
    prediction.radios.nth(0).click()
    before = prediction.state
    assert before["chosen"] == 0 and len(before["kept"]) == 1
    prediction.visit.go(CHAPTER)
    after = prediction.state
    assert after["chosen"] == 0 and after["meanings"] == before["meanings"]
    assert after["kept"] == before["kept"]


def test_an_answer_may_be_cleared(prediction):
    prediction.radios.nth(1).click()
    prediction.page.get_by_role("button", name="Clear my answer").first.press("Enter")
    prediction.page.mouse.move(0, 0)  # what is under it looks different
    assert_open(prediction.state)
    assert prediction.state["focused"] == 0
    prediction.visit.go(CHAPTER)
    assert_open(prediction.state)


def test_a_question_that_was_changed_is_asked_anew(prediction):
    prediction.radios.nth(1).click()
    ((key, value),) = prediction.state["kept"]
    for kept in ({key + "?": value}, {key: value.replace("2.", "3.")}):
        prediction.page.evaluate(
            "kept => { localStorage.clear();"
            " for (const k in kept) localStorage[k] = kept[k]; }",
            kept,
        )
        prediction.visit.go(CHAPTER)
        assert prediction.state["chosen"] == -1
        assert not prediction.state["meanings"]


def test_arrows_look_around_without_choosing(prediction):
    last = prediction.radios.count() - 1
    prediction.radios.nth(0).focus()
    for key, place in [
        ("ArrowDown", 1),
        ("ArrowRight", 2),
        ("ArrowUp", 1),
        ("ArrowLeft", 0),
        ("ArrowUp", last),
        ("ArrowDown", 0),
    ]:
        prediction.page.keyboard.press(key)
        assert prediction.state["focused"] == place
    assert_open(prediction.state)


@pytest.mark.parametrize("key", [" ", "Enter"])
def test_space_and_enter_choose(prediction, key):
    prediction.radios.nth(0).focus()
    prediction.page.keyboard.press("ArrowDown")
    prediction.page.keyboard.press(key)
    assert prediction.state["chosen"] == 1 and prediction.state["meanings"]


def test_a_finger_is_enough(visit, server, devices):
    touched = Prediction(visit(server, CHAPTER, **devices["phone"]))
    labels = touched.group.locator("label")
    assert min(labels.nth(i).bounding_box()["height"] for i in range(2)) >= 24
    labels.nth(1).tap()
    assert touched.state["chosen"] == 1 and touched.state["meanings"]
    wide = "document.documentElement.scrollWidth <= innerWidth"
    assert touched.page.evaluate(wide)


def test_nothing_is_sent(prediction):
    before = len(prediction.visit.requests)
    prediction.radios.nth(1).click()
    prediction.page.wait_for_timeout(200)
    assert len(prediction.visit.requests) == before
    assert not prediction.visit.strangers


def test_it_works_from_a_folder(visit, book):
    opened = Prediction(visit(book.as_uri() + "/", CHAPTER))
    opened.radios.nth(1).click()
    assert opened.state["chosen"] == 1 and opened.state["meanings"]


def test_it_works_where_the_browser_may_keep_nothing(browser, server):
    window = browser.new_context()
    window.add_init_script(
        "Object.defineProperty(window, 'localStorage',"
        " {get() { throw new DOMException('no', 'SecurityError'); }});"
    )
    page = window.new_page()
    page.goto(server + CHAPTER)
    page.get_by_role("radio").nth(1).click()
    assert page.get_by_role("radio").nth(1).is_checked()
    assert page.locator(".meaning").first.is_visible()
    window.close()


def test_without_a_script_it_is_a_list_and_a_fold(browser, server):
    window = browser.new_context(java_script_enabled=False)
    page = window.new_page()
    page.goto(server + CHAPTER)
    box = page.locator("blockquote", has_text="Predict.").first
    assert not box.get_by_role("radio").count()
    answers = box.locator("ol").first.locator("li")
    fold = box.locator("details")
    assert answers.first.is_visible() and not fold.locator("li").first.is_visible()
    fold.locator("summary").click()
    assert fold.locator("li").first.is_visible()
    assert fold.locator("li").count() == answers.count()
    window.close()


def test_every_list_of_a_page_comes_to_life(predictions, book):
    page = predictions.page
    written = (book / predictions.name).read_text("utf-8").count(WRITTEN)
    groups = page.get_by_role("radiogroup").all()
    assert len(groups) == written > 0
    assert not page.locator("blockquote details").count()
    lasts = [group.get_by_role("radio").last for group in groups]
    for last in lasts:
        last.click()
    predictions.go(predictions.name)
    assert all(last.is_checked() for last in lasts), "two are kept in one place"
    page.evaluate("localStorage.clear()")


@pytest.mark.parametrize("device", ["desktop", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_answered_box_is_readable(visit, server, devices, device, theme):
    answered = Prediction(visit(server, CHAPTER, **devices[device]))
    answered.visit.theme(theme)
    answered.radios.nth(1).click()
    assert not answered.visit.axe()
    assert not answered.visit.contrast()


def test_tab_goes_through_a_box_that_is_answered_and_one_that_is_not(prediction):
    prediction.radios.nth(1).click()
    wanted, stops = prediction.visit.walk()
    assert [s["place"] for s in stops if s["place"] >= 0] == list(range(wanted))
    assert not [s["name"] for s in stops if not s["seen"]]
