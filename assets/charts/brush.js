/** The geometry of a brush, without a screen: what a press hits and what a drag makes of it, on any number of axes. */

/** @import {Domain, IndexRange, CodeScale} from "./types.js" */
/** @typedef {"from" | "to" | "move" | "make" | "keep"} DragMode */

import { rangeStartToPixel, getBoundaryLimits, rangeEndToPixel } from "./code-scale.js";

/**
 * What a press at a point hits, one drag mode per axis: an edge, the whole range, or nothing ("make").
 * @param {CodeScale[]} codeScales
 * @param {(IndexRange | null)[]} ranges
 * @param {number[]} point one pixel per axis
 * @param {number} tolerance how far from an edge a press still hits it, pixels
 * @returns {DragMode[]}
 */
export function findDragModes(codeScales, ranges, point, tolerance) {
  const modes = codeScales.map((codeScale, axis) => findDragMode(codeScale, ranges[axis] ?? null, point[axis], tolerance));
  if (modes.includes("make")) return modes.map(() => "make");
  if (modes.every((hold) => hold === "move")) return modes;
  return modes.map((hold) => (hold === "move" ? "keep" : hold));
}

/** @param {CodeScale} codeScale @param {IndexRange | null} range @param {number} pixel @param {number} tolerance @returns {DragMode} */
function findDragMode(codeScale, range, pixel, tolerance) {
  if (!range) return "make";
  const sign = Math.sign(codeScale.size);
  const fromStart = (pixel - rangeStartToPixel(codeScale, range.from)) * sign;
  const fromEnd = (rangeEndToPixel(codeScale, range.to) - pixel) * sign;
  if (fromStart < -tolerance || fromEnd < -tolerance) return "make";
  const inner = Math.min(tolerance, (fromStart + fromEnd) / 3);
  if (Math.min(fromStart, fromEnd) > inner) return "move";
  return fromStart < fromEnd ? "from" : "to";
}

/**
 * The range after dragging from one boundary to another.
 * @param {DragMode} mode
 * @param {IndexRange} range range at the press (ignored by "make")
 * @param {number} anchor boundary at the press
 * @param {number} boundary boundary now
 * @param {Domain} limit
 * @returns {IndexRange}
 */
export function dragRange(mode, range, anchor, boundary, limit) {
  switch (mode) {
    case "make": return orderRange(anchor, boundary, limit);
    case "from": return orderRange(range.to, boundary, limit);
    case "to": return orderRange(range.from, boundary, limit);
    case "move": return shiftRange(range, boundary - anchor, limit);
    case "keep": return range;
  }
}

/** The range between two boundaries: at least one code wide, within the limits. @param {number} a @param {number} b @param {Domain} limit @returns {IndexRange} */
function orderRange(a, b, limit) {
  const from = Math.max(limit[0], Math.min(a, b, limit[1] - 1));
  return { from, to: Math.min(limit[1], Math.max(a, b, from + 1)) };
}

/** @param {IndexRange} range @param {number} by @param {Domain} limit @returns {IndexRange} */
function shiftRange(range, by, limit) {
  const step = Math.max(limit[0] - range.from, Math.min(limit[1] - range.to, by));
  return { from: range.from + step, to: range.to + step };
}

/**
 * Moves one end of a range to another of the allowed boundaries.
 * @param {IndexRange} range
 * @param {"from" | "to"} end
 * @param {number[]} stops ascending boundaries
 * @param {number} steps how many stops, negative to the low end
 * @returns {IndexRange}
 */
export function moveRangeEnd(range, end, stops, steps) {
  const at = range[end];
  const place = steps > 0 ? stops.findLastIndex((stop) => stop <= at) : stops.findIndex((stop) => stop >= at);
  const stop = stops[Math.max(0, Math.min(stops.length - 1, place + steps))];
  if (end === "from") return { from: Math.min(stop, previousStop(stops, range.to)), to: range.to };
  return { from: range.from, to: Math.max(stop, nextStop(stops, range.from)) };
}

/** @param {number[]} stops @param {number} at */
function previousStop(stops, at) {
  return stops.findLast((stop) => stop < at) ?? stops[0];
}

/** @param {number[]} stops @param {number} at */
function nextStop(stops, at) {
  return stops.find((stop) => stop > at) ?? stops[stops.length - 1];
}

/** The whole range of a code scale.
 * @param {CodeScale} codeScale @returns {IndexRange} */
export function getFullRange(codeScale) {
  const [from, to] = getBoundaryLimits(codeScale);
  return { from, to };
}
