// What the pictures show now, in words. `seen` is all that page.js has computed. Comes
// after cuts.js and pictures.js.
"use strict";

const about = (logits) => logits.toFixed(logits < 0.1 ? 3 : logits < 10 ? 1 : 0);
const sumSays = ({ a, b, right }) => a + b < P ? `${a} + ${b} = ${right}`
  : `${a} + ${b} = ${a + b}, modulo ${P} that is ${right}`;
const judged = (says, right) =>
  `${says}, which is ${says === right ? "right" : "wrong"}`;

const SAYS = {
  // What the network answers; the rest is how.
  news(seen) {
    const { right, wasShown, whole, cut, lottery, cuts, parts } = seen;
    const sum = `${sumSays(seen)}.`;
    if (!cuts.length) {
      return `${sum} The network says ${judged(whole.says, right)}. It was `
        + `${wasShown ? "" : "never "}shown this sum.`;
    }
    return `${sum} Without ${cutsSay(cuts)} the network says `
      + `${judged(cut.says, right)}; without ${lotSays(parts, cuts)} instead, `
      + `${judged(lottery.says, right)}.`;
  },

  answer: ({ cut, right }) => verdict(cut.says, right),

  others({ moment, cut: { neurons } }) {
    const others = moment.teams.get(0), firing = others.filter((m) => neurons[m]);
    return `${firing.length} of ${others.length} neurons of other frequencies fire.`;
  },

  moment: ({ moment }) => moment.name,

  table({ cells, moment, cuts }) {
    const left = cuts.length ? ` Without ${cutsSay(cuts)}.` : "";
    return `At epoch ${amount(moment.epoch)}. ${tableSays(cells)}${left}`;
  },

  numbers(seen, k) {
    const { a, b, moment } = seen, { points } = moment.planes.get(k);
    if (isCut(seen, "clock", k)) return `Clock ${k} is cut`;
    return `Clock ${k}: ${a} at ${degrees(standing(points, a))}°, ${b} at `
      + `${degrees(standing(points, b))}°`;
  },

  clocks({ a, b, right, moment: { planes }, cuts }) {
    const cut = cutOf(cuts, "clock"), left = KEYS.filter((k) => !cut.includes(k));
    const orders = (planes, keys) => span(keys.map((k) => planes.get(k).order));
    if (!left.length) return "All six are cut: the numbers have lost these places.";
    const k = left.includes(41) ? 41 : left[0], { points } = planes.get(k);
    const place = (n) => degrees(standing(points, n));
    const perfect = (n) => degrees(placeOf(n, k));
    return `On clock ${k}, ${a} stands at ${place(a)}° and ${b} at ${place(b)}°. On a `
      + `perfect one they stand at ${perfect(a)}° and ${perfect(b)}°, and ${right}, their `
      + `sum, at ${perfect(right)}°: as far round as both together. The numbers keep the `
      + `order of their clock to ${orders(planes, left)}; 1 is a ring. Untrained it was `
      + `${orders(MOMENTS[0].planes, KEYS)}: these are the sides from which they look `
      + "most like rings.";
  },

  takes(seen, head) {
    if (isCut(seen, "head", head)) return "is cut";
    const taken = seen.cut.attention[head - 1], [a, b, sign] = Array.from(taken, percent);
    return `${a} of ${seen.a}, ${b} of ${seen.b}`
      + `${taken[2] > 0.01 ? `, ${sign} of the sign =` : ""}`;
  },

  heads({ moment }) {
    const said = moment.heads.map(({ k, share }) => `${percent(share)} (clock ${k})`);
    const most = Math.max(...MOMENTS[0].heads.map(({ share }) => share));
    return `How much of each head’s choice one clock explains: ${listed(said)}. `
      + `Untrained it was at most ${percent(most)}.`;
  },

  votes(seen, k) {
    const { hands, right } = seen;
    return `Clock ${k}: ${isCut(seen, "team", k) ? "its team is cut"
      : `of its neurons ${SAYS.fire(seen, k)}`}. Hand at `
      + `${degrees(hands.get(k).at)}°, the sum at ${degrees(placeOf(right, k))}°`;
  },

  fire({ moment, cut: { neurons } }, k) {
    const team = moment.teams.get(k), firing = team.filter((m) => neurons[m]).length;
    return `${firing} of ${team.length} fire`;
  },

  teams({ right, hands, moment }) {
    const loud = KEYS.filter((k) => hands.get(k).length >= 0.5);
    const quiet = KEYS.filter((k) => !loud.includes(k));
    const misses = loud.map((k) =>
      `${Math.round(apart(hands.get(k).at, placeOf(right, k)))}° (clock ${k})`);
    const said = [
      ...loud.length ? [`The hands miss the sum by ${listed(misses)}. Hands at random `
        + "would miss it by 90° on average."] : [],
      ...quiet.length ? [`Hardly a word from clock${quiet.length > 1 ? "s" : ""} `
        + `${listed(quiet)}.`] : [],
      `${percent(moment.pure)} of the neurons are pure: more than 85% of what they do is `
        + `of one frequency. Untrained it was ${percent(MOMENTS[0].pure)}.`,
    ];
    return said.join(" ");
  },

  count({ order, added }) {
    return added > order.length ? "everything" : listed(order.slice(0, added));
  },

  waves({ right, moment, added, order, sum }) {
    const { best, next, ahead } = peak(sum), s = added > 1 ? "s" : "";
    const what = added > order.length ? "All that the network says"
      : `The wave${s} of clock${s} ${listed(order.slice(0, added))}`;
    const memorized = MOMENTS.find(({ name }) => name === "memorized");
    return `${what}: highest at ${best}, ${about(ahead)} above the next, ${next}. `
      + `The sum is ${right}. In the whole table these six waves make up `
      + `${percent(moment.explained)} of what the network says`
      + (moment === memorized ? "." : `; when it had memorized, `
        + `${percent(memorized.explained)}.`);
  },

  cuts({ cuts }) {
    return cuts.length ? "What is drawn by lot is as many, not as large. The chapter on "
      + "proof shows that it is not size." : "Nothing is cut. Press Cut at a clock, a head "
      + "or a team of neurons.";
  },
};

// "0.97 to 0.99", or one number if they are the same.
function span(values) {
  const [least, most] = [Math.min(...values), Math.max(...values)]
    .map((value) => value.toFixed(2));
  return least === most ? least : `${least} to ${most}`;
}
