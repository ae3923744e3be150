// What the pages' pictures are made with: words for numbers, colors, lines, the table.
"use strict";

// -- words ---------------------------------------------------------------------------

// 0.5% and 99.5%, but 42%; never 0% of some or 100% of not quite all.
function percent(share) {
  const value = 100 * share;
  if (value > 0 && value < 0.05) return "less than 0.1%";
  if (value < 100 && value >= 99.95) return "more than 99.9%";
  const fine = value > 0 && value < 10 || value > 99 && value < 100;
  return `${value.toFixed(fine ? 1 : 0)}%`;
}
const amount = (n) => n.toLocaleString("en");

// -- colors --------------------------------------------------------------------------

const COLORS = ["ink", "faint", "rule", "paper", "train", "validation", "neutral",
  "shared", "a", "b", "depth", "shown-right", "shown-wrong", "other-right",
  "other-wrong"];

// Colors of the page now, light or dark.
function colors(element) {
  const style = getComputedStyle(element);
  const color = (name) => style.getPropertyValue(`--inpage-${name}`).trim();
  return Object.fromEntries(COLORS.map((name) => [name, color(name)]));
}

// Call a function whenever an element may look otherwise than it was drawn.
function whenItLooksOtherwise(element, draw) {
  new ResizeObserver(draw).observe(element);
  addEventListener("resize", draw);  // who zooms gets more dots, and not always more room
  new MutationObserver(draw).observe(document.documentElement,
    { attributes: true, attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}

function rgb(color) {
  const value = parseInt(color.slice(1), 16);
  return [value >> 16, value >> 8 & 255, value & 255];
}

// -- drawing -------------------------------------------------------------------------

// A canvas as sharp as the screen, empty, and measured in CSS pixels.
function sheet(canvas) {
  const width = canvas.clientWidth, height = canvas.clientHeight;
  const dots = window.devicePixelRatio || 1, pen = canvas.getContext("2d");
  const [across, down] = [width, height].map((size) => Math.round(size * dots));
  if (canvas.width !== across || canvas.height !== down) {
    canvas.width = across;
    canvas.height = down;
  }
  pen.setTransform(dots, 0, 0, dots, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.font = "12px system-ui, sans-serif";
  return { pen, width, height };
}

function write(pen, text, x, y, color, align = "left", baseline = "middle") {
  Object.assign(pen, { fillStyle: color, textAlign: align, textBaseline: baseline });
  pen.fillText(text, x, y);
}

function line(pen, points, color, { dash = [], width = 1, closed = false } = {}) {
  pen.beginPath();
  points.forEach(([x, y], i) => i ? pen.lineTo(x, y) : pen.moveTo(x, y));
  if (closed) pen.closePath();
  pen.setLineDash(dash);
  Object.assign(pen, { strokeStyle: color, lineWidth: width, lineJoin: "round" });
  pen.stroke();
  pen.setLineDash([]);
}

// -- the table -----------------------------------------------------------------------

// What is known of a cell, in bits.
const CELL = { right: 1, shown: 2, none: 4 };

// Where the cells are on the canvas; row a down, column b across.
function cellSize(canvas, p) {
  const left = 30, top = 18;
  const { clientWidth, clientHeight } = canvas;
  const size = Math.min(clientWidth - left - 14, clientHeight - top - 14) / p;
  return { left, top, size };
}

// Which cell is at a place of the canvas, or null.
function cellAt(canvas, p, x, y) {
  const { left, top, size } = cellSize(canvas, p);
  const a = Math.floor((y - top) / size), b = Math.floor((x - left) / size);
  return a >= 0 && a < p && b >= 0 && b < p ? a * p + b : null;
}

// Draw the table: a color for each kind of cell, and a frame around one of them.
function drawTable(canvas, p, cells, { a, b }, color) {
  const { pen } = sheet(canvas), { left, top, size } = cellSize(canvas, p);
  const image = new ImageData(p, p);
  const kinds = ["other-wrong", "other-right", "shown-wrong", "shown-right"];
  const shades = kinds.map((kind) => rgb(color[kind]));
  cells.forEach((cell, i) => {
    if (!(cell & CELL.none)) image.data.set([...shades[cell & 3], 255], 4 * i);
  });
  const small = new OffscreenCanvas(p, p);
  small.getContext("2d").putImageData(image, 0, 0);
  pen.imageSmoothingEnabled = false;
  pen.drawImage(small, left, top, size * p, size * p);
  for (const n of [0, Math.floor((p - 1) / 2), p - 1]) {
    write(pen, n, left + (n + 0.5) * size, top - 8, color.faint, "center");
    write(pen, n, left - 5, top + (n + 0.5) * size, color.faint, "right");
  }
  write(pen, "b", left + 0.25 * p * size, top - 8, color.faint, "center");
  write(pen, "a", left - 5, top + 0.25 * p * size, color.faint, "right");
  if (a < p && b < p) {
    const wide = Math.max(size, 5), off = (wide - size) / 2;
    pen.strokeStyle = color.ink;
    pen.lineWidth = 2;
    pen.strokeRect(left + b * size - off - 1, top + a * size - off - 1,
      wide + 2, wide + 2);
  }
}

// How much of the table is right, in words.
function tableSays(cells) {
  const count = (kind) => cells.filter((cell) => cell === kind).length;
  const right = [count(3), count(1)], wrong = [count(2), count(0)];
  const part = (i) => `${amount(right[i])} of ${amount(right[i] + wrong[i])}`;
  return `Right now: ${part(0)} that are shown, ${part(1)} of the others.`;
}

// -- rings ---------------------------------------------------------------------------

// How far a number is around the ring of a frequency, in turns; by places, not numbers.
const turn = (k, place, n) => k * place % n / n;

// How well the angles of points are in the order of a ring: grokcore's ring_order.
function ringOrder({ points, order, frequency }) {
  const n = order.length;
  const size = (sign) => {
    let x = 0, y = 0;
    order.forEach((number, place) => {
      const angle = Math.atan2(points[2 * number + 1], points[2 * number])
        - sign * 2 * Math.PI * turn(frequency, place, n);
      x += Math.cos(angle);
      y += Math.sin(angle);
    });
    return Math.hypot(x, y) / n;
  };
  return Math.max(size(1), size(-1));
}
