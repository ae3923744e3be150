// The kernel without a page, for tests and benchmarks. Comes after kernel.js.
"use strict";

const compiledFrom = (base64) => new WebAssembly.Module(
  Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)));

// Weights or gradients by name, each a list of rows without what fills up vectors.
function parameters(kernel, place = "weights") {
  const { p, columns, width, neurons } = kernel;
  const shapes = [["embed.W_E", columns, width, p, width],
    ["mlp.W_in", 2 * width, neurons, 2 * width, neurons],
    ["mlp.b_in", 1, neurons, 1, neurons],
    ["unembed.W_U", neurons, columns, neurons, p]];
  const sizes = shapes.map(([, rows, across]) => rows * across);
  const block = kernel.view(place, Float32Array, sizes.reduce((a, b) => a + b));
  let from = 0;
  return Object.fromEntries(shapes.map(([name, rows, across, kept, wide]) => {
    const start = from;
    from += rows * across;
    const row = (i) => block.subarray(start + i * across, start + i * across + wide);
    return [name, Array.from({ length: kept }, (_, i) => row(i))];
  }));
}

// Losses, and the gradients of the first step, of a training that lab/reference.py
// described.
function repeat(base64, theirs) {
  const { p, width, neurons, rate, decay, beta1, beta2, eps } = theirs;
  const kernel = new Kernel(compiledFrom(base64), p, width, neurons);
  kernel.exports.initialize(0, 0);
  kernel.view("targets", Int32Array, p * p).set(theirs.targets);
  for (const [name, rows] of Object.entries(parameters(kernel))) {
    const given = theirs.weights[name];
    rows.forEach((row, i) => row.set(rows.length > 1 ? given[i] : given));
  }
  const order = kernel.exports.at(PLACES.indexOf("order")), losses = [];
  let gradients;
  for (const batch of theirs.batches) {
    kernel.view("order", Uint32Array, batch.length).set(batch);
    losses.push(kernel.exports.gradient(order, batch.length));
    gradients ??= Object.fromEntries(Object.entries(parameters(kernel, "gradients"))
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
