/**
 * Converts between selections (codes of an axis) and filters (values). Codes of an ordered axis: 0 below the domain,
 * 1..levels, then above, then null; of a category: its labels, then other, then null.
 * @import { CubeAxis, Bounds, Filter, Selection } from "./types.js"
 * @import { IndexRange } from "../charts/types.js"
 */

/** @param {CubeAxis} axis @returns {string[]} */
const getMemberLabels = (axis) => axis.labels ?? ["false", "true"];

/** @param {CubeAxis} axis @returns {boolean} */
const hasOther = (axis) => axis.codes > getMemberLabels(axis).length + 1;

/**
 * The edges of an ordered axis' bins, as drawn: bins + 1 values (without below, above and null).
 * @param {CubeAxis} axis @returns {Float64Array}
 */
export function getBinEdges(axis) {
  const edges = /** @type {Float64Array} */ (axis.edges);
  const starts = [];
  for (let code = 1; code < edges.length; code++)
    if (axis.lookup[code] !== axis.lookup[code - 1]) starts.push(edges[code - 1]);
  return Float64Array.from([...starts, edges[edges.length - 1]]);
}

/** @param {Float64Array} edges @param {IndexRange} range @returns {Bounds} */
function toBounds(edges, { from, to }) {
  return {
    lo: from <= 0 ? null : edges[Math.min(from, edges.length) - 1],
    hi: to > edges.length ? null : edges[Math.max(to, 1) - 1],
  };
}

/** @param {Float64Array} edges @param {number} value @returns {number} the index of the edge nearest to value */
function findNearestEdge(edges, value) {
  let low = 0;
  let high = edges.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (edges[middle] <= value) low = middle;
    else high = middle;
  }
  return value - edges[low] <= edges[high] - value ? low : high;
}

/** @param {Float64Array} edges @param {Bounds} bounds @returns {{ range: IndexRange, aligned: boolean }} */
function toRange(edges, { lo, hi }) {
  const start = lo === null ? -1 : findNearestEdge(edges, lo);
  const end = hi === null ? edges.length : findNearestEdge(edges, hi);
  const aligned = (lo === null || edges[start] === lo) && (hi === null || edges[end] === hi);
  return { range: { from: start + 1, to: Math.max(end + 1, start + 2) }, aligned };
}

/** @param {CubeAxis} axis @param {{ from: number, to: number, nulls?: boolean }} selection @returns {Filter | null} */
function toIntervalFilter(axis, { from, to, nulls = false }) {
  const edges = /** @type {Float64Array} */ (axis.edges);
  const missing = edges.length + 1;
  if (from >= missing) return { type: "nulls" };
  if (from >= to) return nulls ? { type: "nulls" } : null;
  return { type: "interval", ...toBounds(edges, { from, to }), nulls: nulls || to > missing };
}

/** @param {CubeAxis} axis @param {number[]} codes @returns {Filter | null} */
function toMembersFilter(axis, codes) {
  const labels = getMemberLabels(axis);
  const values = labels.filter((_, code) => codes.includes(code));
  const other = hasOther(axis) && codes.includes(labels.length);
  const nulls = codes.includes(axis.codes - 1);
  const none = !values.length && !other && !nulls;
  return none || codes.length >= axis.codes ? null : { type: "members", values, other, nulls };
}

/** @param {Selection | null} selection @param {CubeAxis[]} axes @returns {Filter | null} */
export function selectionToFilter(selection, axes) {
  if (!selection) return null;
  if (selection.type === "interval") return toIntervalFilter(axes[0], selection);
  if (selection.type === "members") return toMembersFilter(axes[0], selection.codes);
  const [x, y] = axes;
  return { type: "box", x: toBounds(getBinEdges(x), selection.x), y: toBounds(getBinEdges(y), selection.y) };
}

/** @param {Extract<Filter, { type: "members" }>} filter @param {CubeAxis} axis */
function toMembersSelection(filter, axis) {
  const labels = getMemberLabels(axis);
  const codes = filter.values.map((value) => labels.indexOf(value)).filter((code) => code >= 0);
  const aligned = codes.length === filter.values.length && (!filter.other || hasOther(axis));
  if (filter.other && hasOther(axis)) codes.push(labels.length);
  if (filter.nulls) codes.push(axis.codes - 1);
  return { selection: /** @type {Selection} */ ({ type: "members", codes }), aligned };
}

/** @param {Extract<Filter, { type: "box" }>} filter @param {CubeAxis[]} axes */
function toBoxSelection(filter, [xAxis, yAxis]) {
  const x = toRange(getBinEdges(xAxis), filter.x);
  const y = toRange(getBinEdges(yAxis), filter.y);
  const selection = /** @type {Selection} */ ({ type: "box", x: x.range, y: y.range });
  return { selection, aligned: x.aligned && y.aligned };
}

/**
 * Whether a filter fits these axes: while new axes are loading, it may belong to those.
 * @param {Filter} filter @param {CubeAxis[]} axes
 */
function fitsAxes(filter, axes) {
  if (filter.type === "members") return axes.length === 1 && axes[0].edges === null;
  return axes.length === (filter.type === "box" ? 2 : 1) && axes.every((axis) => axis.edges !== null);
}

/**
 * The selection that shows a filter. `aligned` says whether it selects exactly the rows of the filter; a filter made
 * on another scale may fall between two edges.
 * @param {Filter | null | undefined} filter @param {CubeAxis[]} axes
 * @returns {{ selection: Selection | null, aligned: boolean }}
 */
export function filterToSelection(filter, axes) {
  if (!filter) return { selection: null, aligned: true };
  if (!fitsAxes(filter, axes)) return { selection: null, aligned: false };
  if (filter.type === "members") return toMembersSelection(filter, axes[0]);
  if (filter.type === "box") return toBoxSelection(filter, axes);
  const edges = /** @type {Float64Array} */ (axes[0].edges);
  if (filter.type === "nulls") return { selection: { type: "interval", from: 0, to: 0, nulls: true }, aligned: true };
  const { range, aligned } = toRange(edges, filter);
  return { selection: { type: "interval", ...range, nulls: filter.nulls }, aligned };
}
