/**
 * Values of rows as people read them in a column, and how wide that is.
 * @import { Column } from "../types.js"
 */
import { formatTime } from "../../charts/format.js";

/** @typedef {string | number | boolean | null | undefined} Value */

export const MISSING = "–";
/** Figures that are told; the rest is often what a computer made of them. */
const FIGURES = 6;
const MOST_DECIMALS = 6;
/** What is less is not told by decimals. */
const TINY = 0.5 / 10 ** MOST_DECIMALS;
/** Up to here numbers hold every integer; those beyond come as text. */
const WHOLE = 2 ** 53;
/** Pixels. */
const WIDEST = 320;
const ROOM = { cell: 24, sorted: 18 };

/** @param {string} text */
const signed = (text) => text.replaceAll("-", "\u2212");

/** How many decimals a number needs. @param {Value} value */
function decimals(value) {
  if (typeof value !== "number" || Number.isInteger(value)) return 0;
  const [, fraction = "", power = "0"] = /^[^.e]*(?:\.(\d+))?(?:e(.+))?$/.exec(String(Number(value.toPrecision(FIGURES)))) ?? [];
  return Math.max(0, Math.min(MOST_DECIMALS, fraction.length - Number(power)));
}

/** @type {Intl.NumberFormat[]} by how many decimals there are */
const FORMATS = Array.from({ length: MOST_DECIMALS + 1 }, (_, count) =>
  new Intl.NumberFormat("en-US", { minimumFractionDigits: count, maximumFractionDigits: count }));

/**
 * As many decimals for each, so that they stand below each other; more where a number would not be told else.
 * @param {Value[]} values @returns {(value: Value) => string}
 */
function numbers(values) {
  const most = values.reduce((/** @type {number} */ most, value) => Math.max(most, decimals(value)), 0);
  return (value) => {
    if (typeof value === "string") return signed(FORMATS[0].format(BigInt(value)));
    const number = Number(value);
    const small = number !== 0 && Math.abs(number) < TINY;
    const told = small || Math.abs(number) > WHOLE ? String(Number(number.toPrecision(FIGURES))) : FORMATS[Math.max(most, decimals(number))].format(number);
    return signed(told);
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
 * Values that a column must be wide enough for: those that are seen first, and those that are seen once it is sorted by.
 * @param {Column} column @param {Value[]} first @returns {Value[]}
 */
export const sampleOf = ({ minimum, maximum }, first) => [...first, minimum, maximum];

/**
 * As wide as the widest of some texts, and as the name of the column, within bounds; pixels.
 * @param {Column} column @param {string[]} texts @param {(text: string) => number} measure
 */
export function widthOf({ label }, texts, measure) {
  const width = Math.max(...texts.map(measure), measure(label) + ROOM.sorted);
  return Math.min(WIDEST, Math.ceil(width) + ROOM.cell);
}
