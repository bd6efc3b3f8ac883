/**
 * What a brush or a pointer is between two samples.
 * @import { Bounds, Filter } from "../explore/types.js"
 */

/** @param {number | null} a @param {number | null} b @param {number} part */
const number = (a, b, part) => (a === null || b === null ? a : a + (b - a) * part);

/** @param {Bounds} a @param {Bounds} b @param {number} part @returns {Bounds} */
const bounds = (a, b, part) => ({ lo: number(a.lo, b.lo, part), hi: number(a.hi, b.hi, part) });

/**
 * Ranges glide; everything else stays what it was until it is something else.
 * @param {Filter | null} a @param {Filter | null} b @param {number} part from 0, which is a, to 1
 * @returns {Filter | null}
 */
export function filterBetween(a, b, part) {
  if (part >= 1) return b;
  if (a?.type === "interval" && b?.type === "interval") return { ...a, ...bounds(a, b, part) };
  if (a?.type === "box" && b?.type === "box") return { type: "box", x: bounds(a.x, b.x, part), y: bounds(a.y, b.y, part) };
  return a;
}

/** @typedef {{ id: string | null, x: number, y: number }} Pointer */

/** A pointer jumps from one view to another. @param {Pointer} a @param {Pointer} b @param {number} part @returns {Pointer} */
export function pointerBetween(a, b, part) {
  if (part >= 1 || a.id !== b.id) return part >= 1 ? b : a;
  return { id: a.id, x: a.x + (b.x - a.x) * part, y: a.y + (b.y - a.y) * part };
}
