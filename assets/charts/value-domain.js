/** The domain of the value axis. It is that of the unfiltered data and doesn't change during a drag. */

/** @import {AxisBins, Domain, Measure} from "./types.js" */

import { isAdditive } from "./aggregates.js";

/**
 * @param {Float64Array} cells
 * @param {number} from first cell
 * @param {number} to after the last
 * @returns {Domain | null} null when no cell has a value
 */
export function getExtent(cells, from, to) {
  let low = Infinity;
  let high = -Infinity;
  for (let i = from; i < to; i++) {
    if (cells[i] < low) low = cells[i];
    if (cells[i] > high) high = cells[i];
  }
  return low <= high ? [low, high] : null;
}

/** @param {Domain | null} a @param {Domain | null} b @returns {Domain | null} */
export function unionDomains(a, b) {
  if (!a || !b) return a ?? b;
  return [Math.min(a[0], b[0]), Math.max(a[1], b[1])];
}

/**
 * The range to draw: with zero where values add up or zero is near, otherwise close around the values.
 * @param {Measure} measure
 * @param {Domain | null} range
 * @returns {Domain}
 */
export function getValueDomain(measure, range) {
  if (!range) return [0, 1];
  const [low, high] = range;
  if (isAdditive(measure)) return low >= 0 ? [0, high * 1.04 || 1] : padDomain(Math.min(low, 0), Math.max(high, 0));
  if (low >= 0 && low <= high / 2) return [0, high * 1.06 || 1];
  return padDomain(low, high);
}

/** @param {number} low @param {number} high @returns {Domain} */
function padDomain(low, high) {
  const room = (high - low) * 0.08 || Math.abs(high) * 0.1 || 1;
  return [low - room, high + room];
}

/** The range of the ordinary cells, of all cells where these are empty.
 * @param {AxisBins} bins @param {Float64Array | null} cells */
export function getBinsExtent(bins, cells) {
  if (!cells) return null;
  const range = getExtent(cells, bins.first, bins.first + bins.count);
  return range && (range[0] !== 0 || range[1] !== 0) ? range : getExtent(cells, 0, bins.axis.bins);
}

/**
 * The range of the filtered values where it exceeds that of the unfiltered ones (a mean, or a sum with both signs), else null.
 * @param {AxisBins} bins
 * @param {Float64Array} cells
 * @param {Float64Array} ghost
 * @returns {Domain | null}
 */
export function findExceedingDomain(bins, cells, ghost) {
  const range = getBinsExtent(bins, cells);
  const all = getBinsExtent(bins, ghost);
  return range && all && (range[0] < all[0] || range[1] > all[1]) ? range : null;
}
