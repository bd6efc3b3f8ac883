/** Bars of a histogram: their layout and how they are painted, without allocating. */

/** @import {AxisBins, Domain, PlotFrame, Scene, PixelRange, CodeScale} from "./types.js" */
/**
 * @typedef {{x: Float64Array, width: Float64Array, y: (value: number) => number, zero: number, gap: number, frame: PlotFrame}} BarLayout
 * pixels of each cell, special cells included
 */

import { isOrdinaryCell } from "./bins.js";
import { snapToPixel } from "./canvas-primitives.js";
import { rangeStartToPixel, rangeEndToPixel } from "./code-scale.js";

/**
 * @param {Scene} scene
 * @param {CodeScale} codeScale of the cells' edges
 * @param {PlotFrame} frame
 * @param {Domain} values
 * @returns {BarLayout}
 */
export function layoutBars(scene, codeScale, frame, values) {
  const { ratio, bins: [bins] } = scene;
  const x = new Float64Array(bins.axis.bins);
  const width = new Float64Array(bins.axis.bins);
  for (let cell = 0; cell < x.length; cell++) {
    const { start, end } = getBarRange(codeScale, bins, cell);
    x[cell] = snapToPixel(start, ratio);
    width[cell] = Math.max(0, snapToPixel(end, ratio) - x[cell]);
  }
  const scale = (frame.bottom - frame.top) / (values[1] - values[0]);
  const toPixel = (/** @type {number} */ value) => Math.max(frame.top, Math.min(frame.bottom, frame.bottom - (value - values[0]) * scale));
  const gap = !scene.traits.hasBarGaps || width[1] < 5 ? 0 : snapToPixel(1, ratio);
  return { x, width, y: toPixel, zero: snapToPixel(toPixel(0), ratio), gap, frame };
}

/** @param {CodeScale} codeScale @param {AxisBins} bins @param {number} cell @returns {PixelRange} */
function getBarRange(codeScale, bins, cell) {
  if (cell === bins.none) return codeScale.none ?? { start: 0, end: 0 };
  return { start: rangeStartToPixel(codeScale, cell), end: rangeEndToPixel(codeScale, cell + 1) };
}

/**
 * Fills the ordinary bars, clipped to the pixels between left and right: a brush may end within a bar.
 * @param {CanvasRenderingContext2D} context
 * @param {AxisBins} bins
 * @param {BarLayout} bars
 * @param {Float64Array} values
 * @param {number} left
 * @param {number} right
 */
export function paintBars(context, bins, bars, values, left, right) {
  const { x, width, gap } = bars;
  context.beginPath();
  for (let cell = bins.first; cell < bins.first + bins.count; cell++) {
    const start = Math.max(x[cell], left);
    const end = Math.min(x[cell] + width[cell] - gap, right);
    if (end > start) addBar(context, bars, start, end - start, values[cell]);
  }
  context.fill();
}

/**
 * Fills the bars of the special cells asked for: below, above, missing.
 * @param {CanvasRenderingContext2D} context
 * @param {AxisBins} bins
 * @param {BarLayout} bars
 * @param {Float64Array} values
 * @param {boolean} below
 * @param {boolean} above
 * @param {boolean} none
 */
export function paintSpecialBars(context, bins, bars, values, below, above, none) {
  const { x, width } = bars;
  context.beginPath();
  if (below) addBar(context, bars, x[bins.below], width[bins.below], values[bins.below]);
  if (above) addBar(context, bars, x[bins.above], width[bins.above], values[bins.above]);
  if (none) addBar(context, bars, x[bins.none], width[bins.none], values[bins.none]);
  context.fill();
}

/** Adds a bar to the path; values other than zero are at least one pixel high. @param {CanvasRenderingContext2D} context @param {BarLayout} bars
 * @param {number} x @param {number} width @param {number} value */
function addBar(context, bars, x, width, value) {
  const height = bars.zero - bars.y(value);
  if (value > 0) context.rect(x, bars.zero, width, -Math.max(1, height));
  else if (value < 0) context.rect(x, bars.zero, width, Math.max(1, -height));
}

/**
 * A line on top of each bar, where gaps keep them apart.
 * @param {CanvasRenderingContext2D} context
 * @param {AxisBins} bins
 * @param {BarLayout} columns
 * @param {Float64Array} values
 * @param {number} thin width of the line
 */
export function paintBarCaps(context, bins, { x, width, gap, y }, values, thin) {
  context.beginPath();
  for (let cell = 0; cell < bins.axis.bins; cell++) {
    if (values[cell]) context.rect(x[cell], y(values[cell]), Math.max(0, width[cell] - (isOrdinaryCell(bins, cell) ? gap : 0)), thin);
  }
  context.fill();
}

/**
 * A step line over the bars; cells without a value leave a gap.
 * @param {CanvasRenderingContext2D} context
 * @param {AxisBins} bins
 * @param {BarLayout} bars
 * @param {Float64Array} values
 */
export function paintStepLine(context, bins, bars, values) {
  const { x, width, y } = bars;
  context.beginPath();
  let drawn = false;
  for (let cell = bins.first; cell < bins.first + bins.count; cell++) {
    const level = y(values[cell]);
    if (!Number.isFinite(level)) {
      drawn = false;
      continue;
    }
    if (drawn) context.lineTo(x[cell], level);
    else context.moveTo(x[cell], level);
    context.lineTo(x[cell] + width[cell], level);
    drawn = true;
  }
  for (const cell of [bins.below, bins.above, bins.none]) addDash(context, bars, cell, y(values[cell]));
  context.stroke();
}

/** @param {CanvasRenderingContext2D} context @param {BarLayout} bars @param {number} cell @param {number} level */
function addDash(context, bars, cell, level) {
  if (!Number.isFinite(level)) return;
  context.moveTo(bars.x[cell], level);
  context.lineTo(bars.x[cell] + bars.width[cell], level);
}

/**
 * A notch in every bar that is taller than the chart, to mark it as cut off.
 * @param {CanvasRenderingContext2D} context
 * @param {BarLayout} bars
 * @param {Float64Array} values
 * @param {Domain} domain
 */
export function paintOverflowNotches(context, bars, values, domain) {
  for (let cell = 0; cell < values.length; cell++) {
    const width = bars.width[cell];
    if (values[cell] > domain[1]) context.fillRect(bars.x[cell] - 1, bars.frame.top + 5, width + 2, 2);
    else if (values[cell] < domain[0]) context.fillRect(bars.x[cell] - 1, bars.frame.bottom - 7, width + 2, 2);
  }
}
