/** Formats numbers and dates. Times are epoch milliseconds UTC, which stand for local, naive times. */
import { formatScientific, getExponent } from "../charts/format.js";
import { DAY, createTimeFormat, formatTime, isSameYear } from "../charts/time-format.js";

const MINUS = "\u2212";
/** Larger and smaller numbers are shown with a power of ten. */
const [MAX_PLAIN_VALUE, MIN_PLAIN_VALUE] = [1e21, 1e-6];
/** A floating-point number has at most this many digits. */
const MAX_DIGITS = 17;
const precise = new Intl.NumberFormat("en-US", { maximumFractionDigits: 20 });

/** All digits of a number, as few as tell it from every other. @param {number} value */
export function formatPreciseNumber(value) {
  const size = Math.abs(value);
  if (size >= MAX_PLAIN_VALUE || (size && size < MIN_PLAIN_VALUE)) return formatScientific(value, getExponent(value) - MAX_DIGITS);
  return precise.format(value).replace("-", MINUS);
}

const dayOfYear = createTimeFormat("%b %-d");

/** @param {number} time */
const isMidnight = (time) => time % DAY === 0;

/**
 * The time range from lo up to, not including, hi. Whole days are formatted inclusively: "Mar 1 to Apr 15, 2001".
 * @param {number} lo @param {number} hi
 */
export function formatTimeSpan(lo, hi) {
  if (!isMidnight(lo) || !isMidnight(hi)) return `from ${formatTime(lo)} to ${formatTime(hi)}`;
  const last = hi - DAY;
  if (last === lo) return `on ${formatTime(lo)}`;
  return `from ${isSameYear(lo, last) ? dayOfYear(lo) : formatTime(lo)} to ${formatTime(last)}`;
}

/** @param {number} hi the first moment after @returns {string} */
export const formatUntil = (hi) => (isMidnight(hi) ? `until ${formatTime(hi - DAY)}` : `before ${formatTime(hi)}`);
