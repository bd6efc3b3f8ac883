/** Domains that grow and shrink around a place. Pure. */

/** @import {Axis, Domain} from "./types.js" */

import { valueAt } from "./code-scale.js";

/** Fewest units a zoomed axis keeps: whole numbers, or seconds of time; others keep a hundred millionth of their size. */
const FEWEST = 8;

/**
 * @param {Axis} axis
 * @param {Domain} domain
 * @param {number} fraction place that stays where it is, 0..1
 * @param {number} factor below 1 zooms in
 * @returns {Domain}
 */
export function zoomed(axis, domain, fraction, factor) {
  const low = valueAt(fraction * (1 - factor), domain, axis.type);
  const high = valueAt(fraction + (1 - fraction) * factor, domain, axis.type);
  const [from, to] = whole(axis, low, high);
  return to - from >= smallest(axis, domain) || factor > 1 ? [from, to] : domain;
}

/**
 * @param {Axis} axis
 * @param {Domain} domain
 * @param {number} shift share of the domain, positive to higher values
 * @returns {Domain}
 */
export function panned(axis, domain, shift) {
  return whole(axis, valueAt(shift, domain, axis.type), valueAt(1 + shift, domain, axis.type));
}

/** @param {Axis} axis @param {number} low @param {number} high @returns {Domain} */
function whole(axis, low, high) {
  return axis.integer && axis.type !== "log" || axis.type === "time" ? [Math.round(low), Math.round(high)] : [low, high];
}

/** @param {Axis} axis @param {Domain} domain */
function smallest(axis, domain) {
  if (axis.type === "time") return FEWEST * 1000;
  return axis.integer ? FEWEST : Math.max(Math.abs(domain[0]), Math.abs(domain[1])) * 1e-8;
}
