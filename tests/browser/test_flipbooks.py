"""Flipbooks move by mouse and by keyboard, and keep still for who asks for that."""

# What a Flipbook shows: of a shelf of several, the first.
STATE = """(group) => {
  const [image, input, button, output] = ["img", "input", "button", "output"]
    .map((name) => group.querySelector(name));
  return {
    source: image.src, alt: image.alt, at: Number(input.value),
    last: Number(input.max), said: input.getAttribute("aria-valuetext"),
    label: output.textContent, button: button.getAttribute("aria-label"),
    title: button.title, name: input.labels[0]?.textContent,
  };
}"""


def groups(visit):
    """Yield each Flipbook or shelf with a way to ask for its state."""
    found = visit.page.locator("[data-flipbook]").all()
    assert found
    for group in found:
        group.scroll_into_view_if_needed()
        yield group, lambda group=group: group.evaluate(STATE)


def until(visit, group, condition):
    """Wait until a condition on the group's first view holds."""
    visit.page.wait_for_function(
        f"(group) => {{ const input = group.querySelector('input'), "
        f"button = group.querySelector('button'); return {condition} }}",
        arg=group.element_handle(),
    )


def test_it_has_a_name_a_value_and_labeled_controls(flipbooks):
    for _, state in groups(flipbooks):
        now = state()
        assert now["name"] and now["button"] == now["title"] == "Play"
        assert now["said"] == now["label"] != ""
        assert now["alt"] and now["last"] > 0


def test_it_moves_by_keyboard(flipbooks):
    for group, state in groups(flipbooks):
        slider = group.locator("input").first
        slider.focus()
        slider.press("Home")
        first = state()
        slider.press("ArrowRight")
        second = state()
        slider.press("End")
        end = state()
        assert (first["at"], second["at"], end["at"]) == (0, 1, end["last"])
        assert first["source"] != end["source"]
        assert first["said"] != end["said"] == end["label"]
        group.locator("button").first.press("ArrowLeft")
        assert state()["at"] == end["last"] - 1


def test_it_moves_by_mouse(flipbooks):
    for group, state in groups(flipbooks):
        slider = group.locator("input").first
        box = slider.bounding_box()
        slider.click(position={"x": 4, "y": box["height"] / 2})
        first = state()
        assert first["at"] == 0
        slider.click(position={"x": box["width"] - 4, "y": box["height"] / 2})
        end = state()
        assert end["at"] == end["last"]
        assert end["source"] != first["source"]


def test_it_plays_and_pauses(flipbooks):
    for group, state in groups(flipbooks):
        button = group.locator("button").first
        group.locator("input").first.press("End")
        button.click()  # from the end it starts anew
        until(flipbooks, group, "Number(input.value) > 0")
        if state()["button"] == "Pause":  # a short one may be over
            group.locator("input").first.press(" ")
        assert state()["button"] == "Play"


def test_all_views_of_a_shelf_move_together(flipbooks):
    for group, _ in groups(flipbooks):
        group.locator("input").last.press("Home")
        inputs = group.locator("input").evaluate_all("all => all.map((i) => i.value)")
        assert set(inputs) == {"0"}


def test_it_keeps_still_where_less_motion_is_asked_for(flipbooks):
    flipbooks.page.emulate_media(reduced_motion="reduce")
    try:
        for group, state in groups(flipbooks):
            until(flipbooks, group, "button.title === 'Next frame'")
            group.locator("input").first.press("Home")
            group.locator("button").first.click()
            assert state()["at"] == 1
        # Had one of them begun to play, it would have gone on by now.
        flipbooks.page.wait_for_timeout(1_000)
        for _, state in groups(flipbooks):
            assert state()["at"] == 1
            assert state()["button"] == "Next frame"
    finally:
        flipbooks.page.emulate_media(reduced_motion="no-preference")
