/** Labels of cells, ranges and selections. */

/** @import {ChartAxis, AxisBins, MembersSelection, Selection, IndexRange} from "./types.js" */

import { formatCategory } from "./category-names.js";
import { formatDegreeRange } from "./degrees.js";
import { formatTime, formatTimeBounds, formatTimeRange, isCountedInDays } from "./time-format.js";
import { createNumberFormat } from "./format.js";
import { rangeFromCell } from "./bins.js";

const NO_VALUE = "No value";
const OTHER = "Other";

/**
 * The half-open range of fine codes of an ordered axis, exactly; whole numbers are named inclusively ("−20 to −16").
 * @param {ChartAxis} axis
 * @param {number} from
 * @param {number} to
 */
export function formatRange(axis, from, to) {
  const edges = /** @type {Float64Array} */ (axis.edges);
  const low = from <= 0 ? -Infinity : edges[Math.min(from, edges.length) - 1];
  const high = to > edges.length ? Infinity : edges[Math.max(to, 1) - 1];
  return axis.type === "time" ? formatOpenTimeRange(low, high) : formatNumberRange(axis, edges, low, high);
}

/**
 * The two bounds, for the ends of a brush; an open end is marked by an arrow. Whole numbers and days are inclusive.
 * @param {ChartAxis} axis
 * @param {number} from
 * @param {number} to
 */
export function formatBounds(axis, from, to) {
  const edges = /** @type {Float64Array} */ (axis.edges);
  const [low, high] = [edges[Math.max(0, from - 1)], edges[Math.min(edges.length, to) - 1]];
  const [first, last] = axis.type === "time" ? formatTimeBounds(low, high, isCountedInDays(edges)) : formatNumberBounds(axis, edges, low, high);
  return [from <= 0 ? "←" : first, to > edges.length ? "→" : last];
}

/** @param {ChartAxis} axis @param {Float64Array} edges @param {number} low @param {number} high */
function formatNumberBounds(axis, edges, low, high) {
  const place = createNumberFormat(edges, axis.type);
  const [first, last] = [Math.ceil(low), Math.ceil(high) - 1];
  return axis.integer && last >= first ? [place(first), place(last)] : [place(low), place(high)];
}

/** @param {number} low @param {number} high */
function formatOpenTimeRange(low, high) {
  if (low === -Infinity) return high === Infinity ? "any time" : `before ${formatTime(high)}`;
  return high === Infinity ? `from ${formatTime(low)}` : formatTimeRange(low, high);
}

/** @param {ChartAxis} axis @param {Float64Array} edges @param {number} low @param {number} high */
function formatNumberRange(axis, edges, low, high) {
  const place = createNumberFormat(edges, axis.type);
  if (low === -Infinity) return high === Infinity ? "any value" : `< ${place(high)}`;
  if (high === Infinity) return `≥ ${place(low)}`;
  const [first, last] = formatNumberBounds(axis, edges, low, high);
  return first === last ? first : `${first} to ${last}`;
}

/**
 * The label of a cell of one axis.
 * @param {AxisBins} bins
 * @param {number} cell
 */
export function formatCell(bins, cell) {
  if (cell === bins.none) return NO_VALUE;
  if (bins.labels) return cell === bins.other ? OTHER : formatCategory(bins.labels[cell]);
  const { from, to } = rangeFromCell(bins, cell);
  return formatRange(bins.axis, from, to);
}

/**
 * The label of a range of cells of one axis of a 2-D view.
 * @param {AxisBins} bins
 * @param {IndexRange} range cells
 * @param {"x" | "y" | null} degrees which axis of a map it is, null elsewhere
 */
export function formatCellRange(bins, range, degrees) {
  const last = Math.max(range.from, range.to - 1);
  if (!bins.edges) return range.from === last ? formatCell(bins, last) : `${formatCell(bins, range.from)} – ${formatCell(bins, last)}`;
  const [from, to] = [rangeFromCell(bins, range.from).from, rangeFromCell(bins, last).to];
  if (!degrees) return formatRange(bins.axis, from, to);
  return formatDegreeRange(bins.edges[range.from - 1], bins.edges[last], degrees === "y");
}

/**
 * @param {AxisBins[]} bins
 * @param {Selection} selection
 * @param {boolean} degrees
 */
export function formatSelection(bins, selection, degrees) {
  if (selection.type === "members") return formatMembers(bins[0], selection);
  if (selection.type === "box") return bins.map((axis, i) => formatBoxSide(axis, i ? selection.y : selection.x, i, degrees)).join(", ");
  if (selection.from >= selection.to) return selection.nulls ? NO_VALUE : "nothing selected";
  const range = formatRange(bins[0].axis, selection.from, selection.to);
  return selection.nulls ? `${range} or no value` : range;
}

/** @param {AxisBins} bins @param {IndexRange} range @param {number} index @param {boolean} degrees */
function formatBoxSide(bins, range, index, degrees) {
  if (degrees) return formatCellRange(bins, range, index ? "y" : "x");
  return `${bins.axis.label} ${formatCellRange(bins, range, null)}`;
}

/** @param {AxisBins} bins @param {MembersSelection} members */
function formatMembers(bins, { codes }) {
  const shown = codes.slice(0, 4).map((code) => formatCell(bins, code)).join(", ");
  return codes.length > 4 ? `${shown} and ${codes.length - 4} more` : shown;
}
