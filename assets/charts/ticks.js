/** Round positions for ticks, and their labels. Pure. */

/** @import {Domain} from "./types.js" */
/** @typedef {{value: number, label: string}} Tick */
/** @typedef {{ticks: Tick[], contexts: Tick[]}} AxisTicks contexts: ticks of the wider calendar unit, each where it begins */

import {
  format, scaleLinear, scaleLog, utcDay, utcFormat, utcHour, utcMinute, utcMonday, utcMonth, utcSecond, utcYear,
} from "../vendor/library.js";
import { formatDegrees } from "./format.js";

const si = format("~s");

/**
 * Ticks of a number axis.
 * @param {Domain} domain
 * @param {number} count about how many
 * @param {boolean} integer never between whole numbers
 * @returns {Tick[]}
 */
export function createLinearTicks(domain, count, integer) {
  const scale = scaleLinear().domain(domain);
  const values = scale.ticks(count).filter((value) => !integer || Number.isInteger(value));
  const large = Math.max(Math.abs(domain[0]), Math.abs(domain[1])) >= 10_000;
  const label = large ? formatLarge : integer ? format(",d") : scale.tickFormat(count);
  return values.map((value) => ({ value, label: label(value) }));
}

/** @param {number} value */
function formatLarge(value) {
  return si(value).replace("G", "B");
}

/** @param {Domain} domain @param {number} count @returns {Tick[]} */
export function createLogTicks(domain, count) {
  const scale = scaleLog().domain(domain);
  const decades = Math.log10(domain[1] / domain[0]);
  const digits = [[1, 2, 5], [1, 3], [1]].find((set) => decades * set.length <= count * 1.5) ?? [1];
  const values = scale.ticks(count * 10).filter((value) => hasLeadingDigit(value, digits));
  const every = Math.max(1, Math.ceil(values.length / count / 1.5));
  const plain = format(",~r");
  return values.filter((_, i) => i % every === 0).map((value) => ({ value, label: value >= 10_000 ? formatLarge(value) : plain(value) }));
}

/** @param {number} value @param {number[]} digits */
function hasLeadingDigit(value, digits) {
  const lead = value / 10 ** Math.floor(Math.log10(value) + 1e-9);
  return digits.some((digit) => Math.abs(lead - digit) < 1e-6);
}

/** @param {Domain} domain @param {number} count @param {boolean} latitude @returns {Tick[]} */
export function createDegreeTicks(domain, count, latitude) {
  return scaleLinear().domain(domain).ticks(count).map((value) => ({ value, label: formatDegrees(value, latitude) }));
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const clock = utcFormat("%H:%M");
const [date, dayOfYear] = [utcFormat("%-d"), utcFormat("%b %-d, %Y")];
const [month, monthOfYear, year] = [utcFormat("%b"), utcFormat("%b %Y"), utcFormat("%Y")];

/** Calendar units from fine to coarse: duration, ticks, label, and the wider unit with its label. */
const CALENDAR_STEPS = [
  ...[1, 5, 15, 30].map((n) => createCalendarStep(n * SECOND, utcSecond.every(n), utcFormat("%H:%M:%S"), utcDay, dayOfYear)),
  ...[1, 5, 15, 30].map((n) => createCalendarStep(n * MINUTE, utcMinute.every(n), clock, utcDay, dayOfYear)),
  ...[1, 3, 6, 12].map((n) => createCalendarStep(n * HOUR, utcHour.every(n), clock, utcDay, dayOfYear)),
  ...[1, 2].map((n) => createCalendarStep(n * DAY, utcDay.every(n), date, utcMonth, monthOfYear)),
  createCalendarStep(7 * DAY, utcMonday, date, utcMonth, monthOfYear),
  ...[1, 3, 6].map((n) => createCalendarStep(n * 30 * DAY, utcMonth.every(n), month, utcYear, year)),
  ...[1, 2, 5, 10, 20, 50, 100].map((n) => createCalendarStep(n * 365 * DAY, utcYear.every(n), year, null, year)),
];

/**
 * @param {number} duration
 * @param {import("d3-time").TimeInterval | null} unit
 * @param {(date: Date) => string} label
 * @param {import("d3-time").CountableTimeInterval | null} wider
 * @param {(date: Date) => string} widerLabel
 */
function createCalendarStep(duration, unit, label, wider, widerLabel) {
  return { duration, unit: /** @type {import("d3-time").TimeInterval} */ (unit), label, wider, widerLabel };
}

/**
 * Ticks of a time axis in calendar units, with the wider unit as context ("Jan", "Feb" under "2001").
 * @param {Domain} domain epoch milliseconds
 * @param {number} count at most about how many
 * @returns {AxisTicks}
 */
export function createTimeTicks(domain, count) {
  const least = (domain[1] - domain[0]) / Math.max(1, count);
  const { unit, label, wider, widerLabel } = CALENDAR_STEPS.find((entry) => entry.duration >= least) ?? CALENDAR_STEPS[CALENDAR_STEPS.length - 1];
  const [from, to] = [new Date(domain[0]), new Date(domain[1])];
  const ticks = unit.range(from, to).map((at) => ({ value: +at, label: label(at) }));
  const starts = wider ? [from, ...wider.range(new Date(+from + 1), to)] : [];
  return { ticks, contexts: starts.map((at) => ({ value: +at, label: widerLabel(at) })) };
}
