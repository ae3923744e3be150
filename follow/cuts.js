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
  const others = count(Math.floor(p / 2)).map((i) => i + 1)
    .filter((k) => !KEYS.includes(k));
  const spared = count(neurons).filter((m) => !parts.neurons.includes(m));
  return {
    frequencies: draw(others, parts.frequencies.length),
    channels: draw(count(heads * channels), parts.channels.length),
    neurons: draw(spared, parts.neurons.length),
  };
}

// -- words ---------------------------------------------------------------------------

// "8", "8 and 19", "8, 19 and 36".
const listed = (words) => words.length < 2 ? words.join()
  : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;

// "clock 8", "clocks 8 and 19", "all clocks".
function several(kind, names) {
  const all = PARTS[kind].filter(Boolean).length === names.length;
  const plural = names.length > 1 ? "s" : "";
  return all ? [`all ${kind}s`] : names.length ? [`${kind}${plural} ${listed(names)}`] : [];
}

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

// "frequency 5 and 32 of 128 channels". A team may have no neurons at some moment.
function lotSays({ cut, lottery: { frequencies, channels, neurons } }, cuts) {
  const { heads, channels: each, neurons: all } = SIZES;
  const said = [];
  if (frequencies.length === 1) said.push(`frequency ${frequencies[0]}`);
  if (frequencies.length > 1) said.push(`frequencies ${listed(frequencies)}`);
  if (channels.length) said.push(`${channels.length} of ${heads * each} channels`);
  if (cutOf(cuts, "team").length) {
    said.push(neurons.length < cut.neurons.length
      ? `the ${neurons.length} neurons that are left` : `${neurons.length} of ${all} neurons`);
  }
  return listed(said);
}
