// A prediction is made in the page. A block quote that begins with "Predict." and has a
// numbered list of answers becomes a group of radio buttons. A click commits: the browser
// keeps the answer, nothing is sent, and below each answer comes what it would mean.
//
// Where no script runs, the list stays a list and the meanings are in their fold-out.

(() => {
  const HINT = "Choose one to see what each would mean.";
  const KEPT = "Your answer is kept in this browser. What each would mean now stands below it.";
  const STEPS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

  // A reader may have forbidden it: then an answer lasts as long as the page.
  const memory = {
    get(name) {
      try { return localStorage.getItem(name); } catch { return null; }
    },
    set(name, value) {
      try { localStorage.setItem(name, value); } catch { /* so be it */ }
    },
    forget(name) {
      try { localStorage.removeItem(name); } catch { /* so be it */ }
    },
  };

  // What it says but for its formulas: MathJax changes those while we read.
  function words(element) {
    const copy = element.cloneNode(true);
    copy.querySelectorAll(".math").forEach((formula) => formula.remove());
    return copy.textContent.trim().replace(/\s+/g, " ");
  }

  function element(name, properties = {}, ...content) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...content);
    return made;
  }

  // Answers and meanings of a box, or null if it asks without offering any.
  function parts(quote) {
    const box = quote.querySelector(":scope > div") ?? quote; // Sphinx puts one in
    const [question, list, fold] = ["p", "ol", "details"]
      .map((name) => box.querySelector(`:scope > ${name}`));
    if (question?.querySelector(":scope > strong:first-child")?.textContent !== "Predict.")
      return null;
    const meanings = fold ? [...fold.querySelectorAll(":scope > ol > li")] : [];
    const answers = list ? [...list.children] : [];
    const paired = answers.length && answers.length === meanings.length;
    return paired ? { question, list, fold, answers, meanings } : null;
  }

  function enliven(quote, number) {
    const found = parts(quote);
    if (!found) return;
    const name = `prediction-${number}`;
    // By its words, so that a question that was changed is asked anew.
    const key = `grokking: ${words(found.question)}`;
    const values = found.answers.map((answer, i) => `${i + 1}. ${words(answer)}`);

    const said = element("span");
    said.setAttribute("role", "status");
    const clear = element("button", { type: "button", textContent: "Clear my answer" });
    const group = element("div", { className: "answers" });
    group.setAttribute("role", "radiogroup");
    found.question.id ||= name;
    group.setAttribute("aria-labelledby", found.question.id);

    const meanings = found.meanings.map((meaning, i) =>
      element("div", { className: "meaning", id: `${name}-${i + 1}` }, ...meaning.childNodes));
    const radios = found.answers.map((answer, i) => {
      const radio = element("input", { type: "radio", name, value: i + 1 });
      const text = answer.querySelector(":scope > p") ?? answer;
      const label = element("label", {}, radio, element("span", {}, ...text.childNodes));
      group.append(element("div", { className: "answer" }, label, meanings[i]));
      radio.addEventListener("change", () => {
        memory.set(key, values[i]);
        show(i);
      });
      return radio;
    });

    function show(chosen) {
      const committed = chosen >= 0;
      radios.forEach((radio, i) => {
        radio.checked = i === chosen;
        meanings[i].hidden = !committed;
        if (committed) radio.setAttribute("aria-describedby", meanings[i].id);
        else radio.removeAttribute("aria-describedby");
      });
      clear.hidden = !committed;
      said.textContent = committed ? KEPT : HINT;
    }

    // Arrows look around without choosing: to choose is to commit.
    group.addEventListener("keydown", (event) => {
      const at = radios.indexOf(event.target), step = STEPS[event.key];
      if (at < 0 || !(step || event.key === "Enter")) return;
      event.preventDefault();
      if (step) radios.at((at + step) % radios.length).focus();
      else event.target.click();
    });
    clear.addEventListener("click", () => {
      memory.forget(key);
      show(-1);
      radios[0].focus();
    });

    show(values.indexOf(memory.get(key)));
    found.list.replaceWith(group);
    found.fold.replaceWith(element("p", { className: "kept" }, said, " ", clear));
  }

  document.querySelectorAll(".bd-article blockquote").forEach(enliven);
})();
