/**
 * Formats the values of a column, and computes its width.
 * @import { Column } from "../types.js"
 */
import { formatCategory } from "../../charts/category-names.js";
import { formatTime } from "../../charts/time-format.js";

/** @typedef {string | number | boolean | null | undefined} CellValue */

export const MISSING_TEXT = "–";
/** Significant digits shown; further ones are often artefacts of floating-point numbers. */
const SIGNIFICANT_DIGITS = 6;
const MAX_DECIMALS = 6;
/** Smaller numbers are not shown as decimals. */
const MIN_FIXED_VALUE = 0.5 / 10 ** MAX_DECIMALS;
/** The largest safe integer; larger ones arrive as text. */
const MAX_SAFE_VALUE = 2 ** 53;
/** Code units of a text in a cell and in its tooltip. */
const MAX_CELL_LENGTH = 1000;
/** Pixels. */
const MAX_COLUMN_WIDTH = 320;
const CELL_PADDING = { cell: 24, sorted: 18 };

/** @param {string} text */
const replaceMinus = (text) => text.replaceAll("-", "\u2212");

/** How many decimal places a number needs. @param {CellValue} value */
function countDecimals(value) {
  if (typeof value !== "number" || Number.isInteger(value)) return 0;
  const [, fraction = "", power = "0"] = /^[^.e]*(?:\.(\d+))?(?:e(.+))?$/.exec(String(Number(value.toPrecision(SIGNIFICANT_DIGITS)))) ?? [];
  return Math.max(0, Math.min(MAX_DECIMALS, fraction.length - Number(power)));
}

/** @type {Intl.NumberFormat[]} by number of decimal places */
const FORMATS = Array.from({ length: MAX_DECIMALS + 1 }, (_, count) =>
  new Intl.NumberFormat("en-US", { minimumFractionDigits: count, maximumFractionDigits: count }));

/**
 * Formats numbers with the same number of decimal places, so that they align; more where a number needs them.
 * @param {CellValue[]} values @returns {(value: CellValue) => string}
 */
function createNumberFormatter(values) {
  const most = values.reduce((/** @type {number} */ most, value) => Math.max(most, countDecimals(value)), 0);
  return (value) => {
    if (typeof value === "string") return replaceMinus(FORMATS[0].format(BigInt(value)));
    const number = Number(value);
    const small = number !== 0 && Math.abs(number) < MIN_FIXED_VALUE;
    const told = small || Math.abs(number) > MAX_SAFE_VALUE ? String(Number(number.toPrecision(SIGNIFICANT_DIGITS))) : FORMATS[Math.max(most, countDecimals(number))].format(number);
    return replaceMinus(told);
  };
}

/** @type {Record<Column["kind"], (values: CellValue[]) => (value: CellValue) => string>} */
const FORMATTERS = {
  number: createNumberFormatter,
  time: () => (value) => formatTime(Number(value)),
  category: () => (value) => formatCategory(String(value), MAX_CELL_LENGTH),
  boolean: () => String,
};

/**
 * The formatter of a column.
 * @param {Column} column @param {CellValue[]} values some of them
 * @returns {(value: CellValue) => string}
 */
export function createFormatter({ kind }, values) {
  const format = FORMATTERS[kind](values);
  return (value) => (value === null || value === undefined ? MISSING_TEXT : format(value));
}

/**
 * Values that a column must be wide enough for: the first on screen, and the first once sorted by it.
 * @param {Column} column @param {CellValue[]} first @returns {CellValue[]}
 */
export const getWidthSample = ({ minimum, maximum }, first) => [...first, minimum, maximum];

/**
 * The width of a column: that of the widest of some texts and of its name, within bounds; pixels.
 * @param {Column} column @param {string[]} texts @param {(text: string) => number} measure
 */
export function getColumnWidth({ label }, texts, measure) {
  const width = Math.max(...texts.map(measure), measure(label) + CELL_PADDING.sorted);
  return Math.min(MAX_COLUMN_WIDTH, Math.ceil(width) + CELL_PADDING.cell);
}
