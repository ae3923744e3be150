// Bind pages of the built book into one document, to be printed.
//
// Called with parts, [{caption, pages: ["book/welcome", …]}, …], in a document that has
// a <nav>, for the contents, and a <main>. It comes from the same server as the pages.
// Returns the words of all headings, in order.
async (parts) => {
  const bound = parts.flatMap((part) => part.pages);
  const anchor = (page, id) => page.replaceAll("/", "-") + (id ? `--${id}` : "");

  function element(name, look, ...content) {
    const made = document.createElement(name);
    if (look) made.className = look;
    made.append(...content);
    return made;
  }

  async function read(page) {
    const url = new URL(`/${page}.html`, location.href);
    const answer = await fetch(url);
    if (!answer.ok) throw Error(`${url.pathname}: ${answer.status}`);
    const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
    const article = parsed.querySelector("article");
    const live = parsed.querySelector('a[href*="colab.research.google.com"]')?.href;
    for (const film of article.querySelectorAll("[data-flipbook]")) poster(film, live);
    leaveOut(article);
    postpone(article);
    article.querySelectorAll("details").forEach(unfold);
    for (const image of article.querySelectorAll("img")) {
      image.src = new URL(image.getAttribute("src"), url);
      image.removeAttribute("loading");
    }
    names(article, page);
    links(article, url);
    article.id = anchor(page);
    return document.importNode(article, true);
  }

  // Of a Flipbook its poster stays, and where it moves. If that is the beginning, then
  // the end stays as well: paper cannot go there.
  function poster(film, live) {
    const text = film.querySelector("script").textContent;
    const start = text.lastIndexOf(`("${film.dataset.flipbook}", `);
    const json = text.slice(text.indexOf("{", start), text.lastIndexOf("}") + 1);
    const { frames } = JSON.parse(json);
    const at = Number(film.querySelector("input").value), end = frames.length - 1;
    const shown = at ? [at] : [at, end];
    const views = [...film.querySelectorAll("img")];
    const strip = element("div", "strip");
    for (const i of shown) [].concat(frames[i]).forEach((frame, view) => {
      const image = views[view].cloneNode();
      image.src = `data:image/webp;base64,${frame.webp}`;
      image.alt = frame.alt;
      image.removeAttribute("style");
      strip.append(image);
    });
    const said = shown.map((i) => [].concat(frames[i])[0].label).join(" and ");
    const note = element("p", "film", `This figure moves in the HTML book. Here: ${said}`
      + `, of ${frames.length} frames.`);
    if (live) {
      const link = element("a", "", "Run it on Colab");
      link.href = live;
      note.append(" ", link, ".");
    }
    film.replaceWith(strip, note);
  }

  // What is folded in the book is set-up and checks. The rest is for a mouse.
  function leaveOut(article) {
    const dead = "script, style, details.hide, .headerlink, [hidden]";
    article.querySelectorAll(dead).forEach((e) => e.remove());
    // On paper no script runs.
    article.querySelectorAll("noscript").forEach((e) => e.replaceWith(...e.childNodes));
    // What is empty has no height, and would still begin a page after a full one.
    for (const part of article.querySelectorAll(".cell, .toctree-wrapper"))
      if (!part.textContent.trim() && !part.querySelector("img, svg")) part.remove();
    for (const head of article.querySelectorAll("thead"))
      if (!head.textContent.trim()) head.remove();
  }

  // Nobody unfolds paper: an answer goes below the figure that it was to be guessed for.
  // From the last to the first, so that two for one figure stay in order.
  function postpone(article) {
    for (const fold of [...article.querySelectorAll("details")].reverse()) {
      const title = fold.querySelector("summary").textContent.trim();
      if (!["Answer", "What each answer would mean"].includes(title)) continue;
      const place = fold.closest("blockquote") ?? fold;
      let after = place;
      for (let e = place.nextElementSibling; e; e = e.nextElementSibling) {
        if (e.matches("section")) break;
        after = e;
        if (e.querySelector(".cell_output")) break;
      }
      if (after !== fold) after.after(fold);
    }
  }

  function unfold(fold) {
    const title = fold.querySelector("summary");
    const opened = element("div", "unfolded",
      element("p", "unfolded-title", ...title.childNodes));
    title.remove();
    opened.append(...fold.childNodes);
    fold.replaceWith(opened);
  }

  // What is a name in one page may be one in another.
  function names(article, page) {
    for (const e of article.querySelectorAll("[id]")) e.id = anchor(page, e.id);
    for (const name of ["aria-labelledby", "aria-describedby", "for", "headers"])
      for (const e of article.querySelectorAll(`[${name}]`))
        e.setAttribute(name, e.getAttribute(name).trim().split(/\s+/)
          .map((id) => anchor(page, id)).join(" "));
  }

  // To a bound page: within this document. To another file of the book: words alone.
  function links(article, url) {
    for (const link of article.querySelectorAll("a[href]")) {
      const to = new URL(link.getAttribute("href"), url);
      if (to.origin !== location.origin) continue;
      const page = to.pathname.slice(1).replace(/\.html$/, "");
      const id = decodeURIComponent(to.hash.slice(1));
      if (bound.includes(page)) link.setAttribute("href", `#${anchor(page, id)}`);
      else link.replaceWith(...link.childNodes);
    }
  }

  // Chapters and their sections; the numbers of their pages come once it is printed.
  function contents(caption, articles) {
    const entry = (heading, target) => {
      const said = element("span", "", ...heading.cloneNode(true).childNodes);
      const link = element("a", "", said, element("span", "number", "000"));
      link.href = `#${target.id}`;
      return element("li", "", link);
    };
    const list = element("ul", "");
    for (const article of articles) {
      const chapter = entry(article.querySelector("h1"), article);
      const sections = [...article.querySelectorAll("h2")];
      if (sections.length) chapter.append(element("ul", "",
        ...sections.map((h) => entry(h, h.closest("section")))));
      list.append(chapter);
    }
    return [...(caption ? [element("p", "part", caption)] : []), list];
  }

  for (const { caption, pages } of parts) {
    const articles = await Promise.all(pages.map(read));
    document.querySelector("main").append(...articles);
    document.querySelector("nav").append(...contents(caption, articles));
  }
  for (const link of document.querySelectorAll('a[href^="#"]'))
    if (!document.getElementById(link.getAttribute("href").slice(1)))
      throw Error(`${link.closest("article")?.id}: no target for ${link.outerHTML}`);

  // A formula is drawn as curves: who listens to it gets its source.
  const source = (math) => math.textContent.trim().replace(/^\\[([]|\\[)\]]$/g, "");
  for (const math of document.querySelectorAll(".math"))
    math.dataset.source = source(math).trim();
  const headings = [...document.querySelectorAll("main :is(h1, h2, h3, h4, h5, h6)")]
    .map((heading) => {
      const plain = heading.cloneNode(true);
      plain.querySelectorAll(".math").forEach((m) => (m.textContent = m.dataset.source));
      return plain.textContent.trim().replace(/\s+/g, " ");
    });
  await MathJax.startup.promise;
  await MathJax.typesetPromise([document.body]);
  for (const math of document.querySelectorAll(".math")) {
    const drawn = math.querySelector("mjx-container > svg");
    if (!drawn || math.querySelector("[data-mml-node=merror]"))
      throw Error(`no formula: ${math.dataset.source}`);
    drawn.removeAttribute("aria-hidden");
    drawn.setAttribute("role", "img");
    drawn.setAttribute("aria-label", math.dataset.source);
  }
  await Promise.all([...document.images].map((image) => image.decode()));
  await document.fonts.ready;
  return headings;
}
