// What a reader can choose, what is possible, and how a link says it. Comes after what
// the build inlines: USUAL, a choice.
"use strict";

const FIELDS = {
  p: { of: [23, 31, 59, 60, 97, 113] },
  operation: { of: ["add", "subtract", "multiply", "x2+xy+y2", "asymmetric", "random"] },
  shown: { from: 10, to: 90, whole: true },
  decay: { from: 0, to: 20 },
  rate: { from: 1e-5, to: 1 },
  width: { of: [32, 64, 128, 256] },
  neurons: { of: [32, 64, 128, 256] },
  batch: { of: [0, 128, 256, 512, 1277, 2048] },
  seed: { from: 0, to: 2 ** 32 - 1, whole: true },
  until: { from: 1, to: 100000, whole: true },
  speed: { of: [2, 5, 10, 20, 40, 80, 160, 0] },
};
// These change while it runs; any other begins anew.
const LIVE = ["decay", "rate", "until", "speed"];

// The value that a text stands for, or undefined if it is none of the possible.
function parsed(name, text) {
  const field = FIELDS[name];
  if (field.of) return field.of.find((value) => String(value) === String(text).trim());
  const value = String(text).trim() === "" ? NaN : Number(text);
  const possible = value >= field.from && value <= field.to
    && (!field.whole || Number.isInteger(value));
  return possible ? value : undefined;
}

// What would be possible, for people.
const allowed = (name) => FIELDS[name].of ? FIELDS[name].of.join(", ")
  : `${FIELDS[name].from} to ${FIELDS[name].to.toLocaleString("en")}`;

// "p=59&decay=0": all that is not as usual, or at least p.
function asLink(choice) {
  const named = Object.keys(FIELDS)
    .filter((name) => name === "p" || choice[name] !== USUAL[name]);
  return new URLSearchParams(named.map((name) => [name, choice[name]])).toString();
}

// The choice that a link holds, and what in it is not possible. No choice if the link
// names nothing: it may lead to a heading.
function fromLink(link) {
  const given = [...new URLSearchParams(link.replace(/^#/, ""))];
  const choice = { ...USUAL }, wrong = [];
  let named = false;
  for (const [name, text] of given) {
    if (!Object.hasOwn(FIELDS, name)) continue;
    named = true;
    // A plus in a link stands for a space.
    const value = parsed(name, text) ?? parsed(name, text.replaceAll(" ", "+"));
    if (value === undefined) wrong.push(`${name}=${text} (allowed: ${allowed(name)})`);
    else choice[name] = value;
  }
  return { choice: named ? choice : undefined, wrong };
}
