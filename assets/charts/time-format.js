/** Formats times, of any year. All times are UTC: the data's own clock. */

import { utcDay, utcFormat, utcMinute, utcMonth, utcSecond, utcYear } from "../vendor/library.js";

/** Milliseconds. */
export const DAY = 86_400_000;
/** The Gregorian calendar repeats after 400 years, weekdays included; milliseconds. */
const CALENDAR_CYCLE = 146_097 * DAY;
const CYCLE_YEARS = 400;
/** A Date goes no further from 1970 than 8.64e15 on either side; near its ends, calendar units begin outside. Axes may, too. */
export const MAX_SAFE_INSTANT = 8.6e15;

/** By how much to shift a time, in whole cycles of the calendar, so that dates can be computed. @param {number} time epoch milliseconds */
export function getCalendarShift(time) {
  return Math.abs(time) <= MAX_SAFE_INSTANT ? 0 : Math.round(time / CALENDAR_CYCLE) * CALENDAR_CYCLE;
}

/** A Date at the same place in the calendar, and by how many years it differs. @param {number} time epoch milliseconds */
function toCalendar(time) {
  const shift = getCalendarShift(time);
  return { date: new Date(time - shift), years: (shift / CALENDAR_CYCLE) * CYCLE_YEARS };
}

/** The year of a time: "2001", "0033", "44 BC", "12024". @param {number} time epoch milliseconds */
export function formatYear(time) {
  const { date, years } = toCalendar(time);
  const year = date.getUTCFullYear() + years;
  return year > 0 ? String(year).padStart(4, "0") : `${1 - year} BC`;
}

/** A format of d3, in which %Y stands for the year however far it is. @param {string} pattern @returns {(time: number) => string} */
export function createTimeFormat(pattern) {
  const parts = pattern.split("%Y").map((part) => utcFormat(part));
  return (time) => parts.map((part) => part(toCalendar(time).date)).join(formatYear(time));
}

const [month, monthOfYear] = ["%b", "%b %Y"].map(createTimeFormat);
const [day, dayOfYear, weekday] = ["%b %-d", "%b %-d, %Y", "%a, %b %-d, %Y"].map(createTimeFormat);
const [minuteOfDay, minuteOfYear, minute] = ["%H:%M", "%b %-d, %H:%M", "%b %-d, %Y, %H:%M"].map(createTimeFormat);
const [secondOfYear, second] = ["%b %-d, %H:%M:%S", "%b %-d, %Y, %H:%M:%S"].map(createTimeFormat);
const [fractionOfYear, fraction] = ["%b %-d, %H:%M:%S.%L", "%b %-d, %Y, %H:%M:%S.%L"].map(createTimeFormat);

/** @param {number} time epoch milliseconds @param {[(time: number) => string, (time: number) => string, (time: number) => string]} formats to the minute, the second and the millisecond */
function formatExactly(time, [toMinute, toSecond, toFraction]) {
  if (isStart(utcMinute, time)) return toMinute(time);
  return (isStart(utcSecond, time) ? toSecond : toFraction)(time);
}

/** @param {number} time epoch milliseconds */
export function formatTime(time) {
  return isStart(utcDay, time) ? dayOfYear(time) : formatExactly(time, [minute, second, fraction]);
}

/**
 * The half-open range in the coarsest calendar units that are exact: "Jan – Mar 2001", "Mon, Mar 12, 2001".
 * @param {number} from epoch milliseconds
 * @param {number} to epoch milliseconds, itself outside
 */
export function formatTimeRange(from, to) {
  const last = to - 1;
  if (isAligned(utcYear, from, to)) return joinRange(formatYear, formatYear, from, last);
  if (isAligned(utcMonth, from, to)) return joinRange(isSameYear(from, last) ? month : monthOfYear, monthOfYear, from, last);
  if (isAligned(utcDay, from, to)) {
    if (to - from <= DAY) return weekday(from);
    return joinRange(isSameYear(from, last) ? day : dayOfYear, dayOfYear, from, last);
  }
  return formatClockRange(from, to);
}

/** @param {number} from @param {number} to */
function formatClockRange(from, to) {
  const sameDay = dayOfYear(from) === dayOfYear(to - 1);
  if (sameDay && isAligned(utcMinute, from, to)) return `${minute(from)} – ${minuteOfDay(to)}`;
  if (!isAligned(utcSecond, from, to)) return `${fraction(from)} – ${fraction(to)}`;
  if (!isAligned(utcMinute, from, to)) return `${second(from)} – ${second(to)}`;
  return `${(isSameYear(from, to) ? minuteOfYear : minute)(from)} – ${minute(to)}`;
}

/**
 * The bounds of a range alone: days inclusively when the axis counts in days, else instants; the year where it isn't that of today's dates.
 * @param {number} from
 * @param {number} to itself outside
 * @param {boolean} days
 */
export function formatTimeBounds(from, to, days) {
  if (days) return [day(from), day(to - 1)];
  return [from, to].map((time) => formatExactly(time, [minuteOfYear, secondOfYear, fractionOfYear]));
}

/** Whether an axis of times counts in days: it doesn't tell the times of a day apart. @param {Float64Array} edges */
export const isCountedInDays = (edges) => edges[1] - edges[0] >= DAY;

/** Whether a calendar unit begins at this time. @param {{(date: Date): Date}} unit @param {number} time */
function isStart(unit, time) {
  const { date } = toCalendar(time);
  return +unit(date) === +date;
}

/** @param {{(date: Date): Date}} unit @param {number} from @param {number} to */
function isAligned(unit, from, to) {
  return isStart(unit, from) && isStart(unit, to);
}

/** @param {number} a @param {number} b */
export function isSameYear(a, b) {
  return formatYear(a) === formatYear(b);
}

/** @param {(time: number) => string} first @param {(time: number) => string} second @param {number} from @param {number} last */
function joinRange(first, second, from, last) {
  const end = second(last);
  return second(from) === end ? end : `${first(from)} – ${end}`;
}
