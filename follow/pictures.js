// The pictures: each draws what happens on the way of one sum. They take `seen`, all
// that page.js has computed, and invent nothing. Comes after inpage/canvas.js,
// network.js and cuts.js.
"use strict";

const degrees = (turns) => Math.round(360 * (turns - Math.floor(turns))) % 360;

// How far one place on a clock is from another, in degrees, at most 180.
function apart(turns, others) {
  const away = Math.abs(turns - others) % 1;
  return 360 * Math.min(away, 1 - away);
}

// Where a number stands on a perfect clock, in turns.
const placeOf = (n, k) => turn(k, n, P);

// -- clocks --------------------------------------------------------------------------

// A clock face on a canvas: 0 is up, and it goes round as clocks do.
function face(canvas) {
  const { pen, width, height } = sheet(canvas);
  const middle = [width / 2, height / 2], radius = Math.min(...middle) - 13;
  const at = (x, y) => [middle[0] + radius * y, middle[1] - radius * x];
  const toward = (turns, far) => at(far * Math.cos(TURN * turns),
    far * Math.sin(TURN * turns));
  return { pen, middle, radius, at, toward };
}

function rim({ pen, middle, radius }, color) {
  pen.beginPath();
  pen.arc(...middle, radius, 0, TURN);
  Object.assign(pen, { strokeStyle: color.rule, lineWidth: 1 });
  pen.stroke();
}

function crossOut({ pen, at }, color) {
  for (const sign of [1, -1]) line(pen, [at(-0.4, -0.4 * sign), at(0.4, 0.4 * sign)],
    color.faint, { width: 1.5 });
}

// How far round its clock a number stands, in turns.
const standing = (points, n) => Math.atan2(points[2 * n + 1], points[2 * n]) / TURN;

const isCut = ({ cuts }, kind, name) => cuts.includes(`${kind}-${name}`);

// The numbers in the plane of a frequency, and hands to a and b. Of all clocks the
// farthest number is at the rim.
function drawNumbers(canvas, seen, color, k) {
  const clock = face(canvas), { pen, at, toward, radius } = clock;
  const { a, b, moment: { far, planes } } = seen, { points } = planes.get(k);
  rim(clock, color);
  if (isCut(seen, "clock", k)) return crossOut(clock, color);
  const place = (n) => at(points[2 * n] / far, points[2 * n + 1] / far);
  pen.fillStyle = color.faint;
  for (let n = 0; n < P; n++) {
    const [x, y] = place(n);
    pen.fillRect(x - 1, y - 1, 2, 2);
  }
  const hands = [[a, color.a, [], "a"], [b, color.b, [5, 2], "b"]];
  for (const [n, shade, dash, name] of hands) {
    line(pen, [at(0, 0), place(n)], shade, { width: 2.5, dash });
    write(pen, name, ...toward(standing(points, n), 1 + 8 / radius), shade, "center");
  }
}

// The votes of a team of neurons as rays, the hand that all votes make, and a mark
// where the sum stands. The team's longest ray reaches the rim.
function drawVotes(canvas, seen, color, k) {
  const clock = face(canvas), { pen, at, toward } = clock;
  const { moment: { votes, teams }, hands, right, full, cut: { neurons } } = seen;
  rim(clock, color);
  if (isCut(seen, "team", k)) crossOut(clock, color);
  const { x, y } = votes.get(k);
  const rays = teams.get(k).map((m) => [neurons[m] * x[m], neurons[m] * y[m]]);
  const longest = Math.max(...rays.map((ray) => Math.hypot(...ray))) || 1;
  pen.globalAlpha = 0.6;
  for (const [x, y] of rays) line(pen, [at(0, 0), at(x / longest, y / longest)],
    color.neutral);
  pen.globalAlpha = 1;
  const to = hands.get(k), mark = placeOf(right, k);
  line(pen, [at(0, 0), toward(to.at, to.length / full)], color.ink, { width: 3 });
  line(pen, [toward(mark, 1), toward(mark - 0.025, 1.16), toward(mark + 0.025, 1.16)],
    color.ink, { width: 1.5, closed: true });
}

// -- heads ---------------------------------------------------------------------------

