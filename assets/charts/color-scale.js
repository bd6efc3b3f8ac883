/** Maps values to colours: logarithmic for additive measures that span orders of magnitude, else linear. */

/** @import {Domain, Scene} from "./types.js" */

import { isAdditive } from "./aggregates.js";
import { formatPercent } from "./value-scaling.js";
import { drawHairline } from "./canvas-primitives.js";
import { measureTextWidth } from "./text-width.js";
import { labelTicks } from "./tick-labels.js";

/** The lightest colour in use, so that one row among a million is still visible. */
const LIGHTEST_SHADE = 20;

/**
 * @param {Scene} scene
 * @param {Domain | null} range of the values that the scale is made for
 * @returns {{colour: (value: number) => number, low: number, high: number}}
 */
export function createColorScale({ model: { measure }, scaling, theme: { ramp } }, range) {
  const [low, high] = range ?? [0, 1];
  if (scaling === "share") return { colour: createShareColors(high, ramp), low: 0, high };
  if (isAdditive(measure) && low >= 0) return { colour: createLogColors(high, ramp), low: 1, high };
  return { colour: createLinearColors(low, high, ramp), low, high };
}

/** @param {number} high @param {Uint32Array} ramp @returns {(value: number) => number} */
function createLogColors(high, ramp) {
  const scale = (255 - LIGHTEST_SHADE) / Math.log1p(Math.max(1, high));
  return (value) => (value > 0 ? ramp[Math.min(255, (LIGHTEST_SHADE + Math.log1p(value) * scale) | 0)] : 0);
}

/** Colours of shares; a cell without selected rows has none. @param {number} high @param {Uint32Array} ramp @returns {(value: number) => number} */
function createShareColors(high, ramp) {
  const colour = createLinearColors(0, high, ramp);
  return (value) => (value > 0 ? colour(value) : 0);
}

/** @param {number} low @param {number} high @param {Uint32Array} ramp @returns {(value: number) => number} */
function createLinearColors(low, high, ramp) {
  const scale = (255 - LIGHTEST_SHADE) / (high - low || 1);
  return (value) => (value === value ? ramp[Math.max(LIGHTEST_SHADE, Math.min(255, (LIGHTEST_SHADE + (value - low) * scale) | 0))] : 0);
}

/** @param {number} low @param {number} high @returns {string[]} */
function labelRange(low, high) {
  const step = (high - low || Math.abs(low)) / 50;
  const labels = labelTicks([...new Set([low, high])], Number.isInteger(low) && Number.isInteger(high) ? Math.max(1, step) : step);
  return [labels[0], labels[labels.length - 1]];
}

/**
 * A small legend at the top right.
 * @param {CanvasRenderingContext2D} context
 * @param {Scene} scene
 * @param {number} low
 * @param {number} high
 */
export function drawLegend(context, scene, low, high) {
  const { theme, ratio, width } = scene;
  const length = width < 320 ? 48 : 72;
  const [first, last] = scene.scaling === "share" ? [low, high].map(formatPercent) : labelRange(low, high);
  const right = width - 8 - measureTextWidth(last, theme.fontSmall) - 5;
  const gradient = context.createLinearGradient(right - length, 0, right, 0);
  theme.density.forEach((colour, i) => gradient.addColorStop(i / (theme.density.length - 1), colour));
  context.fillStyle = gradient;
  context.fillRect(right - length, 8, length, 7);
  drawHairline(context, ratio, right - length, 15, right, 15, theme.axis);
  context.font = theme.fontSmall;
  context.fillStyle = theme.textWeak;
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.fillText(last, right + 5, 12);
  context.textAlign = "right";
  context.fillText(first, right - length - 5, 12);
}
