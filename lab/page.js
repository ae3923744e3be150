// The page of the lab: it takes choices, asks the worker to train, and draws what comes
// back. Comes after choices.js and pictures.js, and after what the build inlines: BYTES,
// the kernel in base 64; WORKER, the worker's text; PRESETS and the USUAL choice.
"use strict";

(function () {
  const root = document.getElementById("lab");
  const at = (id) => document.getElementById(`lab-${id}`);
  const button = (name) => root.querySelector(`[data-do=${name}]`);
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const TALKING = 250;  // ms from one caption to the next
  const MANY = 2000;    // looks that are kept

  // All that is known. `looks` are rows of results (see worker.js), `marks` what
  // happened at which step, `untrained` the strongest frequency's share before training,
  // `broken` whether the numbers have stopped being numbers.
  const lab = {
    choice: { ...USUAL }, frame: null, looks: [], now: null, marks: [],
    untrained: 0, untrainedOrder: 0, asked: { a: 12, b: 20 }, running: false,
    broken: false, life: 0, more: 0,
  };
  let worker, waiting = false, said = -Infinity, decayBefore;

  // -- the worker --------------------------------------------------------------------

  function open() {
    const text = new Blob([WORKER], { type: "text/javascript" });
    worker = new Worker(URL.createObjectURL(text));
    worker.onmessage = ({ data }) => {
      if (data.is === "failed") fail(data.why);
      else if (data.life === lab.life) take(data);  // and not what is left of the last
    };
    worker.onerror = (event) => fail(event.message);
    const bytes = Uint8Array.from(atob(BYTES), (letter) => letter.charCodeAt(0));
    tell("compile", { bytes });
    tell("quiet", { on: still.matches });
  }

  const tell = (what, more = {}) => worker.postMessage({ do: what, ...more });

  function fail(why) {
    lab.running = false;
    news(`The network could not be trained here: ${why}. The lab needs a browser that `
      + "knows WebAssembly with SIMD: Chrome 111, Firefox 113, Safari 16.4 or newer.");
    label();
  }

  // -- a network's life --------------------------------------------------------------

  function begin(why = "") {
    Object.assign(lab, { looks: [], marks: [], running: false, frame: null, now: null,
      broken: false, life: lab.life + 1, more: 0 });
    tell("begin", { wanted: { ...lab.choice }, number: lab.life, cell: asked() });
    at("look").hidden = true;
    news(`${why}${described()} Press Start.`);
    fill();
  }

  function described() {
    const { p, operation, shown, seed } = lab.choice;
    const option = root.elements.operation.querySelector(`[value="${operation}"]`);
    return `An untrained network (seed ${seed}). ${option.textContent}, ${p} numbers, `
      + `${shown}% of the table shown.`;
  }

  function run() {
    if (lab.broken) return;
    if (!lab.running && lab.frame?.step >= until()) lab.more = lab.frame.step;
    tell("change", { changes: { until: until() } });
    lab.running = !lab.running;
    tell(lab.running ? "run" : "pause");
    at("look").hidden = !at("look").textContent;
    if (lab.running) {
      news("Training.");
      bringIntoSight();
    }
    label();
  }

  // On a small screen the pictures are below: let the first be seen as training begins.
  function bringIntoSight() {
    const { top } = root.querySelector(".lab-pictures").getBoundingClientRect();
    if (top > 0.75 * innerHeight) root.querySelector(".lab-bar").scrollIntoView();
  }

  // Where it pauses by itself: each time it went on from there, so many steps later.
  const until = () => lab.more + lab.choice.until;

  function standing() {
    return lab.now ? `It gets ${percent(lab.now[SHOWN])} of what it is shown, `
      + `${percent(lab.now[OTHERS])} of the rest.` : "";
  }

  // A frame has come: keep it, look what has happened, draw when the screen is ready.
  function take(frame) {
    if (lab.broken) return;
    if (!lab.frame) {
      lab.untrained = Math.max(...frame.power);
      lab.untrainedOrder = ringOrder(frame);
    }
    const sound = frame.looks.every((look) => look.every(Number.isFinite));
    if (frame.ended === "diverged" || !sound) return breakOff(frame.step);
    lab.looks.push(...frame.looks);
    lab.frame = frame;
    lab.now = lab.looks[lab.looks.length - 1];
    // A long run has more than a curve can show: thin out what is old.
    if (lab.looks.length > MANY) {
      lab.looks = lab.looks.filter((_, i) => i % 2 === 0 || i > 0.7 * MANY);
    }
    const happened = milestones(frame.looks);
    // A pause or a step ends nothing for who has pressed Start since.
    const rests = !lab.running;
    if (frame.ended === "until" || frame.ended === "paused" && rests) {
      happened.push(end());
    } else if (frame.ended === "stepped" && rests) {
      happened.push(`Step ${amount(frame.step)}. ${standing()}`);
    }
    if (happened.length) news(happened.join(" "));
    draw(happened.length || !lab.running);
  }

  // What of note happened at some looks, in words.
  function milestones(looks) {
    const happened = [];
    for (const look of looks) {
      for (const [column, name] of [[SHOWN, "memorized"], [OTHERS, "generalized"]]) {
        if (look[column] >= 0.99 && look[STEP] && !lab.marks.some((m) => m.name === name)) {
          lab.marks.push({ step: look[STEP], name });
          happened.push(column === SHOWN
            ? `Step ${amount(look[STEP])}, memorized: it gets 99% of what it is shown, `
              + `and ${percent(look[OTHERS])} of the rest. Guessing would get `
              + `${percent(1 / lab.choice.p)}.`
            : `Step ${amount(look[STEP])}, generalized: it gets 99% of what it never saw.`);
        }
      }
    }
    return happened;
  }

  function end() {
    lab.running = false;
    label();
    return `Paused at step ${amount(lab.frame.step)}. ${standing()}`;
  }

  // The pictures stay as they were last, when there was something to draw.
  function breakOff(step) {
    tell("pause");
    lab.running = false;
    lab.broken = true;
    label();
    news(`At step ${amount(step)} the loss is no longer a number: the steps were too `
      + "large. The pictures show the last moment before. Choose a smaller learning "
      + "rate or weight decay, then press Reset.");
  }

  // -- drawing -----------------------------------------------------------------------

  function draw(speak) {
    if (speak) said = -Infinity;
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      tell("drawn");
      if (!lab.frame) return;
      const color = colors(root), talks = performance.now() - said > TALKING;
      if (talks) said = performance.now();
      for (const canvas of root.querySelectorAll("canvas")) {
        const name = canvas.dataset.picture, picture = PICTURES[name];
        picture.draw(canvas, lab, color);
        if (talks) at(`${name}-text`).textContent = picture.say(lab);
      }
      root.dataset.step = lab.frame.step;
      root.dataset.frames = Number(root.dataset.frames ?? 0) + 1;
    });
  }

  function news(text) {
    at("news").textContent = text;
  }

  // Buttons and words say what is so now.
  function label() {
    const { decay, speed } = lab.choice;
    button("run").textContent = lab.running ? "Pause" : lab.frame?.step ? "Go on" : "Start";
    button("decay").textContent = decay ? "Turn weight decay off now"
      : `Turn weight decay on now: ${decayBefore}`;
    at("pace").textContent = speed ? `${speed} steps a second` : "as fast as it goes";
    const asking = [button("run"), button("step"), at("a"), at("b")];
    for (const each of asking) each.disabled = lab.broken;
    // Not disabled: the focus would be lost.
    button("slower").setAttribute("aria-disabled", speed === FIELDS.speed.of[0]);
    button("faster").setAttribute("aria-disabled", speed === 0);
    at("shown").textContent = `${lab.choice.shown}%`;
    at("link").href = `#${asLink(lab.choice)}`;
  }

  // -- choices -----------------------------------------------------------------------

  // Write the choice into the form, the question, the address.
  function fill() {
    // A link may show any share, and the slider is where it is.
    root.elements.shown.step = lab.choice.shown % 5 ? 1 : 5;
    for (const name of Object.keys(FIELDS)) {
      if (root.elements[name]) root.elements[name].value = lab.choice[name];
    }
    // What has begun stays the experiment that it was.
    if (lab.frame?.step) return label();
    const same = Object.entries(PRESETS).find(([, preset]) =>
      asLink({ ...lab.choice, ...ofPreset(preset) }) === asLink(lab.choice));
    for (const radio of at("presets").querySelectorAll("input")) {
      radio.checked = radio.value === same?.[0];
    }
    if (same) {
      at("question").textContent = same[1].question;
      at("look").textContent = `Look: ${same[1].look}`;
    } else {
      at("question").textContent = "An experiment of your own. What do you expect? "
        + "Say it before you press Start.";
      at("look").textContent = "";
    }
    label();
  }

  // The choice of a preset. How fast it goes and where it pauses make it no other one.
  function ofPreset(preset) {
    const { speed, until, ...rest } = { ...USUAL, ...preset.choice };
    return rest;
  }

  function change(name, value) {
    if (value === lab.choice[name]) return;
    if (name === "decay" && !value) decayBefore = lab.choice.decay;
    lab.choice[name] = value;
    history.replaceState(null, "", `#${asLink(lab.choice)}`);
    if (!LIVE.includes(name)) return begin();
    if (name === "until") tell("change", { changes: { until: until() } });
    else tell("change", { changes: { [name]: value } });
    if (!lab.broken && (name === "decay" || name === "rate")) {
      const what = name === "decay" ? "weight decay" : "learning rate";
      const step = lab.frame?.step ?? 0;
      if (step) lab.marks.push({ step, name: `${name} ${value}` });
      news(`From step ${amount(step)} on, ${what} is ${value}.`);
      draw(true);
    }
    fill();
  }

  function choose(choice, why) {
    lab.choice = choice;
    decayBefore = choice.decay || USUAL.decay;
    begin(why);
  }

  const ACTIONS = {
    run,
    step() {
      if (lab.broken) return;
      lab.running = false;
      tell("step");
      label();
    },
    reset: () => begin(),
    slower: () => pace(-1),
    faster: () => pace(1),
    decay() {
      change("decay", lab.choice.decay ? 0 : decayBefore);
    },
  };

  function pace(by) {
    const { of } = FIELDS.speed;
    change("speed", of[of.indexOf(lab.choice.speed) + by] ?? lab.choice.speed);
  }

  // The cell that is named, or null if there is none.
  function asked() {
    const { p } = lab.choice;
    const number = (id) => at(id).value.trim() === "" ? NaN : Number(at(id).value);
    const [a, b] = [number("a"), number("b")];
    const there = [a, b].every((n) => Number.isInteger(n) && n >= 0 && n < p);
    lab.asked = { a, b };
    at("a").max = at("b").max = p - 1;
    return there ? a * p + b : null;
  }

  const ask = () => tell("ask", { cell: asked() });

  // -- setting up --------------------------------------------------------------------

  function options(name, text = String) {
    for (const value of FIELDS[name].of) {
      root.elements[name].append(new Option(text(value), value));
    }
  }

  function listen() {
    root.addEventListener("submit", (event) => event.preventDefault());
    root.addEventListener("click", ({ target }) => ACTIONS[target.dataset.do]?.());
    root.addEventListener("change", ({ target }) => {
      const { name, value } = target;
      if (!name) return;  // a and b of a cell choose no network
      if (name === "preset") {
        const choice = { ...USUAL, ...PRESETS[value].choice };
        history.replaceState(null, "", `#${asLink(choice)}`);
        return choose(choice);
      }
      const wanted = parsed(name, value);
      if (wanted === undefined) {
        news(`${value || "That"} is not possible here; allowed: ${allowed(name)}.`);
        target.value = lab.choice[name];
      } else change(name, wanted);
    });
    root.elements.shown.addEventListener("input", ({ target }) => {
      at("shown").textContent = `${target.value}%`;
    });
    for (const id of ["a", "b"]) at(id).addEventListener("input", ask);
    const canvas = root.querySelector("[data-picture=table]");
    canvas.addEventListener("click", (event) => {
      const cell = cellAt(canvas, lab.choice.p, event.offsetX, event.offsetY);
      if (cell === null || lab.broken) return;
      at("a").value = Math.floor(cell / lab.choice.p);
      at("b").value = cell % lab.choice.p;
      ask();
    });
    still.addEventListener("change", () => tell("quiet", { on: still.matches }));
    whenItLooksOtherwise(root, () => draw(false));
    addEventListener("hashchange", () => {
      const { choice, wrong } = fromLink(location.hash);
      // A link to what is here already begins nothing anew.
      const other = choice && asLink(choice) !== asLink(lab.choice);
      if (other) choose(choice, warning(wrong));
      else if (wrong.length) news(warning(wrong));
      if (wrong.length) history.replaceState(null, "", `#${asLink(choice)}`);
    });
  }

  const warning = (wrong) => wrong.length
    ? `Not possible, and left as usual: ${wrong.join("; ")}. ` : "";

  function presets() {
    for (const [name, { title }] of Object.entries(PRESETS)) {
      const label = document.createElement("label"), radio = document.createElement("input");
      Object.assign(radio, { type: "radio", name: "preset", value: name });
      label.append(radio, title);
      at("presets").append(label);
    }
  }

  root.hidden = false;
  for (const name of ["p", "width", "neurons"]) options(name);
  options("batch", (rows) => rows ? amount(rows) : "all that are shown");
  presets();
  listen();
  open();
  const { choice, wrong } = fromLink(location.hash);
  choose(choice ?? { ...USUAL }, warning(wrong));
})();
