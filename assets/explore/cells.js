/**
 * Values of rows as people read them in a column, and how wide that is.
 * @import { Column } from "./types.js"
 */
import { formatTime } from "../charts/format.js";

/** @typedef {string | number | boolean | null | undefined} Value */

export const MISSING = "–";
/** Figures that are told; the rest is often what a computer made of them. */
const FIGURES = 6;
const MOST_DECIMALS = 6;
/** Pixels. */
const WIDEST = 320;
const ROOM = { cell: 24, sorted: 18 };

/** @param {string} text */
const signed = (text) => text.replace("-", "\u2212");

/** How many decimals a number needs. @param {Value} value */
function decimals(value) {
  if (typeof value !== "number" || Number.isInteger(value)) return 0;
  const [, fraction = "", power = "0"] = /^[^.e]*(?:\.(\d+))?(?:e(.+))?$/.exec(String(Number(value.toPrecision(FIGURES)))) ?? [];
  return Math.max(0, Math.min(MOST_DECIMALS, fraction.length - Number(power)));
}

/** As many decimals for each, so that they stand below each other. @param {Value[]} values @returns {(value: Value) => string} */
function numbers(values) {
  const most = values.reduce((/** @type {number} */ most, value) => Math.max(most, decimals(value)), 0);
  const format = new Intl.NumberFormat("en-US", { minimumFractionDigits: most, maximumFractionDigits: most });
  const tiny = 0.5 / 10 ** most;
  return (value) => {
    if (typeof value === "string") return signed(new Intl.NumberFormat("en-US").format(BigInt(value)));
    const number = Number(value);
    const small = number !== 0 && Math.abs(number) < tiny;
    return signed(small || Math.abs(number) >= 1e15 ? String(Number(number.toPrecision(FIGURES))) : format.format(number));
  };
}

/** @type {Record<Column["kind"], (values: Value[]) => (value: Value) => string>} */
const WRITERS = {
  number: numbers,
  time: () => (value) => formatTime(Number(value)),
  category: () => String,
  boolean: () => String,
};

/**
 * How the values of a column are written.
 * @param {Column} column @param {Value[]} values some of them
 * @returns {(value: Value) => string}
 */
export function writer({ kind }, values) {
  const write = WRITERS[kind](values);
  return (value) => (value === null || value === undefined ? MISSING : write(value));
}

/**
 * As wide as the widest of some texts, and as the name of the column, within bounds; pixels.
 * @param {Column} column @param {string[]} texts @param {(text: string) => number} measure
 */
export function widthOf({ label }, texts, measure) {
  const width = Math.max(...texts.map(measure), measure(label) + ROOM.sorted);
  return Math.min(WIDEST, Math.ceil(width) + ROOM.cell);
}
