// Keep one text of each look; silence the others, and remember what they said.
() => {
  const seen = new Set(), paths = new Map();
  const path = (e) => {
    if (!e || e === document.body) return "";
    if (!paths.has(e)) {
      const stripe = e.tagName === "TR" ? e.rowIndex % 2 : "";
      const style = [stripe, e.getAttribute("style"), getComputedStyle(e).color];
      paths.set(e, [path(e.parentElement), e.tagName, e.className, ...style].join());
    }
    return paths.get(e);
  };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  window.__silenced = [];
  while (walk.nextNode()) {
    const text = walk.currentNode;
    if (!text.data.trim()) continue;
    const kind = path(text.parentElement);
    if (seen.has(kind)) __silenced.push([text, text.data]);
    else seen.add(kind);
  }
  for (const [text] of __silenced) text.data = "";
}
