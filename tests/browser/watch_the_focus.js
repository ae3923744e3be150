// Watch where the focus goes. Returns how many elements Tab has to reach, and which of
// those that are operated have been taken out of its way.
//
// `__focused` collects, for each element that gets the focus: its place among those to
// be reached (-1 for none of them), what it is, whether it scrolls, and whether a
// reader sees that it has the focus.
() => {
  const operable = "a[href], button, input, select, textarea, summary, " +
    "audio[controls], video[controls], iframe, [contenteditable], [tabindex='0']";
  // Of radio buttons Tab reaches the one that is chosen, or the first if none is; arrows
  // lead to the others.
  const byTab = (e) => document.querySelector(`input[name="${e.name}"]:checked`)
    ?? document.querySelector(`input[name="${e.name}"]`);
  const byArrows = (e) => e.type === "radio" && e !== byTab(e);
  const shown = [...document.querySelectorAll(operable)].filter((e) =>
    !e.disabled && !e.closest("[inert]") && !byArrows(e)
    && e.checkVisibility({ visibilityProperty: true }));
  // Of a page with a thousand links of one kind a few of each are followed.
  const kinds = new Map(), many = shown.length > 400;
  const wanted = [], skipped = [];
  for (const e of shown) {
    if (e.tabIndex < 0) {
      skipped.push(e.outerHTML.slice(0, 150));
      continue;
    }
    const kind = [e, e.parentElement, e.parentElement.parentElement]
      .map((x) => `${x.tagName}.${x.className}`).join();
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    if (many && kinds.get(kind) > 3) e.tabIndex = -1;
    else wanted.push(e);
  }

  const look = (e) => {
    const { backgroundColor, borderColor, boxShadow, color, textDecorationLine } =
      getComputedStyle(e);
    return [backgroundColor, borderColor, boxShadow, color, textDecorationLine].join();
  };
  const before = new Map(wanted.map((e) => [e, look(e)]));
  const place = new Map(wanted.map((e, i) => [e, i]));
  const outlined = (style) => style.outlineStyle !== "none"
    && parseFloat(style.outlineWidth) >= 1 && !/^rgba\(.*, 0\)$/.test(style.outlineColor);
  const seen = (e) => {
    if (!e.checkVisibility({ opacityProperty: true })) return false;
    // A link may be as large as the card that it stands on.
    const stretched = getComputedStyle(e, "::after");
    if (stretched.position === "absolute" && outlined(stretched)) return true;
    // Where the sidebar unfolds, the arrow is outlined, which is all there is to see.
    const arrow = e.matches("summary") && e.querySelector(":scope > .toctree-toggle");
    if (arrow) return arrow.checkVisibility() && outlined(getComputedStyle(arrow));
    const box = e.getBoundingClientRect();
    if (!box.width || !box.height) return false;
    return outlined(getComputedStyle(e)) || (before.get(e) ?? look(e)) !== look(e);
  };
  window.__focused = [];
  document.removeEventListener("focusin", window.__watch);
  window.__watch = ({ target: e }) => __focused.push({
    place: place.get(e) ?? -1,
    name: e.outerHTML.slice(0, 150),
    scrolls: e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight,
    seen: seen(e),
  });
  document.addEventListener("focusin", window.__watch);
  document.activeElement?.blur();
  return { wanted: wanted.length, skipped };
}
