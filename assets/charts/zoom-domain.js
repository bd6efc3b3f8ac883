/** Zooms and pans domains. Pure. */

/** @import {ChartAxis, Domain} from "./types.js" */

import { fractionToValue } from "./code-scale.js";

/** The smallest zoomed domain: this many whole numbers, or seconds of time; others a hundred millionth of their size. */
const MIN_UNITS = 8;

/**
 * @param {ChartAxis} axis
 * @param {Domain} domain
 * @param {number} fraction position that stays fixed, 0..1
 * @param {number} factor below 1 zooms in
 * @returns {Domain}
 */
export function zoomDomain(axis, domain, fraction, factor) {
  const low = fractionToValue(fraction * (1 - factor), domain, axis.type);
  const high = fractionToValue(fraction + (1 - fraction) * factor, domain, axis.type);
  const [from, to] = roundDomain(axis, low, high);
  return to - from >= getSmallestLength(axis, domain) || factor > 1 ? [from, to] : domain;
}

/**
 * @param {ChartAxis} axis
 * @param {Domain} domain
 * @param {number} shift share of the domain, positive to higher values
 * @returns {Domain}
 */
export function panDomain(axis, domain, shift) {
  return roundDomain(axis, fractionToValue(shift, domain, axis.type), fractionToValue(1 + shift, domain, axis.type));
}

/** @param {ChartAxis} axis @param {number} low @param {number} high @returns {Domain} */
function roundDomain(axis, low, high) {
  return axis.integer && axis.type !== "log" || axis.type === "time" ? [Math.round(low), Math.round(high)] : [low, high];
}

/** @param {ChartAxis} axis @param {Domain} domain */
function getSmallestLength(axis, domain) {
  if (axis.type === "time") return MIN_UNITS * 1000;
  return axis.integer ? MIN_UNITS : Math.max(Math.abs(domain[0]), Math.abs(domain[1])) * 1e-8;
}
