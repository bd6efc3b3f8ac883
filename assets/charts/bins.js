/** The cells of an axis: which are bins, which are special, and which fine codes belong to each. */

/** @import {ChartAxis, AxisBins, IntervalSelection, Selection, IndexRange} from "./types.js" */

/**
 * @param {ChartAxis} axis
 * @returns {AxisBins}
 */
export function createBins(axis) {
  return axis.edges ? createOrderedBins(axis, axis.edges) : createCategoryBins(axis);
}

/** @param {ChartAxis} axis @param {Float64Array} fine @returns {AxisBins} */
function createOrderedBins(axis, fine) {
  const count = axis.bins - 3;
  const levels = axis.codes - 3;
  const starts = new Uint16Array(count + 1).fill(levels + 1);
  for (let code = levels; code >= 1; code--) starts[axis.lookup[code] - 1] = code;
  const edges = Float64Array.from(starts, (code) => fine[code - 1]);
  return { axis, count, first: 1, starts, edges, labels: null, below: 0, above: count + 1, other: -1, none: count + 2 };
}

/** @param {ChartAxis} axis @returns {AxisBins} */
function createCategoryBins(axis) {
  const labels = axis.labels ?? ["false", "true"];
  const count = labels.length;
  const other = axis.codes === count + 2 ? count : -1;
  const starts = Uint16Array.from({ length: count + 1 }, (_, code) => code);
  return { axis, count, first: 0, starts, edges: null, labels, below: -1, above: -1, other, none: axis.codes - 1 };
}

/**
 * Whether two axes are drawn and brushed the same way.
 * @param {ChartAxis} a
 * @param {ChartAxis} b
 */
export function sameAxis(a, b) {
  return a.column === b.column && a.type === b.type && a.codes === b.codes && a.bins === b.bins && a.label === b.label
    && sameItems(a.edges, b.edges) && sameItems(a.labels, b.labels) && sameItems(a.lookup, b.lookup);
}

/** @param {ChartAxis[]} a @param {ChartAxis[]} b */
export function sameAxes(a, b) {
  return a.length === b.length && a.every((axis, i) => sameAxis(axis, b[i]));
}

/** @param {ArrayLike<unknown> | null} a @param {ArrayLike<unknown> | null} b */
function sameItems(a, b) {
  if (!a || !b || a === b) return a === b;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return a.length === b.length;
}

/** Whether a cell with this value has no rows. (A sum of exactly zero counts as none.)
 * @param {number} value */
export function isEmptyCell(value) {
  return !Number.isFinite(value) || value === 0;
}

/** Whether a cell is a bin of its axis: neither beyond it nor without a value. @param {AxisBins} bins @param {number} cell */
export function isOrdinaryCell(bins, cell) {
  return cell >= bins.first && cell < bins.first + bins.count;
}

/**
 * The selection that a click on one cell of an ordered axis makes.
 * @param {AxisBins} bins
 * @param {number} cell
 * @returns {IntervalSelection}
 */
export function intervalFromCell(bins, cell) {
  if (cell === bins.none) return { type: "interval", from: 0, to: 0, nulls: true };
  return { type: "interval", ...rangeFromCell(bins, cell) };
}

/** Fine codes of a cell that is not the null one.
 * @param {AxisBins} bins @param {number} cell @returns {IndexRange} */
export function rangeFromCell(bins, cell) {
  const last = bins.starts[bins.count];
  if (cell === bins.below) return { from: 0, to: 1 };
  if (cell === bins.above) return { from: last, to: last + 1 };
  return { from: bins.starts[cell - bins.first], to: bins.starts[cell - bins.first + 1] };
}

/**
 * The ranges of a selection, one an axis; an axis without a range of its own (nulls only) is null.
 * @param {Selection | null} selection
 * @returns {(IndexRange | null)[]}
 */
export function rangesFromSelection(selection) {
  if (!selection || selection.type === "members") return [];
  if (selection.type === "box") return [selection.x, selection.y];
  return [selection.from < selection.to ? selection : null];
}

/**
 * @param {IndexRange[]} ranges
 * @param {boolean} nulls rows without a value pass too (one axis only)
 * @returns {Selection}
 */
export function selectionFromRanges(ranges, nulls) {
  const [x, y] = ranges;
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
  if (a.type === "box") return b.type === "box" && sameRange(a.x, b.x) && sameRange(a.y, b.y);
  return b.type === "interval" && sameRange(a, b) && !a.nulls === !b.nulls;
}

/**
 * Whether all rows of a cell are in the selection of its chart.
 * @param {{bins: AxisBins[], selection: Selection | null}} scene
 * @param {number} cell -1 for none
 */
export function isCellSelected({ bins: [x, y], selection }, cell) {
  if (!selection || cell < 0) return false;
  if (selection.type === "members") return selection.codes.includes(cell);
  if (selection.type === "box") return isWithin(selection.x, cell % x.axis.bins) && isWithin(selection.y, Math.floor(cell / x.axis.bins));
  if (cell === x.none) return Boolean(selection.nulls) || selection.to > x.axis.codes - 1;
  const { from, to } = rangeFromCell(x, cell);
  return from >= selection.from && to <= selection.to && !y;
}

/** @param {IndexRange} range @param {number} index */
function isWithin({ from, to }, index) {
  return index >= from && index < to;
}

/** @param {IndexRange} a @param {IndexRange} b */
function sameRange(a, b) {
  return a.from === b.from && a.to === b.to;
}

/** @param {number[]} a @param {number[]} b */
function sameCodes(a, b) {
  return a.length === b.length && a.every((code) => b.includes(code));
}
