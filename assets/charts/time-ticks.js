/** Ticks of a time axis in calendar units, from milliseconds to thousands of years. Pure. */

/** @import {Domain} from "./types.js" */
/** @import {AxisTicks} from "./ticks.js" */

import { utcDay, utcHour, utcMillisecond, utcMinute, utcMonday, utcMonth, utcSecond, utcYear } from "../vendor/library.js";
import { MAX_SAFE_INSTANT, createTimeFormat, formatYear, getCalendarShift } from "./time-format.js";

/** @typedef {(time: number) => string} FormatTime */
/** @typedef {{duration: number, list(from: Date, to: Date): Date[], label: FormatTime, wider: import("d3-time").CountableTimeInterval | null, widerLabel: FormatTime}} CalendarStep */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;
const [clock, clockSecond, fraction] = ["%H:%M", "%H:%M:%S", "%S.%L"].map(createTimeFormat);
const [date, month] = ["%-d", "%b"].map(createTimeFormat);
const [monthOfYear, dayOfYear, minuteOfYear] = ["%b %Y", "%b %-d, %Y", "%b %-d, %Y, %H:%M"].map(createTimeFormat);

/** Calendar units from fine to coarse: duration, ticks, label, and the wider unit with its label. @type {CalendarStep[]} */
const CALENDAR_STEPS = [
  ...[1, 5, 10, 50, 100, 500].map((n) => createCalendarStep(n, utcMillisecond.every(n), fraction, utcMinute, minuteOfYear)),
  ...[1, 5, 15, 30].map((n) => createCalendarStep(n * SECOND, utcSecond.every(n), clockSecond, utcDay, dayOfYear)),
  ...[1, 5, 15, 30].map((n) => createCalendarStep(n * MINUTE, utcMinute.every(n), clock, utcDay, dayOfYear)),
  ...[1, 3, 6, 12].map((n) => createCalendarStep(n * HOUR, utcHour.every(n), clock, utcDay, dayOfYear)),
  ...[1, 2].map((n) => createCalendarStep(n * DAY, utcDay.every(n), date, utcMonth, monthOfYear)),
  createCalendarStep(7 * DAY, utcMonday, date, utcMonth, monthOfYear),
  ...[1, 3, 6].map((n) => createCalendarStep(n * 30 * DAY, utcMonth.every(n), month, utcYear, formatYear)),
  ...[1, 10, 100, 1000, 10_000, 100_000].flatMap((power) => [1, 2, 5].map((n) => createYearStep(n * power))),
];

/**
 * @param {number} duration
 * @param {import("d3-time").TimeInterval | null} unit
 * @param {FormatTime} label
 * @param {import("d3-time").CountableTimeInterval} wider
 * @param {FormatTime} widerLabel
 * @returns {CalendarStep}
 */
function createCalendarStep(duration, unit, label, wider, widerLabel) {
  const { range } = /** @type {import("d3-time").TimeInterval} */ (unit);
  return { duration, list: range, label, wider, widerLabel };
}

/** @param {number} count @returns {CalendarStep} */
function createYearStep(count) {
  return { duration: count * YEAR, list: (from, to) => listYears(from, to, count), label: formatYear, wider: null, widerLabel: formatYear };
}

/** The beginnings of every so many years: 2000, 1000, 1000 BC, 2000 BC. @param {Date} from @param {Date} to @param {number} count */
function listYears(from, to, count) {
  const first = Math.floor(from.getUTCFullYear() / count);
  const steps = Array.from({ length: Math.ceil((to.getUTCFullYear() + 1) / count) - first + 1 }, (_, i) => first + i);
  return steps.map((step) => createYear(step > 0 ? step * count : step * count + 1)).filter((at) => at >= from && at < to);
}

/** The beginning of a year; the year before 1 is 0. @param {number} year */
function createYear(year) {
  const at = new Date(0);
  at.setUTCFullYear(year);
  return at;
}

/**
 * Ticks of a time axis in calendar units, with the wider unit as context ("Jan", "Feb" under "2001").
 * @param {Domain} domain epoch milliseconds
 * @param {number} count at most about how many
 * @param {number} shortest no ticks of shorter units, milliseconds
 * @returns {AxisTicks}
 */
export function createTimeTicks(domain, count, shortest = 0) {
  const least = Math.max(shortest, (domain[1] - domain[0]) / Math.max(1, count));
  const step = CALENDAR_STEPS.find((entry) => entry.duration >= least) ?? CALENDAR_STEPS[CALENDAR_STEPS.length - 1];
  const shift = step.wider ? getCalendarShift(domain[0]) : 0;
  const [from, to] = domain.map((bound) => new Date(Math.max(-MAX_SAFE_INSTANT, Math.min(MAX_SAFE_INSTANT, bound - shift))));
  const createTicks = (/** @type {Date[]} */ dates, /** @type {FormatTime} */ label) =>
    dates.map((at) => +at + shift).map((value) => ({ value, label: label(value) }));
  const starts = step.wider ? [from, ...step.wider.range(new Date(+from + 1), to)] : [];
  return { ticks: createTicks(step.list(from, to), step.label), contexts: createTicks(starts, step.widerLabel) };
}
