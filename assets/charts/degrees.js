/** Degrees of longitude and latitude as text. */

import { precisionFixed } from "../vendor/library.js";

/** Coordinates are seldom known more exactly than this: 11 cm. */
const MAX_DECIMALS = 6;

/**
 * @param {number} degrees @param {boolean} latitude
 * @param {number} [step] how far apart the degrees are that must be told from each other
 */
export function formatDegrees(degrees, latitude, step = 0.01) {
  const side = latitude ? "NS" : "EW";
  const decimals = Math.min(MAX_DECIMALS, precisionFixed(Number(step.toPrecision(6))));
  const size = Number(Math.abs(degrees).toFixed(decimals));
  return `${size}°${size ? side[degrees < 0 ? 1 : 0] : ""}`;
}

/**
 * A degree range of a map, "98.5°W – 90°W".
 * @param {number} low
 * @param {number} high
 * @param {boolean} latitude
 */
export function formatDegreeRange(low, high, latitude) {
  const step = Math.min(0.01, (high - low) / 10);
  return `${formatDegrees(low, latitude, step)} – ${formatDegrees(high, latitude, step)}`;
}
