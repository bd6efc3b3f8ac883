/** Cells, ranges and selections in words. */

/** @import {Axis, Bins, Members, Selection, Span} from "./types.js" */

import { formatDegrees, formatTime, formatTimeBounds, formatTimeRange, placeFormat } from "./format.js";
import { spanOfCell } from "./bins.js";

const DAY = 86_400_000;
const NO_VALUE = "no value";
const OTHER = "other";
const EMPTY = "empty";

/**
 * The half-open range of fine codes of an ordered axis, exactly; whole numbers are named inclusively ("−20 to −16").
 * @param {Axis} axis
 * @param {number} from
 * @param {number} to
 */
export function rangeText(axis, from, to) {
  const edges = /** @type {Float64Array} */ (axis.edges);
  const low = from <= 0 ? -Infinity : edges[Math.min(from, edges.length) - 1];
  const high = to > edges.length ? Infinity : edges[Math.max(to, 1) - 1];
  return axis.type === "time" ? timeText(low, high) : numberText(axis, edges, low, high);
}

/**
 * The two bounds alone, for the ends of a brush; an open end is marked by an arrow. Whole numbers and days are inclusive.
 * @param {Axis} axis
 * @param {number} from
 * @param {number} to
 */
export function boundTexts(axis, from, to) {
  const edges = /** @type {Float64Array} */ (axis.edges);
  const [low, high] = [edges[Math.max(0, from - 1)], edges[Math.min(edges.length, to) - 1]];
  const [first, last] = axis.type === "time" ? formatTimeBounds(low, high, edges[1] - edges[0] >= DAY) : numberBounds(axis, edges, low, high);
  return [from <= 0 ? "←" : first, to > edges.length ? "→" : last];
}

/** @param {Axis} axis @param {Float64Array} edges @param {number} low @param {number} high */
function numberBounds(axis, edges, low, high) {
  const place = placeFormat(edges, axis.type);
  const [first, last] = [Math.ceil(low), Math.ceil(high) - 1];
  return axis.integer && last >= first ? [place(first), place(last)] : [place(low), place(high)];
}

/** @param {number} low @param {number} high */
function timeText(low, high) {
  if (low === -Infinity) return high === Infinity ? "any time" : `before ${formatTime(high)}`;
  return high === Infinity ? `from ${formatTime(low)}` : formatTimeRange(low, high);
}

/** @param {Axis} axis @param {Float64Array} edges @param {number} low @param {number} high */
function numberText(axis, edges, low, high) {
  const place = placeFormat(edges, axis.type);
  if (low === -Infinity) return high === Infinity ? "any value" : `< ${place(high)}`;
  if (high === Infinity) return `≥ ${place(low)}`;
  const [first, last] = numberBounds(axis, edges, low, high);
  return first === last ? first : `${first} to ${last}`;
}

/**
 * A cell of one axis in words.
 * @param {Bins} bins
 * @param {number} cell
 */
export function cellText(bins, cell) {
  if (cell === bins.none) return NO_VALUE;
  if (bins.labels) return cell === bins.other ? OTHER : bins.labels[cell] || EMPTY;
  const { from, to } = spanOfCell(bins, cell);
  return rangeText(bins.axis, from, to);
}

/**
 * A degree range of a map, "98.5°W – 90°W".
 * @param {number} low
 * @param {number} high
 * @param {boolean} latitude
 */
function degreesText(low, high, latitude) {
  return `${formatDegrees(low, latitude)} – ${formatDegrees(high, latitude)}`;
}

/**
 * A range of cells of one axis of a 2-D view in words.
 * @param {Bins} bins
 * @param {Span} span cells
 * @param {"x" | "y" | null} degrees the place of the axis on a map, null elsewhere
 */
export function cellsText(bins, span, degrees) {
  const last = Math.max(span.from, span.to - 1);
  if (!bins.edges) return span.from === last ? cellText(bins, last) : `${cellText(bins, span.from)} – ${cellText(bins, last)}`;
  const [from, to] = [spanOfCell(bins, span.from).from, spanOfCell(bins, last).to];
  if (!degrees) return rangeText(bins.axis, from, to);
  return degreesText(bins.edges[span.from - 1], bins.edges[last], degrees === "y");
}

/**
 * @param {Bins[]} bins
 * @param {Selection} selection
 * @param {boolean} degrees
 */
export function selectionText(bins, selection, degrees) {
  if (selection.type === "members") return membersText(bins[0], selection);
  if (selection.type === "box") return bins.map((axis, i) => boxText(axis, i ? selection.y : selection.x, i, degrees)).join(", ");
  if (selection.from >= selection.to) return selection.nulls ? NO_VALUE : "nothing";
  const range = rangeText(bins[0].axis, selection.from, selection.to);
  return selection.nulls ? `${range} or ${NO_VALUE}` : range;
}

/** @param {Bins} bins @param {Span} span @param {number} index @param {boolean} degrees */
function boxText(bins, span, index, degrees) {
  if (degrees) return cellsText(bins, span, index ? "y" : "x");
  return `${bins.axis.label} ${cellsText(bins, span, null)}`;
}

/** @param {Bins} bins @param {Members} members */
function membersText(bins, { codes }) {
  const shown = codes.slice(0, 4).map((code) => cellText(bins, code)).join(", ");
  return codes.length > 4 ? `${shown} and ${codes.length - 4} more` : shown;
}
