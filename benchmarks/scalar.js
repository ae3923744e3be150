// The same training as the lab's, as explorables have it: plain loops over float64
// numbers, one row after the other. Tables come from kernel.js.

// The network of the page: weights as torch's defaults draw them, here with Math.random.
class Scalar {
  constructor({ p, width, neurons }) {
    Object.assign(this, { p, D: width, M: neurons });
    const draw = (n, make) => Float64Array.from({ length: n }, make);
    const within = (bound) => () => bound * (2 * Math.random() - 1);
    const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random()))
      * Math.cos(2 * Math.PI * Math.random());
    this.weights = [
      draw(p * width, normal),                                          // W_E [p, D]
      draw(2 * width * neurons, within((2 * width) ** -0.5)),           // W_in [2D, M]
      draw(neurons, within((2 * width) ** -0.5)),                       // b_in [M]
      draw(neurons * p, within(neurons ** -0.5)),                       // W_U [M, p]
    ];
    const zeros = () => this.weights.map((w) => new Float64Array(w.length));
    [this.gradients, this.means, this.squares] = [zeros(), zeros(), zeros()];
    this.hidden = new Float64Array(neurons);
    this.dhidden = new Float64Array(neurons);
    this.odds = new Float64Array(p);
    this.t = 0;
    this.begin();
  }

  // An operand's share of the hidden layer, once a number: the kernel does that, too.
  begin() {
    const { p, D, M } = this, [W_E, W_in] = this.weights;
    this.shares = [0, 1].map((s) => {
      const share = new Float64Array(p * M);
      for (let n = 0; n < p; n++) {
        for (let d = 0; d < D; d++) {
          const x = W_E[n * D + d], row = (s * D + d) * M;
          for (let i = 0; i < M; i++) share[n * M + i] += x * W_in[row + i];
        }
      }
      return share;
    });
    this.dshares = [0, 1].map(() => new Float64Array(p * M));
  }

  // Logits of a cell, in odds; returns the largest's place.
  forward(cell) {
    const { p, M, hidden, odds, shares } = this, [, , b, W_U] = this.weights;
    const at = Math.floor(cell / p) * M, bt = cell % p * M;
    odds.fill(0);
    for (let i = 0; i < M; i++) {
      const x = Math.max(0, b[i] + shares[0][at + i] + shares[1][bt + i]);
      hidden[i] = x;
      if (x) for (let c = 0; c < p; c++) odds[c] += x * W_U[i * p + c];
    }
    let best = 0;
    for (let c = 1; c < p; c++) if (odds[c] > odds[best]) best = c;
    return best;
  }

  step(cells, answers, rate, decay) {
    const { p, D, M, hidden, dhidden, odds, dshares } = this;
    const [W_E, W_in, , W_U] = this.weights, [dW_E, dW_in, db, dW_U] = this.gradients;
    for (const gradient of this.gradients) gradient.fill(0);
    this.begin();
    for (const cell of cells) {
      const most = odds[this.forward(cell)];
      let sum = 0;
      for (let c = 0; c < p; c++) sum += odds[c] = Math.exp(odds[c] - most);
      for (let c = 0; c < p; c++) odds[c] /= sum * cells.length;
      odds[answers[cell]] -= 1 / cells.length;
      const at = Math.floor(cell / p) * M, bt = cell % p * M;
      for (let i = 0; i < M; i++) {
        if (!hidden[i]) continue;
        let d = 0;
        for (let c = 0; c < p; c++) {
          d += odds[c] * W_U[i * p + c];
          dW_U[i * p + c] += odds[c] * hidden[i];
        }
        dshares[0][at + i] += d;
        dshares[1][bt + i] += d;
        db[i] += d;
      }
    }
    for (let s = 0; s < 2; s++) {
      for (let n = 0; n < p; n++) {
        for (let d = 0; d < D; d++) {
          const x = W_E[n * D + d], row = (s * D + d) * M;
          let sum = 0;
          for (let i = 0; i < M; i++) {
            const g = dshares[s][n * M + i];
            dW_in[row + i] += x * g;
            sum += g * W_in[row + i];
          }
          dW_E[n * D + d] += sum;
        }
      }
    }
    this.update(rate, decay);
  }

  update(rate, decay, beta1 = 0.8, beta2 = 0.98, eps = 1e-8) {
    this.t++;
    const c1 = 1 - beta1 ** this.t, c2 = 1 - beta2 ** this.t;
    this.weights.forEach((w, j) => {
      const g = this.gradients[j], m = this.means[j], v = this.squares[j];
      for (let i = 0; i < w.length; i++) {
        m[i] += (1 - beta1) * (g[i] - m[i]);
        v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i];
        w[i] -= rate * (decay * w[i] + m[i] / c1 / (Math.sqrt(v[i] / c2) + eps));
      }
    });
  }
}

// Seconds of some steps, each on a batch that is drawn.
function secondsOfScalarSteps(base64, choice, steps) {
  const { answers, cells } = learner(base64, choice), network = new Scalar(choice);
  const rows = Math.min(choice.batch || cells.length, cells.length);
  let seconds = 0;
  for (let step = 0; step < steps; step++) {
    const from = Math.floor(Math.random() * (cells.length - rows + 1));
    const began = performance.now();
    network.step(cells.slice(from, from + rows), answers, choice.rate, choice.decay);
    seconds += (performance.now() - began) / 1000;
  }
  return seconds;
}
