/** Formats numbers, coordinates and times. All times are UTC: the data's own clock. */

import { format, precisionFixed, utcDay, utcFormat, utcMinute, utcMonth, utcYear } from "../vendor/library.js";

const whole = format(",d");
const tenth = format(",.1f");
const hundredth = format(",.2f");
const significant = format(".3~g");
const short = format(".3~s");
const tenths = format(".1f");

/**
 * A number with separators and a precision that fits its magnitude.
 * @param {number} value
 */
export function formatNumber(value) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (Number.isInteger(value) || size >= 10_000) return whole(Math.round(value));
  if (size >= 100) return tenth(value);
  return size >= 1 ? hundredth(value) : significant(value);
}

/** A signed difference, with the precision of the number it was subtracted from.
 * @param {number} change @param {number} from */
export function formatChange(change, from) {
  const size = Math.abs(from);
  return format(size >= 10_000 ? "+,.0f" : size >= 100 ? "+,.1f" : size >= 1 ? "+,.2f" : "+.3~g")(change);
}

/** At most five characters or so, for ticks and narrow columns.
 * @param {number} value */
export function formatShort(value) {
  if (!Number.isFinite(value)) return "–";
  return Math.abs(value) >= 10_000 ? short(value).replace("G", "B") : formatNumber(value);
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
  if (type === "log") return format(",.4~r");
  const step = edges[1] - edges[0];
  return format(`,.${Math.min(8, precisionFixed(step))}~f`);
}

/** @param {number} degrees @param {boolean} latitude */
export function formatDegrees(degrees, latitude) {
  const side = latitude ? "NS" : "EW";
  const size = Math.round(Math.abs(degrees) * 100) / 100;
  return `${size}°${size ? side[degrees < 0 ? 1 : 0] : ""}`;
}

const year = utcFormat("%Y");
const month = utcFormat("%b");
const monthOfYear = utcFormat("%b %Y");
const day = utcFormat("%b %-d");
const dayOfYear = utcFormat("%b %-d, %Y");
const weekday = utcFormat("%a, %b %-d, %Y");
const minuteOfYear = utcFormat("%b %-d, %H:%M");
const minute = utcFormat("%b %-d, %Y, %H:%M");
const minuteOfDay = utcFormat("%H:%M");
const second = utcFormat("%b %-d, %Y, %H:%M:%S");
const fraction = utcFormat("%b %-d, %Y, %H:%M:%S.%L");

/** @param {number} time epoch milliseconds */
export function formatTime(time) {
  const date = new Date(time);
  if (+utcDay(date) === time) return dayOfYear(date);
  if (+utcMinute(date) === time) return minute(date);
  return (time % 1000 ? fraction : second)(date);
}

/**
 * The half-open range in the coarsest calendar units that are exact: "Jan – Mar 2001", "Mon, Mar 12, 2001".
 * @param {number} from epoch milliseconds
 * @param {number} to epoch milliseconds, itself outside
 */
export function formatTimeRange(from, to) {
  const last = to - 1;
  if (isAligned(utcYear, from, to)) return joinRange(year, year, from, last);
  if (isAligned(utcMonth, from, to)) return joinRange(sameYear(from, last) ? month : monthOfYear, monthOfYear, from, last);
  if (isAligned(utcDay, from, to)) {
    if (to - from <= 86_400_000) return weekday(new Date(from));
    return joinRange(sameYear(from, last) ? day : dayOfYear, dayOfYear, from, last);
  }
  if (+utcDay(new Date(from)) === +utcDay(new Date(last)) && isAligned(utcMinute, from, to))
    return `${minute(new Date(from))} – ${minuteOfDay(new Date(to))}`;
  if (!isAligned(utcMinute, from, to)) return `${second(new Date(from))} – ${second(new Date(to))}`;
  return `${(sameYear(from, to) ? minuteOfYear : minute)(new Date(from))} – ${minute(new Date(to))}`;
}

/**
 * The bounds of a range alone: days inclusively when the axis counts in days, else instants.
 * @param {number} from
 * @param {number} to itself outside
 * @param {boolean} days
 */
export function formatTimeBounds(from, to, days) {
  if (days) return [day(new Date(from)), day(new Date(to - 1))];
  return [from, to].map((time) => (+utcMinute(new Date(time)) === time ? minuteOfYear : second)(new Date(time)));
}

/** @param {{(date: Date): Date}} unit @param {number} from @param {number} to */
function isAligned(unit, from, to) {
  return +unit(new Date(from)) === from && +unit(new Date(to)) === to;
}

/** @param {number} a @param {number} b */
function sameYear(a, b) {
  return year(new Date(a)) === year(new Date(b));
}

/** @param {(date: Date) => string} first @param {(date: Date) => string} second @param {number} from @param {number} last */
function joinRange(first, second, from, last) {
  const end = second(new Date(last));
  return second(new Date(from)) === end ? end : `${first(new Date(from))} – ${end}`;
}
