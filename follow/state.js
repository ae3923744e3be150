// What a reader can choose, and how a link says it. Comes after what the build inlines:
// MOMENTS, KEYS and the USUAL choice.
"use strict";

// What can be cut, by the names that links have for it.
const PARTS = {
  clock: KEYS,
  head: [1, 2, 3, 4],
  team: [...KEYS, 0],  // neurons by their clock; 0 are those of no key frequency
};

// The number that a text stands for, or undefined if it is none from `least` to `most`.
function whole(text, least, most) {
  const value = String(text).trim() === "" ? NaN : Number(text);
  return Number.isInteger(value) && value >= least && value <= most ? value : undefined;
}

// Each field: what a text stands for, and the text that stands for it.
const FIELDS = {
  a: { read: (text) => whole(text, 0, P - 1), write: String },
  b: { read: (text) => whole(text, 0, P - 1), write: String },
  moment: {
    read(text) {
      const found = MOMENTS.findIndex(({ name }) => name === text);
      return found < 0 ? undefined : found;
    },
    write: (moment) => MOMENTS[moment].name,
  },
  waves: { read: (text) => whole(text, 1, KEYS.length + 1), write: String },
  cut: {
    read(text) {
      const cuts = text.split(",").filter(Boolean), found = Object.entries(PARTS)
        .flatMap(([kind, names]) => names.map((name) => `${kind}-${name}`));
      return cuts.every((cut) => found.includes(cut)) ? [...new Set(cuts)] : undefined;
    },
    write: (cuts) => cuts.join(),
  },
};

// "a=47&b=85": the sum, and all else that is not as usual.
function asLink(choice) {
  const named = Object.entries(FIELDS).filter(([name, { write }]) =>
    name === "a" || name === "b" || write(choice[name]) !== write(USUAL[name]));
  return named.map(([name, { write }]) => `${name}=${write(choice[name])}`).join("&");
}

// The choice that a link holds, and what in it is not possible. No choice if the link
// names nothing: it may lead to a heading.
function fromLink(link) {
  const choice = { ...USUAL }, wrong = [];
  let named = false;
  for (const [name, text] of new URLSearchParams(link.replace(/^#/, ""))) {
    if (!Object.hasOwn(FIELDS, name)) continue;
    named = true;
    const value = FIELDS[name].read(text);
    if (value === undefined) wrong.push(`${name}=${text}`);
    else choice[name] = value;
  }
  return { choice: named ? choice : undefined, wrong };
}
