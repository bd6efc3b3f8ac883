/** Round positions for the ticks of number and degree axes, and their labels. Pure. */

/** @import {Domain} from "./types.js" */
/** @typedef {{value: number, label: string, isMinor?: boolean}} Tick a minor one is labelled only where its neighbours leave room */
/** @typedef {{ticks: Tick[], contexts: Tick[]}} AxisTicks contexts: ticks of the wider calendar unit, each where it begins */

import { tickStep, ticks as listTicks } from "../vendor/library.js";
import { formatDegrees } from "./degrees.js";
import { labelTicks } from "./tick-labels.js";

/** Beyond these, the arithmetic of ticks leaves the range of floating-point numbers. */
const [MIN_SPAN, MAX_VALUE] = [1e-290, 1e300];
/** How many more ticks are tried where a step is so wide that less than two fit. */
const MAX_EXTRA_TICKS = 6;
const LOG_DIGITS = [[1, 2, 5], [1, 3], [1]];
/** Up to so many decades, their 2 and 5 are labelled where there is room. */
const FEW_DECADES = 2;

/**
 * Ticks of a number axis.
 * @param {Domain} domain
 * @param {number} count about how many
 * @param {boolean} integer never between whole numbers
 * @returns {Tick[]}
 */
export function createLinearTicks(domain, count, integer) {
  const { values, step } = listLinearValues(domain, count, integer);
  const labels = labelTicks(values, integer ? Math.max(1, step) : step);
  return values.map((value, i) => ({ value, label: labels[i] }));
}

/** At least two values where that is possible, and their distance. @param {Domain} domain @param {number} count @param {boolean} integer */
function listLinearValues(domain, count, integer) {
  const factor = getSafeFactor(domain);
  const [low, high] = domain.map((bound) => bound * factor);
  /** @type {number[]} */
  let values = [];
  let wanted = count;
  for (; values.length < 2 && wanted < count + MAX_EXTRA_TICKS; wanted++) {
    const all = new Set(listTicks(low, high, wanted).map((value) => value / factor));
    values = [...all].filter((value) => !integer || Number.isInteger(value));
  }
  return { values, step: tickStep(low, high, wanted - 1) / factor };
}

/** By what to multiply a domain so that ticks can be computed. @param {Domain} domain */
function getSafeFactor([low, high]) {
  if (high - low < MIN_SPAN) return 1e20;
  return Math.max(Math.abs(low), Math.abs(high)) > MAX_VALUE ? 1e-20 : 1;
}

/**
 * Ticks of a logarithmic axis: each decade, or every few, and 2 and 5 or 3 where there is room.
 * @param {Domain} domain @param {number} count @returns {Tick[]}
 */
export function createLogTicks(domain, count) {
  const [first, last] = [Math.floor(Math.log10(domain[0])), Math.ceil(Math.log10(domain[1]))];
  const decades = Math.log10(domain[1]) - Math.log10(domain[0]);
  const digits = decades <= FEW_DECADES ? LOG_DIGITS[0] : LOG_DIGITS.find((set) => decades * set.length <= count * 1.5) ?? LOG_DIGITS[2];
  const every = Math.max(1, Math.ceil((decades + 1) / count / 1.5));
  const powers = Array.from({ length: last - first + 1 }, (_, i) => first + i).filter((power) => power % every === 0);
  const values = powers.flatMap((power) => digits.map((digit) => Number(`${digit}e${power}`)));
  const inside = values.filter((value) => value >= domain[0] && value <= domain[1]);
  if (inside.length < 2) return createLinearTicks(domain, count, false);
  return inside.map((value) => ({ value, label: labelTicks([value], value)[0], isMinor: !isPowerOfTen(value) }));
}

/** @param {number} value */
const isPowerOfTen = (value) => value === Number(`1e${Math.round(Math.log10(value))}`);

/** @param {Domain} domain @param {number} count @param {boolean} latitude @returns {Tick[]} */
export function createDegreeTicks(domain, count, latitude) {
  const step = tickStep(...domain, count);
  return listTicks(...domain, count).map((value) => ({ value, label: formatDegrees(value, latitude, step) }));
}
