/** The cells of an axis: which are bins, which are special, and which fine codes each one holds. */

/** @import {Axis, Bins, Interval, Selection, Span} from "./types.js" */

/**
 * @param {Axis} axis
 * @returns {Bins}
 */
export function binsOf(axis) {
  return axis.edges ? orderedBins(axis, axis.edges) : categoryBins(axis);
}

/** @param {Axis} axis @param {Float64Array} fine @returns {Bins} */
function orderedBins(axis, fine) {
  const count = axis.bins - 3;
  const levels = axis.codes - 3;
  const starts = new Uint16Array(count + 1).fill(levels + 1);
  for (let code = levels; code >= 1; code--) starts[axis.lookup[code] - 1] = code;
  const edges = Float64Array.from(starts, (code) => fine[code - 1]);
  return { axis, count, first: 1, starts, edges, labels: null, below: 0, above: count + 1, other: -1, none: count + 2 };
}

/** @param {Axis} axis @returns {Bins} */
function categoryBins(axis) {
  const labels = axis.labels ?? ["false", "true"];
  const count = labels.length;
  const other = axis.codes === count + 2 ? count : -1;
  const starts = Uint16Array.from({ length: count + 1 }, (_, code) => code);
  return { axis, count, first: 0, starts, edges: null, labels, below: -1, above: -1, other, none: axis.codes - 1 };
}

/**
 * Would both axes draw and brush the same?
 * @param {Axis} a
 * @param {Axis} b
 */
export function sameAxis(a, b) {
  return a.column === b.column && a.type === b.type && a.codes === b.codes && a.bins === b.bins && a.label === b.label
    && sameItems(a.edges, b.edges) && sameItems(a.labels, b.labels) && sameItems(a.lookup, b.lookup);
}

/** @param {Axis[]} a @param {Axis[]} b */
export function sameAxes(a, b) {
  return a.length === b.length && a.every((axis, i) => sameAxis(axis, b[i]));
}

/** @param {ArrayLike<unknown> | null} a @param {ArrayLike<unknown> | null} b */
function sameItems(a, b) {
  if (!a || !b || a === b) return a === b;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return a.length === b.length;
}

/** Does this measure of a cell say that it holds no row? (A sum of exactly zero is taken for none.)
 * @param {number} value */
export function isEmpty(value) {
  return !Number.isFinite(value) || value === 0;
}

/**
 * The selection that a click on one cell of an ordered axis makes.
 * @param {Bins} bins
 * @param {number} cell
 * @returns {Interval}
 */
export function intervalOfCell(bins, cell) {
  if (cell === bins.none) return { type: "interval", from: 0, to: 0, nulls: true };
  return { type: "interval", ...spanOfCell(bins, cell) };
}

/** Fine codes of a cell that is not the null one.
 * @param {Bins} bins @param {number} cell @returns {Span} */
export function spanOfCell(bins, cell) {
  const last = bins.starts[bins.count];
  if (cell === bins.below) return { from: 0, to: 1 };
  if (cell === bins.above) return { from: last, to: last + 1 };
  return { from: bins.starts[cell - bins.first], to: bins.starts[cell - bins.first + 1] };
}

/**
 * The ranges of a selection, one an axis; an axis without a range of its own (nulls only) is null.
 * @param {Selection | null} selection
 * @returns {(Span | null)[]}
 */
export function spansOf(selection) {
  if (!selection || selection.type === "members") return [];
  if (selection.type === "box") return [selection.x, selection.y];
  return [selection.from < selection.to ? selection : null];
}

/**
 * @param {Span[]} spans
 * @param {boolean} nulls rows without a value pass too (one axis only)
 * @returns {Selection}
 */
export function selectionOf(spans, nulls) {
  const [x, y] = spans;
  if (y) return { type: "box", x: { from: x.from, to: x.to }, y: { from: y.from, to: y.to } };
  return nulls ? { type: "interval", from: x.from, to: x.to, nulls } : { type: "interval", from: x.from, to: x.to };
}

/**
 * @param {Selection | null} a
 * @param {Selection | null} b
 * @returns {boolean}
 */
export function sameSelection(a, b) {
  if (a === b) return true;
  if (!a || !b) return false;
  if (a.type === "members") return b.type === "members" && sameCodes(a.codes, b.codes);
  if (a.type === "box") return b.type === "box" && sameSpan(a.x, b.x) && sameSpan(a.y, b.y);
  return b.type === "interval" && sameSpan(a, b) && !a.nulls === !b.nulls;
}

/** @param {Span} a @param {Span} b */
function sameSpan(a, b) {
  return a.from === b.from && a.to === b.to;
}

/** @param {number[]} a @param {number[]} b */
function sameCodes(a, b) {
  return a.length === b.length && a.every((code) => b.includes(code));
}
