/** A brush without a screen: what a press takes hold of and what a pull makes of it, on any number of axes. */

/** @import {Domain, Span, Track} from "./types.js" */
/** @typedef {"from" | "to" | "move" | "make" | "keep"} Grip */

import { leading, limits, trailing } from "./code-scale.js";

/**
 * What a press at a point takes hold of, one grip an axis: an edge, the whole, or nothing ("make").
 * @param {Track[]} tracks
 * @param {(Span | null)[]} spans
 * @param {number[]} point one pixel an axis
 * @param {number} reach how far from an edge a press still takes it, pixels
 * @returns {Grip[]}
 */
export function gripsAt(tracks, spans, point, reach) {
  const holds = tracks.map((track, axis) => holdAt(track, spans[axis] ?? null, point[axis], reach));
  if (holds.includes("make")) return holds.map(() => "make");
  if (holds.every((hold) => hold === "move")) return holds;
  return holds.map((hold) => (hold === "move" ? "keep" : hold));
}

/** @param {Track} track @param {Span | null} span @param {number} pixel @param {number} reach @returns {Grip} */
function holdAt(track, span, pixel, reach) {
  if (!span) return "make";
  const sign = Math.sign(track.size);
  const fromStart = (pixel - leading(track, span.from)) * sign;
  const fromEnd = (trailing(track, span.to) - pixel) * sign;
  if (fromStart < -reach || fromEnd < -reach) return "make";
  const inner = Math.min(reach, (fromStart + fromEnd) / 3);
  if (Math.min(fromStart, fromEnd) > inner) return "move";
  return fromStart < fromEnd ? "from" : "to";
}

/**
 * The range that a pull from one boundary to another makes of what was held.
 * @param {Grip} grip
 * @param {Span} span range at the press (ignored by "make")
 * @param {number} anchor boundary at the press
 * @param {number} boundary boundary now
 * @param {Domain} limit
 * @returns {Span}
 */
export function pull(grip, span, anchor, boundary, limit) {
  switch (grip) {
    case "make": return ordered(anchor, boundary, limit);
    case "from": return ordered(span.to, boundary, limit);
    case "to": return ordered(span.from, boundary, limit);
    case "move": return shifted(span, boundary - anchor, limit);
    case "keep": return span;
  }
}

/** At least one code wide, within the limits. @param {number} a @param {number} b @param {Domain} limit @returns {Span} */
function ordered(a, b, limit) {
  const from = Math.max(limit[0], Math.min(a, b, limit[1] - 1));
  return { from, to: Math.min(limit[1], Math.max(a, b, from + 1)) };
}

/** @param {Span} span @param {number} by @param {Domain} limit @returns {Span} */
function shifted(span, by, limit) {
  const step = Math.max(limit[0] - span.from, Math.min(limit[1] - span.to, by));
  return { from: span.from + step, to: span.to + step };
}

/**
 * Moves one end of a range to another place among the boundaries it may take.
 * @param {Span} span
 * @param {"from" | "to"} end
 * @param {number[]} stops ascending boundaries
 * @param {number} steps how many stops, negative to the low end
 * @returns {Span}
 */
export function step(span, end, stops, steps) {
  const at = span[end];
  const place = steps > 0 ? stops.findLastIndex((stop) => stop <= at) : stops.findIndex((stop) => stop >= at);
  const stop = stops[Math.max(0, Math.min(stops.length - 1, place + steps))];
  if (end === "from") return { from: Math.min(stop, previous(stops, span.to)), to: span.to };
  return { from: span.from, to: Math.max(stop, next(stops, span.from)) };
}

/** @param {number[]} stops @param {number} at */
function previous(stops, at) {
  return stops.findLast((stop) => stop < at) ?? stops[0];
}

/** @param {number[]} stops @param {number} at */
function next(stops, at) {
  return stops.find((stop) => stop > at) ?? stops[stops.length - 1];
}

/** Everything a track can hold.
 * @param {Track} track @returns {Span} */
export function whole(track) {
  const [from, to] = limits(track);
  return { from, to };
}
