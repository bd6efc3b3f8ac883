/** Numbers and dates as people read them. Times are epoch milliseconds UTC, which stand for local, naive times. */

const MINUS = "\u2212";
const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const precise = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 6 });
const percent = new Intl.NumberFormat("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** @param {number} value */
export function number(value) {
  const text = (Number.isInteger(value) ? whole : precise).format(value);
  return text.replace("-", MINUS);
}

/** @param {number} part @param {number} all @returns {string} e.g. "40.1 %" */
export function share(part, all) {
  const value = all ? (100 * part) / all : 0;
  if (part > 0 && value < 0.1) return "< 0.1\u2009%";
  if (part < all && value > 99.9) return "> 99.9\u2009%";
  return `${percent.format(value)}\u2009%`;
}

/** @param {Intl.DateTimeFormatOptions} options */
const dates = (options) => new Intl.DateTimeFormat("en-US", { timeZone: "UTC", ...options });
const dayMonth = dates({ day: "numeric", month: "short" });
const dayMonthYear = dates({ day: "numeric", month: "short", year: "numeric" });
const hourMinute = dates({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const hourMinuteSecond = dates({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

const DAY = 86_400_000;

/** @param {number} time */
export const isMidnight = (time) => time % DAY === 0;

/** @param {number} time @param {boolean} [year] */
export const day = (time, year = true) => (year ? dayMonthYear : dayMonth).format(time);

/** @param {number} time */
export function moment(time) {
  if (isMidnight(time)) return day(time);
  return `${day(time)}, ${(time % 60_000 ? hourMinuteSecond : hourMinute).format(time)}`;
}

/**
 * The span from lo up to, not including, hi. Whole days are told inclusively: "Mar 1 to Apr 15, 2001".
 * @param {number} lo @param {number} hi
 */
export function span(lo, hi) {
  if (!isMidnight(lo) || !isMidnight(hi)) return `from ${moment(lo)} to ${moment(hi)}`;
  const last = hi - DAY;
  if (last === lo) return `on ${day(lo)}`;
  const sameYear = new Date(lo).getUTCFullYear() === new Date(last).getUTCFullYear();
  return `from ${day(lo, !sameYear)} to ${day(last)}`;
}

/** @param {number} hi the first moment after @returns {string} */
export const until = (hi) => (isMidnight(hi) ? `until ${day(hi - DAY)}` : `before ${moment(hi)}`);
