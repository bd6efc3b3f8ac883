/**
 * Interpolates a brush or a pointer between two samples.
 * @import { Bounds, Filter } from "../explore/types.js"
 */

/** @param {number | null} a @param {number | null} b @param {number} part */
const interpolateNumber = (a, b, part) => (a === null || b === null ? a : a + (b - a) * part);

/** @param {Bounds} a @param {Bounds} b @param {number} part @returns {Bounds} */
const interpolateBounds = (a, b, part) => ({ lo: interpolateNumber(a.lo, b.lo, part), hi: interpolateNumber(a.hi, b.hi, part) });

/**
 * Ranges are interpolated; everything else keeps its value until the next sample.
 * @param {Filter | null} a @param {Filter | null} b @param {number} part from 0, which is a, to 1
 * @returns {Filter | null}
 */
export function interpolateFilter(a, b, part) {
  if (part >= 1) return b;
  if (a?.type === "interval" && b?.type === "interval") return { ...a, ...interpolateBounds(a, b, part) };
  if (a?.type === "box" && b?.type === "box") return { type: "box", x: interpolateBounds(a.x, b.x, part), y: interpolateBounds(a.y, b.y, part) };
  return a;
}

/** @typedef {{ id: string | null, x: number, y: number }} PointerPosition */

/** Interpolates a pointer within a view; between views it jumps. @param {PointerPosition} a @param {PointerPosition} b @param {number} part @returns {PointerPosition} */
export function interpolatePointer(a, b, part) {
  if (part >= 1 || a.id !== b.id) return part >= 1 ? b : a;
  return { id: a.id, x: a.x + (b.x - a.x) * part, y: a.y + (b.y - a.y) * part };
}
