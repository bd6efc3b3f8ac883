/**
 * How much memory rows take, at most; bytes.
 * @import { Value } from "./cells.js"
 */

/** A value in its row, and the number or the text without its letters that it is. */
const VALUE = 24;
/** Half of it, where a text is of Latin letters alone. */
const LETTER = 2;

/** @param {Value} value */
const weightOf = (value) => VALUE + (typeof value === "string" ? LETTER * value.length : 0);

/** @param {Value[][]} rows */
export function weigh(rows) {
  let weight = 0;
  for (const row of rows) for (const value of row) weight += weightOf(value);
  return weight;
}
