// The pictures: each draws on a canvas and says in words what it shows now. They take
// `lab`, all that the page knows (see page.js), and invent nothing. Comes after
// inpage/canvas.js.
"use strict";

// Two digits: "0.025", "−13", "4.2e-6", "2.4e16".
function few(x) {
  const value = Number(x.toPrecision(2)), size = Math.abs(value);
  const plain = size === 0 || size >= 1e-4 && size < 1e4;
  const digits = plain ? String(size) : size.toExponential().replace("+", "");
  return value < 0 ? `−${digits}` : digits;
}
const divisor = (a, b) => b ? divisor(b, a % b) : a;

// Columns of a look, as worker.js sends them.
const STEP = 0, SHOWN_LOSS = 1, SHOWN = 2, OTHERS_LOSS = 3, OTHERS = 4, NORM = 5;

// -- the table -----------------------------------------------------------------------

const table = {
  draw(canvas, lab, color) {
    drawTable(canvas, lab.choice.p, lab.frame.cells, lab.asked, color);
  },
  say({ frame }) {
    const none = frame.cells.filter((cell) => cell === CELL.none).length;
    return `A cell for each pair a, b. ${tableSays(frame.cells)}`
      + `${none ? ` ${amount(none)} have no answer.` : ""}`;
  },
};

// -- curves --------------------------------------------------------------------------

// Steps are drawn by their logarithm, for memorizing takes tens and understanding
// hundreds of them.
function stepScale(last, left, right) {
  const bounds = [10, 20, 50].flatMap((n) => [n, 10 * n, 100 * n, 1000 * n, 1e4 * n]);
  const end = bounds.sort((a, b) => a - b).find((bound) => bound >= last) ?? last;
  const at = (step) => left + (right - left) * Math.log1p(step) / Math.log1p(end);
  return { at, ticks: [0, 1, 10, 100, 1000, 1e4, 1e5].filter((tick) => tick <= end) };
}

// Axes, marks of what happened, and some lines over the steps.
function curves(canvas, lab, color, { y, ticks, label, lines, level }) {
  const { pen, width, height } = sheet(canvas);
  const left = 46, right = width - 18, top = 32, bottom = height - 34;
  const x = stepScale(lab.frame.step, left, right);
  const place = (value) => bottom - (bottom - top) * y(value);
  for (const tick of ticks) {
    line(pen, [[left, place(tick)], [right, place(tick)]], color.rule);
    write(pen, label(tick), left - 6, place(tick), color.ink, "right");
  }
  for (const tick of x.ticks) {
    write(pen, amount(tick), x.at(tick), bottom + 12, color.ink, "center");
  }
  write(pen, "steps", right, bottom + 26, color.faint, "right");
  if (level) {
    line(pen, [[left, place(level.value)], [right, place(level.value)]], color.ink,
      { dash: [2, 3] });
    write(pen, level.name, right, place(level.value) - 8, color.ink, "right");
  }
  // A name stands in the first of two rows that has room for it, or nowhere.
  const ends = [-Infinity, -Infinity];
  for (const { step, name } of lab.marks) {
    const here = x.at(step), wide = pen.measureText(name).width;
    line(pen, [[here, top], [here, bottom]], color.faint, { dash: [1, 3] });
    const from = here + wide < right ? here : here - wide;
    const row = ends.findIndex((end) => end + 8 < from);
    if (row < 0) continue;
    write(pen, name, from, 8 + 14 * row, color.faint);
    ends[row] = from + wide;
  }
  for (const { column, shade, dash } of lines) {
    const points = lab.looks.filter((look) => Number.isFinite(look[column]))
      .map((look) => [x.at(look[STEP]), place(look[column])]);
    line(pen, points, shade, { width: 2.5, dash });
    const [end] = points.slice(-1);
    pen.beginPath();
    pen.arc(...end, 3, 0, 7);
    pen.fillStyle = shade;
    pen.fill();
  }
}

const bothLines = (shown, others, color) => [
  { column: others, shade: color.validation, dash: [7, 2] },
  { column: shown, shade: color.train, dash: [] },
];

const accuracy = {
  draw(canvas, lab, color) {
    curves(canvas, lab, color, {
      y: (share) => share,
      ticks: [0, 0.5, 1],
      label: (share) => `${100 * share}%`,
      lines: bothLines(SHOWN, OTHERS, color),
      level: { value: 1 / lab.choice.p, name: `guessing: ${percent(1 / lab.choice.p)}` },
    });
  },
  say({ now, choice }) {
    return `At step ${amount(now[STEP])}: ${percent(now[SHOWN])} of those shown (blue), `
      + `${percent(now[OTHERS])} of the others (orange). Guessing gets `
      + `${percent(1 / choice.p)}.`;
  },
};

