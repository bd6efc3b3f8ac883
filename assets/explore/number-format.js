/** Formats numbers and dates. Times are epoch milliseconds UTC, which stand for local, naive times. */
import { formatTime } from "../charts/format.js";
import { utcFormat } from "../vendor/library.js";

const MINUS = "\u2212";
const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const precise = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 6 });

/** @param {number} value */
export function formatPreciseNumber(value) {
  const text = (Number.isInteger(value) ? whole : precise).format(value);
  return text.replace("-", MINUS);
}

const dayOfYear = utcFormat("%b %-d");

const DAY = 86_400_000;

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
  const sameYear = new Date(lo).getUTCFullYear() === new Date(last).getUTCFullYear();
  return `from ${sameYear ? dayOfYear(new Date(lo)) : formatTime(lo)} to ${formatTime(last)}`;
}

/** @param {number} hi the first moment after @returns {string} */
export const formatUntil = (hi) => (isMidnight(hi) ? `until ${formatTime(hi - DAY)}` : `before ${formatTime(hi)}`);