// A row of the page: how much a head takes of a, b and "=".
function drawHead(row, seen) {
  const head = Number(row.dataset.head), cut = isCut(seen, "head", head);
  const taken = seen.cut.attention[head - 1];
  row.querySelectorAll(".follow-bar span").forEach((bar, i) => {
    bar.style.width = `${cut ? 0 : 100 * taken[i]}%`;
  });
}

// -- waves ---------------------------------------------------------------------------

// The wave over the answers that a hand stands for.
const waveOf = (to, k) => Float64Array.from({ length: P }, (_, c) =>
  to.length * Math.cos(TURN * (placeOf(c, k) - to.at)));

// Above, waves over the answers, the last that was added in color; below, their sum and
// its highest point.
function drawWaves(canvas, { waves, added, sum, right, full, limit }, color) {
  const { pen, width, height } = sheet(canvas), { best } = peak(sum);
  const left = 34, end = width - 8, across = (c) => left + (end - left) * c / (P - 1);
  const rows = [{ top: 8, bottom: height * 0.38, limit: full },
    { top: height * 0.46, bottom: height - 34, limit }];
  const up = ({ top, bottom, limit }, y) =>
    (top + bottom) / 2 - (bottom - top) / 2 * y / limit;
  for (const row of rows) {
    line(pen, [[left, up(row, 0)], [end, up(row, 0)]], color.rule);
    for (const y of [row.limit, -row.limit]) {
      write(pen, signed(y), left - 6, up(row, y), color.faint, "right");
    }
  }
  line(pen, [[across(right), rows[0].top], [across(right), rows[1].bottom]], color.ink,
    { dash: [2, 3] });
  const curve = (row, y) => Array.from(y, (each, c) => [across(c), up(row, each)]);
  waves.forEach((each, i) => {
    const last = i === added - 1;
    line(pen, curve(rows[0], each), last ? color.train : color.faint,
      { width: last ? 2 : 0.8 });
  });
  line(pen, curve(rows[1], sum), color.ink, { width: 2 });
  const [x, y] = [across(best), up(rows[1], sum[best])];
  pen.beginPath();
  pen.arc(x, y, 4, 0, TURN);
  pen.fillStyle = color.ink;
  pen.fill();
  const after = best < 0.9 * P;
  write(pen, best, x + (after ? 8 : -8), y - 6, color.ink, after ? "left" : "right");
  for (let c = 0; c < P; c += 20) {
    write(pen, c, across(c), height - 22, color.ink, "center");
  }
  write(pen, "answer", end, height - 8, color.faint, "right");
}

// The highest point, and by how much it is ahead of the next.
function peak(logits) {
  const order = count(P).sort((c, d) => logits[d] - logits[c]);
  return { best: order[0], next: order[1], ahead: logits[order[0]] - logits[order[1]] };
}

const signed = (n) => n < 0 ? `−${-n}` : `${n}`;

// -- cuts ----------------------------------------------------------------------------

const verdict = (says, right) => `${says} ${says === right ? "✓" : "✗"}`;

// The rows of a table of the page: the network as it is, cut, and cut by lot.
function drawCuts(body, { cuts, parts, right, tables, ...seen }) {
  const share = (cells) => cells
    ? percent(cells.filter((cell) => cell & CELL.right).length / P ** 2) : "…";
  const rows = [["as it is", "whole"], ...cuts.length
    ? [[`without ${cutsSay(cuts)}`, "cut"],
      [`by lot, without ${lotSays(parts, cuts)}`, "lottery"]] : []];
  body.replaceChildren(...rows.map(([words, name]) => {
    const row = document.createElement("tr"), head = document.createElement("th");
    Object.assign(head, { scope: "row", textContent: words });
    const told = [verdict(seen[name].says, right), share(tables?.[name])];
    row.append(head, ...told.map((textContent) =>
      Object.assign(document.createElement("td"), { textContent })));
    return row;
  }));
}

const PICTURES = {
  table: (canvas, seen, color) => drawTable(canvas, P, seen.cells, seen, color),
  numbers: drawNumbers,
  votes: drawVotes,
  waves: drawWaves,
};
