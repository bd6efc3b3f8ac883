/** Names the bins of a time axis by calendar units. */
import { getCalendarShift } from "../charts/time-format.js";
import { utcDay, utcHour, utcMillisecond, utcMinute, utcMonday, utcMonth, utcSecond, utcYear } from "../vendor/library.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365.2425 * DAY;

/** The units that the server groups times by. @type {[string, number, import("d3-time").TimeInterval | null][]} */
const UNITS = [
  ["Millisecond", 1, utcMillisecond], ...[5, 10, 50, 100, 500].map((count) => createUnit(`${count} milliseconds`, count, utcMillisecond.every(count))),
  ["Second", SECOND, utcSecond], ["5 seconds", 5 * SECOND, utcSecond.every(5)], ["15 seconds", 15 * SECOND, utcSecond.every(15)],
  ["30 seconds", 30 * SECOND, utcSecond.every(30)], ["Minute", MINUTE, utcMinute], ["5 minutes", 5 * MINUTE, utcMinute.every(5)],
  ["15 minutes", 15 * MINUTE, utcMinute.every(15)], ["30 minutes", 30 * MINUTE, utcMinute.every(30)], ["Hour", HOUR, utcHour],
  ["3 hours", 3 * HOUR, utcHour.every(3)], ["6 hours", 6 * HOUR, utcHour.every(6)], ["12 hours", 12 * HOUR, utcHour.every(12)],
  ["Day", DAY, utcDay], ["Week", 7 * DAY, utcMonday], ["Month", 30.4 * DAY, utcMonth], ["Quarter", 91.3 * DAY, utcMonth.every(3)],
  ["Year", YEAR, utcYear], ...[5, 10, 50, 100, 500, 1000].map((count) => createUnit(`${count} years`, count * YEAR, utcYear.every(count))),
];

/**
 * @param {string} label @param {number} length @param {import("d3-time").TimeInterval | null} unit
 * @returns {[string, number, import("d3-time").TimeInterval | null]}
 */
function createUnit(label, length, unit) {
  return [label, length, unit];
}

/**
 * The calendar unit that divides a time range into this many bins; weeks that also begin with each month count as weeks.
 * @param {number} from epoch milliseconds @param {number} to @param {number} bins @returns {string}
 */
export function findCalendarUnit(from, to, bins) {
  const shift = getCalendarShift(from);
  const [start, stop] = [new Date(from - shift), new Date(to - shift)];
  const near = UNITS.filter(([, length]) => Math.abs(Math.log2((to - from) / length / bins)) < 2);
  const exact = near.find(([, , unit]) => unit?.range(unit.floor(start), stop).length === bins);
  const getDeviation = (/** @type {number} */ length) => Math.abs(Math.log((to - from) / length / bins));
  const [label] = exact ?? UNITS.reduce((best, unit) => (getDeviation(unit[1]) < getDeviation(best[1]) ? unit : best));
  return label;
}
