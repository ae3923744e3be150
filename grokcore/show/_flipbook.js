(function (key, book) {
  const PLAY = "M6 4l14 8-14 8z", PAUSE = "M6 4h4v16H6zM14 4h4v16h-4z",
        NEXT = "M5 4l10 8-10 8zM16 4h3v16h-3z";
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  function start(group) {
    const roots = group.matches(".grokcore-flipbook") ? [group]
      : [...group.querySelectorAll(".grokcore-flipbook")];
    const views = roots.map((root) => Object.fromEntries(
      ["img", "div", "button", "path", "input", "output"].map(
        (name) => [name, root.querySelector(name)])));
    const last = book.frames.length - 1;
    let at = Number(views[0].input.value), timer = null;

    function show(i) {
      at = i;
      const pages = [].concat(book.frames[i]);  // one for each view
      views.forEach((view, n) => {
        view.img.loading = "eager";  // a lazy one would blink
        view.img.src = "data:image/webp;base64," + pages[n].webp;
        view.img.alt = pages[n].alt;
        view.input.value = i;
        view.input.setAttribute("aria-valuetext", pages[n].label);
        view.output.textContent = pages[n].label;
      });
    }
    function idle() {
      clearInterval(timer);
      timer = null;
      views[0].output.setAttribute("aria-live", "polite");
      name(still.matches ? "Next frame" : "Play", still.matches ? NEXT : PLAY);
    }
    function name(text, glyph) {
      for (const view of views) {
        view.button.setAttribute("aria-label", text);
        view.button.title = text;
        view.path.setAttribute("d", glyph);
      }
    }
    function next() {
      if (!group.isConnected) return clearInterval(timer);
      if (at < last) show(at + 1);
      if (at === last) idle();
    }
    function press() {
      if (timer !== null) return idle();
      if (at === last) show(0);
      else if (still.matches) next();
      if (still.matches) return;
      // A running commentary helps nobody.
      views[0].output.setAttribute("aria-live", "off");
      name("Pause", PAUSE);
      timer = setInterval(next, book.delay);
    }

    for (const { div: bar, button, input } of views) {
      button.addEventListener("click", press);
      input.addEventListener("input", () => { idle(); show(Number(input.value)); });
      bar.addEventListener("keydown", (event) => {
        if (event.key === " " && event.target === input) press();
        else if (event.key === "ArrowRight" && event.target === button)
          { idle(); show(Math.min(last, at + 1)); }
        else if (event.key === "ArrowLeft" && event.target === button)
          { idle(); show(Math.max(0, at - 1)); }
        else return;
        event.preventDefault();
      });
      bar.hidden = false;
    }
    still.addEventListener("change", idle);
    // After a reload some browsers leave the slider where it was, off the poster.
    if (at !== Number(views[0].input.defaultValue)) show(at);
    idle();
  }

  // The same Flipbook may be shown twice; each copy is started once.
  document.querySelectorAll('[data-flipbook="' + key + '"]').forEach((group) => {
    if (group.dataset.started) return;
    group.dataset.started = "yes";
    start(group);
  });
})
