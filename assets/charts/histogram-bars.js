/** Columns of a histogram: where they stand and how they are painted, without allocating. */

/** @import {Bins, Domain, Frame, Scene, Slot, Track} from "./types.js" */
/**
 * @typedef {{x: Float64Array, width: Float64Array, y: (value: number) => number, zero: number, gap: number, frame: Frame}} Columns
 * pixels of each cell, special cells included
 */

import { snap } from "./canvas-primitives.js";
import { leading, trailing } from "./code-scale.js";

/**
 * @param {Scene} scene
 * @param {Track} cells a track of the cells' edges
 * @param {Frame} frame
 * @param {Domain} values
 * @returns {Columns}
 */
export function columnsOf(scene, cells, frame, values) {
  const { ratio, bins: [bins] } = scene;
  const x = new Float64Array(bins.axis.bins);
  const width = new Float64Array(bins.axis.bins);
  for (let cell = 0; cell < x.length; cell++) {
    const { start, end } = slotOf(cells, bins, cell);
    x[cell] = snap(start, ratio);
    width[cell] = Math.max(0, snap(end, ratio) - x[cell]);
  }
  const scale = (frame.bottom - frame.top) / (values[1] - values[0]);
  const y = (/** @type {number} */ value) => Math.max(frame.top, Math.min(frame.bottom, frame.bottom - (value - values[0]) * scale));
  const gap = scene.model.kind === "series" || width[1] < 5 ? 0 : snap(1, ratio);
  return { x, width, y, zero: snap(y(0), ratio), gap, frame };
}

/** @param {Track} cells @param {Bins} bins @param {number} cell @returns {Slot} */
function slotOf(cells, bins, cell) {
  if (cell === bins.none) return cells.none ?? { start: 0, end: 0 };
  return { start: leading(cells, cell), end: trailing(cells, cell + 1) };
}

/**
 * Fills the ordinary bars, cut to the pixels between left and right: a brush may end within a bar.
 * @param {CanvasRenderingContext2D} context
 * @param {Bins} bins
 * @param {Columns} columns
 * @param {Float64Array} values
 * @param {number} left
 * @param {number} right
 */
export function paintCells(context, bins, columns, values, left, right) {
  const { x, width, gap } = columns;
  context.beginPath();
  for (let cell = bins.first; cell < bins.first + bins.count; cell++) {
    const start = Math.max(x[cell], left);
    const end = Math.min(x[cell] + width[cell] - gap, right);
    if (end > start) addBar(context, columns, start, end - start, values[cell]);
  }
  context.fill();
}

/**
 * Fills the bars that stand apart, those asked for.
 * @param {CanvasRenderingContext2D} context
 * @param {Bins} bins
 * @param {Columns} columns
 * @param {Float64Array} values
 * @param {boolean} below
 * @param {boolean} above
 * @param {boolean} none
 */
export function paintSpecial(context, bins, columns, values, below, above, none) {
  const { x, width } = columns;
  context.beginPath();
  if (below) addBar(context, columns, x[bins.below], width[bins.below], values[bins.below]);
  if (above) addBar(context, columns, x[bins.above], width[bins.above], values[bins.above]);
  if (none) addBar(context, columns, x[bins.none], width[bins.none], values[bins.none]);
  context.fill();
}

/** What is not nothing shows at least one pixel. @param {CanvasRenderingContext2D} context @param {Columns} columns
 * @param {number} x @param {number} width @param {number} value */
function addBar(context, columns, x, width, value) {
  const height = columns.zero - columns.y(value);
  if (value > 0) context.rect(x, columns.zero, width, -Math.max(1, height));
  else if (value < 0) context.rect(x, columns.zero, width, Math.max(1, -height));
}

/**
 * A line on top of each bar, where gaps keep them apart.
 * @param {CanvasRenderingContext2D} context
 * @param {Bins} bins
 * @param {Columns} columns
 * @param {Float64Array} values
 * @param {number} thin width of the line
 */
export function paintCaps(context, bins, { x, width, gap, y }, values, thin) {
  context.beginPath();
  for (let cell = 0; cell < bins.axis.bins; cell++) {
    const special = cell < bins.first || cell >= bins.first + bins.count;
    if (values[cell]) context.rect(x[cell], y(values[cell]), Math.max(0, width[cell] - (special ? 0 : gap)), thin);
  }
  context.fill();
}

/**
 * A line over the bars from step to step; cells without a value leave a gap.
 * @param {CanvasRenderingContext2D} context
 * @param {Bins} bins
 * @param {Columns} columns
 * @param {Float64Array} values
 */
export function paintSteps(context, bins, columns, values) {
  const { x, width, y } = columns;
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
  for (const cell of [bins.below, bins.above, bins.none]) addDash(context, columns, cell, y(values[cell]));
  context.stroke();
}

/** @param {CanvasRenderingContext2D} context @param {Columns} columns @param {number} cell @param {number} level */
function addDash(context, columns, cell, level) {
  if (!Number.isFinite(level)) return;
  context.moveTo(columns.x[cell], level);
  context.lineTo(columns.x[cell] + columns.width[cell], level);
}

/**
 * A notch in every bar that is taller than the chart, so that none is mistaken for its full height.
 * @param {CanvasRenderingContext2D} context
 * @param {Columns} columns
 * @param {Float64Array} values
 * @param {Domain} domain
 */
export function paintNotches(context, columns, values, domain) {
  for (let cell = 0; cell < values.length; cell++) {
    const width = columns.width[cell];
    if (values[cell] > domain[1]) context.fillRect(columns.x[cell] - 1, columns.frame.top + 5, width + 2, 2);
    else if (values[cell] < domain[0]) context.fillRect(columns.x[cell] - 1, columns.frame.bottom - 7, width + 2, 2);
  }
}
