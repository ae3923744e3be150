// The network in WebAssembly, and the tables it may learn. kernel.py is the same for
// Python.
"use strict";

// What Kernel.view can look at, in the order of kernel.c.
const PLACES = ["weights", "gradients", "order", "targets", "cells", "logits", "basis",
  "coefficients", "results"];

class Kernel {
  // A network for p numbers; width and neurons are multiples of 8.
  constructor(module, p, width, neurons) {
    this.exports = new WebAssembly.Instance(module, {}).exports;
    if (!this.exports.setup(p, width, neurons)) {
      throw new RangeError(`no network for p = ${p}, width ${width}, ${neurons} neurons`);
    }
    this.p = p;
    this.width = width;
    this.neurons = neurons;
    this.columns = 8 * Math.ceil(p / 8);
  }

  // The kernel's own memory: writing into it writes there.
  view(place, Kind, length) {
    const { memory, at } = this.exports;
    return new Kind(memory.buffer, at(PLACES.indexOf(place)), length);
  }

  // Weights or gradients by name, each a list of rows without what fills up vectors.
  parameters(place = "weights") {
    const { p, columns, width, neurons } = this;
    const shapes = [["embed.W_E", columns, width, p, width],
      ["mlp.W_in", 2 * width, neurons, 2 * width, neurons],
      ["mlp.b_in", 1, neurons, 1, neurons],
      ["unembed.W_U", neurons, columns, neurons, p]];
    const sizes = shapes.map(([, rows, across]) => rows * across);
    const block = this.view(place, Float32Array, sizes.reduce((a, b) => a + b));
    let from = 0;
    return Object.fromEntries(shapes.map(([name, rows, across, kept, wide]) => {
      const start = from;
      from += rows * across;
      const row = (i) => block.subarray(start + i * across, start + i * across + wide);
      return [name, Array.from({ length: kept }, (_, i) => row(i))];
    }));
  }

  // The table to learn, and the cells of it that are shown.
  show(targets, shown) {
    const cells = this.p ** 2, marks = this.view("cells", Uint8Array, cells);
    this.view("targets", Int32Array, cells).set(targets);
    this.view("order", Uint32Array, shown.length).set(shown);
    marks.fill(0);
    for (const cell of shown) marks[cell] = 2;
  }
}

// -- what there is to learn ----------------------------------------------------------

// 1 / b among p numbers, or undefined where b shares a factor with p.
function inverse(b, p) {
  for (let n = 0; n < p; n++) if (b * n % p === 1 % p) return n;
  return undefined;
}

// c of a ∘ b = c; undefined where there is none. The names are grokcore's.
const OPERATIONS = {
  "add": (a, b, p) => (a + b) % p,
  "subtract": (a, b, p) => (a - b + p) % p,
  "multiply": (a, b, p) => a * b % p,
  "x2+xy+y2": (a, b, p) => (a * a + a * b + b * b) % p,
  "asymmetric": (a, b, p) =>
    b % 2 ? inverse(b, p) === undefined ? undefined : a * inverse(b, p) % p
      : (a - b + p) % p,
};

// Streams of random numbers; that of the weights and batches is 1, in kernel.c.
const SPLIT = 2, LABELS = 3;

// The right answer of each cell, −1 where there is none. Any other name than those of
// OPERATIONS is a table that no rule makes: each answer is drawn.
function targets(kernel, operation, seed) {
  const { p } = kernel, rule = OPERATIONS[operation];
  kernel.exports.reseed(seed, LABELS);
  return Int32Array.from({ length: p * p }, (_, cell) =>
    rule ? rule(Math.floor(cell / p), cell % p, p) ?? -1 : kernel.exports.draw(p));
}

// The cells that are shown: a share of those that have an answer, drawn.
function split(kernel, answers, percent, seed) {
  const cells = [...answers.keys()].filter((cell) => answers[cell] >= 0);
  kernel.exports.reseed(seed, SPLIT);
  for (let i = cells.length - 1; i > 0; i--) {
    const j = kernel.exports.draw(i + 1);
    [cells[i], cells[j]] = [cells[j], cells[i]];
  }
  return cells.slice(0, Math.floor(cells.length * percent / 100));
}

// -- waves ---------------------------------------------------------------------------

// The numbers 1, g, g², … mod p, if they are all of them but 0; then multiplying is
// adding exponents. Undefined if p is not prime.
function powers(p) {
  for (let g = 1; g < p; g++) {
    const found = [1 % p];
    for (let n = g; n !== found[0] && found.length < p; n = n * g % p) found.push(n);
    if (found.length === p - 1 && !found.includes(0)) return found;
  }
  return undefined;
}

// Rows of cosines and sines over some numbers in this order, orthonormal: the constant,
// cos 1, sin 1, cos 2, … as grokcore.analysis.fourier.basis. Others of the p get 0.
function waves(order, columns) {
  const n = order.length, rows = new Float32Array(columns * columns);
  for (let row = 0; row < n; row++) {
    const k = Math.ceil(row / 2), half = row > 0 && 2 * k < n;
    const size = Math.sqrt((half ? 2 : 1) / n);
    order.forEach((number, place) => {
      const angle = 2 * Math.PI * (k * place % n) / n;
      rows[row * columns + number] = size * (row % 2 || !row ? Math.cos : Math.sin)(angle);
    });
  }
  return rows;
}
