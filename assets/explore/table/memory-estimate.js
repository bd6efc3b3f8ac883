/**
 * How much memory what is kept takes, at most; bytes.
 * @import { Value } from "./cell-format.js"
 */

/** A value in its row, and the number or the text without its letters that it is. */
const VALUE = 24;
/** Half of it, where a text is of Latin letters alone. */
const LETTER = 2;

/** @param {Value} value */
const weightOf = (value) => VALUE + (typeof value === "string" ? LETTER * value.length : 0);

/** What each thing kept takes besides. */
const ENTRY = 200;

/** @param {string} key what they are kept by @param {Value[][]} rows */
export function weigh(key, rows) {
  let weight = ENTRY + LETTER * key.length;
  for (const row of rows) for (const value of row) weight += weightOf(value);
  return weight;
}
