// The ledger can be read by source, by verdict, by chapter: what a row says of itself in
// its attributes becomes three lists to choose from. Without this script all rows are
// there.

(() => {
  const claims = [...document.querySelectorAll(".ledger .claim")];
  const sections = [...new Set(claims.map((claim) => claim.closest("section")))];
  if (sections.length < 2) return; // the rows of a chapter

  function element(name, properties = {}, ...content) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...content);
    return made;
  }

  const lists = ["source", "verdict", "chapter"].map((name) => {
    const values = [...new Set(claims.map((claim) => claim.dataset[name]))];
    const options = values.map((value) => new Option(value));
    const id = `rows-by-${name}`;
    return element("select", { name, id }, new Option("all", ""), ...options);
  });
  const fields = lists.map((list) => element("div", {},
    element("label", { htmlFor: list.id, textContent: list.name }), list));
  const said = element("span");
  said.setAttribute("role", "status");
  const all = element("button", { type: "button", textContent: "Show all" });
  const filters = element("div", { className: "filters" },
    ...fields, element("p", {}, said, " ", all));
  filters.setAttribute("role", "group");
  filters.setAttribute("aria-label", "Rows to show");

  function show() {
    for (const claim of claims)
      claim.hidden = lists.some(({ name, value }) => value && claim.dataset[name] !== value);
    for (const section of sections)
      section.hidden = ![...section.querySelectorAll(".claim")].some((c) => !c.hidden);
    const shown = claims.filter((claim) => !claim.hidden).length;
    said.textContent = `${shown} of ${claims.length} rows`;
    all.hidden = shown === claims.length;
  }

  function clear() {
    for (const list of lists) list.value = "";
    show();
  }

  filters.addEventListener("change", show);
  all.addEventListener("click", () => {
    clear();
    lists[0].focus();
  });
  // Whoever follows a link to a row gets to see it.
  addEventListener("hashchange", () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target?.closest("[hidden]")) return;
    clear();
    target.scrollIntoView();
  });

  sections[0].before(filters);
  show();
})();
