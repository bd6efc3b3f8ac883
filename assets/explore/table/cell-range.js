/**
 * A rectangle of cells of the table, and its values as text for other programs.
 * @import { Column } from "../types.js"
 * @import { CellPosition } from "./cell-cursor.js"
 * @import { CellValue } from "./cell-format.js"
 */

/** @typedef {{ top: number, bottom: number, left: number, right: number }} CellRange inclusive */

/** @param {CellPosition} a @param {CellPosition} b @returns {CellRange} */
export function createRange(a, b) {
  return { top: Math.min(a.row, b.row), bottom: Math.max(a.row, b.row), left: Math.min(a.column, b.column), right: Math.max(a.column, b.column) };
}

/** @param {CellRange | null} range @param {number} row @param {number} column */
export function isInRange(range, row, column) {
  return range !== null && row >= range.top && row <= range.bottom && column >= range.left && column <= range.right;
}

/** The exact value as text: numbers with all their digits, times in ISO 8601, nothing where there is none. @param {CellValue} value @param {Column["kind"]} kind */
export function formatExactValue(value, kind) {
  if (value === null || value === undefined) return "";
  return kind === "time" && typeof value === "number" ? formatInstant(value) : String(value);
}

/** As in CSV exports; a browser has no dates beyond those of ISO 8601. @param {number} time epoch milliseconds */
function formatInstant(time) {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString().replace(/\.?0*Z$/, "Z");
}

/** A field of tab-separated values, quoted where it has a tab, a quote or a line break. @param {string} text */
const quoteField = (text) => (/[\t\n\r"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/**
 * Rows as tab-separated values, which spreadsheets paste as cells.
 * @param {CellValue[][]} rows @param {Column["kind"][]} kinds
 */
export function formatTsv(rows, kinds) {
  return rows.map((row) => row.map((value, place) => quoteField(formatExactValue(value, kinds[place]))).join("\t")).join("\n");
}