const LOSSES = { least: 1e-4, most: 100 };
const logLoss = (loss) => {
  const { least, most } = LOSSES;
  const within = Math.min(most, Math.max(least, loss || least));
  return Math.log(within / least) / Math.log(most / least);
};

const loss = {
  draw(canvas, lab, color) {
    curves(canvas, lab, color, {
      y: logLoss,
      ticks: [1e-4, 1e-2, 1, 100],
      label: (loss) => loss < 0.01 ? loss.toExponential(0) : String(loss),
      lines: bothLines(SHOWN_LOSS, OTHERS_LOSS, color),
      level: { value: Math.log(lab.choice.p), name: "undecided" },
    });
  },
  say({ now, choice }) {
    return `In nats: ${few(now[SHOWN_LOSS])} on those shown (blue), `
      + `${few(now[OTHERS_LOSS])} on the others (orange). Undecided is `
      + `ln ${choice.p} = ${Math.log(choice.p).toFixed(1)}; more is sure and wrong.`;
  },
};

const norm = {
  draw(canvas, lab, color) {
    const most = Math.max(...lab.looks.map((look) => look[NORM]).filter(Number.isFinite));
    const unit = 10 ** Math.floor(Math.log10(most));
    const end = [1, 2, 5, 10].map((n) => n * unit).find((bound) => bound >= most);
    curves(canvas, lab, color, {
      y: (value) => value / end,
      ticks: [0, end / 2, end],
      label: (value) => few(value),
      lines: [{ column: NORM, shade: color.neutral, dash: [] }],
    });
  },
  say({ now, looks }) {
    const [length, before] = [now, looks[0]].map((look) => amount(Math.round(look[NORM])));
    return `All weights as one vector are ${length} long; untrained they were ${before}.`;
  },
};

// -- the embedding -------------------------------------------------------------------

const byPowers = ({ order }) => order[0] !== 0;

const ring = {
  draw(canvas, lab, color) {
    const { pen, width, height } = sheet(canvas), { points, order, frequency } = lab.frame;
    const n = order.length, far = Math.max(...points.map(Math.abs)) || 1;
    const middle = [width / 2, height / 2], reach = Math.min(...middle) - 14;
    const place = (number) => [middle[0] + reach * points[2 * number] / far,
      middle[1] - reach * points[2 * number + 1] / far];
    const places = [...order.keys()]
      .sort((i, j) => turn(frequency, i, n) - turn(frequency, j, n));
    line(pen, places.map((i) => place(order[i])), color.rule,
      { width: 1.5, closed: true });
    pen.font = `${n > 60 ? 10 : 12}px system-ui, sans-serif`;
    // Where a ring has no room for all names, every so many are written.
    const wide = pen.measureText(n - 1).width;
    const every = Math.ceil(n * wide / (2 * Math.PI * reach));
    places.forEach((i, along) => {
      const [x, y] = place(order[i]), named = along % every === 0;
      const shade = `oklch(${color.depth} 0.14 ${360 * turn(frequency, i, n)})`;
      pen.beginPath();
      pen.arc(x, y, named ? 8 : 2.5, 0, 7);
      pen.fillStyle = named ? color.paper : shade;
      pen.fill();
      if (named) write(pen, order[i], x, y, shade, "center");
    });
    if (byPowers(lab.frame)) write(pen, "0", ...place(0), color.faint, "center");
  },
  say({ frame, untrainedOrder }) {
    const { order, frequency } = frame, n = order.length, d = divisor(n, frequency);
    const shared = d > 1 ? ` It puts ${d} numbers in each of ${n / d} places.` : "";
    return `The numbers in the plane of the strongest frequency, ${frequency}, joined `
      + `in its order${byPowers(frame) ? ", by powers of a generator" : ""}. Their `
      + `angles keep that order to ${ringOrder(frame).toFixed(2)}; 1 is a ring. `
      + `Untrained it was ${untrainedOrder.toFixed(2)}, since of many planes this is the `
      + `one where the numbers look most like a ring.${shared}`;
  },
};

