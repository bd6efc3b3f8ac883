/** Labels that tell the ticks of a number axis apart, as short as that can be. Pure. */

import { format } from "../vendor/library.js";
import { createStepFormat, formatCompact, getExponent } from "./format.js";

/** Smaller numbers are shown in full, larger ones with a power of ten. */
const [MIN_COMPACT_VALUE, MAX_COMPACT_VALUE] = [10_000, 1e15];
/** More digits than these are read more easily in groups. */
const MAX_COMPACT_DIGITS = 6;
const MAX_DECIMALS = 6;

/**
 * @param {number[]} values
 * @param {number} step how far apart they are
 * @returns {string[]} one for each value, all different
 */
export function labelTicks(values, step) {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const formats = listFormats(largest, Number(step.toPrecision(3)) || Number.MIN_VALUE).map((formatTick) => values.map(formatTick));
  const distinct = formats.filter((labels) => new Set(labels).size === values.length);
  return distinct.reduce((best, labels) => (getLength(labels) < getLength(best) ? labels : best), distinct[0] ?? values.map(formatShortest));
}

/** @param {string[]} labels */
const getLength = (labels) => Math.max(...labels.map((label) => label.length));

/** Possible formats, the best of those of equal length first. @param {number} largest @param {number} step @returns {((value: number) => string)[]} */
function listFormats(largest, step) {
  const place = getExponent(step);
  if (largest < MIN_COMPACT_VALUE && -place <= MAX_DECIMALS) return [format(`,.${Math.max(0, -place)}f`)];
  const isCompact = largest >= MIN_COMPACT_VALUE && largest < MAX_COMPACT_VALUE && getExponent(largest) - place < MAX_COMPACT_DIGITS;
  return [createStepFormat(largest, step), ...(isCompact ? [(/** @type {number} */ value) => formatCompact(value, place)] : [])];
}

/** The shortest text that stands for this number and no other. @param {number} value */
function formatShortest(value) {
  return String(value).replace("e+", "e").replaceAll("-", "−");
}
