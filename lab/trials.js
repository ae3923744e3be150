// The kernel without a page, for tests and benchmarks. Comes after kernel.js.
"use strict";

const compiledFrom = (base64) => new WebAssembly.Module(
  Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)));

// Losses, and the gradients of the first step, of a training that lab/reference.py
// described.
function repeat(base64, theirs) {
  const { p, width, neurons, rate, decay, beta1, beta2, eps } = theirs;
  const kernel = new Kernel(compiledFrom(base64), p, width, neurons);
  kernel.exports.initialize(0, 0);
  kernel.view("targets", Int32Array, p * p).set(theirs.targets);
  for (const [name, rows] of Object.entries(kernel.parameters())) {
    const given = theirs.weights[name];
    rows.forEach((row, i) => row.set(rows.length > 1 ? given[i] : given));
  }
  const order = kernel.exports.at(PLACES.indexOf("order")), losses = [];
  let gradients;
  for (const batch of theirs.batches) {
    kernel.view("order", Uint32Array, batch.length).set(batch);
    losses.push(kernel.exports.gradient(order, batch.length));
    gradients ??= Object.fromEntries(Object.entries(kernel.parameters("gradients"))
      .map(([name, rows]) => [name, rows.flatMap((row) => [...row])]));
    kernel.exports.update(rate, decay, beta1, beta2, eps);
  }
  return { losses, gradients };
}

// A network for a choice of the page, and its table.
function learner(base64, { p, width, neurons, operation, shown, seed }) {
  const kernel = new Kernel(compiledFrom(base64), p, width, neurons);
  const answers = targets(kernel, operation, seed);
  const cells = split(kernel, answers, shown, seed);
  kernel.show(answers, cells);
  kernel.exports.initialize(seed, cells.length);
  return { kernel, answers: [...answers], cells };
}

// Train until 99% of the others are right. Looks every five steps, which do not count.
function race(base64, choice) {
  const { kernel } = learner(base64, choice), { batch, p, rate, decay } = choice;
  let seconds = 0, step = 0;
  while (step < 1000) {
    const began = performance.now();
    for (const end = step + 5; step < end; step++) {
      kernel.exports.next_batch(batch || p * p);
      kernel.exports.update(rate, decay, 0.8, 0.98, 1e-8);
    }
    seconds += (performance.now() - began) / 1000;
    kernel.exports.evaluate();
    if (kernel.view("results", Float64Array, 4)[3] >= 0.99) return { step, seconds };
  }
  return { step: null, seconds };
}