const power = {
  draw(canvas, lab, color) {
    const { pen, width, height } = sheet(canvas), { power, frequency, order } = lab.frame;
    const left = 42, right = width - 18, top = 14, bottom = height - 34;
    const most = Math.max(...power, lab.untrained);
    const end = [0.05, 0.1, 0.2, 0.5, 1].find((bound) => bound >= most);
    const up = (share) => bottom - (bottom - top) * share / end;
    const step = (right - left) / power.length;
    for (const tick of [0, end / 2, end]) {
      line(pen, [[left, up(tick)], [right, up(tick)]], color.rule);
      write(pen, `${Number((100 * tick).toPrecision(2))}%`, left - 6, up(tick),
        color.ink, "right");
    }
    power.forEach((share, i) => {
      const k = i + 1, shares = divisor(order.length, k) > 1;
      pen.fillStyle = shares ? color.shared : color.neutral;
      pen.globalAlpha = k === frequency ? 1 : 0.7;
      pen.fillRect(left + i * step + step * 0.12, up(share), step * 0.76,
        bottom - up(share));
      pen.globalAlpha = 1;
      const every = power.length > 35 ? 10 : 5;
      if (k === 1 || k % every === 0) {
        write(pen, k, left + (i + 0.5) * step, bottom + 12, color.ink, "center");
      }
    });
    line(pen, [[left, up(lab.untrained)], [right, up(lab.untrained)]], color.ink,
      { dash: [2, 3] });
    write(pen, "frequency", right, bottom + 26, color.faint, "right");
  },
  say({ frame, untrained }) {
    const { power, order } = frame, n = order.length;
    const strong = [...power.keys()].filter((i) => power[i] > untrained)
      .sort((i, j) => power[j] - power[i]).map((i) => i + 1);
    const sum = strong.reduce((all, k) => all + power[k - 1], 0);
    const listed = strong.slice(0, 6).join(", ") + (strong.length > 6 ? " and more" : "");
    const shared = strong.filter((k) => divisor(n, k) > 1).length;
    const composite = divisor(n, 2) > 1 || divisor(n, 3) > 1 || divisor(n, 5) > 1;
    return (strong.length ? `Stronger than any in the untrained embedding (dashed): `
      + `${listed}. Together they hold ${percent(sum)} of the power.`
      : "None is stronger than the strongest of the untrained embedding (dashed).")
      + (composite ? ` Those in purple share a divisor with ${n}`
      + `${strong.length ? `, ${shared} of these ${strong.length}` : ""}.` : "");
  },
};

// -- one cell ------------------------------------------------------------------------

const SIGNS = { add: "+", subtract: "−", multiply: "·" };

const sum = {
  draw(canvas, lab, color) {
    const { pen, width, height } = sheet(canvas), asked = lab.frame.sum;
    if (!asked) return;
    const { logits, right } = asked, end = width - 18;
    const most = Math.max(...logits, 0), least = Math.min(...logits, 0);
    const ticks = [most, 0, least];
    const widest = Math.max(...ticks.map((tick) => pen.measureText(few(tick)).width));
    const left = Math.max(42, 8 + widest);
    const top = 14, bottom = height - 34, span = most - least || 1;
    const up = (value) => bottom - (bottom - top) * (value - least) / span;
    const step = (end - left) / logits.length;
    for (const tick of ticks) {
      line(pen, [[left, up(tick)], [end, up(tick)]], color.rule);
      write(pen, few(tick), left - 6, up(tick), color.ink, "right");
    }
    logits.forEach((value, c) => {
      pen.fillStyle = c === right ? color.neutral : color.faint;
      pen.fillRect(left + c * step + step * 0.1, Math.min(up(0), up(value)), step * 0.8,
        Math.abs(up(value) - up(0)));
      if (c % 10 === 0) {
        write(pen, c, left + (c + 0.5) * step, bottom + 12, color.ink, "center");
      }
    });
    write(pen, "answer", end, bottom + 26, color.faint, "right");
  },
  say({ frame, choice }) {
    const { sum: asked, cells } = frame;
    if (!asked) return `Numbers go from 0 to ${choice.p - 1}.`;
    const a = Math.floor(asked.cell / choice.p), b = asked.cell % choice.p;
    const name = `${a} ${SIGNS[choice.operation] ?? "∘"} ${b}`;
    const best = asked.logits.indexOf(Math.max(...asked.logits));
    if (asked.right < 0) return `${name} has no answer. The network says ${best}.`;
    const shown = cells[asked.cell] & CELL.shown;
    return `${name} = ${asked.right} (green), ${shown ? "" : "not "}one that is shown. `
      + `A logit for each answer: the network says ${best}, which is `
      + `${best === asked.right ? "right" : "wrong"}.`;
  },
};

const PICTURES = { table, ring, accuracy, loss, power, norm, sum };
