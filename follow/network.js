// The network in WebAssembly, with cuts. network.py is the same for Python.
"use strict";

// What Network.view can look at, in the order of network.c.
const PLACES = ["halves", "embedding", "channels", "spared", "pattern", "neurons",
  "logits", "votes", "answers"];
const SIZES = { p: 113, columns: 120, width: 128, heads: 4, channels: 32,
  neurons: 512 };
const P = SIZES.p;

// -- what the build inlines ----------------------------------------------------------

const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

// Weights in float16: all low bytes, then all high ones, deflated.
async function unpacked(text) {
  const stream = new Blob([bytesOf(text)]).stream()
    .pipeThrough(new DecompressionStream("deflate"));
  const planes = new Uint8Array(await new Response(stream).arrayBuffer());
  const length = planes.length / 2;
  return Uint16Array.from({ length }, (_, i) => planes[i] | planes[length + i] << 8);
}

// -- the network ---------------------------------------------------------------------

const TURN = 2 * Math.PI;
// cos and sin of w n, w = 2πk/p, for all numbers n.
const wave = (f, k) => Float64Array.from({ length: SIZES.p }, (_, n) =>
  f(TURN * (k * n % SIZES.p) / SIZES.p));

const dot = (x, y) => x.reduce((sum, each, i) => sum + each * y[i], 0);

class Network {
  constructor(module) {
    this.exports = new WebAssembly.Instance(module, {}).exports;
  }

  // The kernel's own memory: writing into it writes there.
  view(place, Kind, length) {
    const { memory, at } = this.exports;
    return new Kind(memory.buffer, at(PLACES.indexOf(place)), length);
  }

  // Take some weights, and cut: frequencies out of the embedding of the numbers,
  // channels of the heads (head h has 32 h, …, 32 h + 31), neurons.
  take(halves, { frequencies = [], channels = [], neurons = [] } = {}) {
    const { heads, neurons: all } = SIZES;
    this.view("halves", Uint16Array, halves.length).set(halves);
    this.exports.load();
    for (const k of frequencies) removeWaves(this.embedding, k);
    const kept = this.view("channels", Float32Array, heads * SIZES.channels);
    for (const channel of channels) kept[channel] = 0;
    const spared = this.view("spared", Float32Array, all);
    for (const neuron of neurons) spared[neuron] = 0;
    this.exports.prepare();
  }

  // Of the numbers, [p, width].
  get embedding() {
    return this.view("embedding", Float32Array, SIZES.p * SIZES.width);
  }

  // What happens on the way from a and b to the answer.
  follow(a, b) {
    const { p, heads, neurons } = SIZES;
    this.exports.answer(a, b);
    const copy = (place, length) => this.view(place, Float32Array, length).slice();
    const pattern = copy("pattern", 3 * heads), logits = copy("logits", p);
    const middle = mean(logits);
    return {
      attention: Array.from({ length: heads }, (_, h) =>
        pattern.slice(3 * h, 3 * h + 3)),
      neurons: copy("neurons", neurons),
      logits: logits.map((logit) => logit - middle),  // what all share changes nothing
      says: logits.indexOf(Math.max(...logits)),
    };
  }

  // For a frequency, where each neuron's vote points: [neurons] of x and of y, per unit
  // of its activation. The sum of all votes, and of what passes the neurons by, is the
  // hand of the logits.
  votes(k) {
    const { p, columns, neurons } = SIZES;
    const all = this.view("votes", Float32Array, neurons * columns);
    const along = (waves) => Float64Array.from({ length: neurons }, (_, m) =>
      2 / p * dot(waves, all.subarray(m * columns, m * columns + p)));
    return { x: along(wave(Math.cos, k)), y: along(wave(Math.sin, k)) };
  }

  // The answer to each sum, row by row: yields while there are more.
  *answers() {
    const { p } = SIZES;
    for (let a = 0; a < p; a++) {
      this.exports.answer_row(a);
      yield;
    }
    return this.view("answers", Uint8Array, p * p).slice();
  }
}

// -- waves ---------------------------------------------------------------------------

const mean = (x) => x.reduce((sum, each) => sum + each, 0) / x.length;

// What a wave over the numbers has in the embedding, [width].
function inEmbedding(W, waves) {
  const { width } = SIZES, sum = new Float64Array(width);
  waves.forEach((height, n) => {
    for (let d = 0; d < width; d++) sum[d] += height * W[n * width + d];
  });
  return sum;
}

// Take a frequency out of the embedding: grokcore.analysis.fourier.remove.
function removeWaves(W, k) {
  const { p, width } = SIZES;
  for (const waves of [wave(Math.cos, k), wave(Math.sin, k)]) {
    const part = inEmbedding(W, waves);
    waves.forEach((height, n) => {
      for (let d = 0; d < width; d++) W[n * width + d] -= 2 / p * height * part[d];
    });
  }
}

// The numbers as points, [2 p], in the plane of a frequency (grokcore's
// frequency_plane), turned so that cos w n points to x.
function plane(W, k) {
  const { p, width } = SIZES;
  const unit = (x) => x.map((each) => each / Math.sqrt(dot(x, x)));
  const cosine = unit(inEmbedding(W, wave(Math.cos, k)));
  const across = inEmbedding(W, wave(Math.sin, k)), along = dot(across, cosine);
  const sine = unit(across.map((each, d) => each - along * cosine[d]));
  const points = new Float64Array(2 * p);
  for (const [axis, direction] of [cosine, sine].entries()) {
    const places = Float64Array.from({ length: p }, (_, n) =>
      dot(direction, W.subarray(n * width, (n + 1) * width)));
    const middle = mean(places);
    places.forEach((place, n) => { points[2 * n + axis] = place - middle; });
  }
  return points;
}

// The wave of a frequency in the logits: how high it is, and where, in turns.
function hand(logits, k) {
  const [x, y] = [Math.cos, Math.sin].map((f) => 2 / SIZES.p * dot(wave(f, k), logits));
  return { length: Math.hypot(x, y), at: Math.atan2(y, x) / TURN };
}
