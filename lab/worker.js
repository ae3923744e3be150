// The loop: it trains in a worker, so that the page never stutters, and sends what there
// is to draw. Comes after kernel.js.

const PATIENCE = 250;   // ms to train on while the page has not drawn the last frame
const FRAME = 24;       // ms from one frame to the next
const QUIET = 1000;     // the same for who asks for less motion
const LOOKING = 0.25;   // the share of time that may go into answering the whole table

const now = () => performance.now();
// What comes next is put behind messages that wait; a timer would lose 4 ms each time.
const later = new MessageChannel();
function soon() {
  if (!coming) later.port2.postMessage(0);
  coming = true;
}

let compiled, kernel, choice, order, life;
let running = false, coming = false, timer = null;
let step = 0, looks = [], looked = { at: 0, took: 0, step: -1 };
let sent = 0, drawn = true, asked = null, quiet = false;
let since = { time: 0, step: 0 };  // what the speed is counted from
let seconds = 0;                   // spent on training, looking left out

// -- one network ---------------------------------------------------------------------

function begin(wanted) {
  choice = wanted;
  const { p, operation, shown, width, neurons, seed } = choice;
  kernel = new Kernel(compiled, p, width, neurons);
  const answers = targets(kernel, operation, seed);
  const cells = split(kernel, answers, shown, seed);
  kernel.show(answers, cells);
  kernel.exports.initialize(seed, cells.length);
  order = operation === "multiply" && powers(p) || Array.from({ length: p }, (_, n) => n);
  kernel.view("basis", Float32Array, kernel.columns ** 2)
    .set(waves(order, kernel.columns));
  step = seconds = 0;
  looks = [];
  rest();
  look();
  send();
}

function train() {
  const began = now(), { batch, rate, decay } = choice;
  const loss = kernel.exports.next_batch(batch || kernel.p ** 2);
  kernel.exports.update(rate, decay, 0.8, 0.98, 1e-8);
  step++;
  seconds += (now() - began) / 1000;
  return loss;
}

// Answer the whole table, once a step at most.
function look() {
  if (looked.kernel === kernel && looked.step === step) return;
  const began = now();
  kernel.exports.evaluate();
  const results = kernel.view("results", Float64Array, 4);
  looks.push([step, ...results, kernel.exports.norm()]);
  looked = { kernel, step, at: now(), took: now() - began };
}

// -- the loop ------------------------------------------------------------------------

function run() {
  if (running) return;
  running = true;
  since = { time: now(), step };
  soon();
}

function rest() {
  running = false;
  clearTimeout(timer);
}

// How many steps may be made by now, at the speed that was asked for in steps a second;
// 0 is as fast as it goes.
const due = () => choice.speed
  ? since.step + (now() - since.time) * choice.speed / 1000 : Infinity;

// Train until it is time for a frame, or until there is something to wait for.
function turn() {
  if (!running) return;
  if (!drawn && now() - sent > PATIENCE) {  // nobody is looking: time stands still
    since = { time: now(), step };
    timer = setTimeout(turn, 20);
    return;
  }
  const pause = quiet ? QUIET : FRAME;
  const until = now() + Math.min(FRAME, Math.max(4, sent + pause - now()));
  while (now() < until && step < due() - 1) {
    const finite = Number.isFinite(train());
    if (!finite || step >= choice.until) {
      rest();
      return send({ ended: finite ? "until" : "diverged" });
    }
    if (now() - looked.at >= looked.took / LOOKING) look();
  }
  if (drawn && now() - sent >= pause) send();
  if (step >= due() - 1) timer = setTimeout(turn, 4);
  else soon();
}
later.port1.onmessage = () => {
  coming = false;
  turn();
};

// -- what there is to draw -----------------------------------------------------------

function send(more = {}) {
  look();
  const p = kernel.p, ring = embedding();
  const frame = {
    is: "frame", life, step, seconds, looks, running, order, ...ring, ...more,
    cells: kernel.view("cells", Uint8Array, p * p).slice(),
    sum: asked === null || asked >= p * p ? null : answer(asked),
  };
  looks = [];
  sent = now();
  drawn = false;
  postMessage(frame);
}

function answer(cell) {
  kernel.exports.logits(cell);
  return {
    cell,
    logits: kernel.view("logits", Float32Array, kernel.p).slice(),
    right: kernel.view("targets", Int32Array, kernel.p ** 2)[cell],
  };
}

// Power of each frequency in the embedding, and the numbers in the plane of the
// strongest: that of the directions in which its cosine and its sine point.
function embedding() {
  kernel.exports.transform();
  const { p, width, columns } = kernel, n = order.length;
  const all = kernel.view("coefficients", Float32Array, columns * width);
  const row = (r) => all.subarray(r * width, (r + 1) * width);
  const power = new Float32Array(Math.floor(n / 2));
  for (let r = 1; r < n; r++) power[Math.ceil(r / 2) - 1] += dot(row(r), row(r));
  const total = power.reduce((a, b) => a + b, 0);
  let k = 1;
  for (let i = 2; 2 * i < n; i++) if (power[i - 1] > power[k - 1]) k = i;
  const cosine = unit(row(2 * k - 1)), along = dot(row(2 * k), cosine);
  const sine = unit(row(2 * k).map((x, i) => x - along * cosine[i]));
  const W = kernel.view("weights", Float32Array, p * width);
  const points = new Float32Array(2 * p);
  for (let number = 0; number < p; number++) {
    const w = W.subarray(number * width, (number + 1) * width);
    points[2 * number] = dot(w, cosine);
    points[2 * number + 1] = dot(w, sine);
  }
  for (const axis of [0, 1]) {
    const mean = order.reduce((sum, number) => sum + points[2 * number + axis], 0) / n;
    for (let number = 0; number < p; number++) points[2 * number + axis] -= mean;
  }
  return { power: power.map((x) => x / total), points, frequency: k };
}

function dot(x, y) {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] * y[i];
  return sum;
}

function unit(x) {
  const length = Math.sqrt(dot(x, x)) || 1;
  return x.map((each) => each / length);
}

// -- what the page asks for ----------------------------------------------------------

const REQUESTS = {
  compile({ bytes }) { compiled = new WebAssembly.Module(bytes); },
  begin({ wanted, number, cell }) {
    life = number;
    asked = cell;
    begin(wanted);
  },
  run,
  pause() {
    rest();
    send({ ended: "paused" });
  },
  step() {
    rest();
    send({ ended: Number.isFinite(train()) ? "stepped" : "diverged" });
  },
  // Rate, decay, speed and where to stop: these change while it runs.
  change({ changes }) {
    Object.assign(choice, changes);
    since = { time: now(), step };
  },
  ask({ cell }) {
    asked = cell;
    if (!running) send();
  },
  drawn() { drawn = true; },
  quiet({ on }) { quiet = on; },
};

onmessage = ({ data }) => {
  try {
    REQUESTS[data.do](data);
  } catch (error) {
    postMessage({ is: "failed", why: String(error) });
  }
};
