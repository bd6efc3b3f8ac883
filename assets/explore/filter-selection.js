/**
 * Between a brush (codes of an axis) and a filter (values). Codes of an ordered axis: 0 below the domain, 1..levels,
 * then above, then null; of a category: its labels, then other, then null.
 * @import { Axis, Bounds, Filter, Range, Selection } from "./types.js"
 */

/** @param {Axis} axis @returns {string[]} */
const memberLabels = (axis) => axis.labels ?? ["false", "true"];

/** @param {Axis} axis @returns {boolean} */
const hasOther = (axis) => axis.codes > memberLabels(axis).length + 1;

/**
 * The edges of an ordered axis' bins, as drawn: bins + 1 values (without below, above and null).
 * @param {Axis} axis @returns {Float64Array}
 */
export function binEdges(axis) {
  const edges = /** @type {Float64Array} */ (axis.edges);
  const starts = [];
  for (let code = 1; code < edges.length; code++)
    if (axis.lookup[code] !== axis.lookup[code - 1]) starts.push(edges[code - 1]);
  return Float64Array.from([...starts, edges[edges.length - 1]]);
}

/** @param {Float64Array} edges @param {Range} range @returns {Bounds} */
function toBounds(edges, { from, to }) {
  return {
    lo: from <= 0 ? null : edges[Math.min(from, edges.length) - 1],
    hi: to > edges.length ? null : edges[Math.max(to, 1) - 1],
  };
}

/** @param {Float64Array} edges @param {number} value @returns {number} the index of the edge nearest to value */
function nearestEdge(edges, value) {
  let low = 0;
  let high = edges.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (edges[middle] <= value) low = middle;
    else high = middle;
  }
  return value - edges[low] <= edges[high] - value ? low : high;
}

/** @param {Float64Array} edges @param {Bounds} bounds @returns {{ range: Range, aligned: boolean }} */
function toRange(edges, { lo, hi }) {
  const start = lo === null ? -1 : nearestEdge(edges, lo);
  const end = hi === null ? edges.length : nearestEdge(edges, hi);
  const aligned = (lo === null || edges[start] === lo) && (hi === null || edges[end] === hi);
  return { range: { from: start + 1, to: Math.max(end + 1, start + 2) }, aligned };
}

/** @param {Axis} axis @param {{ from: number, to: number, nulls?: boolean }} selection @returns {Filter | null} */
function intervalFilter(axis, { from, to, nulls = false }) {
  const edges = /** @type {Float64Array} */ (axis.edges);
  const missing = edges.length + 1;
  if (from >= missing) return { type: "nulls" };
  if (from >= to) return nulls ? { type: "nulls" } : null;
  return { type: "interval", ...toBounds(edges, { from, to }), nulls: nulls || to > missing };
}

/** @param {Axis} axis @param {number[]} codes @returns {Filter | null} */
function membersFilter(axis, codes) {
  const labels = memberLabels(axis);
  const values = labels.filter((_, code) => codes.includes(code));
  const other = hasOther(axis) && codes.includes(labels.length);
  const nulls = codes.includes(axis.codes - 1);
  const none = !values.length && !other && !nulls;
  return none || codes.length >= axis.codes ? null : { type: "members", values, other, nulls };
}

/** @param {Selection | null} selection @param {Axis[]} axes @returns {Filter | null} */
export function toFilter(selection, axes) {
  if (!selection) return null;
  if (selection.type === "interval") return intervalFilter(axes[0], selection);
  if (selection.type === "members") return membersFilter(axes[0], selection.codes);
  const [x, y] = axes;
  return { type: "box", x: toBounds(binEdges(x), selection.x), y: toBounds(binEdges(y), selection.y) };
}

/** @param {Extract<Filter, { type: "members" }>} filter @param {Axis} axis */
function membersSelection(filter, axis) {
  const labels = memberLabels(axis);
  const codes = filter.values.map((value) => labels.indexOf(value)).filter((code) => code >= 0);
  const aligned = codes.length === filter.values.length && (!filter.other || hasOther(axis));
  if (filter.other && hasOther(axis)) codes.push(labels.length);
  if (filter.nulls) codes.push(axis.codes - 1);
  return { selection: /** @type {Selection} */ ({ type: "members", codes }), aligned };
}

/** @param {Extract<Filter, { type: "box" }>} filter @param {Axis[]} axes */
function boxSelection(filter, [xAxis, yAxis]) {
  const x = toRange(binEdges(xAxis), filter.x);
  const y = toRange(binEdges(yAxis), filter.y);
  const selection = /** @type {Selection} */ ({ type: "box", x: x.range, y: y.range });
  return { selection, aligned: x.aligned && y.aligned };
}

/**
 * While new axes are on their way, a filter may be meant for them and not for these.
 * @param {Filter} filter @param {Axis[]} axes
 */
function fits(filter, axes) {
  if (filter.type === "members") return axes.length === 1 && axes[0].edges === null;
  return axes.length === (filter.type === "box" ? 2 : 1) && axes.every((axis) => axis.edges !== null);
}

/**
 * The brush that shows a filter. `aligned` says whether the brush selects exactly the rows of the filter; a filter
 * made on another scale may fall between two edges.
 * @param {Filter | null | undefined} filter @param {Axis[]} axes
 * @returns {{ selection: Selection | null, aligned: boolean }}
 */
export function fromFilter(filter, axes) {
  if (!filter) return { selection: null, aligned: true };
  if (!fits(filter, axes)) return { selection: null, aligned: false };
  if (filter.type === "members") return membersSelection(filter, axes[0]);
  if (filter.type === "box") return boxSelection(filter, axes);
  const edges = /** @type {Float64Array} */ (axes[0].edges);
  if (filter.type === "nulls") return { selection: { type: "interval", from: 0, to: 0, nulls: true }, aligned: true };
  const { range, aligned } = toRange(edges, filter);
  return { selection: { type: "interval", ...range, nulls: filter.nulls }, aligned };
}
