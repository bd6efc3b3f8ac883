/** Made-up flights, binned: enough like the real ones to look at charts with. */

/** @import {ChartAxis} from "../../assets/charts/types.js" */

export const ROWS = 200_000;

/** A small seeded generator (mulberry32). */
let seed = 7;
function random() {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}

/** @param {number} mean @param {number} deviation */
function normal(mean, deviation) {
  return mean + deviation * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** @param {string} column @param {string} label @param {string} type @param {boolean} integer @param {Float64Array} edges @param {number} bins @returns {ChartAxis} */
export function ordered(column, label, type, integer, edges, bins) {
  const levels = edges.length - 1;
  const lookup = Uint16Array.from({ length: levels + 3 }, (_, code) =>
    code === 0 ? 0 : code > levels ? bins + code - levels : 1 + Math.floor(((code - 1) * bins) / levels));
  return { column, label, type, integer, codes: levels + 3, edges, labels: null, lookup, bins: bins + 3, choices: [] };
}

/** @param {string} column @param {string} label @param {string[]} labels @returns {ChartAxis} */
export function category(column, label, labels) {
  const codes = labels.length + 2;
  return { column, label, type: "category", integer: false, codes, edges: null, labels, lookup: Uint16Array.from({ length: codes }, (_, i) => i), bins: codes, choices: [] };
}

/** @param {number} low @param {number} step @param {number} levels */
export function steps(low, step, levels) {
  return Float64Array.from({ length: levels + 1 }, (_, i) => low + i * step);
}

const DAY = 86_400_000;
const AIRPORTS = /** @type {[string, number, number, number][]} */ ([
  ["ATL", -84.4, 33.6, 9], ["ORD", -87.9, 42, 9], ["DFW", -97, 32.9, 8], ["LAX", -118.4, 33.9, 8], ["PHX", -112, 33.4, 6],
  ["STL", -90.4, 38.7, 5], ["DTW", -83.4, 42.2, 5], ["MSP", -93.2, 44.9, 5], ["LAS", -115.2, 36.1, 5], ["BOS", -71, 42.4, 4],
  ["DEN", -104.7, 39.9, 4], ["SEA", -122.3, 47.4, 3], ["SFO", -122.4, 37.6, 4], ["MIA", -80.3, 25.8, 3], ["IAH", -95.3, 30, 4],
]);

export const AXES = {
  date: ordered("date", "Date", "time", false, steps(Date.UTC(2001, 0, 1), DAY / 2, 362), 181),
  delay: ordered("delay", "Arrival delay", "linear", true, steps(-60, 1, 360), 72),
  hour: ordered("hour", "Departure hour", "linear", true, steps(0, 1, 24), 24),
  distance: ordered("distance", "Distance", "log", true, Float64Array.from({ length: 241 }, (_, i) => 50 * 100 ** (i / 240)), 60),
  origin: category("origin", "Origin", AIRPORTS.slice(0, 12).map(([name]) => name)),
  longitude: ordered("longitude", "Longitude", "linear", false, steps(-126, 1, 60), 60),
  latitude: ordered("latitude", "Latitude", "linear", false, steps(24, 1, 26), 26),
};

/** @typedef {keyof typeof AXES} Name */

/** @type {Record<Name, Uint16Array>} fine codes of every row */
export const CODES = /** @type {Record<Name, Uint16Array>} */ (
  Object.fromEntries(Object.keys(AXES).map((name) => [name, new Uint16Array(ROWS)])));
export const DELAYS = new Float64Array(ROWS);

/** @param {ChartAxis} axis @param {number} value */
function encode(axis, value) {
  const edges = /** @type {Float64Array} */ (axis.edges);
  if (Number.isNaN(value)) return axis.codes - 1;
  if (value < edges[0]) return 0;
  const above = edges.findIndex((edge) => edge > value);
  return above < 0 ? axis.codes - 2 : above;
}

const weights = AIRPORTS.flatMap((airport, i) => new Array(airport[3] ** 2).fill(i));
for (let row = 0; row < ROWS; row++) {
  const airport = random() < 0.4 ? null : AIRPORTS[weights[Math.floor(random() * weights.length)]];
  const hour = Math.max(0, Math.min(23, Math.floor(random() < 0.5 ? normal(8.5, 2.5) : normal(16.5, 3))));
  const day = Math.floor(random() * 181);
  const delay = random() < 0.02 ? NaN : Math.round(normal(-4, 11) - (10 + hour) * Math.log(1 - random()) * (day % 31 < 5 ? 1.4 : 1) - 8);
  DELAYS[row] = delay;
  CODES.date[row] = 1 + 2 * (day % 7 > 4 && random() < 0.2 ? day - 2 : day) + (hour > 11 ? 1 : 0);
  CODES.delay[row] = encode(AXES.delay, delay);
  CODES.hour[row] = hour + 1;
  CODES.distance[row] = encode(AXES.distance, Math.round(60 + Math.exp(normal(6.3, 0.7))));
  CODES.origin[row] = airport ? Math.min(12, AIRPORTS.indexOf(airport)) : random() < 0.01 ? 13 : 12;
  CODES.longitude[row] = encode(AXES.longitude, airport ? airport[1] : normal(-92, 14));
  CODES.latitude[row] = encode(AXES.latitude, airport ? airport[2] : normal(38, 5));
}
