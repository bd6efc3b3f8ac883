/**
 * Estimates the memory of cached rows, at most; bytes.
 * @import { CellValue } from "./cell-format.js"
 */

/** A value in its row, with the number or the text without its characters. */
const VALUE_BYTES = 24;
/** Bytes per character; half of it where a text has Latin letters only. */
const CHARACTER_BYTES = 2;

/** @param {CellValue} value */
const estimateValue = (value) => VALUE_BYTES + (typeof value === "string" ? CHARACTER_BYTES * value.length : 0);

/** Overhead of each cache entry. */
const ENTRY_BYTES = 200;

/** @param {string} key of the cache entry @param {CellValue[][]} rows */
export function estimateRows(key, rows) {
  let weight = ENTRY_BYTES + CHARACTER_BYTES * key.length;
  for (const row of rows) for (const value of row) weight += estimateValue(value);
  return weight;
}
