// Keep one span of each kind in its surroundings; of the others keep the text.
() => {
  const seen = new Set();
  for (const piece of document.querySelectorAll(".bd-article span, .bd-article em")) {
    if (piece.id || piece.closest("mjx-container, .grokcore-flipbook")) continue;
    const names = [piece, piece.parentElement, piece.closest("pre, dt, p, li, td")];
    const kind = names.map((e) => e && e.tagName + "." + e.className).join(" < ");
    if (seen.has(kind)) piece.replaceWith(...piece.childNodes);
    else seen.add(kind);
  }
}
