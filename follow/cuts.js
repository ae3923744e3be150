// What can be cut, as parts of a network and in words, and as much of it by lot. Comes
// after state.js and network.js.
"use strict";

// Numbers from 0 up to 1, the same for the same seed (mulberry32, by T. Ettinger).
function dice(seed) {
  let state = seed;
  return () => {
    state = state + 0x6d2b79f5 | 0;
    let mixed = Math.imul(state ^ state >>> 15, 1 | state);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };
}

const count = (n) => Array.from({ length: n }, (_, i) => i);

// The numbers of what is cut of a kind: "clock-8" is 8 of the clocks.
const cutOf = (cuts, kind) => cuts.filter((cut) => cut.startsWith(kind))
  .map((cut) => Number(cut.split("-")[1]));

// The parts of a network that some cuts take away; `teams` are its neurons by clock.
function partsOf(cuts, teams) {
  const { channels } = SIZES;
  return {
    frequencies: cutOf(cuts, "clock"),
    channels: cutOf(cuts, "head").flatMap((head) =>
      count(channels).map((i) => (head - 1) * channels + i)),
    neurons: cutOf(cuts, "team").flatMap((k) => teams.get(k)),
  };
}

// As many parts of each kind, drawn: frequencies that are no key ones, channels of all
// heads, neurons that are not cut.
function asManyByLot(parts, seed) {
  const { p, heads, channels, neurons } = SIZES, random = dice(seed);
  const draw = (from, many) => {
    const left = [...from];
    return count(Math.min(many, left.length)).map(() =>
      left.splice(Math.floor(random() * left.length), 1)[0]);
  };
  const others = count(Math.floor(p / 2)).map((i) => i + 1);
  return {
    frequencies: draw(others.filter((k) => !KEYS.includes(k)), parts.frequencies.length),
    channels: draw(count(heads * channels), parts.channels.length),
    neurons: draw(count(neurons).filter((m) => !parts.neurons.includes(m)),
      parts.neurons.length),
  };
}

// -- words ---------------------------------------------------------------------------

// "8", "8 and 19", "8, 19 and 36".
const listed = (words) => words.length < 2 ? words.join()
  : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;

const several = (kind, names) =>
  names.length ? [`${kind}${names.length > 1 ? "s" : ""} ${listed(names)}`] : [];

// "clock 41 and head 2".
function cutsSay(cuts) {
  const teams = cutOf(cuts, "team");
  return listed([
    ...several("clock", cutOf(cuts, "clock")),
    ...several("head", cutOf(cuts, "head")),
    ...several("team", teams.filter(Boolean)),
    ...teams.includes(0) ? ["the other neurons"] : [],
  ]);
}

// "frequency 5 and 32 of the heads' 128 channels".
function lotSays({ frequencies, channels, neurons }) {
  const { heads, channels: each, neurons: all } = SIZES;
  const said = listed([
    ...frequencies.length ? [`${frequencies.length > 1 ? "frequencies" : "frequency"} `
      + listed(frequencies)] : [],
    ...channels.length ? [`${channels.length} of the heads’ ${heads * each} channels`] : [],
    ...neurons.length ? [`${neurons.length} of the ${all} neurons`] : [],
  ]);
  return said || "nothing: no others are left";
}
