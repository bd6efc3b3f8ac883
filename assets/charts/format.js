/** Formats numbers and shares. */

import { format } from "../vendor/library.js";

const whole = format(",d");
const tenth = format(",.1f");
const hundredth = format(",.2f");
const significant = format(".3~g");
const tenths = format(".1f");
const minus = "−";

/** From here on digits can't be counted at a glance. */
const LONG_NUMBER = 1e15;
/** From here on a number takes more room than any of its digits is worth. */
const HUGE_NUMBER = 1e21;
/** More digits than these in a mantissa are read less easily than grouped ones. */
const MAX_MANTISSA_DIGITS = 7;
const MAX_DECIMALS = 6;
/** @type {[number, string][]} */
const UNITS = [[12, "T"], [9, "B"], [6, "M"], [3, "k"]];

/** The power of ten of a number's first digit; 0 for zero. @param {number} value */
export function getExponent(value) {
  return Number(value.toExponential().split("e")[1]);
}

/**
 * A number as "1.5e18".
 * @param {number} value
 * @param {number} place the power of ten of the last digit that counts
 */
export function formatScientific(value, place) {
  if (value === 0) return "0";
  const digits = Math.max(0, Math.min(16, getExponent(value) - place));
  const [mantissa, power] = value.toExponential(digits).split("e");
  return `${Number(mantissa)}e${Number(power)}`.replaceAll("-", minus);
}

/**
 * A number with separators and a precision that fits its magnitude.
 * @param {number} value
 */
export function formatNumber(value) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size >= HUGE_NUMBER) return formatScientific(value, getExponent(value) - 5);
  if (Number.isInteger(value) || size >= 10_000) return whole(Math.round(value));
  if (size >= 100) return tenth(value);
  return size >= 1 ? hundredth(value) : significant(value).replace("e+", "e").replace("e-", `e${minus}`);
}

/** A signed difference, with the precision of the number it was subtracted from.
 * @param {number} change @param {number} from */
export function formatChange(change, from) {
  const size = Math.abs(from);
  if (size >= HUGE_NUMBER) return (change > 0 ? "+" : "") + formatScientific(change, getExponent(from) - 5);
  return format(size >= 10_000 ? "+,.0f" : size >= 100 ? "+,.1f" : size >= 1 ? "+,.2f" : "+.3~g")(change);
}

/**
 * A number in units of thousands to trillions: "1.7172B".
 * @param {number} value
 * @param {number} place the power of ten of the last digit that counts
 */
export function formatCompact(value, place) {
  const size = Math.abs(Number(value.toPrecision(Math.max(1, Math.min(17, getExponent(value) - place + 1)))));
  const [power, unit] = UNITS.find(([exponent]) => size >= 10 ** exponent) ?? [0, ""];
  const decimals = Math.max(0, Math.min(20, power - place));
  return `${Number((value / 10 ** power).toFixed(decimals))}${unit}`.replace("-", minus);
}

/** A number of three digits, for narrow places.
 * @param {number} value */
export function formatShort(value) {
  if (!Number.isFinite(value)) return "–";
  const [size, place] = [Math.abs(value), getExponent(value) - 2];
  if (size >= LONG_NUMBER) return formatScientific(value, place);
  return size >= 10_000 ? formatCompact(value, place) : formatNumber(value);
}

/** A percentage; some is never rounded to none, nor most to all. @param {number} part @param {number} all @returns {string} e.g. "40.1 %" */
export function formatShare(part, all) {
  if (!(all > 0)) return "–";
  const percent = (100 * part) / all;
  if (part > 0 && percent < 0.1) return "< 0.1\u2009%";
  if (part < all && percent > 99.9) return "> 99.9\u2009%";
  return `${tenths(percent)}\u2009%`;
}

/**
 * A formatter for values on a number axis, exact to its finest step.
 * @param {Float64Array} edges
 * @param {string} type
 * @returns {(value: number) => string}
 */
export function createNumberFormat(edges, type) {
  if (type === "log") return formatLogEdge;
  return createStepFormat(Math.max(Math.abs(edges[0]), Math.abs(edges[edges.length - 1])), edges[1] - edges[0]);
}

const logEdge = format(",.4~r");

/** @param {number} value */
function formatLogEdge(value) {
  const isScientific = value >= LONG_NUMBER || (value !== 0 && Math.abs(value) < 10 ** -MAX_DECIMALS);
  return isScientific ? formatScientific(value, getExponent(value) - 3) : logEdge(value);
}

/**
 * A formatter that tells values a step apart from each other: decimals where these are few, else powers of ten.
 * @param {number} largest the greatest absolute value
 * @param {number} step
 * @returns {(value: number) => string}
 */
export function createStepFormat(largest, step) {
  const place = getExponent(Number(step.toPrecision(3)) || Number.MIN_VALUE);
  const [digits, decimals] = [getExponent(largest) - place + 1, Math.max(0, -place)];
  const isShort = largest < LONG_NUMBER && decimals <= MAX_DECIMALS;
  if (place >= 0 && largest >= LONG_NUMBER && largest < HUGE_NUMBER && digits > MAX_MANTISSA_DIGITS) return (value) => formatInteger(value, place);
  if (isShort || (digits > MAX_MANTISSA_DIGITS && largest < HUGE_NUMBER && decimals <= 20)) return format(`,.${decimals}~f`);
  return (value) => formatScientific(value, place);
}

/**
 * A long number in full; beyond 2⁵³ floating-point numbers aren't round, but the digits that count are.
 * @param {number} value
 * @param {number} place the power of ten of the last digit that counts
 */
function formatInteger(value, place) {
  const digits = Math.max(0, Math.min(16, getExponent(value) - Math.max(0, place)));
  const [mantissa, power] = value.toExponential(digits).split("e");
  const zeros = Math.max(0, Number(power) - digits);
  return (mantissa.replace(".", "") + "0".repeat(zeros)).replace(/\B(?=(\d{3})+$)/g, ",").replace("-", minus);
}
