// The page: it takes a sum, a moment and cuts, asks the network, draws what happens in
// it. Comes after state.js, network.js, cuts.js, pictures.js and words.js, and after what
// the build inlines: BYTES, the kernel in base 64; MOMENTS, with their packed weights;
// SHOWN, which sums were shown, in bits; KEYS; the USUAL choice; the TOUR.
"use strict";

(async function () {
  const root = document.getElementById("follow");
  const at = (id) => document.getElementById(`follow-${id}`);
  const desk = at("desk"), field = (name) => desk.elements[name];
  const button = (name) => root.querySelector(`[data-do=${name}]`);
  const QUIET = 300;  // ms without a change until it is told
  const SLICE = 10;   // ms to answer rows of the table before the page has its turn
  const REACH = 25;   // logits: a hand that is as long reaches the rim

  // `seen` is all that was computed for the present choice, for pictures and words.
  let choice = { ...USUAL }, seen = {}, lot = 1, step = -1;
  let waiting = false, telling, job = 0;
  const networks = {};         // the whole one, the one that is cut, the one cut by lot
  const answered = new Map();  // tables, once they are answered

  // -- what is inlined ---------------------------------------------------------------

  // Neurons by the clock that they belong to; 0 for those of no key frequency.
  function teamsOf(text) {
    const teams = new Map([...KEYS, 0].map((k) => [k, []]));
    bytesOf(text).forEach((k, m) => teams.get(KEYS.includes(k) ? k : 0).push(m));
    return teams;
  }

  const shown = Uint8Array.from({ length: P ** 2 });
  bytesOf(SHOWN).forEach((byte, i) => count(8).forEach((bit) => {
    if (byte >> 7 - bit & 1) shown[8 * i + bit] = CELL.shown;
  }));

  // -- asking the network ------------------------------------------------------------

  // Where the numbers stand on each clock, and how well they keep its order.
  const planesOf = ({ embedding }) => new Map(KEYS.map((k) => {
    const points = plane(embedding, k);
    return [k, { points, order: ringOrder({ points, order: count(P), frequency: k }) }];
  }));

  // What a moment shows whatever the sum is: looked at once, before anything is cut.
  function look(moment) {
    moment.planes ??= planesOf(networks.whole);
    moment.far ??= Math.max(...[...moment.planes.values()].flatMap(({ points }) =>
      [...points].map(Math.abs)));
    moment.votes ??= new Map(KEYS.map((k) => [k, networks.whole.votes(k)]));
  }

  // Give the networks their weights and take from them what is cut.
  function prepare() {
    const moment = MOMENTS[choice.moment], cuts = choice.cut;
    const cut = partsOf(cuts, moment.teams);
    const parts = { whole: {}, cut, lottery: asManyByLot(cut, lot) };
    for (const [name, network] of Object.entries(networks)) {
      network.take(moment.halves, parts[name]);
    }
    look(moment);
    seen = { moment, cuts, lot, parts };
    answerTables();
  }

  // Follow the sum that is chosen.
  function follow() {
    const { a, b, waves: added } = choice;
    if (seen.moment !== MOMENTS[choice.moment] || seen.cuts !== choice.cut
      || seen.lot !== lot) prepare();
    for (const [name, network] of Object.entries(networks)) {
      seen[name] = network.follow(a, b);
    }
    const { logits } = seen.cut;
    const hands = new Map(KEYS.map((k) => [k, hand(logits, k)]));
    const order = [...KEYS].sort((k, l) => hands.get(l).length - hands.get(k).length);
    const waves = order.slice(0, added).map((k) => waveOf(hands.get(k), k));
    const sum = added > order.length ? [...logits]
      : count(P).map((c) => waves.reduce((all, each) => all + each[c], 0));
    Object.assign(seen, {
      a, b, right: (a + b) % P, wasShown: shown[a * P + b] > 0,
      hands, order, added, waves, sum,
      full: Math.max(REACH, fives(KEYS.map((k) => hands.get(k).length))),
      limit: fives([...sum, ...logits].map(Math.abs)),
    });
    draw();
    tell(() => SAYS.news(seen));
  }

  // The least multiple of 5 that none of some sizes exceeds.
  const fives = (sizes) => 5 * Math.ceil(Math.max(...sizes) / 5);

  // Say something, and write the choice into the address, once nothing has changed for a
  // while. The usual choice leaves an address as it is that leads to a heading.
  function tell(words) {
    clearTimeout(telling);
    telling = setTimeout(() => say(words()), QUIET);
  }

  function say(text) {
    clearTimeout(telling);
    at("news").textContent = text;
    const link = `#${asLink(choice)}`, named = fromLink(location.hash).choice;
    if (named || link !== `#${asLink(USUAL)}`) history.replaceState(null, "", link);
  }

  // Answer all sums by each network, piece by piece: the page never waits for it.
  function answerTables() {
    const mine = ++job, { moment, parts, cuts } = seen, tables = {};
    const left = cuts.length ? ["cut", "whole", "lottery"] : ["whole"];
    let rows = null;
    function go() {
      if (mine !== job) return;
      const until = performance.now() + SLICE;
      while (left.length && performance.now() < until) {
        const [name] = left, key = JSON.stringify([moment.name, parts[name]]);
        if (!answered.has(key)) {
          rows ??= networks[name].answers();
          const { value, done } = rows.next();
          if (!done) continue;
          rows = null;
          answered.set(key, shown.map((mark, i) =>
            mark | (value[i] === (Math.floor(i / P) + i % P) % P ? CELL.right : 0)));
        }
        tables[left.shift()] = answered.get(key);
      }
      if (left.length) return setTimeout(go);
      Object.assign(seen, { tables, cells: tables[cuts.length ? "cut" : "whole"] });
      draw();
    }
    setTimeout(go);
  }

  // -- drawing -----------------------------------------------------------------------

  function draw() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      const color = colors(root);
      for (const canvas of root.querySelectorAll("canvas")) {
        const { picture, of } = canvas.dataset;
        if (picture === "table" && !seen.cells) continue;
        PICTURES[picture](canvas, seen, color, Number(of));
        if (of) canvas.setAttribute("aria-label", SAYS[picture](seen, Number(of)));
      }
      for (const row of root.querySelectorAll("[data-head]")) drawHead(row, seen);
      for (const text of root.querySelectorAll("[data-says]")) {
        const { says, of } = text.dataset;
        if (says === "table" && !seen.cells) continue;
        text.textContent = SAYS[says](seen, Number(of));
      }
      drawCuts(at("cuts").tBodies[0], seen);
      at("others").hidden = !seen.moment.teams.get(0).length;
      for (const name of ["draw", "mend"]) {
        button(name).setAttribute("aria-disabled", !seen.cuts.length);
      }
      root.dataset.drawn = Number(root.dataset.drawn ?? 0) + 1;
      root.removeAttribute("aria-busy");
    });
  }

  // -- choices -----------------------------------------------------------------------

  function choose(changes, { keep = false } = {}) {
    choice = { ...choice, ...changes };
    for (const name of ["a", "b", "moment", "waves"]) {
      const input = field(name);
      // Who is writing is not written over.
      if (!(keep && input === document.activeElement)) input.value = choice[name];
      input.removeAttribute("aria-invalid");
    }
    for (const each of root.querySelectorAll("[data-cut]")) {
      each.setAttribute("aria-pressed", choice.cut.includes(each.dataset.cut));
    }
    at("link").href = `#${asLink(choice)}`;
    follow();
    field("moment").setAttribute("aria-valuetext",
      `${SAYS.moment(seen)}, epoch ${amount(seen.moment.epoch)}`);
    field("waves").setAttribute("aria-valuetext", SAYS.count(seen));
  }

  function toggle(name) {
    const cut = choice.cut.includes(name) ? choice.cut.filter((each) => each !== name)
      : [...choice.cut, name];
    choose({ cut });
  }

  const ACTIONS = {
    draw() {
      if (!choice.cut.length) return;
      lot++;
      follow();
    },
    mend() { if (choice.cut.length) choose({ cut: [] }); },
    next() { tour(step + 1); },
    back() { tour(step - 1); },
    leave() { tour(-1); },
  };

  // -- the tour ----------------------------------------------------------------------

  // Its box goes to the picture that it speaks of, and sets the page to what it says.
  // Who leaves it having gone on alone keeps what is seen.
  function tour(to) {
    const led = asLink({ ...USUAL, ...TOUR[step]?.set }) === asLink(choice);
    step = to < TOUR.length ? to : -1;
    const box = at("tour"), pressed = document.activeElement, leaves = step < 0;
    const { at: stage, text, set } = TOUR[step] ?? { at: "table", text: INVITATION };
    root.querySelector(`[data-stage=${stage}]`).before(box);
    at("told").textContent = leaves ? text : `${step + 1} of ${TOUR.length}. ${text}`;
    box.toggleAttribute("data-step", !leaves);
    button("next").textContent = leaves ? "Take the tour"
      : step < TOUR.length - 1 ? "Next" : "Done";
    button("back").hidden = step < 1;
    button("leave").hidden = leaves;
    if (!leaves || led) choose({ ...USUAL, ...set });
    say(SAYS.news(seen));  // now: if it grew or shrank later, the box would move
    // Moved elements lose the focus.
    const focus = box.contains(pressed) && !pressed.hidden ? pressed : button("next");
    focus.focus({ preventScroll: true });
    box.scrollIntoView({ block: "start" });
  }
  const INVITATION = at("told").textContent;

  // -- setting up --------------------------------------------------------------------

  function listen() {
    desk.addEventListener("submit", (event) => event.preventDefault());
    root.addEventListener("input", ({ target }) => {
      const { name, value } = target;
      const number = target.type === "range" ? Number(value) : FIELDS[name].read(value);
      if (number !== undefined) return choose({ [name]: number }, { keep: true });
      target.setAttribute("aria-invalid", true);
      tell(() => `${name} is a whole number from 0 to ${P - 1}. The pictures show `
        + `${choice.a} + ${choice.b}.`);
    });
    // Whoever leaves a field leaves in it what is shown.
    for (const name of ["a", "b"]) {
      field(name).addEventListener("change", () => choose({}));
    }
    root.addEventListener("click", ({ target }) => {
      const pressed = target.closest("button");
      if (pressed?.dataset.cut) toggle(pressed.dataset.cut);
      else ACTIONS[pressed?.dataset.do]?.();
    });
    const canvas = root.querySelector("[data-picture=table]");
    canvas.addEventListener("click", (event) => {
      const cell = cellAt(canvas, P, event.offsetX, event.offsetY);
      if (cell !== null) choose({ a: Math.floor(cell / P), b: cell % P });
    });
    whenItLooksOtherwise(root, draw);
    addEventListener("hashchange", () => {
      // An address without a link stands for what is usual; one to a heading says nothing.
      if (!location.hash || fromLink(location.hash).choice) open(location.hash);
    });
  }

  // Take the choice that a link holds. What there is to say is said at once: if it grew
  // while somebody presses a button below it, the button would move away.
  function open(link) {
    const { choice: found, wrong } = fromLink(link);
    choose(found ?? { ...USUAL });
    const left = `Not possible, and left as usual: ${wrong.join("; ")}. `;
    say((wrong.length ? left : "") + SAYS.news(seen));
  }

  // Clocks, heads and teams, each with a button that cuts it.
  function build() {
    const made = (name, more = {}, ...inside) => {
      const { data = {}, ...rest } = more;
      const element = Object.assign(document.createElement(name), rest);
      Object.assign(element.dataset, data);
      element.append(...inside);
      return element;
    };
    const cutter = (what, cut) => {
      const button = made("button", { type: "button", data: { cut } }, "Cut");
      button.setAttribute("aria-label", `Cut ${what}`);
      return button;
    };
    const clock = (kind, picture, k, ...more) => {
      const canvas = made("canvas", { data: { picture, of: k } });
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", `Clock ${k}`);
      return made("div", {}, made("p", {}, `Clock ${k}`, ...more), canvas,
        cutter(`${kind} ${k}`, `${kind}-${k}`));
    };
    at("clocks").append(...KEYS.map((k) => clock("clock", "numbers", k)));
    at("teams").append(...KEYS.map((k) => clock("team", "votes", k, made("br"),
      made("span", { data: { says: "fire", of: k } }))));
    at("heads").append(...PARTS.head.map((h) => made("div", { data: { head: h } },
      made("p", {}, `Head ${h}: `, made("span", { data: { says: "takes", of: h } })),
      made("div", { className: "follow-bar", ariaHidden: "true" },
        made("span"), made("span"), made("span")),
      cutter(`head ${h}`, `head-${h}`))));
    field("moment").max = MOMENTS.length - 1;
    field("waves").max = KEYS.length + 1;
  }

  root.hidden = false;
  build();
  try {
    const module = await WebAssembly.compile(bytesOf(BYTES));
    for (const moment of MOMENTS) {
      moment.halves = await unpacked(moment.weights);
      moment.teams = teamsOf(moment.teams);
    }
    for (const name of ["whole", "cut", "lottery"]) {
      networks[name] = new Network(module);
    }
  } catch (error) {
    at("failed").textContent = `The network could not be asked here: ${error.message}. `
      + "It needs a browser of 2023 or later: Chrome 111, Firefox 113, Safari 16.4.";
    at("failed").hidden = false;
    root.hidden = true;
    root.removeAttribute("aria-busy");
    return;
  }
  networks.whole.take(MOMENTS[0].halves);
  look(MOMENTS[0]);  // what others are compared with
  listen();
  open(location.hash);
})();
